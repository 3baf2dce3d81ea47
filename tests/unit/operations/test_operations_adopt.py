"""Adoption as a use case: who is chosen, what is refused and why, and what is never written."""

from __future__ import annotations

import os
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from builders import UNKNOWN, Silence, a_live_role, a_tenant
from fakes.role_files import MemoryFiles
from fakes.tenant import FakeTenant

from reconciler.desired import drafting
from reconciler.desired.role_folder import RoleFolder
from reconciler.errors import FilesUnsound, InputRejected, LiveIncomplete, Problem, UsageProblem
from reconciler.model.adoption import Adoption, Effect
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel, StandardRole
from reconciler.model.role import LiveRole, RoleKind
from reconciler.operations.adopt import Asked, adopt
from reconciler.render.adopt import adoption_document, adoption_text
from reconciler.render.styled import to_text

SHORTS = ("view", "reply", "close", "tag", "merge")
LOCK = Catalogue(
    version=1,
    categories=(
        Category(
            key="tickets",
            name="Tickets",
            permissions=tuple(
                Permission(
                    key=f"tickets.{short}",
                    name=short,
                    level=PermissionLevel.VIEW if short == "view" else PermissionLevel.ACT,
                    requires=() if short == "view" else ("tickets.view",),
                )
                for short in SHORTS
            ),
        ),
    ),
    role_administration="tickets.view",
    standard_roles=(StandardRole(name="Agent", editable=True),),
)
WORDS = "Does what it is for"


def live(name: str, *shorts: str, description: str = WORDS, kind: RoleKind = RoleKind.CUSTOM) -> LiveRole:
    """Give a live role with permissions of tickets."""
    return a_live_role(name, grants=[f"tickets.{s}" for s in shorts], description=description, kind=kind)


def tenant(*roles: LiveRole) -> FakeTenant:
    """Give a tenant with these roles."""
    return a_tenant(*roles, catalogue=LOCK)


def adopted(
    files: MemoryFiles | RoleFolder, *roles: LiveRole, names: tuple[str, ...] = (), build_on: bool = False
) -> Adoption:
    """Adopt the roles of these names, or all."""
    asked = Asked(names=names, everything=not names, build_on=build_on)
    return adopt(asked, files, tenant(*roles), Silence())


def codes(adoption: Adoption) -> dict[str, list[str]]:
    """Give the codes of the reasons of each refused role."""
    return {r.live.content.name: [reason.code for reason in r.reasons] for r in adoption.refusals}


def text(name: str, permissions: str, *more: str) -> bytes:
    """Give a role file."""
    return "\n".join([f"name: {name}", f"description: {WORDS}", *more, f"permissions: {permissions}", ""]).encode()


def test_tenant_that_cannot_be_read_leaves_no_file() -> None:
    """What could not be read is an error, never an empty tenant."""
    files, desk = MemoryFiles(LOCK), tenant(live("Night", "view"))
    desk.fail_read(3, LiveIncomplete("/roles: a page is missing"))

    with pytest.raises(LiveIncomplete):
        adopt(Asked(everything=True), files, desk, Silence())

    assert files.texts == {}


@pytest.mark.parametrize(
    ("role", "code", "fix"),
    [
        (live("Night", "view", description="Short"), "schema.length", "another description"),
        (live("Night", "view", description="x" * 501), "schema.length", "another description"),
        (live("Night", "view", description="Two  spaces in it"), "text.space", "another description"),
        (live("Night", "view", description="Hidden \u200b space"), "text.invisible", "Type the description again"),
        (live("Night", "view", description="Half \ud800 of it"), "text.surrogate", "Type the description again"),
        (live("Ni\u202eght", "view"), "text.bidi", "Type the name again"),
        (live("Custom", "view"), "role.generic-name", "Rename the role"),
        (live("None", "view"), "role.reserved-name", "Rename the role"),
        (live("N" * 81, "view"), "schema.length", "Rename the role"),
        (live("Agent", "view"), "role.standard-missing", "Rename the role"),
        (live("Chief", "view", kind=RoleKind.STANDARD), "role.standard-unknown", "standard_roles"),
        (live("Night", "reply"), "role.depends", "in the product"),
    ],
)
def test_role_that_no_file_can_say_is_refused_with_a_way_out(role: LiveRole, code: str, fix: str) -> None:
    """The reason is the loader's own; the way out is in the product, where the role comes from."""
    files = MemoryFiles(LOCK)

    adoption = adopted(files, role, live("Day", "view"))

    assert codes(adoption) == {role.content.name: [code]}
    assert fix in adoption.refusals[0].reasons[0].fix
    assert list(files.texts) == ["roles/day.yaml"]


