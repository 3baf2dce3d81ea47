"""Laws about carrying a plan out on a tenant with state: sound, convergent, hands off, no overshoot, faults told."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import pytest
from builders import ADMIN, a_plan, applied, confirmed, how, planned
from fakes.tenant import FakeTenant, Fault
from hypothesis import assume, given
from hypothesis import strategies as st
from properties.strategies import World, worlds

from reconciler.model.change import Update, key_of, permissions_of
from reconciler.model.outcome import Result
from reconciler.model.role import DesiredRole, RetiredRole
from reconciler.operations.apply import Applied
from reconciler.operations.plan import Request


def unblocked(world: World) -> Request:
    """Give the confirmed request of a world that no guard blocks."""
    request = confirmed(world.request(), world.tenant())
    assume(not a_plan(request, world.tenant()).blocked)
    return request


def administrators(tenant: FakeTenant, world: World) -> int:
    """Count the active humans who can administer roles now."""
    giving = {tenant.live(name).id for name in tenant.names() if ADMIN in tenant.live(name).content.permissions}
    return sum(1 for p in map(tenant.user, (p.id for p in world.people)) if p.counts and p.role_ids & giving)


def stop_after(writes: int) -> Callable[[], bool]:
    """Ask to stop before the write that follows so many."""
    looks = itertools.count()
    return lambda: next(looks) >= writes


@given(worlds())
def test_apply_makes_managed_roles_as_their_files_say(world: World) -> None:
    """After an apply every declared role is as its file says, and keeps what no file can say."""
    request, tenant = unblocked(world), world.tenant()

    applied(request, tenant)

    for file in world.files:
        if isinstance(file, DesiredRole):
            expected = dataclasses.replace(file.content, permissions=world.after_of(file.key))
            assert expected == tenant.live(file.content.name).content


@given(worlds())
def test_apply_deletes_exactly_the_retired_roles(world: World) -> None:
    """After an apply the live roles are the declared ones and the unmanaged ones, by name."""
    request, tenant = unblocked(world), world.tenant()

    applied(request, tenant)

    declared = {file.content.name for file in world.files if isinstance(file, DesiredRole)}
    unmanaged = {role.content.name for role in world.live if world.file_of(role) is None}
    assert sorted(declared | unmanaged) == list(tenant.names())


@given(worlds())
def test_apply_moves_holders_of_retired_roles_and_nobody_else(world: World) -> None:
    """Holders of a retired role get its successor; everybody else is what they were, bit for bit."""
    request, tenant = unblocked(world), world.tenant()

    applied(request, tenant)

    retired = {file.key: file.move_users_to for file in world.files if isinstance(file, RetiredRole)}
    ids = {file.key: tenant.live(file.content.name).id for file in world.files if isinstance(file, DesiredRole)}
    for person in world.people:
        leaving = {role_id for role_id in person.role_ids if role_id[-1] in retired}
        joining = {ids[retired[role_id[-1]]] for role_id in leaving}
        found = tenant.user(person.id)
        assert (person.role_ids - leaving) | joining == found.role_ids
        assert leaving or person == found


@given(worlds())
def test_apply_leaves_unmanaged_roles_alone(world: World) -> None:
    """A live role that no file declares is afterwards what it was, bit for bit."""
    request, tenant = unblocked(world), world.tenant()
    before = {role.id: tenant.live(role.content.name) for role in world.live if world.file_of(role) is None}

    applied(request, tenant)

    assert before == {role.id: tenant.live(role.content.name) for role in before.values()}


@given(worlds())
def test_apply_converges(world: World) -> None:
    """Planning again after an apply finds nothing, and applying again writes nothing."""
    request, tenant = unblocked(world), world.tenant()

    first = applied(request, tenant)
    sent = len(tenant.writes)
    second = applied(request, tenant)

    assert () == second.plan.changes
    assert second.report is None
    assert sent == len(tenant.writes)
    assert first.report is None or first.report.complete


@given(worlds())
def test_plan_writes_nothing(world: World) -> None:
    """Looking leaves no write behind."""
    tenant = world.tenant()

    a_plan(world.request(), tenant)

    assert [] == tenant.writes


@given(worlds())
def test_plan_sends_one_write_for_each_changed_role(world: World) -> None:
    """Apart from moves of people there is one write for a changed role and none for an equal one."""
    request, tenant = unblocked(world), world.tenant()

    done = applied(request, tenant)

    roles = [call for call in tenant.writes if call.method != "assign_roles"]
    assert len(done.plan.changes) == len(roles)


@given(worlds(), st.integers(0, 12))
def test_prefix_never_leaves_a_role_with_more_than_both_ends(world: World, stop: int) -> None:
    """Wherever an apply stops, no role has a permission that neither end has, and none was invented."""
    request, tenant = unblocked(world), world.tenant()
    facts = planned(request, world.tenant()).facts
    allowed = {role.content.name: role.content.permissions for role in world.live}
    for change in facts.changes:
        for side in (change.before, change.after):
            if side is not None:
                both = permissions_of(change.before) | permissions_of(change.after)
                allowed[side.name] = both

    applied(request, tenant, how(stopped=stop_after(stop)))

    for name in tenant.names():
        assert tenant.live(name).content.permissions <= allowed[name]


@given(worlds(), st.integers(0, 12))
def test_prefix_never_gives_anybody_more_than_both_ends(world: World, stop: int) -> None:
    """Wherever an apply stops, nobody can do what they can do neither before nor after."""
    request, tenant = unblocked(world), world.tenant()

    applied(request, tenant, how(stopped=stop_after(stop)))

    roles = {tenant.live(name).id: tenant.live(name).content.permissions for name in tenant.names()}
    before = {role.id: role.content.permissions for role in world.live}
    after = {role.id: world.after(role) for role in world.live}
    for person in world.people:
        now = frozenset().union(*(roles[i] for i in tenant.user(person.id).role_ids))
        either = frozenset().union(*(before[i] | after[i] for i in person.role_ids))
        assert now <= either


@given(worlds(), st.integers(0, 12))
def test_prefix_never_has_fewer_administrators_than_it_should(world: World, stop: int) -> None:
    """Wherever an apply stops, as many people as required can administer roles, or as many as there were."""
    request, tenant = unblocked(world), world.tenant()
    required = min(request.settings.min_administrators, administrators(tenant, world))

    applied(request, tenant, how(stopped=stop_after(stop)))

    assert administrators(tenant, world) >= required


@given(worlds(), st.integers(0, 12))
def test_prefix_widens_nothing_before_the_last_narrowing(world: World, stop: int) -> None:
    """A run that stops before a narrowing has widened nothing but the administrator grants the plan names."""
    request, tenant = unblocked(world), world.tenant()

    done = applied(request, tenant, how(stopped=stop_after(stop)))

    facts = planned(request, world.tenant()).facts
    narrowing = [
        n
        for n, c in enumerate(facts.changes)
        if isinstance(c, Update) and permissions_of(c.before) - permissions_of(c.after)
    ]
    hoisted = [note for note in done.plan.notes if "goes first" in note]
    for change in facts.changes[: max(narrowing, default=0)]:
        widened = permissions_of(change.after) - permissions_of(change.before)
        narrowed = permissions_of(change.before) - permissions_of(change.after)
        assert not widened or narrowed or any(key_of(change) in note for note in hoisted)


@given(worlds(), st.integers(1, 10), st.sampled_from(Fault))
def test_fault_leaves_one_true_outcome_for_each_change(world: World, number: int, fault: Fault) -> None:
    """Whatever a write comes to, every planned change has one outcome, and it is what the tenant shows."""
    request, tenant = unblocked(world), world.tenant()
    tenant.fail(number, fault)

    done = applied(request, tenant)

    assert_outcomes_are_true(done, request, world, tenant)


def assert_outcomes_are_true(done: Applied, request: Request, world: World, tenant: FakeTenant) -> None:
    """Compare a report with the tenant that it is about."""
    if done.report is None:
        return
    assert [change.role for change in done.plan.changes] == [outcome.role for outcome in done.report.outcomes]
    changes = {key_of(change): change for change in planned(request, world.tenant()).facts.changes}
    contents = [tenant.live(name).content for name in tenant.names()]
    for outcome in done.report.outcomes:
        before, after = changes[outcome.role].before, changes[outcome.role].after
        if outcome.result is Result.APPLIED:
            assert after is None or after in contents
            assert before is None or before not in contents
        else:
            assert before is None or before in contents
            assert after is None or after not in contents
    assert len(tenant.writes) == done.report.writes


@given(worlds(), st.integers(1, 10), st.sampled_from(Fault))
def test_fault_is_healed_by_the_next_run(world: World, number: int, fault: Fault) -> None:
    """After a run that a fault stopped, a run without faults reaches the same end as one that met none."""
    request, tenant, calm = unblocked(world), world.tenant(), world.tenant()
    tenant.fail(number, fault)

    applied(request, calm)
    applied(request, tenant)
    again = confirmed(request, tenant)
    assume(not a_plan(again, tenant).blocked)
    applied(again, tenant)

    assert [calm.live(n).content for n in calm.names()] == [tenant.live(n).content for n in tenant.names()]


@pytest.mark.parametrize("fault", Fault)
@given(worlds())
def test_fault_on_the_first_write_never_starts_a_second(fault: Fault, world: World) -> None:
    """A first write that is refused or has moved stops the run."""
    request, tenant = unblocked(world), world.tenant()
    tenant.fail(1, fault)

    done = applied(request, tenant)

    stopped = done.report is not None and not done.report.complete
    assert not stopped or len(tenant.writes) == 1
