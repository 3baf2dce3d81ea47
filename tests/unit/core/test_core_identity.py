"""Which live role a file can mean: the one whose id is pinned, or the only one of a name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    ANYTHING_GOES,
    REPLY,
    VIEW,
    a_base,
    a_live_role,
    a_live_state,
    a_person,
    a_retired_role,
    a_role,
    a_state,
    a_tenant,
    findings_of,
    planned,
)
from fakes.tenant import FakeTenant
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.match import Matching, match
from reconciler.errors import LiveAmbiguous
from reconciler.model.finding import BaseRevision, FindingLevel, Guard
from reconciler.model.product import Product
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleId, RoleKey
from reconciler.operations.plan import Planned, Request

SAME_NAMES = Product(name="Namesakes", unique_names=False)


def matched(
    files: tuple[DesiredRole | RetiredRole, ...],
    *live: LiveRole,
    product: Product = SAME_NAMES,
    pins: dict[str, str] | None = None,
) -> Matching:
    """Match files to live roles under these pins."""
    pinned = {RoleKey(key): RoleId(role) for key, role in (pins or {}).items()}
    return match(replace(a_state(*files), pinned_ids=pinned), a_live_state(*live, product=product))


def plan_of(
    tenant: FakeTenant, *files: DesiredRole | RetiredRole, pins: dict[str, str], base: BaseRevision | None = None
) -> Planned:
    """Plan these files under these pins."""
    desired = replace(a_state(*files), pinned_ids={RoleKey(key): RoleId(role) for key, role in pins.items()})
    return planned(Request(desired=desired, settings=ANYTHING_GOES, base=base), tenant)


def found(matching: Matching) -> dict[str, str]:
    """Give the id that each file means."""
    return {m.role.key: m.live.id for m in matching.matched} | {r.key: live.id for r, live in matching.retiring}


def test_pinned_role_is_found_under_any_name() -> None:
    """A file means the role with its id though another has its name now; that one is nobody's."""
    night, other = a_live_role("Watch", id="7"), a_live_role("Night", id="8")

    told = matched((a_role("night", name="Night"),), night, other, pins={"night": "7"})

    assert found(told) == {"night": "7"}
    assert [m.renamed for m in told.matched] == [True]
    assert told.unmanaged == (other,)


def test_pinned_roles_exchange_their_names_without_a_circle() -> None:
    """Ids tell what names alone cannot, so nobody is asked and no temporary name is needed."""
    files = (a_role("a", name="B", previously=("A",)), a_role("b", name="A", previously=("B",)))

    told = matched(files, a_live_role("A", id="1"), a_live_role("B", id="2"), pins={"a": "1", "b": "2"})

    assert found(told) == {"a": "1", "b": "2"}
    assert [m.temporary for m in told.matched] == [None, None]


def test_pinned_roles_exchange_their_names_whoever_else_has_them() -> None:
    """Other roles with these names tell nothing about a swap of roles that are found by their ids."""
    files = (a_role("a", name="B", previously=("A",)), a_role("b", name="A", previously=("B",)))
    live = [a_live_role(name, id=number) for name, number in zip("ABAB", "1234", strict=True)]

    told = matched(files, *live, pins={"a": "1", "b": "2"})

    assert found(told) == {"a": "1", "b": "2"}
    assert told.pending == ()
    assert [role.id for role in told.unmanaged] == ["3", "4"]


def test_pinned_file_takes_no_name_from_a_swap_of_others() -> None:
    """Two roles that are found by their names swap them, though a third with one of these names is pinned and goes."""
    files = (
        a_role("a", name="B", previously=("A",), grants=(VIEW,)),
        a_role("b", name="A", previously=("B",), grants=(VIEW, REPLY)),
        a_retired_role("c", name="A"),
    )
    live = (
        a_live_role("A", id="1", grants=(VIEW,)),
        a_live_role("B", id="2", grants=(VIEW, REPLY)),
        a_live_role("A", id="3"),
    )

    told = matched(files, *live, pins={"c": "3"})

    assert found(told) == {"a": "1", "b": "2", "c": "3"}
    assert told.pending == (("a", "b"),)


def test_retired_file_is_found_by_its_pin() -> None:
    """Of two roles with one name only the pinned one goes."""
    told = matched(
        (a_retired_role("night", name="Night"),),
        a_live_role("Night", id="7"),
        a_live_role("Night", id="8"),
        pins={"night": "8"},
    )

    assert found(told) == {"night": "8"}