def test_of_two_roles_that_look_alike_one_can_be_adopted() -> None:
    """Names that the eye cannot tell apart cannot both be managed; files come first, then standard roles."""
    files = MemoryFiles(LOCK, {"roles/day.yaml": text("Day 1", "{tickets: [view]}", "previously: [Dawn 1]")})

    adoption = adopted(files, live("Day 1", "view"), live("Day l"), live("Dawn l"), live("Night 0"), live("Night O"))

    assert codes(adoption) == {name: ["role.confusable-name"] for name in ("Day l", "Dawn l", "Night O")}
    assert adoption.refusals[-1].reasons[0].message == 'The name looks like "Night 0", which the live role has'
    assert adoption.refusals[-1].reasons[0].fix == "Rename one of the two in the product"


NIGHT = "roles/night.yaml"
RETIRED = "name: Night 1\ndescription: Does what it is for\nretired: true\n"


@pytest.mark.parametrize(
    ("before", "others", "told", "after"),
    [
        (text("Night 1", "{}"), ["Night 1"], "Rename this role in the product", None),
        (text("Night 1", "{}"), [], f"Change the name in {NIGHT}", text("Day", "{}")),
        (text("Night 1", "{}"), [], "exactly to the live one", text("Night l", "{}")),
        (text("Night 1", "{}", "previously: [Day]"), ["Day"], f"Change the name in {NIGHT}", text("Day", "{}")),
        (text("Day", "{}", "previously: [Night 1]"), ["Night 1"], "Rename this role in the product", None),
        (text("Day", "{}", "previously: [Night 1]"), ["Day"], "out of `previously`", text("Day", "{}")),
        (text("Day", "{}", "previously: [Night 1]"), [], "exactly as", text("Day", "{}", "previously: [Night l]")),
        (RETIRED.encode(), [], f"Delete {NIGHT}", b""),
        (RETIRED.encode(), ["Night 1"], "Rename this role in the product", None),
    ],
    ids=str,
)
def test_way_out_of_a_look_alike_works(before: bytes, others: list[str], told: str, after: bytes | None) -> None:
    """Whether the other name is live, in a file alone, an earlier one or retired: what is told ends the refusal."""
    roles = [live(name) for name in others]
    files = MemoryFiles(LOCK, {NIGHT: before})

    adoption = adopted(files, *roles, live("Night l"))

    refused = next(r for r in adoption.refusals if r.live.content.name == "Night l")
    assert [reason.code for reason in refused.reasons] == ["role.confusable-name"]
    assert told in refused.reasons[0].fix
    assert NIGHT in refused.reasons[0].message
    mended = MemoryFiles(LOCK, {NIGHT: before if after is None else after} if after != b"" else {})
    adoption = adopted(mended, *roles, live("Night Owl" if after is None else "Night l"))
    assert "role.confusable-name" not in {code for found in codes(adoption).values() for code in found}


def test_retired_role_is_left_to_its_file() -> None:
    """A role that its file deletes cannot be adopted."""
    gone = b"name: Night\ndescription: Does what it is for\nretired: true\n"
    files = MemoryFiles(LOCK, {"roles/night.yaml": gone})

    adoption = adopted(files, live("Night", "view"), live("Nights", "view"))

    assert codes(adoption) == {"Night": ["adopt.retired"]}
    assert files.written == ["roles/nights.yaml"]


def test_role_asked_for_by_name_stops_the_others_when_it_is_refused() -> None:
    """Half of what was asked for is nobody's wish."""
    files = MemoryFiles(LOCK)

    adoption = adopted(files, live("Night", "reply"), live("Day", "view"), names=("night", "Day"))

    assert not adoption.written
    assert files.texts == {}
    assert [draft.effect for draft in adoption.drafts] == [Effect.CREATE]


def test_strangers_are_told_all_at_once() -> None:
    """Every word that means no role is named."""
    with pytest.raises(UsageProblem) as caught:
        adopted(MemoryFiles(LOCK), live("Night", "view"), names=("b", "Night", "a"))

    assert '"a", "b"' in caught.value.detail


