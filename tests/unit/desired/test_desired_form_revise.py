"""Edits of files that are there: as small as can be, with every comment kept."""

from __future__ import annotations

import pytest

from reconciler.desired.language import load_desired_from
from reconciler.desired.revise import Revision, revise
from reconciler.desired.splice import Splicer, Unwritable
from reconciler.desired.statement import Vocabulary
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.model.role import RoleContent

LEVELS = {"view": "view", "all_teams": "view", "reply": "act", "tag": "act", "merge": "act"}
CATALOGUE = Catalogue(
    version=1,
    categories=tuple(
        Category(
            key=category,
            name=category,
            permissions=tuple(
                Permission(key=f"{category}.{short}", name=short, level=PermissionLevel(level))
                for short, level in LEVELS.items()
            ),
        )
        for category in ("tickets", "notes")
    ),
    role_administration="tickets.merge",
)
HEAD = "name: Night Desk\ndescription: Watches at night\n"
BASE = "name: Day Desk\ndescription: Watches by day\npermissions: {tickets: [view, reply]}\n"


def revised(
    text: str,
    *grants: str,
    name: str = "Night Desk",
    description: str = "Watches at night",
    base: str = "",
) -> str:
    """Change a file to these permissions of `tickets` and `notes`, and prove that it says so."""
    documents = [("roles/base.yaml", base.encode())] if base else []
    state = load_desired_from([("roles/it.yaml", text.encode()), *documents], CATALOGUE)
    roles = {role.key: role.content.permissions for role in state.roles}
    wanted = RoleContent(name=name, description=description, permissions=frozenset(grants))
    revision = Revision(stated=roles["it"], inherited=roles["base"] if base else None, wanted=wanted)

    after = revise(text, revision, Vocabulary(CATALOGUE))

    state = load_desired_from([("roles/it.yaml", after.encode()), *documents], CATALOGUE)
    assert wanted == next(role.content for role in state.roles if role.key == "it")
    return after


