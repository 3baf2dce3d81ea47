"""Levels, families and permissions that bring others: what role files say, mean, and may not say."""

from __future__ import annotations

import json

import pytest

from reconciler.desired.catalogue import parse_catalogue
from reconciler.desired.language import load_desired_from, read_desired_from
from reconciler.desired.lock_text import render_lock
from reconciler.desired.revise import Revision, revise
from reconciler.desired.scaffold_text import derived_text, empty_text
from reconciler.desired.schema import render_role_schema
from reconciler.desired.splice import Unwritable
from reconciler.desired.starting import readable
from reconciler.desired.statement import Vocabulary
from reconciler.errors import InputRejected
from reconciler.model.permission import CategoryForm
from reconciler.model.role import RoleContent

LOCK = """\
version: 1
role_administration: admin.role
standard_roles: []
categories:
  - key: ticket_access
    name: Which tickets
    form: levels
    permissions:
      - {key: ticket_access.own, name: Their own, level: view}
      - {key: ticket_access.within-groups, name: Of their groups, level: act, implies: [ticket_access.own]}
      - {key: ticket_access.within-org, name: Of their organization, level: act, implies: [ticket_access.own]}
      - key: ticket_access.all
        name: All
        level: manage
        sensitive: true
        implies: [ticket_access.within-groups, ticket_access.within-org]
  - key: admin
    name: Administration
    permissions:
      - {key: admin.role, name: Roles, level: manage, sensitive: true}
      - {key: admin.report, name: Reports, level: view}
      - {key: admin.everything, name: All of it, level: manage, sensitive: true, implies: [admin.report, admin.role]}
  - key: groups/Users
    name: Group Users
    family: groups
    permissions: &access
      - {key: groups/Users.read, name: Read, level: view}
      - {key: groups/Users.change, name: Change, level: act}
      - {key: groups/Users.full, name: Full, level: act, implies: [groups/Users.change, groups/Users.read]}
  - key: "groups/R%26D: a"
    name: "Group R&D: a"
    family: groups
    permissions:
      - {key: "groups/R%26D: a.read", name: Read, level: view}
      - {key: "groups/R%26D: a.change", name: Change, level: act}
      - key: "groups/R%26D: a.full"
        name: Full
        level: act
        implies: ["groups/R%26D: a.change", "groups/R%26D: a.read"]
  - key: desk
    name: Desk
    permissions:
      - {key: desk.see, name: See, level: view}
      - {key: desk.lead, name: Lead, level: act, implies: [admin.report, desk.see], requires: [ticket_access.own]}
""".replace("&access", "")
CATALOGUE = parse_catalogue("lock", LOCK.encode())
HEAD = "name: Night Desk\ndescription: Those who work at night\n"


def meaning(below: str, base: str | None = None) -> set[str]:
    """Expand what stands below `permissions`, on top of a base where one is given."""
    documents = [("roles/night.yaml", f"{HEAD}permissions:\n{below}".encode())]
    if base is not None:
        documents = [("roles/night.yaml", f"{HEAD}based_on: base\npermissions:\n{below}".encode())]
        text = f"name: Day Desk\ndescription: Those who work by day\npermissions:\n{base}"
        documents.append(("roles/base.yaml", text.encode()))
    state = load_desired_from(documents, CATALOGUE)
    return set(next(role for role in state.roles if role.key == "night").content.permissions)


def against(below: str) -> list[tuple[int, str, str, str]]:
    """Give line, code, message and fix of every problem."""
    reading = read_desired_from([("roles/night.yaml", f"{HEAD}permissions:\n{below}".encode())], CATALOGUE)
    return [(p.line, p.code, p.message, p.fix) for p in reading.problems]


USERS = ("groups/Users.read", "groups/Users.change", "groups/Users.full")


