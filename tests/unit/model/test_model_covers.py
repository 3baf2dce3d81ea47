"""What covers what: an adversarial table over every kind of permission that products have, and the laws behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.permission import Catalogue, Category, CategoryForm, Permission, PermissionLevel

ACCESS = ("read", "create", "change", "overview")
BELOW = {
    "flag.a": (),
    "flag.b": (),
    "flag.ab": (),
    "view_access.playonly": (),
    "view_access.readonly": ("view_access.playonly",),
    "view_access.manage-personal": ("view_access.readonly",),
    "view_access.full": ("view_access.manage-personal",),
    "ticket_access.assigned-only": (),
    "ticket_access.within-groups": ("ticket_access.assigned-only",),
    "ticket_access.within-groups-and-public-groups": ("ticket_access.within-groups",),
    "ticket_access.within-organization": ("ticket_access.assigned-only",),
    "ticket_access.all": ("ticket_access.within-groups-and-public-groups", "ticket_access.within-organization"),
    "admin.everything": ("admin.role", "admin.user", "admin.channel_email"),
    "admin.role": (),
    "admin.user": (),
    "admin.channel_email": (),
    "knowledge_base.editor": ("knowledge_base.reader",),
    "knowledge_base.reader": (),
    "report.everything": (),
    **{f"groups/{name}.{short}": () for name in ("Users", "Sales::EU") for short in ACCESS},
    **{f"groups/{name}.full": tuple(f"groups/{name}.{short}" for short in ACCESS) for name in ("Users", "Sales::EU")},
    "desk.lead": ("desk.round", "knowledge_base.editor"),
    "desk.round": ("desk.about",),
    "desk.about": ("desk.round",),
}
"""Booleans, a chain, a partial order, trees, groups with `full`, a reach across categories, and two of one meaning."""


def a_catalogue(below: dict[str, tuple[str, ...]]) -> Catalogue:
    """Give a catalogue in which each key implies those it is listed with."""
    keys = dict.fromkeys(key.partition(".")[0] for key in below)
    return Catalogue(
        version=1,
        categories=tuple(
            Category(
                key=category,
                name=category,
                form=CategoryForm.LEVELS if category.endswith("_access") else CategoryForm.TOGGLES,
                family="groups" if category.startswith("groups/") else None,
                permissions=tuple(
                    Permission(key=key, name=key, level=PermissionLevel.ACT, implies=tuple(sorted(implied)))
                    for key, implied in below.items()
                    if key.partition(".")[0] == category
                ),
            )
            for category in keys
        ),
    )


CATALOGUE = a_catalogue(BELOW)

TABLE = [
    # booleans
    ("", "", True),
    ("flag.a", "", True),
    ("", "flag.a", False),
    ("flag.a", "flag.a", True),
    ("flag.a", "flag.b", False),
    ("flag.a flag.b", "flag.b", True),
    ("flag.a flag.b", "flag.ab", False),
    ("flag.ab", "flag.a", False),
    # a chain of levels
    ("view_access.full", "view_access.playonly", True),
    ("view_access.full", "view_access.manage-personal view_access.readonly", True),
    ("view_access.playonly", "view_access.full", False),
    ("view_access.readonly", "view_access.manage-personal", False),
    ("view_access.manage-personal", "view_access.readonly", True),
    ("view_access.playonly view_access.manage-personal", "view_access.readonly", True),
    ("view_access.full", "ticket_access.assigned-only", False),
    # a partial order
    ("ticket_access.all", "ticket_access.within-organization", True),
    ("ticket_access.all", "ticket_access.within-groups", True),
    ("ticket_access.all", "ticket_access.assigned-only", True),
    ("ticket_access.within-groups", "ticket_access.within-organization", False),
    ("ticket_access.within-organization", "ticket_access.within-groups", False),
    ("ticket_access.within-groups-and-public-groups", "ticket_access.within-organization", False),
    ("ticket_access.within-organization", "ticket_access.within-groups-and-public-groups", False),
    ("ticket_access.within-groups-and-public-groups", "ticket_access.within-groups", True),
    ("ticket_access.within-organization", "ticket_access.assigned-only", True),
    ("ticket_access.within-groups ticket_access.within-organization", "ticket_access.all", False),
    ("ticket_access.within-groups-and-public-groups ticket_access.within-organization", "ticket_access.all", False),
    ("ticket_access.all", "ticket_access.within-groups-and-public-groups ticket_access.within-organization", True),
    # trees: the whole node, its children, and nothing of another node
    ("admin.everything", "admin.role", True),
    ("admin.everything", "admin.role admin.user admin.channel_email", True),
    ("admin.role admin.user admin.channel_email", "admin.everything", False),
    ("admin.role", "admin.user", False),
    ("admin.everything", "report.everything", False),
    ("knowledge_base.editor", "knowledge_base.reader", True),
    ("knowledge_base.reader", "knowledge_base.editor", False),
    # groups
    ("groups/Users.full", "groups/Users.read groups/Users.create", True),
    ("groups/Users.full", "groups/Users.overview", True),
    ("groups/Users.read groups/Users.create groups/Users.change groups/Users.overview", "groups/Users.full", False),
    ("groups/Users.create", "groups/Users.read", False),
    ("groups/Users.change", "groups/Users.create", False),
    ("groups/Users.full", "groups/Sales::EU.read", False),
    ("groups/Users.full groups/Sales::EU.full", "groups/Sales::EU.change", True),
    # across categories, and further than one step
    ("desk.lead", "knowledge_base.reader", True),
    ("desk.lead", "desk.about", True),
    ("knowledge_base.editor desk.round", "desk.lead", False),
    # two that imply each other are as much as each other
    ("desk.round", "desk.about", True),
    ("desk.about", "desk.round", True),
    # what the catalogue does not know stands for itself alone
    ("admin.everything", "admin.new", False),
    ("admin.new", "admin.new", True),
    ("admin.new", "admin.role", False),
    ("labs.preview flag.a", "flag.a", True),
    ("ticket_access", "ticket_access.assigned-only", False),
    ("groups/Users", "groups/Users.read", False),
]


@pytest.mark.parametrize(
    ("more", "less", "expected"), TABLE, ids=[f"{a or 'nothing'} > {b or 'nothing'}" for a, b, _ in TABLE]
)
def test_covers_is_as_the_table_says(more: str, less: str, expected: bool) -> None:
    """One role covers another exactly where its holders can do all that the other's can."""
    assert CATALOGUE.covers(more.split(), less.split()) is expected


