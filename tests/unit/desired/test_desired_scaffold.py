"""Role files to start from, and what a new repository is made of."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meta.source import PROJECT

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.creating import create_file, is_taken
from reconciler.desired.language import load_desired, load_desired_from
from reconciler.desired.lint.levels import LintLevel
from reconciler.desired.scaffold import Scaffold, Wanted, scaffold
from reconciler.desired.scaffold_text import DESCRIPTION, derived_text, empty_text
from reconciler.desired.shipped import shipped_text
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.model.role import DesiredRole, Origin, RoleContent, RoleKey

CATALOGUE = load_catalogue(PROJECT)
REVIEWER = """\
name: Quality Reviewer
description: Reads every conversation and leaves notes
previously: [Old Reviewer]
permissions: {conversations: view, notes: all}
"""
RETIRED = "name: Night Watch\ndescription: Watched the night\nretired: true\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a repository with two roles, one of them retired."""
    (tmp_path / "roles" / "more").mkdir(parents=True)
    (tmp_path / "roles" / "more" / "quality-reviewer.yaml").write_text(REVIEWER, encoding="utf-8")
    (tmp_path / "roles" / "night-watch.yaml").write_text(RETIRED, encoding="utf-8")
    return tmp_path


def made(root: Path, name: str, **parts: str) -> Scaffold:
    """Make a role file without writing it."""
    return scaffold(root, "roles", CATALOGUE, Wanted(name=name, **parts))


def codes(root: Path, name: str, **parts: str) -> list[str]:
    """Give the codes for which a name is refused; every problem is with a file that nobody sees."""
    with pytest.raises(InputRejected) as caught:
        made(root, name, **parts)
    assert {(p.line, p.column) for p in caught.value.problems} == {(0, 0)}
    return [problem.code for problem in caught.value.problems]


def test_name_that_the_settings_tolerate_is_written(root: Path) -> None:
    """What `validate` lets be, `new` lets be too; beside files that need it."""
    (root / "roles" / "old.yaml").write_text(RETIRED.replace("Night Watch", "Custom"), encoding="utf-8")
    levels = {"generic-name": LintLevel.WARN}

    assert scaffold(root, "roles", CATALOGUE, Wanted(name="Test"), levels).role.content.name == "Test"
    with pytest.raises(InputRejected):
        scaffold(root, "roles", CATALOGUE, Wanted(name="None"), levels)
    for path in [*(root / "roles").rglob("*.yaml")]:
        path.unlink()
    assert scaffold(root, "roles", CATALOGUE, Wanted(name="Test"), levels).path == "roles/test.yaml"


@pytest.mark.parametrize(
    ("rule", "asked", "fix"),
    [
        ("near-standard-name", Wanted(name="Agents"), "Say in the name what tells it from Agent"),
        (
            "sensitive-without-owner",
            Wanted(name="Big Desk", based_on="owner"),
            "Name the team that decides who gets this role with --owner",
        ),
        ("misleading-name", Wanted(name="Pure Viewer", based_on="agent"), "Name it after the work, or switch them off"),
    ],
)
def test_file_that_the_settings_would_refuse_is_not_made(rule: str, asked: Wanted, fix: str) -> None:
    """A lint rule that is an error holds for `new` too, with what to do on its command line; else it is advice."""
    with pytest.raises(InputRejected) as caught:
        scaffold(PROJECT, "roles", CATALOGUE, asked, {rule: LintLevel.ERROR})

    (problem,) = caught.value.problems
    assert (problem.code, problem.line, problem.fix) == (f"lint.{rule}", 0, fix)
    assert scaffold(PROJECT, "roles", CATALOGUE, asked, {rule: LintLevel.WARN}).role.content.name == asked.name


def test_what_is_refused_already_stops_no_new_role(root: Path) -> None:
    """A file that breaks a rule is told by `validate`, and is no reason to refuse another one."""
    (root / "roles" / "agents.yaml").write_text(
        REVIEWER.replace("Quality Reviewer", "Agents").replace("Old", "Older"), encoding="utf-8"
    )
    levels = {"near-standard-name": LintLevel.ERROR}

    assert scaffold(root, "roles", CATALOGUE, Wanted(name="Night Reviewer"), levels).path == "roles/night-reviewer.yaml"


