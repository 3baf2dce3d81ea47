"""Rows 62 to 99: schema and meaning."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from acceptance.desk import Desk, Ran
from catalogue.arranging import SOMEBODY, assign, people, tenant, under_git, without
from catalogue.rows import FileCase, Row, RunCase
from catalogue.rows_files import GOOD, HEAD, named, thing, two, yaml

from reconciler.sandbox.records import RoleDraft, UserDraft

PLAN = ("plan", "--format", "json")
APPLY = ("apply", "--yes")
ROLES = (
    "name: {name}\ndescription: Made for one case of this catalogue\n{more}permissions:\n  settings: [view{roles}]\n"
)
CHILD = "name: {name}\ndescription: Follows the role it is based on\nbased_on: {base}\npermissions: {{}}\n"
SCHEMA = "schemas/role.schema.json"


def chain(*keys: str) -> dict[str, str]:
    """Give files that are based on one another, each on the next."""
    return {f"roles/{key}.yaml": CHILD.format(name=f"Desk {key}", base=base) for key, base in pairwise(keys)}


def _with_schema(desk: Desk, text: str) -> None:
    """Write the schema; URL stands for the address that nobody may speak to."""
    (url,) = re.findall("url: '([^']+)'", (desk.folder / "reconciler.yaml").read_text(encoding="utf-8"))
    desk.write(SCHEMA, text.replace("URL", url))


FIFTY = tuple(f"link-{number}" for number in range(50))

CASES: tuple[FileCase, ...] = (
    yaml(62, "newer-version", "role.newer-format", f"version: 3\n{GOOD}", "knows one form"),
    yaml(62, "newer-format", "role.newer-format", f"format: 3\n{GOOD}"),
    yaml(66, "same-permission", "role.duplicate-permission", HEAD + "permissions: {notes: [view, view]}\n"),
    yaml(66, "same-but-for-case", "role.duplicate-permission", HEAD + "permissions: {notes: [view, View]}\n"),
    yaml(66, "same-but-for-spaces", "role.duplicate-permission", HEAD + 'permissions: {notes: [view, " view"]}\n'),
    yaml(68, "permission-of-another-product", "role.unknown-permission", HEAD + "permissions: {notes: [view, pin]}\n"),
    yaml(71, "edit-without-view", "role.depends", HEAD + "permissions: {contacts: [edit]}\n", "contacts.view"),
    named(74, "10000-characters", "schema.length", "N" * 10_000, "name"),
    named(74, "one-digit", "schema.type", "7", "name"),
    named(74, "null", "yaml.null", "null", "name"),
    named(74, "reserved-word-all", "role.reserved-name", "All"),
    named(74, "reserved-word-none", "role.reserved-name", '"none"'),
    named(74, "standard-name-owner", "role.standard-missing", "owner"),
    *(
        thing(75, slug, "file.name", f"roles/{key}.yaml")
        for slug, key in {
            "proto": "__proto__",
            "two-dots": "..",
            "option": "-rf",
            "mention": "@here",
            "reserved-word": "all",
        }.items()
    ),
    two(77, "same-name-twice", "role.duplicate-name", "Night Desk", "Night Desk"),
    FileCase(row=78, slug="based-on-itself", exit=3, code="role.cycle", files=chain("a", "a")),
    FileCase(
        row=78,
        slug="circle-of-three",
        exit=3,
        code="role.cycle",
        files=chain("a", "b", "c", "a"),
        says=("a → b → c → a",),
    ),
    FileCase(row=78, slug="chain-of-50", exit=3, code="role.base-depth", files=chain(*FIFTY, "agent")),
    named(81, "standard-role-not-declared-so", "role.standard-missing", "Team Lead", "Owner (cannot be edited)"),
    yaml(81, "no-such-standard-role", "role.standard-unknown", f"standard: true\n{GOOD}", "Agent (can be edited)"),
    FileCase(
        row=86,
        slug="earlier-name-is-in-use",
        exit=3,
        code="role.previous-name",
        files={"roles/a.yaml": f"previously: [Beta Tester]\n{GOOD}"},
        says=("roles/beta-tester.yaml",),
    ),
    *(
        FileCase(
            row=row,
            slug=slug,
            exit=3,
            code="catalogue.schema-stale",
            arrange=lambda desk, _, text=text: _with_schema(desk, text),
            says=(SCHEMA,),
            only_validated=True,
        )
        for row, slug, text in (
            (98, "schema-is-no-json", "{"),
            (98, "schema-with-an-unknown-keyword", '{"requires": ["name"]}'),
            (98, "schema-with-nested-quantifiers", '{"properties": {"name": {"pattern": "^(a+)+$"}}}'),
            (99, "schema-refers-to-http", '{"$ref": "URL/role.json"}'),
            (99, "schema-refers-to-a-file", '{"$ref": "file:///etc/passwd"}'),
            (99, "schema-refers-upwards", '{"$ref": "../canary.json"}'),
        )
    ),
)


def _widened_parent(desk: Desk, _: pytest.MonkeyPatch) -> None:
    """Make one role with 200 that follow it, live as the files say; one person holds the first three children."""
    desk.settle()
    live = frozenset({"notes.view"})
    names = ["Desk parent", *(f"Desk child-{number}" for number in range(200))]
    with tenant(desk) as store:
        drafts = [RoleDraft(name=n, description="Follows the role it is based on", permissions=live) for n in names]
        ids = store.add_roles(drafts)
        assign(store, people(store, "Billing Specialist")[0], *ids[1:4])
    desk.write("roles/parent.yaml", GOOD.replace("Night Desk", names[0]).replace("notes: view", "teams: view"))
    desk.replace("roles/parent.yaml", "teams: view", "notes: view\n  modules: [beta]")
    for number in range(200):
        desk.write(f"roles/child-{number}.yaml", CHILD.format(name=names[1 + number], base="parent"))


def _every_child_told(_: Desk, ran: Ran) -> None:
    told = [change for change in ran.data["changes"] if change["role"].startswith("child-")]
    assert len(told) == 200
    assert all(change["grants"] == ["modules.beta"] for change in told)
    assert ran.data["summary"]["people_gaining"] == 1


def _owner_edited(desk: Desk, _: pytest.MonkeyPatch) -> None:
    desk.replace("roles/standard/owner.yaml", "modules: all", "modules: none")


def _expanded(_: Desk, ran: Ran) -> None:
    (change,) = (change for change in ran.data["changes"] if change["role"] == "a")
    assert change["grants"] == [
        "contacts.bulk",
        "contacts.create",
        "contacts.delete",
        "contacts.edit",
        "contacts.manage_custom_fields",
        "contacts.view",
    ]


def _all_contacts(desk: Desk, _: pytest.MonkeyPatch) -> None:
    desk.write("roles/a.yaml", HEAD + "permissions: {contacts: all}\n")


def _file_removed(desk: Desk, _: pytest.MonkeyPatch) -> None:
    desk.settle()
    without(desk, "roles/billing-specialist.yaml")


def _left_in_place(desk: Desk, ran: Ran) -> None:
    assert ran.data["changes"] == []
    assert "Billing Specialist" in ran.data["unmanaged"]
    assert desk.role("Billing Specialist") is not None


def _administrators_let_go(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    _administrators(desk)
    desk.settle()
    under_git(desk, patch)
    without(desk, "roles/admins.yaml")


def _administrators(desk: Desk) -> None:
    """Make a role that administers roles, in a file and live, held by two active people."""
    desk.write("roles/admins.yaml", ROLES.format(name="Admins", more="", roles=", roles"))
    draft = RoleDraft(
        name="Admins",
        description="Made for one case of this catalogue",
        permissions=frozenset({"settings.view", "settings.roles"}),
    )
    with tenant(desk) as store:
        (admins,) = store.add_roles([draft])
        for user in people(store, "Agent")[:2]:
            assign(store, user, admins)


def _only_left(desk: Desk, who: str) -> None:
    """Take role administration from those two, while the others who have it are no active humans but the key's own."""
    _administrators(desk)
    desk.replace("roles/admins.yaml", "[view, roles]", "[view]")
    with tenant(desk) as store:
        owner = store.roles.named("Owner")
        assert owner is not None
        for user in people(store, "Owner")[1:]:
            if who == "suspended":
                store.users.set_active(user.id, SOMEBODY, active=False)
            else:
                store.users.delete(user.id, SOMEBODY)
        if who == "bot":
            robot = next(user for user in people(store, "Analytics") if not user.human)
            assign(store, robot, owner.id)


