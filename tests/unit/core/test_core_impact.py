"""Effective access and the numbers of people, where holders are known and where they are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    CLOSE,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_live_role,
    a_live_state,
    a_person,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_state,
    a_tenant,
    people_of,
    some_people,
)

from reconciler.core.access import Effects, access, effects
from reconciler.core.diff import diff
from reconciler.core.impact import ChangeImpact, Impact, impact
from reconciler.core.match import match
from reconciler.model.plan import PermissionImpact, PlannedChange
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleId

AGENT = a_live_role("Agent", grants=(VIEW, REPLY), user_count=7)


def unread(live: LiveRole, *files: DesiredRole | RetiredRole, headcount: int | None = None) -> Impact:
    """Measure a plan in which the holders of nothing were read."""
    roles = (live, a_live_role("Reader", user_count=1))
    state = a_state(*files)
    matching = match(state, a_live_state(*roles))
    changes = diff(matching, state.catalogue)
    reached = effects(access(changes, roles), people_of())
    return impact(changes, reached, people_of(), roles, headcount)


def test_impact_takes_the_count_of_the_role_for_an_upper_bound() -> None:
    """Everyone assigned may lose it where nobody could be listed, and the number is marked."""
    measured = unread(AGENT, a_role("agent", grants=(VIEW, TAG)))

    assert measured.by_role["agent"] == ChangeImpact(
        holders=7,
        losing=7,
        gaining=7,
        exact=False,
        per_permission=(
            PermissionImpact(permission=REPLY, holders=7, losing=7),
            PermissionImpact(permission=TAG, holders=7, gaining=7),
        ),
    )
    assert (measured.losing(), measured.gaining(), measured.affected()) == (7, 7, 7)
    assert measured.bounds == {"rol_agent": 7}


def test_impact_takes_everyone_where_the_role_has_no_count() -> None:
    """No count at all counts as everyone."""
    measured = unread(replace(AGENT, user_count=None), a_role("agent"), headcount=40)

    assert measured.by_role["agent"].losing == 40


def test_impact_without_any_count_is_no_number_to_rely_on() -> None:
    """Where not even the users of the tenant are counted it says so; the guard `incomplete` stops such a plan."""
    measured = unread(replace(AGENT, user_count=None), a_role("agent"))

    assert (measured.by_role["agent"].losing, measured.by_role["agent"].exact) == (0, False)


@pytest.mark.parametrize(("grants", "losing", "gaining"), [((VIEW,), 7, 0), ((VIEW, REPLY, TAG), 0, 7)])
def test_impact_bounds_only_what_moves(grants: tuple[str, ...], losing: int, gaining: int) -> None:
    """Nobody gains from a narrowing or loses by a widening, however little is known."""
    measured = unread(AGENT, a_role("agent", grants=grants))

    assert (losing, gaining) == (measured.by_role["agent"].losing, measured.by_role["agent"].gaining)
    assert (losing, gaining) == (measured.losing(), measured.gaining())


def test_impact_is_exact_where_no_permission_moves() -> None:
    """A new text reaches nobody, whoever holds the role."""
    measured = unread(AGENT, a_role("agent", grants=(VIEW, REPLY), description="New")).by_role["agent"]

    assert (measured.holders, measured.losing, measured.gaining, measured.exact) == (7, 0, 0, True)


def test_impact_bounds_a_retirement_by_what_the_successor_differs_in() -> None:
    """Holders who get another role lose and gain the difference, and no more."""
    measured = unread(AGENT, a_retired_role("agent", move_users_to="reader"), a_role("reader", grants=(VIEW, TAG)))

    agent = measured.by_role["agent"]
    assert (agent.losing, agent.gaining, agent.exact) == (7, 7, False)
    assert {p.permission: p.losing for p in agent.per_permission} == {REPLY: 7, TAG: 0}


def test_impact_counts_nobody_where_no_one_is_assigned() -> None:
    """An empty role needs no list of its holders to be known as empty."""
    measured = unread(replace(AGENT, user_count=0), a_role("agent")).by_role["agent"]

    assert (measured.holders, measured.losing, measured.exact) == (0, 0, True)


def test_impact_counts_chosen_changes_as_one_set() -> None:
    """Each person once, over any choice of the changes."""
    live = (AGENT, a_live_role("Closer", grants=(VIEW, CLOSE)))
    state = a_state(a_role("agent"), a_role("closer"))
    people = people_of(a_person("1", "Agent", "Closer"), a_person("2", "Agent"), a_person("3", "Closer"), listed=live)
    matching = match(state, a_live_state(*live))
    changes = diff(matching, state.catalogue)

    measured = impact(changes, effects(access(changes, live), people), people, live, None)

    assert measured.losing() == 3
    assert measured.losing(["agent"]) == 2
    assert measured.losing(()) == 0
    assert measured.people_read == 3


def change_of(
    key: str, *files: DesiredRole | RetiredRole, people: tuple[object, ...], live: tuple[LiveRole, ...]
) -> PlannedChange:
    """Give one change of a plan."""
    plan = a_plan(a_request(*files), a_tenant(*live, people=people))
    return next(change for change in plan.changes if change.role == key)


def test_retirement_takes_only_what_no_other_role_and_no_successor_gives() -> None:
    """Of three holders one has another role that keeps it, and the successor keeps the rest for all."""
    live = (AGENT, a_live_role("Reader"), a_live_role("Keeper", grants=(REPLY,)))
    people = (*some_people(2, "Agent"), a_person("k", "Agent", "Keeper"))

    change = change_of(
        "agent", a_retired_role("agent", move_users_to="reader"), a_role("reader"), people=people, live=live
    )

    assert (change.holders, change.people_losing, change.people_gaining) == (3, 2, 0)


def test_retirement_counts_what_the_live_successor_keeps_beyond_its_file() -> None:
    """A permission that the lock does not know stays with the successor, and its new holders get it."""
    live = (a_live_role("Agent"), a_live_role("Beta", grants=(VIEW, UNKNOWN)))

    change = change_of(
        "agent",
        a_retired_role("agent", move_users_to="beta"),
        a_role("beta"),
        people=some_people(2, "Agent"),
        live=live,
    )

    assert (change.people_losing, change.people_gaining) == (0, 2)


def test_retirement_into_a_role_that_is_created_gives_what_its_file_says() -> None:
    """The successor need not exist yet."""
    change = change_of(
        "agent",
        a_retired_role("agent", move_users_to="fresh"),
        a_role("fresh", grants=(VIEW, TAG)),
        people=some_people(2, "Agent"),
        live=(AGENT,),
    )

    assert (change.people_losing, change.people_gaining) == (2, 2)


def test_effects_give_roles_that_were_not_listed_no_permission_we_know() -> None:
    """Somebody may hold a role that was made after the roles were listed."""
    live = (AGENT,)
    match(a_state(), a_live_state(*live))
    stranger = replace(a_person("x"), role_ids=frozenset({RoleId("rol_agent"), RoleId("rol_after")}))

    reached = effects(access((), live), people_of(stranger))

    (group,) = reached.groups
    assert group.before == group.after == reached.mask((VIEW, REPLY))


def test_effects_give_somebody_whose_only_role_was_not_listed_nothing() -> None:
    """Whatever they can do, it is nothing of this plan."""
    match(a_state(), a_live_state(AGENT))
    stranger = replace(a_person("x"), role_ids=frozenset({RoleId("rol_after")}))

    (group,) = effects(access((), (AGENT,)), people_of(stranger)).groups

    assert (group.before, group.after) == (0, 0)


def test_effects_group_people_in_the_order_of_their_role_ids() -> None:
    """However people were listed, the groups come out the same."""
    live = tuple(a_live_role(name) for name in "ABC")
    people = people_of(a_person("1", "C"), a_person("2", "B"), a_person("3", "C", "A"), a_person("4", "A"))

    reached = effects(access((), live), people)

    assert [sorted(group.role_ids) for group in reached.groups] == [["rol_a"], ["rol_a", "rol_c"], ["rol_b"], ["rol_c"]]


def test_effects_have_no_bit_for_a_permission_that_occurs_nowhere() -> None:
    """Asking for it is harmless."""
    reached = Effects(bits={VIEW: 1}, groups=(), services=(), role_after={})

    assert reached.mask((TAG,)) == 0


def test_plan_notes_service_accounts_that_would_lose_something() -> None:
    """They are no people, and somebody depends on them."""
    live = a_live_role("Agent", grants=(VIEW, REPLY))
    robots = tuple(replace(p, human=False) for p in some_people(2, "Agent"))

    one = a_plan(a_request(a_role("agent")), a_tenant(live, people=robots[:1]))
    two = a_plan(a_request(a_role("agent")), a_tenant(live, people=robots))

    assert one.notes == ('"Agent": 1 service account would lose something too, besides the people counted',)
    assert two.notes == ('"Agent": 2 service accounts would lose something too, besides the people counted',)