@pytest.mark.parametrize(
    ("below", "base", "expected"),
    [
        ("  ticket_access: none\n", None, []),
        ("  ticket_access: own\n", None, ["ticket_access.own"]),
        ("  ticket_access: within-org\n", None, ["ticket_access.own", "ticket_access.within-org"]),
        (
            "  ticket_access: [within-org, within-groups]\n",
            None,
            ["ticket_access.own", "ticket_access.within-org", "ticket_access.within-groups"],
        ),
        ("  ticket_access: own\n", "  ticket_access: all\n", ["ticket_access.own"]),
        ("  admin: all\n", None, ["admin.role", "admin.report"]),
        ("  admin: view\n", None, ["admin.report"]),
        ("  admin: [everything]\n", None, ["admin.role", "admin.report", "admin.everything"]),
        ("  groups: none\n", "  groups: {Users: [full]}\n", []),
        ("  groups: {Users: [full]}\n", None, USERS),
        ("  groups: {Users: {read: off}}\n", "  groups: {Users: [full]}\n", ["groups/Users.change"]),
        ("  groups: {Users: {all: on, read: off}}\n", None, ["groups/Users.change"]),
        ('  groups: {"R%26D: a": view}\n', "  groups: {Users: all}\n", ["groups/R%26D: a.read", *USERS]),
        ("  admin: none\n", "  ticket_access: own\n  desk: all\n", ["ticket_access.own", "desk.see"]),
        ("  admin: {report: off}\n", "  ticket_access: own\n  desk: all\n", ["ticket_access.own", "desk.see"]),
        ("  desk: {all: on, lead: off}\n  admin: none\n", None, ["desk.see"]),
    ],
)
def test_words_mean_closed_sets(below: str, base: str | None, expected: list[str]) -> None:
    """A level brings those below it, a member stands for itself, off takes what implies it, `all` is no whole node."""
    assert meaning(below, base) == set(expected)


def test_origin_of_what_is_brought_is_the_line_that_brings_it() -> None:
    """Explaining a role leads to the word that somebody wrote."""
    text = f"{HEAD}permissions:\n  ticket_access: within-org\n  groups:\n    Users: [full, read]\n"
    (role,) = load_desired_from([("roles/night.yaml", text.encode())], CATALOGUE).roles

    assert {key: origin.line for key, origin in role.provenance.items()} == {
        "ticket_access.own": 4,
        "ticket_access.within-org": 4,
        **dict.fromkeys(USERS, 6),
    }


@pytest.mark.parametrize(
    ("below", "code", "message", "fix"),
    [
        ("  ticket_access: within-orgs\n", "role.category-value", "`ticket_access` must be one of", "within-org"),
        ("  ticket_access: ticket_access.own\n", "role.category-value", "must be one of", "own"),
        ("  ticket_access: view\n", "role.category-value", "must be one of `none`, `own`", "Write one of them"),
        ("  ticket_access: {own: on}\n", "role.category-value", "must be one of", "Write the one word"),
        ("  ticket_access: false\n", "role.category-value", "must be one of", "Write `none`"),
        ("  ticket_access: []\n", "role.category-value", "must be one of", "one of them"),
        ("  ticket_access: [ownn]\n", "role.unknown-permission", "no permission of `ticket_access`", "own"),
        ("  groups: all\n", "role.category-value", "`groups` must be `none`, or a mapping", "one line for each"),
        ("  groups: [Users]\n", "role.category-value", "`groups` must be `none`", "one line for each"),
        ("  groups: {}\n", "role.category-value", "`groups` must be `none`", "one line for each"),
        ("  groups: {User: view}\n", "role.unknown-category", '"User" is none of `groups`', "Users"),
        ("  groups: {Users: fulll}\n", "role.category-value", "`groups/Users` must be `all`", "none"),
        ("  groups: {Users: {reed: on}}\n", "role.unknown-permission", "no permission of `groups/Users`", "read"),
        ("  groups: {Users: {read: maybe}}\n", "role.toggle", "`read` must be `on` or `off`", "Write `on`"),
        ("  groups: {Users: [read, read]}\n", "role.duplicate-permission", "listed twice", "Keep one"),
        ("  admin.role: on\n", "role.unknown-category", "is a permission, not a category", "Write `role`"),
        ("  admni: view\n", "role.unknown-category", "is no category of permissions", "admin"),
        ("  groups/Users: view\n", "role.unknown-category", "is one of `groups`", "Write `Users:` below `groups:`"),
        ("  groups: {Users: {full: on, read: off}}\n", "role.implied", "`groups/Users.full` in line 4", "Take"),
        ("  desk: [lead]\n  ticket_access: own\n  admin: none\n", "role.implied", "`admin.report` comes with", "Take"),
        (
            "  desk: all\n  ticket_access: own\n  admin: {report: off}\n",
            "role.implied",
            "`desk.lead` in line 4",
            "Take",
        ),
    ],
)
def test_what_cannot_be_said_is_told_in_the_words_of_the_product(below: str, code: str, message: str, fix: str) -> None:
    """Every slip has a message with the words that are known, and a way out."""
    found = against(below)

    assert [problem[1] for problem in found] == [code]
    assert message in found[0][2]
    assert fix in found[0][3]