def test_name_wins_over_key() -> None:
    """A word that is the name of one role and the key of another means the name."""
    files = MemoryFiles(LOCK, {"roles/night.yaml": text("Late", "{tickets: [view]}")})

    adoption = adopted(files, live("Late", "view"), live("night", "view"), names=("night",))

    assert [draft.subject.live.content.name for draft in adoption.drafts] == ["night"]
    assert [draft.subject.key for draft in adoption.drafts] == ["night-2"]


def test_earlier_name_finds_the_file_and_gives_it_the_live_name() -> None:
    """A file whose rename was never applied takes the live name back, in place."""
    files = MemoryFiles(LOCK, {"roles/late.yaml": text("Late", "{tickets: [view]}  # a", "previously: [Night]")})

    adopted(files, live("Night", "view", "tag"))

    assert files.texts == {"roles/late.yaml": text("Night", "{tickets: [view, tag]}  # a")}


def test_unknown_permissions_are_marked_in_new_files_only() -> None:
    """What the lock does not know is told and marked; a file that is equal otherwise is not touched."""
    role = a_live_role("Night", grants=["tickets.view", UNKNOWN, "x.\n# y"], description=WORDS)
    files = MemoryFiles(LOCK)

    adoption = adopted(files, role)

    assert adoption.drafts[0].unknown == (UNKNOWN, "x.\n# y")
    marks = files.texts["roles/night.yaml"].decode().splitlines()[-2:]
    assert marks == [
        f"# Live, and kept as long as schemas/permissions.yaml does not know it: {UNKNOWN}",
        "# Live, and kept as long as schemas/permissions.yaml does not know it: x.\\u{a}\\u{23} y",
    ]
    plain = MemoryFiles(LOCK, {"roles/night.yaml": text("Night", "{tickets: [view]}")})
    assert adopted(plain, role).drafts[0].effect is Effect.UNCHANGED


@pytest.mark.parametrize("permissions", ["{tickets: [view, reply]}", "{tickets: [view]}"], ids=["unedited", "edited"])
def test_mark_goes_once_the_lock_knows_the_permission(permissions: str) -> None:
    """The next adoption takes the comment out that is no longer so, and leaves every other one alone."""
    marks = "".join(
        f"# Live, and kept as long as schemas/permissions.yaml does not know it: {key}\n"
        for key in ("tickets.reply", UNKNOWN)
    )
    start = text("Night", permissions) + b"# our own words\n"
    files = MemoryFiles(LOCK, {"roles/night.yaml": start + marks.encode()})
    role = a_live_role("Night", grants=["tickets.view", "tickets.reply", UNKNOWN], description=WORDS)

    adopted(files, role)

    first, second = marks.splitlines(keepends=True)
    after = text("Night", "{tickets: [view, reply]}").decode() + "# our own words\n"
    assert files.texts["roles/night.yaml"].decode() == after + second
    assert first.endswith("reply\n")
    assert adopted(files, role).drafts[0].effect is Effect.UNCHANGED


def test_what_the_settings_tolerate_can_be_adopted(tmp_path: Path) -> None:
    """A tenant with such roles gets under git as it is, and what is there already is read as leniently."""
    tolerated = frozenset({"role.generic-name", "role.depends"})
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "old.yaml").write_bytes(text("Custom", "{tickets: [reply]}"))
    base = text("Temp", "{tickets: {tag: on}}", "based_on: old")
    (tmp_path / "roles" / "heir.yaml").write_bytes(base)
    files = RoleFolder(tmp_path, "roles", LOCK, tolerated=tolerated, overwrite=True)

    adoption = adopted(files, live("Custom", "reply"), live("Temp", "reply", "close"), live("Test", "merge"))

    assert adoption.refusals == ()
    state = RoleFolder(tmp_path, "roles", LOCK, tolerated=tolerated).desired
    assert {role.content.name: sorted(role.content.permissions) for role in state.roles} == {
        "Custom": ["tickets.reply"],
        "Temp": ["tickets.close", "tickets.reply"],
        "Test": ["tickets.merge"],
    }


