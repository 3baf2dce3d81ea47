"""Laws about guards: pure, monotone, lifted only by name; lock-out on every prefix against a slow oracle."""

from __future__ import annotations

import dataclasses

from builders import (
    ADMIN,
    ANYTHING_GOES,
    a_catalogue,
    a_confirmation,
    a_live_role,
    a_plan,
    a_request,
    a_tenant,
    planned,
)
from hypothesis import assume, given
from hypothesis import strategies as st
from properties.strategies import World, guard_settings, worlds

from reconciler.core.judge import judge
from reconciler.core.order import writes
from reconciler.core.strictness import stricter, weakened
from reconciler.model.finding import BaseRevision, FindingLevel, Guard, GuardSettings
from reconciler.model.person import PersonId
from reconciler.model.plan import Plan
from reconciler.model.role import DesiredRole, RoleId
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole


def refused(plan: Plan) -> bool:
    """Say whether an apply of the plan would stop before the first write."""
    return plan.blocked or bool(plan.unconfirmed)


@given(worlds(), guard_settings)
def test_guards_are_pure(world: World, settings: GuardSettings) -> None:
    """The same facts give the same findings."""
    facts = planned(world.request(settings), world.tenant()).facts

    assert judge(facts) == judge(facts)


@given(worlds(), guard_settings)
def test_guards_and_their_ids_do_not_depend_on_the_order_of_changes(world: World, settings: GuardSettings) -> None:
    """The order of the writes follows people; what a yes is bound to does not."""
    facts = planned(world.request(settings), world.tenant()).facts

    assert judge(facts) == judge(dataclasses.replace(facts, changes=facts.changes[::-1]))


@given(worlds(), guard_settings, guard_settings)
def test_guards_never_accept_under_stricter_settings_what_they_refused(
    world: World, settings: GuardSettings, other: GuardSettings
) -> None:
    """Without confirmations a refusal stays a refusal when settings get stricter."""
    loose = a_plan(world.request(settings), world.tenant())
    strict = a_plan(world.request(stricter(settings, other)), world.tenant())

    assert refused(strict) or not refused(loose)


@given(worlds(), guard_settings, guard_settings)
def test_guards_judge_by_the_stricter_of_base_and_head(
    world: World, settings: GuardSettings, other: GuardSettings
) -> None:
    """A change that weakens the guards is judged as if it did not."""
    known = BaseRevision(
        name="main",
        names=frozenset(),
        contents={f.key: None for f in world.files},
        guards=other,
        catalogue=a_catalogue(),
    )
    merged = dataclasses.replace(world.request(stricter(other, settings)), base=known)
    weak = dataclasses.replace(world.request(settings), base=known)

    by_merged, by_weak = a_plan(merged, world.tenant()), a_plan(weak, world.tenant())
    kept = [f for f in by_weak.findings if f.guard is not Guard.SETTINGS]
    assert kept == [f for f in by_merged.findings if f.guard is not Guard.SETTINGS]


@given(guard_settings, guard_settings)
def test_stricter_is_no_weaker_than_the_base(base: GuardSettings, head: GuardSettings) -> None:
    """Merging settings weakens nothing, and merging again changes nothing."""
    merged = stricter(base, head)

    assert weakened(base, merged) == ()
    assert stricter(base, merged) == merged
    assert weakened(base, base) == ()


@given(worlds(), guard_settings, st.data())
def test_confirmation_lifts_only_the_finding_it_names(
    world: World, settings: GuardSettings, data: st.DataObject
) -> None:
    """One yes changes one finding and nothing else of the plan."""
    plan = a_plan(world.request(settings), world.tenant())
    assume(plan.unconfirmed)
    chosen = data.draw(st.sampled_from(plan.unconfirmed))
    entry = a_confirmation(chosen.confirmation, people_at_most=chosen.people)
    request = dataclasses.replace(world.request(settings), confirmations=(entry,))

    after = a_plan(request, world.tenant())

    assert after.findings == tuple(dataclasses.replace(f, confirmed=True) if f == chosen else f for f in plan.findings)
    assert dataclasses.replace(after, findings=plan.findings) == plan


@given(worlds(), guard_settings)
def test_confirmation_ids_are_unique_in_a_plan(world: World, settings: GuardSettings) -> None:
    """No yes can be taken for another, and exactly what asks has an id."""
    plan = a_plan(world.request(settings), world.tenant())

    ids = [f.confirmation for f in plan.findings if f.confirmation]
    assert len(ids) == len(set(ids))
    assert len(ids) == plan.summary.confirm == sum(f.level is FindingLevel.CONFIRM for f in plan.findings)


