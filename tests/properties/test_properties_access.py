"""The counts of people, against a slow oracle that walks over every person with plain sets."""

from __future__ import annotations

from builders import a_plan
from hypothesis import given
from properties.strategies import World, worlds

from reconciler.model.plan import PermissionImpact


@given(worlds())
def test_counts_of_the_plan_are_the_people_who_lose_and_gain(world: World) -> None:
    """Everybody who effectively loses or gains anything is counted, and counted once."""
    summary = a_plan(world.request(), world.tenant()).summary

    people = [person for person in world.people if person.counts]
    assert sum(bool(world.lost(p)) for p in people) == summary.people_losing
    assert sum(bool(world.gained(p)) for p in people) == summary.people_gaining


@given(worlds())
def test_counts_of_each_change_are_its_own_holders(world: World) -> None:
    """A change counts the holders of its role who lose what it revokes and gain what it grants.

    Where no permission moves they need not be listed, and everyone assigned may be told instead.
    """
    plan = a_plan(world.request(), world.tenant())

    by_key = {role.id[-1]: role for role in world.live}
    for change in plan.changes:
        live = by_key.get(change.role)
        holders = world.holders(live) if live else []
        revoked = set(change.revokes)
        granted = world.after(live) if live and change.action == "retire" else set(change.grants)
        assigned = [p for p in world.people if live and live.id in p.role_ids]
        moves = change.grants or change.revokes or change.action == "retire"
        assert len(holders) <= change.holders <= len(holders if moves else assigned)
        assert sum(bool(world.lost(p) & revoked) for p in holders) == change.people_losing
        assert sum(bool(world.gained(p) & granted) for p in holders) == change.people_gaining
        assert change.people_exact


@given(worlds())
def test_counts_of_each_permission_are_its_own_holders(world: World) -> None:
    """Each permission that moves says how many of the role's holders lose it and gain it."""
    plan = a_plan(world.request(), world.tenant())

    by_key = {role.id[-1]: role for role in world.live}
    for change in plan.changes:
        holders = world.holders(by_key[change.role]) if change.role in by_key else []
        expected = tuple(
            PermissionImpact(
                permission=permission,
                holders=len(holders),
                losing=sum(permission in world.lost(p) for p in holders),
                gaining=sum(permission in world.gained(p) for p in holders),
            )
            for permission in sorted({*change.grants, *change.revokes})
        )
        assert expected == change.per_permission


@given(worlds())
def test_counts_never_exceed_the_sum_over_changes(world: World) -> None:
    """Counting over the whole plan adds up to no more than the changes, and to no less than the largest."""
    plan = a_plan(world.request(), world.tenant())

    losing = [change.people_losing for change in plan.changes]
    assert max(losing, default=0) <= plan.summary.people_losing <= sum(losing)


@given(worlds())
def test_counts_become_upper_bounds_when_holders_cannot_be_listed(world: World) -> None:
    """A key that may not list holders never makes a number smaller."""
    blind = world.tenant()
    blind.lists_holders = False

    exact = a_plan(world.request(), world.tenant())
    bounded = a_plan(world.request(), blind)
    by_role = {change.role: change for change in bounded.changes}
    for change in exact.changes:
        assert change.people_losing <= by_role[change.role].people_losing
        assert change.people_gaining <= by_role[change.role].people_gaining
    assert exact.summary.people_losing <= bounded.summary.people_losing
    assert exact.summary.people_gaining <= bounded.summary.people_gaining