@pytest.mark.parametrize(
    ("before", "grants", "after"),
    [
        pytest.param("tickets: none  # a", "view reply", "tickets: [view, reply]  # a", id="a word no longer fits"),
        pytest.param("tickets: [view]", "view tag", "tickets: [view, tag]", id="an item is put in behind another"),
        pytest.param("tickets: [ tag ]", "view tag", "tickets: [ view, tag ]", id="an item is put in first"),
        pytest.param("tickets: [tag, 'view']", "view", "tickets: ['view']", id="the first item is taken out"),
        pytest.param("tickets: [view,  tag, reply]", "view", "tickets: [view]", id="the last items are taken out"),
        pytest.param("tickets: [view, tag, reply]", "view reply", "tickets: [view, reply]", id="from the middle"),
        pytest.param("tickets: [view, tag]", "", "tickets: none", id="nothing is left of a list"),
        pytest.param("tickets: [view, tag]", "reply", "tickets: [reply]", id="everything in a list is other"),
        pytest.param("tickets: {view: on}", "view all_teams tag", "tickets: {view: on, tag: on}", id="a toggle more"),
        pytest.param("tickets: {tag: 'on'}", "", "tickets: {tag: 'off'}", id="a toggle is turned, quotes stay"),
        pytest.param("tickets: {all: on, merge: off}", "", "tickets: none", id="nothing is left of many toggles"),
        pytest.param("tickets: {tag: false}", "tag", "tickets: {tag: true}", id="a toggle keeps its spelling"),
        pytest.param("tickets: {tag: on}", "tag view", "tickets: [view, tag]", id="a toggle would select too much"),
        pytest.param(
            "tickets: {all: on}",
            "view",
            "tickets: {all: on, all_teams: off, reply: off, tag: off, merge: off}",
            id="many off",
        ),
        pytest.param("tickets: {view: on}", "all_teams", "tickets: [all_teams]", id="a selection cannot be turned off"),
        pytest.param("notes: none", "view", "tickets: [view]\n  notes: none", id="a category is put in first"),
        pytest.param(
            "tickets:\n    - view  # a\n    # b\n    - tag  # c",
            "view",
            "tickets:\n    - view  # a\n    # b\n    # c",
            id="a line goes, comments stay",
        ),
        pytest.param(
            "tickets:\n    - tag\n    # b",
            "tag view",
            "tickets:\n    - view\n    - tag\n    # b",
            id="a line comes first",
        ),
        pytest.param(
            "tickets:\n    - view  # a\n    # b",
            "tag view",
            "tickets:\n    - view  # a\n    - tag\n    # b",
            id="a line comes",
        ),
        pytest.param("tickets:  # a\n    - view  # b", "", "tickets: none  # a\n    # b", id="a block becomes a word"),
        pytest.param(
            "tickets:\n    tag: on  # a", "tag reply", "tickets:\n    tag: on  # a\n    reply: on", id="a toggle comes"
        ),
        pytest.param(
            "tickets: [view,  # a\n    # b\n    tag, # c\n    reply]",
            "view reply",
            "tickets: [view,  # a\n    # b\n     # c\n    reply]",
            id="from lines in brackets",
        ),
        pytest.param(
            "tickets: [view,  # a\n    tag  # b\n    ]",
            "view",
            "tickets: [view  # a\n      # b\n    ]",
            id="the last line in brackets",
        ),
        pytest.param("tickets: [  # a\n    tag]  # b", "", "tickets: none  # b\n    # a", id="brackets become a word"),
        pytest.param(
            "tickets:  # a\n    # b\n    - view  # c\n    # d\n    - tag\n    # e",
            "all_teams reply",
            "tickets:  # a\n    # b\n    # c\n    # d\n    - all_teams\n    - reply\n    # e",
            id="every line of a list is other",
        ),
        pytest.param(
            "tickets: [  # a\n    tag,  # b\n    # c\n    merge  # d\n    ]",
            "all_teams reply",
            "tickets: [  # a\n    all_teams, reply  # b\n    # c\n      # d\n    ]",
            id="every line in brackets is other",
        ),
        pytest.param(
            "tickets:\n    # a\n    # b\n    - tag",
            "tag view",
            "tickets:\n    - view\n    # a\n    # b\n    - tag",
            id="a line comes before the comments of the first",
        ),
        pytest.param(
            "tickets:\n    # a\n    tag: on  # b\n    # c\n    reply: off  # d",
            "view tag",
            "tickets:\n    # a\n    - tag  # b\n    - view\n    # c\n    # d",
            id="toggles on lines become a list on lines",
        ),
        pytest.param(
            "tickets:\n    tag: on  # a",
            "view all_teams",
            "tickets: view\n    # a",
            id="toggles on lines become a word",
        ),
    ],
)
def test_edit_is_the_smallest(before: str, grants: str, after: str) -> None:
    """A toggle is turned, an item put in or taken out, a word replaced only where it no longer fits."""
    keys = [f"tickets.{short}" for short in grants.split()]

    assert f"{HEAD}permissions:\n  {after}\n" == revised(f"{HEAD}permissions:\n  {before}\n", *keys)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", "{tickets: [tag], notes: [view]}"),
        ("{tickets: none}", "{tickets: [tag], notes: [view]}"),
        ("{notes: none}", "{tickets: [tag], notes: [view]}"),
        ("\n  tickets: none\n", "\n  tickets: [tag]\n  notes: [view]\n"),
        ("\n  tickets:\n    - view\n    # a\n", "\n  tickets:\n    - tag\n    # a\n  notes: [view]\n"),
        ("\n  tickets:\n    - tag\n    # a\n  # b\n", "\n  tickets:\n    - tag\n    # a\n  notes: [view]\n  # b\n"),
        ("\n  # a\n  notes: none\n", "\n  tickets: [tag]\n  # a\n  notes: [view]\n"),
    ],
)
def test_categories_are_put_in_their_place(before: str, after: str) -> None:
    """A category that the file left out is written where the catalogue has it, in the style of the others."""
    text = revised(f"{HEAD}permissions: {before}", "tickets.tag", "notes.view")

    assert text == f"{HEAD}permissions: {after}"