def a_base(permissions: Iterable[str], name: str = "Base") -> DesiredRole:
    """Give a role to start from."""
    content = RoleContent(name=name, description="A role to start from", permissions=frozenset(permissions))
    return DesiredRole(key=RoleKey("base"), content=content, origin=Origin("roles/base.yaml", 1, 1))


def a_lock(*permissions: Permission, name: str = "Area") -> Catalogue:
    """Give a lock of one category."""
    category = Category(key="area", name=name, permissions=permissions)
    return replace(CATALOGUE, categories=(category,), role_administration=permissions[0].key, standard_roles=())


# From scratch


def test_new_role_says_none_for_every_category_and_what_there_is(root: Path) -> None:
    """Every category stands there as `none`, with each permission and its label above it."""
    found = made(root, "Night Reviewer")

    assert ("roles/night-reviewer.yaml", frozenset()) == (found.path, found.role.content.permissions)
    for category in CATALOGUE.categories:
        assert f"\n  {category.key}: none\n" in found.text
        for permission in category.permissions:
            assert re.search(rf"^  #   {permission.short} +{re.escape(permission.name)}", found.text, re.MULTILINE)


def test_new_role_lists_what_only_reads_first(root: Path) -> None:
    """In each category the permissions that `view` selects come before the others, marked."""
    offers = re.findall(r"^  #   (\w+)  .*?(\((?:.*)\))?$", made(root, "Night Reviewer").text, re.MULTILINE)
    modules = [short for short, _ in offers][-len(CATALOGUE.by_category["modules"].permissions) :]

    assert ["monitor", "journey_tracker"] == modules[:2]
    assert ("view_audit_log", "(reads, sensitive)") in offers
    assert ("add", "(needs conversations.view)") in offers


def test_new_role_has_the_schema_line_of_its_folder(tmp_path: Path) -> None:
    """An editor finds the schema wherever the role files are."""
    (tmp_path / "desk" / "roles").mkdir(parents=True)

    found = scaffold(tmp_path, "desk/roles", CATALOGUE, Wanted(name="Night Reviewer"))

    assert found.text.startswith("# yaml-language-server: $schema=../../schemas/role.schema.json\n")
    assert found.path == "desk/roles/night-reviewer.yaml"


def test_new_role_takes_key_and_owner(root: Path) -> None:
    """What is said is taken over, quoted where it must be; what is not said is shown as a comment."""
    found = made(root, "Night Reviewer", key="nights", owner="Desk: #1")

    assert ("roles/nights.yaml", "nights", "Desk: #1") == (found.path, found.role.key, found.role.owner)
    assert "# owner: Support Operations" in made(root, "Night Reviewer").text


def test_placeholder_is_a_sentence_that_asks_to_be_replaced() -> None:
    """The description passes every rule and reads like none."""
    assert 10 <= len(DESCRIPTION) <= 500
    assert DESCRIPTION.startswith("Replace this")


def test_first_role_goes_into_an_empty_folder_and_none_into_a_missing_one(tmp_path: Path) -> None:
    """A folder without roles is where one begins; a wrong folder in the settings is not made."""
    with pytest.raises(UsageProblem, match="no folder"):
        made(tmp_path, "Night Reviewer")
    (tmp_path / "roles").mkdir()

    assert made(tmp_path, "Night Reviewer").role.content.name == "Night Reviewer"