def _zero_administrators(desk: Desk, _: pytest.MonkeyPatch) -> None:
    desk.replace("roles/standard/owner.yaml", "settings: all", "settings: view")


def _room_used(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    """Ask for no administrators, and take role administration from all but the key's own account."""
    _administrators(desk)
    with tenant(desk) as store:
        for user in people(store, "Owner")[1:]:
            store.users.delete(user.id, SOMEBODY)
    desk.confirm_all()
    under_git(desk, patch)
    desk.replace("reconciler.yaml", "min_administrators: 2", "min_administrators: 1")
    desk.replace("roles/admins.yaml", "[view, roles]", "[view]")


def _500_holders(desk: Desk, _: pytest.MonkeyPatch) -> None:
    desk.settle()
    with tenant(desk) as store:
        reader = store.roles.named("Reader")
        assert reader is not None
        more = [
            UserDraft(name=f"User {number}", email=f"user{number}@desk.example", role_ids=frozenset({reader.id}))
            for number in range(425)
        ]
        store.add_users(more)
    desk.replace("roles/standard/reader.yaml", "settings: view", "settings: [view, api_keys]")


def _two_ways(desk: Desk, _: pytest.MonkeyPatch) -> None:
    desk.settle()
    desk.replace("roles/standard/reader.yaml", "modules: none", "modules: [beta]")
    desk.replace("roles/standard/reader.yaml", "teams: view", "teams: none")


def _shown_apart(desk: Desk, _: Ran) -> None:
    (change,) = (change for change in desk.plan()["changes"] if change["role"] == "reader")
    assert (change["direction"], change["grants"], change["revokes"]) == ("mixed", ["modules.beta"], ["teams.view"])
    assert f"Digest {desk.plan()['digest']}" in desk.run("plan").out


def _split(desk: Desk, _: pytest.MonkeyPatch) -> None:
    """Take one permission from the same nine and one people through ten roles, each below the threshold of ten."""
    desk.settle()
    live = frozenset({"notes.view", "modules.beta"})
    text = "Answers what comes in after hours"
    with tenant(desk) as store:
        ids = store.add_roles(
            [RoleDraft(name=f"Night Desk {n}", description=text, permissions=live) for n in range(10)]
        )
        for number, user in enumerate(people(store, "Billing Specialist")[:10]):
            assign(store, user, ids[number])
    for number in range(10):
        desk.write(f"roles/night-{number}.yaml", GOOD.replace("Night Desk", f"Night Desk {number}"))


def _counted_once(desk: Desk, _: Ran) -> None:
    plan = desk.plan()
    assert plan["summary"]["people_losing"] == 10
    assert [f["people"] for f in plan["findings"] if f["guard"] == "narrowing"] == [10]


RUNS: tuple[RunCase, ...] = (
    RunCase(row=72, slug="set-grows-by-a-word", exit=0, arguments=PLAN, arrange=_all_contacts, check=_expanded),
    RunCase(row=80, slug="parent-of-200", exit=0, arguments=PLAN, arrange=_widened_parent, check=_every_child_told),
    RunCase(row=80, slug="parent-of-200-applied", exit=5, code="mass-change", arguments=APPLY, arrange=_widened_parent),
    RunCase(
        row=81,
        slug="owner-edited",
        exit=4,
        code="standard",
        arguments=APPLY,
        arrange=_owner_edited,
        says=("cannot be edited",),
    ),
    RunCase(row=83, slug="file-removed", exit=0, arguments=PLAN, arrange=_file_removed, check=_left_in_place),
    RunCase(
        row=84,
        slug="administering-role-let-go",
        exit=4,
        code="lockout",
        arguments=(*APPLY, "--base", "HEAD"),
        arrange=_administrators_let_go,
        says=('"Admins" was managed',),
    ),
    RunCase(
        row=89,
        slug="nobody-left",
        exit=4,
        code="lockout",
        arguments=APPLY,
        arrange=_zero_administrators,
        says=("0 of 2 required",),
    ),
    *(
        RunCase(
            row=90,
            slug=f"only-left-is-{who}",
            exit=4,
            code="lockout",
            arguments=APPLY,
            arrange=lambda desk, _, who=who: _only_left(desk, who),
            says=("0 of 2 required", "today there are 2"),
        )
        for who in ("suspended", "bot", "own-account")
    ),
    RunCase(
        row=92,
        slug="guards-weakened-and-used",
        exit=4,
        code="lockout",
        arguments=(*APPLY, "--base", "HEAD"),
        arrange=_room_used,
        says=("0 of 2 required",),
    ),
    RunCase(
        row=93,
        slug="sensitive-grant-to-500",
        exit=5,
        code="sensitive-grant",
        arguments=APPLY,
        arrange=_500_holders,
        says=("500 people", "reconciler confirm sensitive-grant-reader-"),
    ),
    RunCase(
        row=95,
        slug="narrow-and-widen-in-one",
        exit=5,
        code="narrowing",
        arguments=APPLY,
        arrange=_two_ways,
        check=_shown_apart,
    ),
    RunCase(
        row=96,
        slug="narrowing-split-over-ten-roles",
        exit=5,
        code="narrowing",
        arguments=APPLY,
        arrange=_split,
        check=_counted_once,
    ),
)
SCHEMA_REASON = (
    "Files are checked against the schema that the lock gives, made in memory; the one of the repository is for "
    "editors, is never followed, and only has to be equal"
)
ROWS: tuple[Row, ...] = (
    Row(number=62, what="a field of a newer version of the format", exit="3", answer="`role.newer-format`"),
    Row(
        number=66,
        what="a permission twice, if only after casefold or trimming",
        exit="3",
        answer="`role.duplicate-permission`",
    ),
    Row(
        number=68,
        what="a permission of another plan or product",
        exit="3",
        answer="`role.unknown-permission`",
        reason="The lock lists what this tenant has; where it has less than its lock, the guard `catalogue` says so",
        elsewhere=(
            "acceptance/test_acceptance_catalogue.py::test_update_of_a_removed_permission_names_the_lines_that_are_wrong_then",
        ),
    ),
    Row(number=71, what="a permission without the one it needs", exit="3", answer="`role.depends`"),
    Row(number=72, what="a word that grows the set (`all`)", exit="0", answer="the plan shows each permission"),
    Row(
        number=74,
        what="names of 10,000 characters, a number, words with a meaning",
        exit="3",
        answer="`schema.length`, `schema.type`, `yaml.null`, `role.reserved-name`, `role.standard-missing`",
        reason="A name of one letter is allowed, as the product allows it",
    ),
    Row(
        number=75,
        what="keys `__proto__`, `..`, `-rf`, `@here`, `all`",
        exit="3",
        answer="`file.name`",
        reason="The key is the name of the file; `constructor` fits the form and means nothing to this program",
    ),
    Row(number=77, what="one name in two files", exit="3", answer="`role.duplicate-name`"),
    Row(
        number=78,
        what="a role based on itself; a circle of three; a chain of 50",
        exit="3",
        answer="`role.cycle`, the whole circle named; `role.base-depth`",
    ),
    Row(
        number=80,
        what="a role is widened that 200 others are based on",
        exit="0; 5",
        answer="the plan lists each of them and counts people once; `mass-change`",
    ),
    Row(
        number=81,
        what="Owner edited; a standard role not declared as one; one that the product does not have",
        exit="4; 3; 3",
        answer="`standard`; `role.standard-missing`, `role.standard-unknown`, with what there is and can be edited",
    ),
    Row(number=83, what="a role file is removed", exit="0", answer="left in place, told as unmanaged, no write"),
    Row(number=84, what="the file of a role that administers roles is removed", exit="4", answer="`lockout`"),
    Row(number=86, what="`previously` names a role that exists", exit="3", answer="`role.previous-name`"),
    Row(
        number=87,
        what="two names swapped in one change",
        exit="0",
        answer="planned with a temporary name",
        elsewhere=(
            "acceptance/test_acceptance_swap.py::test_names_are_swapped_in_one_change",
            "acceptance/test_acceptance_swap.py::test_swap_that_was_cut_short_goes_on",
        ),
    ),
    Row(number=89, what="too few administrators would be left", exit="4", answer="`lockout`, both numbers"),
    Row(
        number=90,
        what="the only administrators left are suspended, a bot, the key's own account",
        exit="4",
        answer="`lockout`; none of them counts",
        reason="The product knows nobody who is invited and not yet active",
    ),
    Row(
        number=92,
        what="a change weakens the guards and uses the room",
        exit="4",
        answer="`lockout` by the stricter of both settings; `settings` warns",
    ),
    Row(number=93, what="a sensitive permission for 500 people", exit="5", answer="`sensitive-grant` with the command"),
    Row(number=95, what="a role is narrowed and widened at once", exit="5", answer="`narrowing`; both lists apart"),
    Row(
        number=96,
        what="a narrowing split over ten roles, each below the threshold",
        exit="5",
        answer="`narrowing` over the plan as a whole; people counted once",
    ),
    Row(
        number=98,
        what="the schema is broken, has an unknown keyword or a pattern that explodes",
        exit="3",
        answer="`catalogue.schema-stale`",
        reason=SCHEMA_REASON,
    ),
    Row(
        number=99,
        what="the schema refers to http, to a file, upwards",
        exit="3",
        answer="`catalogue.schema-stale`; no connection is made",
        reason=SCHEMA_REASON,
    ),
)
