"""The gate before the first write: expected, sound, confirmed, announced, fresh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    REPLY,
    UNKNOWN,
    VIEW,
    MemoryJournal,
    Silence,
    a_catalogue,
    a_confirmation,
    a_content,
    a_live_role,
    a_plan,
    a_request,
    a_role,
    a_tenant,
    applied,
    confirmed,
    everything_confirmed,
    how,
    some_people,
)
from fakes.clock import FakeClock
from fakes.tenant import FakeTenant

from reconciler.errors import ConfirmationMissing, Exit, Interrupted, PlanRefused, PlanStale, PlanUnsound, TenantFaulted
from reconciler.model.plan import Plan
from reconciler.model.role import RoleId
from reconciler.operations import apply as apply_module
from reconciler.operations.apply import Applied, Apply, apply
from reconciler.operations.plan import Planned

ASKING = replace(ANYTHING_GOES, narrowing_people=2)
REQUEST = a_request(a_role("agent"))
QUESTION = a_request(a_role("agent"), settings=ASKING)


def a_desk(people: int = 3) -> FakeTenant:
    """Give a tenant with one role that the request narrows."""
    return a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), people=some_people(people, "Agent"))


def test_apply_carries_out_the_plan_that_was_reviewed() -> None:
    """The digest of the plan is what apply expects."""
    tenant = a_desk()

    done = applied(REQUEST, tenant, how(expect=a_plan(REQUEST, tenant).digest))

    assert done.report is not None
    assert done.report.complete
    assert tenant.live("Agent").content == a_content("Agent", VIEW)


@pytest.mark.parametrize("expect", ["sha256:0", "", "süß", "\ud800"])
def test_apply_refuses_a_plan_that_is_not_the_one_expected(expect: str) -> None:
    """Another digest, whatever its letters, is a stale plan, and nothing is written."""
    tenant = a_desk()

    with pytest.raises(PlanStale) as raised:
        applied(REQUEST, tenant, how(expect=expect))

    assert tenant.writes == []
    assert Exit.STALE is raised.value.exit_code
    assert a_plan(REQUEST, tenant).digest in raised.value.detail
    assert "reconciler plan" in raised.value.fix


def test_apply_refuses_when_the_tenant_moved_since_the_review() -> None:
    """An edit of a role in the plan makes the plan stale."""
    tenant = a_desk()
    expect = a_plan(REQUEST, tenant).digest
    tenant.edit_by_hand(RoleId("rol_agent"), a_content("Agent", REPLY))

    with pytest.raises(PlanStale):
        applied(REQUEST, tenant, how(expect=expect))

    assert tenant.writes == []


def test_apply_goes_on_when_only_people_moved_since_the_review() -> None:
    """A joiner does not make a plan stale."""
    request = a_request(a_role("agent"))
    expect = a_plan(request, a_desk(people=3)).digest

    done = applied(request, a_desk(people=5), how(expect=expect))

    assert done.report is not None
    assert done.report.complete


def test_apply_is_refused_by_a_guard_that_blocks() -> None:
    """Every block is named with its reason; a confirmation does not lift one."""
    tenant = a_tenant(a_live_role("Boss", grants=(VIEW, ADMIN)), people=some_people(2, "Boss"))

    with pytest.raises(PlanRefused) as raised:
        applied(confirmed(a_request(a_role("boss")), tenant), tenant)

    assert tenant.writes == []
    assert Exit.REFUSED is raised.value.exit_code
    assert [reason[:10] for reason in raised.value.reasons] == ["[lockout] "]
    assert "a confirmation does not lift a block" in raised.value.fix


def test_apply_waits_for_a_confirmation_and_prints_how_to_give_it() -> None:
    """The finding, its id, and the command that records the yes."""
    tenant = a_desk()

    with pytest.raises(ConfirmationMissing) as raised:
        applied(QUESTION, tenant)

    (finding,) = a_plan(QUESTION, tenant).unconfirmed
    assert tenant.writes == []
    assert Exit.CONFIRMATION is raised.value.exit_code
    assert raised.value.reasons == (f"[narrowing agent] {finding.message}",)
    assert raised.value.fix == f'reconciler confirm {finding.confirmation} --reason "…"'


def test_apply_says_why_a_confirmation_did_not_count() -> None:
    """Agreed for two people, and now it is three."""
    tenant = a_desk()
    (finding,) = a_plan(QUESTION, tenant).unconfirmed
    entries = (a_confirmation(finding.confirmation, people_at_most=2), a_confirmation("unrelated"))

    with pytest.raises(ConfirmationMissing) as raised:
        applied(replace(QUESTION, confirmations=entries), tenant)

    assert tenant.writes == []
    assert [reason for reason in raised.value.reasons if "2 people" in reason and "3 people" in reason]
    assert not [reason for reason in raised.value.reasons if "unrelated" in reason]


def test_apply_goes_on_when_everything_is_confirmed() -> None:
    """A yes to exactly this lets it through."""
    tenant = a_desk()

    done = applied(confirmed(QUESTION, tenant), tenant)

    assert done.report is not None
    assert done.report.complete


def test_apply_takes_no_yes_for_another_live_state() -> None:
    """A confirmation is bound to what was live when it was given."""
    tenant = a_desk()
    entries = everything_confirmed(a_plan(QUESTION, tenant))
    tenant.edit_by_hand(RoleId("rol_agent"), a_content("Agent", VIEW, REPLY, "tickets.close"))

    with pytest.raises(ConfirmationMissing):
        applied(replace(QUESTION, confirmations=entries), tenant)

    assert tenant.writes == []


def never(_: Plan) -> MemoryJournal:
    """Be asked for no journal."""
    raise AssertionError("no journal is opened where nothing is written")


def test_apply_writes_nothing_when_there_is_nothing_to_do() -> None:
    """No announcement, no journal, no report."""
    tenant = a_desk()
    manner = Apply(expect=None, announce=lambda _: pytest.fail("announced"), open_journal=never, stopped=lambda: True)

    done = applied(a_request(a_role("agent", grants=(VIEW, REPLY))), tenant, manner)

    assert done.report is None
    assert tenant.writes == []


def test_apply_is_refused_even_where_there_is_nothing_to_do() -> None:
    """A file that means a permission the tenant no longer has is never passed over in silence."""
    lock = a_catalogue(VIEW, REPLY, UNKNOWN)
    live = a_live_role("Agent", grants=(VIEW, UNKNOWN))
    tenant = a_tenant(live, catalogue=a_catalogue(VIEW, REPLY))

    with pytest.raises(PlanRefused):
        applied(a_request(a_role("agent", grants=(VIEW, UNKNOWN)), catalogue=lock), tenant)


def test_apply_writes_nothing_when_the_announcement_is_answered_with_no() -> None:
    """No is no, and no journal was opened."""
    tenant = a_desk()

    with pytest.raises(Interrupted) as raised:
        applied(
            REQUEST, tenant, Apply(expect=None, announce=lambda _: False, open_journal=never, stopped=lambda: False)
        )

    assert tenant.writes == []
    assert raised.value.detail == "Nothing was written"


def test_apply_announces_the_whole_plan_after_every_guard_has_passed() -> None:
    """What is shown is what is carried out."""
    seen: list[Plan] = []

    done = applied(REQUEST, a_desk(), how(announce=lambda found: not seen.append(found.plan)))

    assert seen == [done.plan]


def late(tenant: FakeTenant, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> Applied:
    """Apply, with an answer to the announcement that takes so long."""
    clock = FakeClock()

    def answer(_: Planned) -> bool:
        clock.advance(seconds)
        meanwhile()
        return True

    return apply(REQUEST, tenant, how(announce=answer), clock, Silence())


@pytest.mark.parametrize(("seconds", "plans"), [(60, 1), (61, 2)])
def test_apply_plans_anew_when_the_answer_took_too_long(seconds: float, plans: int) -> None:
    """A minute is fresh, more is not."""
    tenant = a_desk()

    done = late(tenant, seconds)

    assert done.report is not None
    assert done.report.complete
    assert plans == [call.method for call in tenant.calls].count("identity")


def test_apply_is_stale_when_the_tenant_moved_while_it_waited() -> None:
    """What was announced must still be what would happen."""
    tenant = a_desk()

    with pytest.raises(PlanStale):
        late(tenant, 61, lambda: tenant.edit_by_hand(RoleId("rol_agent"), a_content("Agent", REPLY)))

    assert tenant.writes == []


def test_apply_raises_what_the_tenant_raises_before_the_first_write() -> None:
    """A tenant that cannot be read is not written."""
    tenant = a_desk()
    tenant.fail_read(3, TenantFaulted("503"))

    with pytest.raises(TenantFaulted):
        applied(REQUEST, tenant)

    assert tenant.writes == []


def test_apply_checks_its_own_plan_before_the_first_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planner that misstates a change is caught as a bug of ours."""
    tenant = a_desk()
    honest = apply_module.plan

    def lying(*arguments: object) -> object:
        made = honest(*arguments)
        return replace(made, plan=replace(made.plan, changes=()))

    monkeypatch.setattr(apply_module, "plan", lying)

    with pytest.raises(PlanUnsound):
        applied(REQUEST, tenant)

    assert tenant.writes == []