def test_name_of_several_is_refused_where_a_file_means_it() -> None:
    """Every one is told with its id, and what to write where."""
    with pytest.raises(LiveAmbiguous) as raised:
        matched((a_role("night", name="Night"),), *(a_live_role("Night", id=number) for number in "789"))

    assert raised.value.detail == (
        '3 live roles have one name, and the file night could mean any of them: "Night" (7), "Night" (8), "Night" (9)'
    )
    assert raised.value.fix == 'Pin the one it means in schemas/ids.yaml, as in `night: "7"` below the tenant\'s name'


def test_earlier_name_of_several_is_refused_too() -> None:
    """A rename could begin at either."""
    files = (a_role("night", name="Night", previously=("Watch",)),)

    with pytest.raises(LiveAmbiguous, match="could mean any of them"):
        matched(files, a_live_role("Watch", id="7"), a_live_role("WATCH", id="8"))


def test_names_that_no_file_means_may_come_twice() -> None:
    """What is left alone needs no names of its own."""
    told = matched((a_role("agent"),), *(a_live_role(name, id=name) for name in ("Wild", "WILD", "Agent")))

    assert found(told) == {"agent": "Agent"}
    assert [role.id for role in told.unmanaged] == ["WILD", "Wild"]


def test_pinned_role_that_is_gone_is_missing_whoever_has_its_names() -> None:
    """Another role of the name, or of an earlier one, is not taken for it, and several of the name are no question."""
    files = (a_role("agent", previously=("Clerk",)), a_retired_role("night", previously=("Watch",)))
    live = tuple(a_live_role(name, id=f"{name}{n}") for name in ("Agent", "Clerk", "Night", "Watch") for n in (8, 9))

    told = matched(files, *live, pins={"agent": "7", "night": "6"})

    assert found(told) == {}
    assert [role.key for role in told.missing] == ["agent"]
    assert told.gone == {"agent": "7", "night": "6"}
    assert {role.id for role in told.unmanaged} == {role.id for role in live}


def test_retired_role_that_is_gone_takes_no_namesake_with_it() -> None:
    """Once the pinned one was deleted there is nothing left to do, and that is told."""
    tenant = a_tenant(a_live_role("Night", id="8"), product=SAME_NAMES)

    made = plan_of(tenant, a_retired_role("night", name="Night"), pins={"night": "7"})

    assert made.plan.changes == ()
    assert any(note.startswith('retired and gone: "Night" (night)') for note in made.plan.notes)


@pytest.mark.parametrize(
    ("live", "way"),
    [
        ((), "To have a new one created, take that line out."),
        ((a_live_role("Watch", id="8"),), "To have a new one created, take that line out."),
        ((a_live_role("NIGHT", id="8"),), 'To mean "NIGHT" (8), pin it: `night: "8"`.'),
        ((a_live_role("Late", id="8"),), 'To mean "Late" (8), pin it: `night: "8"`.'),
        (
            tuple(a_live_role("Night", id=number) for number in "89"),
            'To mean "Night" (8), "Night" (9), pin it: `night: "8"`.',
        ),
    ],
    ids=["nothing", "another", "its name", "its earlier name", "two"],
)
def test_role_in_the_place_of_one_that_is_gone_is_blocked(live: tuple[LiveRole, ...], way: str) -> None:
    """A creation would be another role, at every apply; the line to change is told, and no other note misleads."""
    role = a_role("night", name="Night", previously=("Late",))

    made = plan_of(a_tenant(*live, product=SAME_NAMES), role, pins={"night": "7"})

    (finding,) = findings_of(made, Guard.PRODUCT)
    assert (finding.level, finding.role) == (FindingLevel.BLOCK, "night")
    assert finding.message == (
        'roles/night.yaml means the role that schemas/ids.yaml pins below sandbox, `night: "7"`, and that role is '
        f"gone; no other one is taken for it because of its name. {way}"
    )
    assert not any("nearly the same" in note for note in made.plan.notes)


def test_role_without_a_pin_is_created_beside_one_that_is_gone() -> None:
    """Only what is pinned is blocked."""
    made = plan_of(a_tenant(product=SAME_NAMES), a_role("late"), a_role("night"), pins={"night": "7"})

    assert [finding.role for finding in findings_of(made, Guard.PRODUCT)] == ["night"]


