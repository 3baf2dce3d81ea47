"""Laws about differences: none between equals, mirrored, hands off, in the right direction."""

from __future__ import annotations

import dataclasses

from builders import a_catalogue, a_live_role, a_live_state, a_plan, a_retired_role, a_role, a_state
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import SLOTS, World, permission_sets, worlds

from reconciler.core.diff import diff
from reconciler.core.match import match
from reconciler.model.change import Change, Direction, Update, direction_of, grants_of, key_of, revokes_of
from reconciler.model.permission import PermissionSet
from reconciler.model.role import DesiredRole, RetiredRole

contents = st.dictionaries(st.sampled_from(SLOTS), permission_sets, max_size=len(SLOTS))


def changes_between(before: dict[str, PermissionSet], after: dict[str, PermissionSet]) -> dict[str, Change]:
    """Give the changes from live roles to files; a role that only the tenant has is retired."""
    files: list[DesiredRole | RetiredRole] = [a_role(key, grants=grants) for key, grants in after.items()]
    files += [a_retired_role(key) for key in before.keys() - after.keys()]
    live = a_live_state(*(a_live_role(key.title(), grants=grants) for key, grants in before.items()))
    state = a_state(*files)
    return {key_of(change): change for change in diff(match(state, live), a_catalogue())}


@given(contents)
def test_diff_finds_nothing_between_equals(state: dict[str, PermissionSet]) -> None:
    """A tenant that is as the files say has no differences."""
    assert {} == changes_between(state, state)


@given(contents, contents)
def test_diff_is_its_own_mirror(one: dict[str, PermissionSet], other: dict[str, PermissionSet]) -> None:
    """What the way there grants, the way back revokes."""
    there, back = changes_between(one, other), changes_between(other, one)

    assert there.keys() == back.keys()
    for key, change in there.items():
        assert grants_of(change) == revokes_of(back[key])
        assert revokes_of(change) == grants_of(back[key])


@given(permission_sets, permission_sets)
def test_direction_says_what_holders_can_do(before: PermissionSet, after: PermissionSet) -> None:
    """Widening revokes nothing, narrowing grants nothing, mixed does both, cosmetic does neither."""
    signs = {
        Direction.WIDEN: (True, False),
        Direction.NARROW: (False, True),
        Direction.MIXED: (True, True),
        Direction.COSMETIC: (False, False),
    }

    assert signs[Direction.between(before, after)] == (bool(after - before), bool(before - after))


@given(worlds())
def test_diff_has_a_difference_in_every_change(world: World) -> None:
    """No change has the same before and after; an update that moves no permission moves a field."""
    matching = match(a_state(*world.files), a_live_state(*world.live))

    for change in diff(matching, a_catalogue()):
        assert change.before != change.after
        assert not isinstance(change, Update) or change.fields or direction_of(change) is not Direction.COSMETIC


@given(worlds())
def test_plan_never_names_an_unmanaged_role_in_a_change(world: World) -> None:
    """Roles that no file declares stay out of the changes and are listed as left alone."""
    plan = a_plan(world.request(), world.tenant())

    declared = {file.key for file in world.files}
    assert {change.role for change in plan.changes} <= declared
    unmanaged = sorted(role.content.name for role in world.live if role.id[-1] not in declared)
    assert unmanaged == list(plan.unmanaged)


@given(worlds())
def test_plan_does_not_change_when_an_unmanaged_role_is_added(world: World) -> None:
    """Somebody else's role next to ours is nobody's difference."""
    richer = dataclasses.replace(world, live=(*world.live, a_live_role("Stranger", id="rol_z", grants=())))

    alone = a_plan(world.request(), world.tenant())
    beside = a_plan(world.request(), richer.tenant())
    assert alone.changes == beside.changes
    assert alone.digest == beside.digest