def test_family_beside_permissions_is_told_its_place() -> None:
    """A family is refused for its place, and not as a thing that no product has."""
    text = f"{HEAD}permissions: {{}}\ngroups: none\n"
    found = read_desired_from([("roles/night.yaml", text.encode())], CATALOGUE).problems

    assert [problem.code for problem in found] == ["role.category-place"]


def test_lock_is_written_and_read_with_all_that_is_new() -> None:
    """Implications, forms and families come back as they are, each explained at the head of the file."""
    text = render_lock(CATALOGUE)

    assert parse_catalogue("lock", text.encode()) == CATALOGUE
    assert [word for word in ("# implies ", "# form ", "# family ") if word not in text] == []
    assert CATALOGUE.by_category["ticket_access"].form is CategoryForm.LEVELS
    assert CATALOGUE.by_category["groups/Users"].member == "Users"


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("implies: [admin.report, desk.see]", "implies: [admin.reports]", "catalogue.unknown-permission"),
        ("implies: [admin.report, desk.see]", "implies: [desk.lead]", "catalogue.unknown-permission"),
        (
            "{key: desk.see, name: See, level: view}",
            "{key: desk.see, name: See, level: view, implies: [desk.lead]}",
            "catalogue.circle",
        ),
        ("key: ticket_access.own, name", "key: ticket_access.none, name", "catalogue.key"),
        ("key: admin.report, name", "key: admin.re port, name", "catalogue.key"),
        ("key: groups/Users\n", "key: groups/Us.ers\n", "catalogue.key"),
        ("key: groups/Users\n", "key: teams/Users\n", "catalogue.key"),
        ("key: groups/Users\n", "key: gro ups/Users\n", "catalogue.key"),
        ("key: groups/Users\n", "key: groups/\n", "catalogue.key"),
        ("key: desk\n", "key: groups\n", "catalogue.key"),
        ("form: levels", "form: steps", "schema.value"),
    ],
)
def test_lock_that_means_nothing_is_refused(right: str, wrong: str, code: str) -> None:
    """Each fault of what is new is found and named."""
    assert right in LOCK
    with pytest.raises(InputRejected) as caught:
        parse_catalogue("lock", LOCK.replace(right, wrong, 1).encode())

    assert code in [problem.code for problem in caught.value.problems]


def test_schema_offers_the_words_of_the_product() -> None:
    """An editor completes levels and members; members that are alike share one definition."""
    schema = json.loads(render_role_schema(CATALOGUE))
    defined = schema["$defs"]

    assert list(schema["properties"]["permissions"]["properties"]) == ["ticket_access", "admin", "groups", "desk"]
    assert defined["ticket_access"]["anyOf"][0]["enum"] == ["none", "own", "within-groups", "within-org", "all"]
    assert "`all`: All (sensitive)" in defined["ticket_access"]["description"]
    members = defined["groups"]["anyOf"][1]["properties"]
    assert members == {key: {"$ref": "#/$defs/groups.1"} for key in ("Users", "R%26D: a")}
    assert "Brings change, read." in defined["groups.1"]["anyOf"][2]["properties"]["full"]["description"]
    assert "all of Administration but `everything`" in defined["admin"]["anyOf"][2]["properties"]["all"]["description"]


def test_new_file_shows_levels_and_families() -> None:
    """A file to start from says what there is to choose, once for a family, and passes the loader."""
    text = empty_text("roles/night.yaml", "Night Desk", None, CATALOGUE)

    assert "  # Which tickets: none, or one of\n" in text
    assert text.count("  groups: none\n") == 1
    assert "groups: none, or one line for each of them, such as Users: [...]" in text
    assert "(sensitive, brings within-groups and within-org)" in text
    assert "everything  All of it  (sensitive, brings report and role)" in text
    (role,) = load_desired_from([("roles/night.yaml", text.encode())], CATALOGUE).roles
    assert role.content.permissions == frozenset()


def test_copy_unticks_what_can_go_alone() -> None:
    """The example of a copy is a toggle that nothing else brings, and no level."""
    below = "  ticket_access: own\n  admin: [everything]\n  groups: {Users: [full]}\n  desk: [lead]\n"
    (base,) = load_desired_from([("roles/day.yaml", f"{HEAD}permissions:\n{below}".encode())], CATALOGUE).roles
    text = derived_text("roles/night.yaml", "Night Desk", None, base, CATALOGUE)

    assert [line.split(":")[0].strip() for line in text.splitlines() if ": off" in line] in (["everything"], ["lead"])


def test_example_only_reads() -> None:
    """What a new repository shows is the lowest level and what reads, nothing sensitive and nothing whole."""
    assert readable(CATALOGUE) == {
        "ticket_access.own",
        "admin.report",
        "groups/Users.read",
        "groups/R%26D: a.read",
        "desk.see",
    }


