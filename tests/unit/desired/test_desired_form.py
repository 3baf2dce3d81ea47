"""The shortest form of a set of permissions, and how names and texts are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.form import adjusting_form, whole_form
from reconciler.desired.quoting import scalar, word
from reconciler.desired.role_text import schema_line
from reconciler.desired.slugs import free_key, slug
from reconciler.model.permission import Category, Permission, PermissionLevel, PermissionSet

CATALOGUE = load_catalogue(Path(__file__).parents[3])
CONVERSATIONS = CATALOGUE.by_category["conversations"]
SETTINGS = CATALOGUE.by_category["settings"]
ANALYTICS = CATALOGUE.by_category["analytics"]


def some(category: Category, *shorts: str) -> PermissionSet:
    """Give full keys of a category."""
    return frozenset(f"{category.key}.{short}" for short in shorts)


def every(category: Category, *besides: str) -> PermissionSet:
    """Give all keys of a category besides some."""
    return frozenset(p.key for p in category.permissions if p.short not in besides)


def category_of(key: str, *shorts: str) -> Category:
    """Give a category of permissions for daily work."""
    permissions = tuple(Permission(key=f"{key}.{s}", name=s, level=PermissionLevel.ACT) for s in shorts)
    return Category(key=key, name=key, permissions=permissions)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (some(CONVERSATIONS), "none"),
        (every(CONVERSATIONS), "all"),
        (some(CONVERSATIONS, "view", "view_all"), "view"),
        (some(CONVERSATIONS, "view"), "[view]"),
        (some(CONVERSATIONS, "tag", "view", "reply"), "[view, reply, tag]"),
        (some(CONVERSATIONS, "view", "view_all", "reply"), "{view: on, reply: on}"),
        (every(CONVERSATIONS, "bulk_close"), "{all: on, bulk_close: off}"),
        (every(CONVERSATIONS, "view"), "{all: on, view: off}"),
    ],
)
def test_whole_form_is_the_shortest(wanted: PermissionSet, said: str) -> None:
    """A word before a list before a mapping; items in the order of the catalogue."""
    assert said == whole_form(CONVERSATIONS, wanted).flow


def test_form_for_a_role_with_a_base_takes_nothing_over() -> None:
    """`view: on` with more only adds to what is inherited, so it cannot replace it."""
    wanted = some(CONVERSATIONS, "view", "view_all", "reply")

    assert whole_form(CONVERSATIONS, wanted, replaces=True).flow == "[view, view_all, reply]"


@pytest.mark.parametrize(
    ("wanted", "inherited", "said"),
    [
        (some(ANALYTICS, "export"), some(ANALYTICS, "export"), None),
        (some(ANALYTICS), every(ANALYTICS), "none"),
        (every(ANALYTICS, "export"), every(ANALYTICS), "{export: off}"),
        (some(ANALYTICS, "export", "view_dashboards"), some(ANALYTICS, "view_dashboards"), "{export: on}"),
        (some(SETTINGS, "view", "tags"), some(SETTINGS, "tags"), "[view, tags]"),
    ],
)
def test_adjusting_form_says_what_differs_from_the_base(
    wanted: PermissionSet, inherited: PermissionSet, said: str | None
) -> None:
    """Only the difference where that is shorter; a permission called `view` is not switched on by a selection."""
    category = ANALYTICS if not any(key.startswith("settings") for key in wanted) else SETTINGS
    form = adjusting_form(category, wanted, inherited)

    assert said == (None if form is None else form.flow)


def test_long_line_becomes_one_word_a_line() -> None:
    """What does not fit a line is written as a block."""
    half = [p.short for p in SETTINGS.permissions][:9]

    lines = list(whole_form(SETTINGS, some(SETTINGS, *half)).lines("settings", "  "))
    names = [f"permission_number_{number}" for number in range(10, 30)]
    many = category_of("many", *names)
    toggles = list(whole_form(many, every(many, *names[:6])).lines("many", "  "))

    assert lines == ["  settings:", *(f"    - {short}" for short in half)]
    assert toggles == ["  many:", "    all: on", *(f"    {name}: off" for name in names[:6])]


def test_words_that_mean_something_else_are_not_selected() -> None:
    """`all: off` cannot stand beside `all: on`; a permission called `view` can be switched off there, and not on."""
    category = category_of("odd", "all", "view", "a_very_long_name", "another_very_long_name")

    assert whole_form(category, every(category, "all")).flow == "[view, a_very_long_name, another_very_long_name]"
    assert whole_form(category, every(category, "view")).flow == "{all: on, view: off}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Quality Reviewer", "Quality Reviewer"),
        ("Agent - No Bulk Actions", "Agent - No Bulk Actions"),
        ("Étages & co", "Étages & co"),
        ("1st Line", '"1st Line"'),
        ("Sales: EMEA", '"Sales: EMEA"'),
        ("Sales #1", '"Sales #1"'),
        ("Sales:", '"Sales:"'),
        ("- dash", '"- dash"'),
        ("Yes", '"Yes"'),
        ('The "best" desk', 'The "best" desk'),
        ('"Best" desk', "'\"Best\" desk'"),
        ("'tis \\ odd", "'''tis \\ odd'"),
        ('"a"\x00', '"\\"a\\"\\u0000"'),
        ("", '""'),
    ],
)
def test_text_is_plain_where_that_is_safe(text: str, said: str) -> None:
    """Quotes only where the text would read as something else."""
    assert said == scalar(text)


def test_quotes_that_were_there_stay() -> None:
    """A text that is replaced keeps the kind of quotes; between braces more has to be quoted."""
    assert scalar("Day", style="'") == "'Day'"
    assert scalar("Day", style='"') == '"Day"'
    assert scalar("Day, late", flow=True) == '"Day, late"'
    assert scalar("Day, late", style=">") == "Day, late"


@pytest.mark.parametrize(("short", "said"), [("reply", "reply"), ("null", "'null'"), ("1a", "'1a'")])
def test_words_are_quoted_where_they_would_be_no_text(short: str, said: str) -> None:
    """A permission may have any word for a name."""
    assert said == word(short)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Night Shift", "night-shift"),
        ("Agent - No Bulk Actions", "agent-no-bulk-actions"),
        ("Équipe d'été", "equipe-d-ete"),
        ("Straße", "strasse"),
        ("CON", "con-role"),
        ("none", "none-role"),
        ("com1", "com1-role"),
        ("日本語", "role"),
        ("x" * 70, "x" * 63),
    ],
)
def test_key_is_made_of_the_name(name: str, key: str) -> None:
    """A key is what is left of a name in lower-case letters, digits and dashes, and no word that a system keeps."""
    assert key == slug(name)


def test_taken_keys_get_a_number() -> None:
    """The first number that is free, within the longest key there may be."""
    assert free_key("Night", {"night", "night-2"}) == "night-3"
    assert free_key("x" * 70, {"x" * 63}) == "x" * 61 + "-2"


def test_schema_is_found_from_any_folder() -> None:
    """The line for editors leads from the file to the root and down again."""
    assert schema_line("roles/standard/a.yaml").endswith("$schema=../../schemas/role.schema.json")
    assert schema_line("desk/roles/a.yaml").endswith("$schema=../../schemas/role.schema.json")