@given(worlds(), guard_settings, st.sampled_from("abcd"))
def test_counting_guards_refuse_no_less_when_a_narrowing_is_added(
    world: World, settings: GuardSettings, key: str
) -> None:
    """Taking more away never turns a refusal by narrowing or mass change into a pass."""
    counting = dataclasses.replace(
        ANYTHING_GOES,
        narrowing_people=settings.narrowing_people,
        mass_change_roles=settings.mass_change_roles,
        mass_change_people=settings.mass_change_people,
    )
    equal = {r.id[-1] for r in world.live for f in world.files if f.key == r.id[-1]}
    assume(key in equal)
    fewer = [
        dataclasses.replace(f, content=dataclasses.replace(f.content, permissions=frozenset()))
        if f.key == key and isinstance(f, DesiredRole)
        else f
        for f in world.files
    ]
    same = [
        dataclasses.replace(f, content=next(r.content for r in world.live if r.id[-1] == key), previously=())
        if f.key == key and isinstance(f, DesiredRole)
        else f
        for f in world.files
    ]
    assume(not any(getattr(f, "move_users_to", None) == key for f in world.files))

    before = a_plan(a_request(*same, settings=counting), world.tenant())
    after = a_plan(dataclasses.replace(world, files=tuple(fewer)).request(counting), world.tenant())

    asked = {Guard.NARROWING, Guard.MASS_CHANGE}
    assert any(f.guard in asked for f in after.findings) or not any(f.guard in asked for f in before.findings)


def fewest_administrators(world: World, settings: GuardSettings) -> tuple[int, int]:
    """Walk over every write with plain sets; give the administrators before, and the fewest on the way."""
    facts = planned(world.request(settings), world.tenant()).facts
    roles: dict[str, frozenset[str]] = {r.id: r.content.permissions for r in world.live}
    held: dict[PersonId, set[str]] = {p.id: set(p.role_ids) for p in world.people if p.counts}
    ids: dict[str, str] = {m.role.key: m.live.id for m in facts.matching.matched}
    counts = []
    for write in (None, *writes(facts.changes, facts.people)):
        match write:
            case CreateRole():
                ids[write.role] = f"new {write.role}"
                roles[ids[write.role]] = write.content.permissions
            case UpdateRole():
                roles[write.live.id] = write.content.permissions
            case MoveHolder() if write.person.id in held:
                held[write.person.id] = held[write.person.id] - {write.leaves} | {ids[write.joins]}
            case DeleteRole():
                roles[write.live.id] = frozenset()
        counts.append(sum(any(ADMIN in roles[i] for i in mine) for mine in held.values()))
    return counts[0], min(counts)


@given(worlds(), st.integers(1, 3))
def test_lockout_blocks_exactly_the_plans_with_a_prefix_that_has_too_few(world: World, minimum: int) -> None:
    """Blocked if and only if some prefix has fewer administrators than required, or than there were."""
    settings = dataclasses.replace(ANYTHING_GOES, min_administrators=minimum)

    before, fewest = fewest_administrators(world, settings)

    plan = a_plan(world.request(settings), world.tenant())
    assert any(f.guard is Guard.LOCKOUT for f in plan.findings) is (fewest < min(minimum, before))


@given(worlds(), st.integers(1, 3))
def test_lockout_is_never_caused_by_one_more_administrator(world: World, minimum: int) -> None:
    """Somebody who administers through a role that the plan leaves alone makes no plan worse."""
    settings = dataclasses.replace(ANYTHING_GOES, min_administrators=minimum)
    safe = a_live_role("Safe", grants=(ADMIN,), id="rol_s")
    extra = [
        dataclasses.replace(p, id=PersonId(f"safe{n}"), role_ids=frozenset({RoleId("rol_s")}), active=True, human=True)
        for n, p in enumerate((world.people * minimum)[:minimum])
    ]
    assume(len(extra) == minimum)

    more = a_plan(world.request(settings), a_tenant(*world.live, safe, people=(*world.people, *extra)))

    assert not any(f.guard is Guard.LOCKOUT for f in more.findings)


@given(worlds(), guard_settings)
def test_findings_each_say_what_to_do(world: World, settings: GuardSettings) -> None:
    """Every finding is full sentences, and ends with a way out."""
    plan = a_plan(world.request(settings), world.tenant())

    for finding in plan.findings:
        assert finding.message.endswith(".")
        assert finding.message.count(". ") >= 1