def test_table_is_adversarial_enough() -> None:
    """Every key of the catalogue is asked about on some side, and both answers are common."""
    asked = {key for more, less, _ in TABLE for key in f"{more} {less}".split()}

    assert len(TABLE) >= 40
    assert {key for key in BELOW if not key.startswith("groups/Sales")} <= asked
    assert min(sum(yes for *_, yes in TABLE), sum(not yes for *_, yes in TABLE)) >= 15


@pytest.mark.parametrize(
    ("category", "keys", "levels"),
    [
        ("view_access", "", ()),
        ("view_access", "view_access.readonly view_access.playonly", ("readonly",)),
        ("ticket_access", "ticket_access.all ticket_access.within-groups view_access.full", ("all",)),
        (
            "ticket_access",
            "ticket_access.within-organization ticket_access.within-groups ticket_access.assigned-only",
            ("within-groups", "within-organization"),
        ),
    ],
)
def test_levels_of_a_category_are_its_highest_in_its_own_order(
    category: str, keys: str, levels: tuple[str, ...]
) -> None:
    """What a level implies is not said again, what another category has is not said at all, and two may stand."""
    assert CATALOGUE.level(CATALOGUE.by_category[category], frozenset(keys.split())) == levels


def test_permission_implies_one_that_no_category_lists() -> None:
    """It comes along, and what it implies itself nobody knows."""
    catalogue = a_catalogue({"flag.a": ("flag.hidden",)})

    assert catalogue.closed({"flag.a"}) == {"flag.a", "flag.hidden"}
    assert catalogue.closed({"flag.hidden"}) == {"flag.hidden"}


KEYS = tuple(f"{category}.{short}" for category in ("a", "b/x") for short in ("p", "q", "r", "s"))
sets = st.frozensets(st.sampled_from((*KEYS, "c.unknown")))
orders = st.fixed_dictionaries(
    {key: st.lists(st.sampled_from(KEYS), max_size=3, unique=True).map(tuple) for key in KEYS}
)
"""Any relation at all, circles too."""


@given(orders, sets, sets, sets)
def test_covering_is_an_order_by_closure(
    below: dict[str, tuple[str, ...]], a: frozenset[str], b: frozenset[str], c: frozenset[str]
) -> None:
    """Covering is reflexive, transitive and monotone; sets that cover each other close to the same set."""
    catalogue = a_catalogue(below)
    covers, closed = catalogue.covers, catalogue.closed

    assert covers(a, a)
    assert covers(a, b) == (closed(b) <= closed(a))
    assert not (covers(a, b) and covers(b, c)) or covers(a, c)
    assert covers(a | c, a)
    assert not covers(a, b) or covers(a | c, b | c)
    assert (covers(a, b) and covers(b, a)) == (closed(a) == closed(b))


@given(orders, sets)
def test_closing_adds_all_that_is_implied_and_no_more(below: dict[str, tuple[str, ...]], a: frozenset[str]) -> None:
    """A closed set stays as it is, holds what each of its members implies, and is what its maxima close to."""
    catalogue = a_catalogue(below)
    closed = catalogue.closed(a)

    assert a <= closed == catalogue.closed(closed)
    assert all(set(below.get(key, ())) <= closed for key in closed)
    assert all(key in a or any(key in below.get(other, ()) for other in closed) for key in closed)
    assert catalogue.closed(catalogue.maxima(closed)) == closed


@given(orders, sets)
def test_above_is_below_seen_from_the_other_end(below: dict[str, tuple[str, ...]], a: frozenset[str]) -> None:
    """Without everything above a permission, a closed set stays closed."""
    catalogue = a_catalogue(below)
    left = catalogue.closed(KEYS) - frozenset().union(*(catalogue.above.get(key, {key}) for key in a))

    assert left == catalogue.closed(left)


def test_maxima_are_the_fewest_that_say_a_set() -> None:
    """Of a level, the level itself; of incomparable ones, all of them."""
    both = {"ticket_access.within-groups", "ticket_access.within-organization"}

    assert CATALOGUE.maxima(CATALOGUE.closed(["ticket_access.all"])) == {"ticket_access.all"}
    assert CATALOGUE.maxima(CATALOGUE.closed(both)) == both
    assert a_catalogue({"a.p": ()}).maxima(frozenset({"a.p"})) == {"a.p"}


def test_member_of_a_family_has_its_own_name() -> None:
    """A category knows what role files call it."""
    assert [category.member for category in CATALOGUE.categories][-3:] == ["Users", "Sales::EU", "desk"]
