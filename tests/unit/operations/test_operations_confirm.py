"""Making a confirmation: bound to a finding, its head count of now, a reason and a last day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from builders import ANYTHING_GOES, REPLY, VIEW, a_live_role, a_plan, a_request, a_role, a_tenant, some_people

from reconciler.errors import UsageProblem
from reconciler.model.finding import Confirmation
from reconciler.model.plan import Plan
from reconciler.operations.confirm import DAYS, confirmation_for

TODAY = dt.date(2026, 3, 2)


def a_question() -> Plan:
    """Give a plan with one finding that asks, about three people."""
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), people=some_people(3, "Agent"))
    return a_plan(a_request(a_role("agent"), settings=replace(ANYTHING_GOES, narrowing_people=2)), tenant)


def asked(plan: Plan, **parts: Any) -> Confirmation:  # noqa: ANN401 - passed on as they are
    """Make the confirmation of the plan's question."""
    (finding,) = plan.unconfirmed
    words = {"reason": "Agreed", "people_at_most": None, "expires": None, "today": TODAY, **parts}
    return confirmation_for(plan, words.pop("identifier", finding.confirmation), **words)


def test_confirm_binds_the_finding_and_its_head_count() -> None:
    """By default for as many people as now, for two weeks, with the reason trimmed."""
    plan = a_question()

    entry = asked(plan, reason="  Announced  ")

    (finding,) = plan.unconfirmed
    assert entry == Confirmation(
        id=finding.confirmation, people_at_most=3, reason="Announced", expires=TODAY + dt.timedelta(days=DAYS)
    )


@pytest.mark.parametrize("people", [3, 4])
def test_confirm_takes_a_number_that_covers_the_people(people: int) -> None:
    """As many or more."""
    assert people == asked(a_question(), people_at_most=people).people_at_most


@pytest.mark.parametrize("day", [TODAY, TODAY + dt.timedelta(days=400)])
def test_confirm_takes_a_last_day_that_is_not_over(day: dt.date) -> None:
    """Today still counts."""
    assert day == asked(a_question(), expires=day).expires


@pytest.mark.parametrize(
    ("parts", "detail", "fix"),
    [
        (
            {"identifier": "other"},
            "The plan has no finding other",
            "Use an id of the plan as it is now: narrowing-agent-",
        ),
        ({"reason": " \t"}, "A confirmation needs a reason", "--reason"),
        ({"expires": dt.date(2026, 3, 1)}, "2026-03-01 has passed", "Choose a day"),
        ({"people_at_most": 2}, "It is 3 people now, so an entry for at most 2 people would not count", "Leave"),
        ({"people_at_most": 0}, "at most 0 people", "Leave"),
    ],
)
def test_confirm_refuses_what_would_not_count(parts: dict[str, object], detail: str, fix: str) -> None:
    """Each with what is wrong and what to do."""
    with pytest.raises(UsageProblem) as raised:
        asked(a_question(), **parts)

    assert detail in raised.value.detail
    assert fix in raised.value.fix


def test_confirm_says_when_nothing_needs_it() -> None:
    """There is no id to name."""
    with pytest.raises(UsageProblem) as raised:
        confirmation_for(
            a_plan(a_request(), a_tenant()), "x", reason="r", people_at_most=None, expires=None, today=TODAY
        )

    assert raised.value.fix == "Nothing needs confirming now"