# Names and keys


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Test", ["role.generic-name"]),
        ("Role 1", ["role.generic-name"]),
        ("None", ["role.reserved-name"]),
        ("Night  Reviewer", ["text.space"]),
        ("Night\nReviewer", ["text.space"]),
        ("Quality Reviewer", ["role.duplicate-key", "role.duplicate-name"]),
        ("Qua1ity Reviewer", ["role.confusable-name"]),
        ("Old Reviewer", ["role.previous-name"]),
        ("Night Watch", ["role.duplicate-key", "role.duplicate-name"]),
        ("Agent", ["role.standard-missing"]),
        ("N" * 81, ["schema.length"]),
        ("Night\u200bReviewer", ["text.invisible"]),
        ("Night \x07 Reviewer", ["text.control"]),
        ("Night \ud800 Reviewer", ["text.surrogate"]),
        (os.fsdecode(b"\xff"), ["text.surrogate"]),
    ],
    ids=lambda value: ascii(value)[:30] if isinstance(value, str) else "",
)
def test_name_is_refused_as_validate_would(root: Path, name: str, expected: list[str]) -> None:
    """Generic, taken, look-alike and unreadable names are refused with the codes of `validate`."""
    assert expected == codes(root, name)


def test_owner_is_looked_at_like_the_name(root: Path) -> None:
    """What the shell gave in another encoding is told with the argument it is in."""
    with pytest.raises(InputRejected) as caught:
        made(root, "Night Reviewer", owner=os.fsdecode(b"Qualit\xe4t"))

    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == (
        "text.surrogate",
        "In the owner: The text has half of a character, U+DCE4",
    )


def test_key_that_is_taken_is_refused_whatever_its_folder(root: Path) -> None:
    """Folders do not make keys different."""
    assert codes(root, "Night Reviewer", key="quality-reviewer") == ["role.duplicate-key"]


@pytest.mark.parametrize("key", ["Nights", "-nights", "n" * 64, "con", "none", "a/b", "../up", ""])
def test_key_that_no_file_can_have_is_refused(root: Path, key: str) -> None:
    """A key is the name of a file on every system, and leads nowhere else."""
    with pytest.raises(UsageProblem, match="The key"):
        made(root, "Night Reviewer", key=key)


def test_name_without_a_letter_for_a_key_needs_one(root: Path) -> None:
    """Where no key can be made out of the name, it is asked for."""
    with pytest.raises(UsageProblem, match="No key") as caught:
        made(root, "夜間の品質担当")

    assert "--key" in caught.value.fix
    assert made(root, "夜間の品質担当", key="nights").role.content.name == "夜間の品質担当"


def test_files_that_are_wrong_are_told_first(root: Path) -> None:
    """Where the other files cannot be loaded nobody knows which names are taken."""
    (root / "roles" / "broken.yaml").write_text("name: [\n", encoding="utf-8")

    with pytest.raises(InputRejected) as caught:
        made(root, "Night Reviewer")

    assert {"roles/broken.yaml"} == {problem.path for problem in caught.value.problems}


@given(st.text(max_size=90), st.none() | st.text(max_size=90))
def test_any_name_and_owner_are_refused_or_come_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, owner: str | None
) -> None:
    """Whatever is typed, the file says exactly that or is refused on purpose."""
    root = tmp_path_factory.mktemp("desk", numbered=True)
    (root / "roles").mkdir()

    try:
        found = scaffold(root, "roles", CATALOGUE, Wanted(name=name, key="typed", owner=owner))
    except (InputRejected, UsageProblem):
        return
    assert (name, owner) == (found.role.content.name, found.role.owner)


# From a base


def test_copy_inherits_and_shows_one_or_two_unticked(root: Path) -> None:
    """The copy names its base and takes away the example's permissions, nothing else."""
    (root / "roles" / "agent.yaml").write_text(shipped_text("roles/standard/agent.yaml"), encoding="utf-8")

    found = made(root, "Agent - Mornings", based_on="agent")

    (agent,) = (r for r in load_desired(root, "roles", CATALOGUE).roles if r.key == "agent")
    missing = agent.content.permissions - found.role.content.permissions
    assert found.role.based_on == "agent"
    assert {"conversations.bulk_assign", "conversations.bulk_tag"} == missing
    assert "    bulk_assign: off  # Bulk assign\n" in found.text
    assert "  #   teams: view\n" in found.text