@pytest.mark.parametrize(
    ("before", "grants", "after"),
    [
        ("tickets: {tag: on}", "view reply", "tickets: {tag: off}"),
        ("tickets: {reply: off}", "view reply tag", "tickets: {reply: on, tag: on}"),
        ("tickets: [tag]", "view tag", "tickets: [view, tag]"),
        ("tickets: all", "view", "tickets: [view]"),
        ("tickets: {reply: off}", "view reply all_teams", "tickets: {reply: on, all_teams: on}"),
        ("tickets: none", "view reply", "tickets: [view, reply]"),
        ("notes: none", "reply", "tickets: [reply]\n  notes: none"),
    ],
)
def test_overrides_of_a_base_are_adjusted(before: str, grants: str, after: str) -> None:
    """A role with a base keeps it; only what the role itself says changes."""
    head = f"{HEAD}based_on: base\npermissions:\n  "
    keys = [f"tickets.{short}" for short in grants.split()]

    assert f"{head}{after}\n" == revised(f"{head}{before}\n", *keys, base=BASE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Watches at night  # a", "Watches: by day  # a"),
        ("'Watches at night'", "'Watches: by day'"),
        ('"Watches at night"', '"Watches: by day"'),
        ("Watches\n  at night", '"Watches: by day"'),
        (">-  # a\n  Watches\n  at night", '"Watches: by day"\n  # a'),
    ],
)
def test_text_keeps_its_quotes(before: str, after: str) -> None:
    """A text is replaced in the quotes it had, and put into quotes where it needs them."""
    after = after.replace("Watches: by day  #", '"Watches: by day"  #')
    text = f"name: Night Desk\ndescription: {before}\npermissions: {{}}\n"

    assert text.replace(before, after) == revised(text, description="Watches: by day")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("previously: [Late Desk, Old Desk]\n", "previously: [Late Desk]\n"),
        ("previously: [Old Desk]  # a\n", "# a\n"),
        ("previously:\n  # a\n  - Old Desk  # b\n", "# a\n# b\n"),
        ("previously:\n  - Old Desk  # b\n  - Late Desk\n", "previously:\n  # b\n  - Late Desk\n"),
    ],
)
def test_name_that_is_back_is_no_earlier_name(before: str, after: str) -> None:
    """A live role that still has an earlier name gives it back to the file."""
    text = revised(f"{HEAD}{before}permissions: {{}}", name="Old Desk")

    assert text == f"{HEAD}{after}permissions: {{}}".replace("Night Desk", "Old Desk")


def test_first_line_of_a_file_can_go() -> None:
    """A field at the very top leaves nothing behind but its comments."""
    after = revised(f"previously: [Old]  # a\n{HEAD}permissions: {{}}\n", name="Old")

    assert after == f"# a\n{HEAD}permissions: {{}}\n".replace("Night Desk", "Old")


def test_last_line_can_go_while_another_category_comes() -> None:
    """An item that is taken out at the end of a file does not stand in the way of what is put behind it."""
    head = f"{HEAD}permissions:\n  tickets:\n    - view  # a\n"

    after = revised(f"{head}    - tag  # b", "tickets.view", "tickets.reply", "notes.view")

    assert after == f"{head}    - reply\n    # b\n  notes: [view]"


def test_file_in_braces_is_edited_too() -> None:
    """The whole file may be one mapping in braces, on one line."""
    text = "{name: Night Desk, previously: [Old], description: Watches at night, permissions: {tickets: view}}"

    after = revised(text, "tickets.tag", name="Old", description="Watches, at night")

    assert after == '{name: Old, description: "Watches, at night", permissions: {tickets: [tag]}}'


def test_line_ends_stay() -> None:
    """A file with line ends of Windows keeps them, also in new lines."""
    text = f"{HEAD}permissions:\n  tickets:\n    - view  # a\n    - tag  # b\n".replace("\n", "\r\n")

    after = revised(text, "tickets.view", "tickets.reply")

    assert after.replace("\r\n", "") == after.replace("\n", "").replace("\r", "")
    assert after.endswith("    - view  # a\r\n    - reply\r\n    # b\r\n")


@pytest.mark.parametrize(
    "permissions",
    ["tickets:\n    -\n      tag\n    - view\n", "? notes\n  : none\n", "? tickets\n  :\n    - tag\n"],
)
def test_odd_forms_are_left_to_people(permissions: str) -> None:
    """Where an entry does not begin its line, none is put beside it and none is taken away."""
    with pytest.raises(Unwritable):
        revised(f"{HEAD}permissions:\n  {permissions}", "tickets.view", "tickets.reply", "notes.view")


@pytest.mark.parametrize("text", ["- a\n", "a: [\n"])
def test_only_one_mapping_is_edited(text: str) -> None:
    """What is no mapping, or no YAML, is not for this room."""
    with pytest.raises(Unwritable):
        Splicer(text).top()


def test_edits_that_meet_are_refused() -> None:
    """Two edits of the same characters are no edit at all."""
    splicer = Splicer("name: Desk\n")
    splicer.put(0, 4, "a")
    splicer.put(2, 5, "b")

    with pytest.raises(Unwritable):
        splicer.result()