def test_base_is_offered_and_used_only_when_asked() -> None:
    """A nearly equal role is named in a comment; with `build_on` only the difference is written."""
    far = (live("Agent", "view", "reply", "tag", kind=RoleKind.STANDARD), live("Night", "view", "close", "merge"))
    near = (live("Dawn", "view", "reply", "tag"), live("Dusk", "view", "reply", "tag", "merge"))
    files, built = MemoryFiles(LOCK), MemoryFiles(LOCK)

    adopted(files, *far, *near)
    adopted(built, *far, *near, build_on=True)

    assert b"based_on" not in files.texts["roles/night.yaml"]
    assert "# based_on: agent would say this shorter: the same permissions\n" in files.texts["roles/dawn.yaml"].decode()
    assert "# based_on: agent would say this shorter: plus tickets.merge\n" in files.texts["roles/dusk.yaml"].decode()
    assert built.texts["roles/dawn.yaml"].decode().endswith("based_on: agent\npermissions: {}\n")
    assert built.texts["roles/dusk.yaml"].decode().endswith("based_on: agent\npermissions:\n  tickets: {merge: on}\n")


def test_base_at_the_end_of_a_long_chain_is_not_offered() -> None:
    """A chain that the loader would refuse is never made."""
    keys = [f"link-{chr(97 + n)}" for n in range(11)]
    texts = {f"roles/{keys[0]}.yaml": text("Link a", "{tickets: [view, reply, tag]}")}
    for before, key in pairwise(keys):
        texts[f"roles/{key}.yaml"] = text(f"Link {key[-1]}", "{tickets: {merge: on}}", f"based_on: {before}")
    files = MemoryFiles(LOCK, texts)
    managed = [live(f"Link {key[-1]}", "view", "reply", "tag", *(["merge"] if n else [])) for n, key in enumerate(keys)]

    adoption = adopted(files, *managed, live("Night", "view", "reply", "tag", "merge"), build_on=True)

    (draft,) = [draft for draft in adoption.drafts if draft.effect is not Effect.UNCHANGED]
    assert draft.offer is not None
    assert draft.offer.base == "link-b"


def test_roles_follow_a_base_that_is_adopted_alone() -> None:
    """A base that changes takes the roles on top of it along; they are named."""
    texts = {
        "roles/base.yaml": text("Base", "{tickets: [view]}"),
        "roles/top.yaml": text("Top", "{tickets: {reply: on}}", "based_on: base"),
    }
    roles = (live("Base", "view", "tag"), live("Top", "view", "reply"))

    alone = adopted(MemoryFiles(LOCK, texts), *roles, names=("base",))
    both = adopted(MemoryFiles(LOCK, texts), *roles)

    assert [role.key for role in alone.followers] == ["top"]
    assert 'Note: "Top" will follow' in to_text(adoption_text(alone), colour=False)
    assert both.followers == ()
    assert b"tickets: {reply: on, tag: off}" in next(d.after for d in both.drafts if d.subject.key == "top")


def test_base_that_would_break_a_role_on_top_of_it_is_left_out() -> None:
    """A file that is not adopted must still load; what would break it is refused and says so."""
    texts = {
        "roles/base.yaml": text("Base", "{tickets: [view]}"),
        "roles/top.yaml": text("Top", "{tickets: {reply: on}}", "based_on: base"),
    }
    files = MemoryFiles(LOCK, texts)

    adoption = adopted(files, live("Base"), live("Top", "view", description="Short"), live("Night", "view"))

    assert codes(adoption) == {"Base": ["role.depends"], "Top": ["schema.length"]}
    assert "roles/top.yaml is based on it" in adoption.refusals[0].reasons[0].message
    assert files.written == ["roles/night.yaml"]


def test_file_that_the_loader_refuses_among_the_others_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a file that reads well alone is held against the whole tree."""
    monkeypatch.setattr(drafting, "role_text", lambda *_, **__: text("Day", "{tickets: [veiw]}").decode())
    files = MemoryFiles(LOCK)

    adoption = adopted(files, live("Night", "view"))

    assert codes(adoption) == {"Night": ["role.unknown-permission"]}
    assert files.texts == {}


def test_problem_that_no_draft_can_have_made_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written beside files that cannot be loaded."""

    def refuse(*_: object) -> None:
        raise InputRejected((Problem("roles/other.yaml", 1, 1, "role.depends", "It lacks something", "Add it"),))

    files = MemoryFiles(LOCK)
    monkeypatch.setattr(drafting, "load_desired_from", refuse)

    with pytest.raises(InputRejected):
        adopted(files, live("Night", "view"))

    assert files.texts == {}