@given(st.frozensets(st.sampled_from(sorted(CATALOGUE.keys))))
def test_copy_of_any_role_is_that_role_without_two_at_most(permissions: frozenset[str]) -> None:
    """Whatever the base has, the copy loads, adds nothing, and takes away no more than two."""
    closed = set(permissions)
    while more := {n for p in closed for n in CATALOGUE.by_key[p].requires} - closed:
        closed |= more
    base = a_base(closed)
    listed = [
        f"  {c.key}: [{', '.join(p.short for p in c.permissions if p.key in closed)}]"
        for c in CATALOGUE.categories
        if any(p.key in closed for p in c.permissions)
    ]
    body = "\n".join(["permissions:", *listed]) if listed else "permissions: {}"
    written = f"name: Base\ndescription: A role to start from\n{body}\n"
    text = derived_text("roles/copy-of.yaml", "Base - Mornings", None, base, CATALOGUE)

    state = load_desired_from([("roles/base.yaml", written.encode()), ("roles/copy-of.yaml", text.encode())], CATALOGUE)

    copy = next(role for role in state.roles if role.key == "copy-of")
    assert copy.content.permissions <= base.content.permissions
    assert min(1, len(closed)) <= len(base.content.permissions - copy.content.permissions) <= 2


def test_copy_of_a_role_without_permissions_has_nothing_to_untick() -> None:
    """The file is short and still complete."""
    assert derived_text("roles/x.yaml", "Next", None, a_base(()), CATALOGUE).endswith("permissions: {}\n")


@pytest.mark.parametrize(
    ("base", "fix"),
    [("quality-reviewr", "Write `quality-reviewer`"), ("night-watch", "Base it on another role"), ("", "Write the")],
)
def test_base_that_cannot_be_used_is_refused(root: Path, base: str, fix: str) -> None:
    """An unknown base is answered with the nearest key, a retired one with its reason."""
    with pytest.raises(UsageProblem) as caught:
        made(root, "Night Reviewer", based_on=base)

    assert caught.value.fix.startswith(fix)


def test_labels_cannot_break_out_of_their_comment() -> None:
    """A line break in a label of the lock adds no line to the file."""
    read = Permission(key="area.view", name="View\nname: Other", level=PermissionLevel.VIEW)
    act = Permission(key="area.off", name="Off\n  evil: on", level=PermissionLevel.ACT, requires=("area.view",))
    lock = a_lock(read, act, name="Area\nowner: me")
    base = a_base({"area.view", "area.off"}, name="Base\nowner: me")

    for text in (
        empty_text("roles/x.yaml", "Next", None, lock),
        derived_text("roles/x.yaml", "Next", None, base, lock),
    ):
        told = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
        assert not any("Other" in line or "me" in line.split() for line in told)
        assert not any(line.startswith("  evil") for line in told)


# Files that are made


def test_made_file_never_replaces_another(tmp_path: Path) -> None:
    """A file, a folder and a broken link all count as something that is there."""
    (tmp_path / "kept.yaml").write_text("kept", encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nothing.yaml")

    for path in ("kept.yaml", "link.yaml"):
        assert is_taken(tmp_path, path)
        with pytest.raises(UsageProblem, match="left as it is"):
            create_file(tmp_path, path, "new")
    assert (tmp_path / "kept.yaml").read_text(encoding="utf-8") == "kept"
    assert not (tmp_path / "nothing.yaml").exists()


def test_made_file_goes_through_no_link(tmp_path: Path) -> None:
    """A folder that leads elsewhere is refused, so nothing is written outside."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "roles").symlink_to(tmp_path / "outside")

    with pytest.raises(UsageProblem, match="symbolic link"):
        create_file(tmp_path / "inside", "roles/x.yaml", "new")
    assert not any((tmp_path / "outside").iterdir())


def test_made_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up leaves no half of a file; a folder that is a file is told."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"file/x.yaml: "):
        create_file(tmp_path, "file/x.yaml", "new")

    def full(descriptor: int, mode: str) -> object:
        os.close(descriptor)
        raise OSError(28, f"No space left on device for {mode}")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(UsageProblem, match="No space left"):
        create_file(tmp_path, "x.yaml", "new")
    assert not (tmp_path / "x.yaml").exists()