def managed(base: BaseRevision, product: Product, *live: LiveRole) -> list[bool]:
    """Say of these roles whether a file of the base revision meant them."""
    tenant = a_tenant(*live, product=product)
    made = planned(Request(desired=a_state(), settings=ANYTHING_GOES, base=base), tenant)
    return [made.facts.was_managed(role) for role in live]


def test_pinned_role_was_managed_and_no_other_of_its_name() -> None:
    """A file of then meant its id whatever that role was called, or its name where it had no id."""
    base = replace(
        a_base(a_role("night", name="Night"), a_role("late", name="Late")),
        pins={RoleKey("night"): RoleId("7")},
        unpinned=frozenset({"Late"}),
    )
    live = (a_live_role("Watch", id="7"), a_live_role("Night", id="8"), a_live_role("Late", id="9"))

    assert managed(base, SAME_NAMES, *live) == [True, False, True]
    assert managed(base, Product(), *live) == [False, True, True]
    assert managed(replace(base, unpinned=None), SAME_NAMES, *live) == [True, True, True]


@pytest.mark.parametrize(("id", "asked"), [("7", 0), ("8", 1)])
def test_retirement_by_a_pin_that_the_change_turns_asks_for_a_yes(id: str, asked: int) -> None:
    """To turn a pin to another role of the same name is to manage that one for the first time."""
    base = replace(a_base(a_role("night")), pins={RoleKey("night"): RoleId("7")}, unpinned=frozenset())
    tenant = a_tenant(a_live_role("Night", id="7"), a_live_role("Night", id="8"), product=SAME_NAMES)

    made = plan_of(tenant, a_retired_role("night"), pins={"night": id}, base=base)

    found = findings_of(made, Guard.ADOPTION)
    assert [finding.level for finding in found] == [FindingLevel.CONFIRM] * asked


@pytest.mark.parametrize("known", [True, False], ids=["base", "no base"])
def test_retirement_that_takes_nothing_from_anybody_is_a_first_adoption_too(*, known: bool) -> None:
    """Where holders keep or gain by it, the role is gone all the same, and nobody had it managed here."""
    leaves = Product(name="Desk", deletes_in_use=True, left_behind=frozenset({VIEW, REPLY}))
    tenant = a_tenant(a_live_role("Night", grants=(VIEW,)), people=(a_person("p", "Night"),), product=leaves)

    made = plan_of(tenant, a_retired_role("night"), pins={}, base=a_base() if known else None)

    (finding,) = findings_of(made, Guard.ADOPTION)
    assert finding.level is (FindingLevel.CONFIRM if known else FindingLevel.WARN)
    assert ("its file would retire it. Write" if known else "night may be managed here") in finding.message


def test_pin_of_a_file_that_is_gone_claims_nothing() -> None:
    """A forgotten role is nobody's, and its name is free for another file."""
    told = matched((a_role("agent"),), a_live_role("Agent", id="7"), pins={"old": "7"})

    assert found(told) == {"agent": "7"}


def test_pins_count_for_nothing_where_names_are_unique() -> None:
    """There the name is who a role is."""
    live = (a_live_role("Agent", id="8"), a_live_role("Watch", id="7"))

    told = matched((a_role("agent"),), *live, product=Product(), pins={"agent": "7"})

    assert found(told) == {"agent": "8"}


def test_name_of_three_is_refused_where_names_are_unique() -> None:
    """Two of them are named, and there is nothing to pin."""
    with pytest.raises(LiveAmbiguous) as raised:
        matched((), *(a_live_role("Night", id=number) for number in "789"), product=Product())

    assert raised.value.detail == ('"Night" (7) and "Night" (8) have the same name, so no file can mean one of them')


@given(
    order=st.permutations(range(6)), names=st.lists(st.sampled_from(("Night", "Late", "Odd")), min_size=6, max_size=6)
)
def test_pins_decide_whatever_the_names_are(order: list[int], names: list[str]) -> None:
    """For any names of the live roles, a file means the role with its id, and nothing else is touched."""
    live = tuple(a_live_role(name, id=f"{number}") for number, name in enumerate(names))
    pins = {f"f{place}": f"{number}" for place, number in enumerate(order[:4])}
    files = tuple(a_role(key, name=f"Name {key}") for key in pins)

    told = matched(files, *live, pins=pins)

    assert found(told) == pins
    assert {role.id for role in told.unmanaged} == {f"{number}" for number in order[4:]}