def revised(below: str, grants: list[str], base: str | None = None) -> str:
    """Change what stands below `permissions` to these permissions and what they bring, and prove that it says so."""
    stated = meaning(below, base)
    wanted = CATALOGUE.closed(grants)
    inherited = None if base is None else frozenset(meaning(base))
    lead = f"{HEAD}based_on: base\npermissions:\n" if base is not None else f"{HEAD}permissions:\n"
    content = RoleContent(name="Night Desk", description="Those who work at night", permissions=wanted)
    revision = Revision(stated=frozenset(stated), inherited=inherited, wanted=content)

    after = revise(lead + below, revision, Vocabulary(CATALOGUE)).removeprefix(lead)

    assert meaning(after, base) == wanted
    return after


OWN, CHANGE, FULL = "ticket_access.own", "groups/Users.change", "groups/Users.full"
READ_RD = "groups/R%26D: a.read"


@pytest.mark.parametrize(
    ("before", "base", "grants", "after"),
    [
        ("  ticket_access: own  # low\n", None, ["ticket_access.all"], "  ticket_access: all  # low\n"),
        ("  ticket_access: own\n", None, [], "  ticket_access: none\n"),
        ("  groups:\n    Users: [read]  # few\n", None, [FULL], "  groups:\n    Users: [read, full]  # few\n"),
        ("  groups:\n    Users: [read]\n", None, [CHANGE], "  groups:\n    Users: [change]\n"),
        (
            "  groups:\n    Users: view\n",
            None,
            ["groups/Users.read", READ_RD],
            '  groups:\n    Users: view\n    "R%26D: a": view\n',
        ),
        ("  groups: {Users: view}\n", None, [READ_RD], '  groups: {Users: none, "R%26D: a": view}\n'),
        ("  groups: none\n", None, [CHANGE, READ_RD], '  groups: {Users: [change], "R%26D: a": view}\n'),
        ("  ticket_access: own\n", None, [OWN, CHANGE], "  ticket_access: own\n  groups: {Users: [change]}\n"),
        ("  groups: {Users: view}\n", None, [], "  groups: {Users: none}\n"),
        (
            "  admin:\n    all: on\n    role: off\n",
            None,
            ["admin.everything"],
            "  admin:\n    all: on\n    role: on\n    everything: on\n",
        ),
        ("  admin: all\n", None, ["admin.everything"], "  admin: [everything]\n"),
        (
            "  groups:\n    Users:\n      read: on\n",
            None,
            ["groups/Users.read", CHANGE],
            "  groups:\n    Users:\n      read: on\n      change: on\n",
        ),
        ("  groups: none\n", "  groups: {Users: view}\n", ["groups/Users.read"], "  groups: {Users: view}\n"),
        ("  groups: none\n", "  groups: {Users: view}\n", [CHANGE], "  groups: {Users: [change]}\n"),
        ("  desk: [see]\n", "  groups: {Users: view}\n", ["desk.see"], "  groups: {Users: none}\n  desk: [see]\n"),
        (
            "  ticket_access: own\n  desk: [lead]\n",
            None,
            [OWN, "desk.see", "admin.report"],
            "  ticket_access: own\n  admin: view\n  desk: view\n",
        ),
        (
            "  desk: none\n",
            "  ticket_access: own\n  admin: view\n  desk: [lead]\n",
            [OWN, "admin.report", "desk.lead"],
            "  desk: all\n",
        ),
    ],
)
def test_file_is_changed_where_it_says_something_else(
    before: str, base: str | None, grants: list[str], after: str
) -> None:
    """A level is one word, a member changes in its place, and what only came along is said where it stays."""
    assert revised(before, grants, base) == after


def test_category_that_came_along_is_left_out_where_the_base_has_it() -> None:
    """With a base, what another category brought and the base has needs no word."""
    base = "  admin: view\n  groups: {Users: view}\n  ticket_access: own\n"
    before = "  desk: [lead]\n"

    assert revised(before, [OWN, "admin.report", "groups/Users.read", "desk.see"], base) == "  desk: view\n"


def test_file_without_a_mapping_of_permissions_is_left_to_people() -> None:
    """What the loader would not take is not edited."""
    content = RoleContent(name="Night Desk", description="Those who work at night", permissions=frozenset({OWN}))
    revision = Revision(stated=frozenset(), inherited=None, wanted=content)

    with pytest.raises(Unwritable):
        revise(f"{HEAD}permissions: none\n", revision, Vocabulary(CATALOGUE))