def test_file_that_does_not_say_what_is_live_is_our_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was drafted is read back; a difference ends the command before anything is written."""
    monkeypatch.setattr(drafting, "role_text", lambda *_, **__: text("Night", "{tickets: [view, tag]}").decode())
    files = MemoryFiles(LOCK)

    with pytest.raises(FilesUnsound, match=r"roles/night\.yaml"):
        adopted(files, live("Night", "view"))

    assert files.texts == {}


def test_managed_role_that_no_file_can_say_keeps_its_file() -> None:
    """Its file stays as it is, and roles on top of it are adjusted to what the file says."""
    texts = {
        "roles/base.yaml": text("Base", "{tickets: [view]}"),
        "roles/top.yaml": text("Top", "{tickets: {reply: on}}", "based_on: base"),
    }
    files = MemoryFiles(LOCK, texts)

    adoption = adopted(files, live("Base", "view", "tag", description="Short"), live("Top", "view", "tag"))

    assert [(r.key, r.path) for r in adoption.refusals] == [("base", "roles/base.yaml")]
    assert files.texts["roles/base.yaml"] == texts["roles/base.yaml"]
    assert b"tickets: {reply: off, tag: on}" in files.texts["roles/top.yaml"]


def test_file_in_an_odd_form_is_left_to_people() -> None:
    """A file that cannot be edited safely is refused, and the others are adopted."""
    odd = "name: Night\ndescription: Does what it is for\npermissions:\n  tickets:\n    -\n      view\n    - tag\n"
    files = MemoryFiles(LOCK, {"roles/night.yaml": odd.encode()})

    adoption = adopted(files, live("Night", "tag", "view", "reply"), live("Day", "view"))

    assert codes(adoption) == {"Night": ["adopt.by-hand"]}
    assert files.written == ["roles/day.yaml"]


def test_text_and_data_say_the_same(tmp_path: Path) -> None:
    """Every role is in both, foreign text escaped."""
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "day.yaml").write_bytes(text("Day", "{tickets: [view]}"))
    files = RoleFolder(tmp_path, "roles", LOCK)
    roles = (live("Day", "view"), live("Night\x1b", "view"), a_live_role("Late", grants=[UNKNOWN], description=WORDS))

    looked = adopt(Asked(), files, tenant(*roles), Silence())

    shown = to_text(adoption_text(looked), colour=False)
    assert shown.splitlines()[0] == "sandbox: 1 role without a file, 1 role like its file, 1 role that no file can say"
    assert f"keeps {UNKNOWN}, which the lock does not know" in shown
    assert "cannot  Night\\u{1b}\n" in shown
    document = adoption_document(looked)
    assert [role["role"] for role in document["roles"]] == ["late", "day"]
    assert [refused["role"] for refused in document["refused"]] == ["night"]


def test_names_whose_keys_collide_get_a_file_each() -> None:
    """Punctuation, letters that no key can have and names that are too long for one make equal stems."""
    names = [
        *("Night Shift", "Night/Shift", "night shift!", "Night-Shift 2"),
        *("日本", "日本語", "con", "README", "n" * 80, f"{'n' * 79}m"),
    ]
    files = MemoryFiles(LOCK)

    adoption = adopted(files, *(live(name, "view") for name in names))

    assert sorted(draft.subject.live.content.name for draft in adoption.drafts) == sorted(names)
    assert len(files.texts) == len(names)
    assert {"roles/role.yaml", "roles/role-2.yaml", "roles/con-role.yaml", "roles/readme.yaml"} <= files.texts.keys()
    assert adopted(files, *(live(name, "view") for name in reversed(names))).drafts
    assert len(files.written) == len(names)


def test_wide_names_keep_the_paths_in_line() -> None:
    """A letter that takes two cells counts as two."""
    adoption = adopted(MemoryFiles(LOCK), live("日本", "view"), live("Wide", "view"))

    lines = [line for line in to_text(adoption_text(adoption), colour=False).splitlines() if "  wrote " in line]
    assert lines == ["  wrote   日本  roles/role.yaml", "  wrote   Wide  roles/wide.yaml"]


def test_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    """Whoever starts with a tenant has no folder of roles yet."""
    adopted(RoleFolder(tmp_path, "desk/roles", LOCK), live("Night", "view"), live("Agent", kind=RoleKind.STANDARD))

    assert (tmp_path / "desk" / "roles" / "night.yaml").is_file()
    assert (tmp_path / "desk" / "roles" / "standard" / "agent.yaml").is_file()
    assert {"night", "agent"} == {role.key for role in RoleFolder(tmp_path, "desk/roles", LOCK).desired.roles}


def test_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    """What is no role file would make a role look unmanaged."""
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "night.yml").write_bytes(text("Night", "{}"))

    with pytest.raises(InputRejected):
        adopted(RoleFolder(tmp_path, "roles", LOCK), live("Night", "view"))


def test_folder_behind_a_link_is_refused(tmp_path: Path) -> None:
    """Nothing is written through a symbolic link, even one that leads nowhere."""
    (tmp_path / "roles").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(InputRejected):
        adopted(RoleFolder(tmp_path, "roles", LOCK), live("Night", "view"))

    assert not (tmp_path / "elsewhere").exists()


def test_file_that_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    """Between reading and writing somebody may have saved a file; then nothing at all is written."""
    files = RoleFolder(tmp_path, "roles", LOCK)
    assert files.desired.roles == ()
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "night.yaml").write_bytes(b"mine")

    with pytest.raises(UsageProblem, match="changed while") as caught:
        adopted(files, live("Day", "view"), live("Night", "view"))

    assert caught.value.reasons == ("roles/night.yaml",)
    assert [path.name for path in (tmp_path / "roles").iterdir()] == ["night.yaml"]


def test_everything_in_the_way_is_told_before_anything_is_written(tmp_path: Path) -> None:
    """All places are looked at first: a file for a folder, a folder for a file, a link, each of them named."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "roles" / "day.yaml").mkdir(parents=True)
    (tmp_path / "roles" / "standard").write_bytes(b"")
    adoption = adopted(MemoryFiles(LOCK), live("Agent", kind=RoleKind.STANDARD), live("Day", "view"), live("Dusk"))

    with pytest.raises(UsageProblem, match="nothing was written") as caught:
        RoleFolder(tmp_path, "roles", LOCK).write(adoption.drafts)

    assert caught.value.reasons == (
        "roles/day.yaml is no file, and a file is needed",
        "roles/standard is a file, and a folder is needed",
    )
    assert {path.name for path in (tmp_path / "roles").iterdir()} == {"standard", "day.yaml"}

    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "roles").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageProblem) as caught:
        RoleFolder(tmp_path / "linked", "roles", LOCK).write(adoption.drafts)
    assert caught.value.reasons == ("roles is a symbolic link, and a folder is needed",)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_disk_that_refuses_says_what_was_written_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written one by one; the error counts those that are there."""
    mkdir = Path.mkdir

    def full(path: Path, **options: bool) -> None:
        if path.name == "standard":
            raise OSError(28, "No space left on device")
        mkdir(path, **options)

    monkeypatch.setattr(Path, "mkdir", full)
    files = RoleFolder(tmp_path, "roles", LOCK)
    adoption = adopted(MemoryFiles(LOCK), live("Agent", kind=RoleKind.STANDARD), live("Day", "view"))

    with pytest.raises(UsageProblem, match="1 of 2 files were written before"):
        files.write(adoption.drafts[::-1])

    assert (tmp_path / "roles" / "day.yaml").is_file()


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_line_ends_alone_are_no_edit(tmp_path: Path, ending: bytes) -> None:
    """Git converts line ends where it is told to; such a file is committed all the same."""
    (tmp_path / "roles").mkdir()
    path = tmp_path / "roles" / "night.yaml"
    path.write_bytes(text("Night", "{tickets: [view]}"))
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "-c", "user.name=Desk", "-c", "user.email=desk@desk.example", "commit", "--quiet", "--message", "x")
    path.write_bytes(path.read_bytes().replace(b"\n", ending))

    adopted(RoleFolder(tmp_path, "roles", LOCK), live("Night", "view", "tag"))

    assert path.read_bytes() == text("Night", "{tickets: [view, tag]}").replace(b"\n", ending)


def git(folder: Path, *arguments: str) -> None:
    """Run git as nobody in particular."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env=environment)
