"""The review of a plan, and the one that stands where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    REPLY,
    VIEW,
    a_live_role,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    everything_confirmed,
    planned,
    some_people,
)

from reconciler.core.reviewing import review_of, review_of_error, title_of, unfinished_review, verdict_of
from reconciler.errors import (
    InputRejected,
    NoRolesFound,
    Problem,
    ReconcilerError,
    SettingsRejected,
    TenantUnreachable,
    UsageProblem,
)
from reconciler.model.plan import Plan
from reconciler.model.review import Verdict
from reconciler.operations.plan import Planned

ASKING = replace(ANYTHING_GOES, narrowing_people=2)
PROBLEM = Problem("roles/a.yaml", 1, 1, "yaml.syntax", "`x`", "y")


def narrowing(people: int = 3, *, confirmed: bool = False) -> Planned:
    """Plan a change that takes something from people."""
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), people=some_people(people, "Agent"))
    made = planned(a_request(a_role("agent"), settings=ASKING, commit="a" * 40), tenant)
    if confirmed:
        yes = everything_confirmed(made.plan)
        return planned(a_request(a_role("agent"), settings=ASKING, confirmations=yes, commit="a" * 40), tenant)
    return made


def blocked() -> Plan:
    """Plan a change that guards refuse."""
    tenant = a_tenant(
        a_live_role("Agent", grants=(VIEW,)),
        a_live_role("Boss", grants=(ADMIN,)),
        people=some_people(2, "Agent", "Boss"),
    )
    return planned(a_request(a_retired_role("agent"), a_role("boss")), tenant).plan


def nothing() -> Plan:
    """Plan files that the tenant is as."""
    return planned(a_request(a_role("agent")), a_tenant(a_live_role("Agent"))).plan


def test_review_holds_what_binds_a_plan_and_nothing_foreign() -> None:
    """Digest, both commits, counts, sorted labels and digests."""
    made = narrowing()

    review = review_of(made.plan, made.facts.changes, "b" * 40, ["z", "a"])

    assert (review.digest, review.head, review.base) == (made.plan.digest, "a" * 40, "b" * 40)
    assert (review.verdict, review.title) == (Verdict.UNCONFIRMED, title_of(made.plan))
    assert review.labels == ("a", "z")
    assert [change.role for change in review.changes or ()] == ["agent"]
    assert "Agent" not in repr(review)


def test_verdicts_are_of_what_stops_the_plan() -> None:
    """A block counts more than a question, a question more than changes."""
    assert verdict_of(blocked()) is Verdict.BLOCKED
    assert verdict_of(narrowing().plan) is Verdict.UNCONFIRMED
    assert verdict_of(narrowing(confirmed=True).plan) is Verdict.READY
    assert verdict_of(nothing()) is Verdict.NO_CHANGES


def test_titles_count() -> None:
    """One line says how much changes, for how many, and what is missing."""
    assert title_of(narrowing().plan) == "1 change, 3 people lose something, 1 confirmation missing"
    assert title_of(narrowing(confirmed=True).plan) == "1 change, 3 people lose something"
    assert title_of(narrowing(1).plan) == "1 change, 1 person loses something"
    assert title_of(nothing()) == "No changes"
    assert title_of(blocked()).endswith(", refused by 2 guards")


@pytest.mark.parametrize(("people", "told"), [(1, "1 person gains something"), (2, "2 people gain something")])
def test_gains_are_counted_too(people: int, told: str) -> None:
    """Widening is told as loudly."""
    tenant = a_tenant(a_live_role("Agent"), people=some_people(people, "Agent"))

    assert told in title_of(planned(a_request(a_role("agent", grants=(VIEW, REPLY))), tenant).plan)


@pytest.mark.parametrize(
    ("error", "verdict", "title"),
    [
        (InputRejected((PROBLEM, PROBLEM)), Verdict.REJECTED, "Files rejected, 2 problems"),
        (SettingsRejected((PROBLEM,)), Verdict.REJECTED, "Settings rejected, 1 problem"),
        (NoRolesFound("x"), Verdict.REJECTED, "No role files found"),
        (UsageProblem("x"), Verdict.FAILED, "Usage or settings"),
        (TenantUnreachable("x"), Verdict.FAILED, "Tenant could not be read"),
    ],
)
def test_what_stopped_a_plan_has_a_review_without_a_digest(
    error: ReconcilerError, verdict: Verdict, title: str
) -> None:
    """Wrong files are told apart from everything else that can stand in the way."""
    review = review_of_error(error, "b" * 40, "a" * 40)

    assert (review.verdict, review.title) == (verdict, title)
    assert (review.digest, review.changes, review.labels) == (None, None, ())
    assert (review.base, review.head) == ("b" * 40, "a" * 40)


@pytest.mark.parametrize("verdict", list(Verdict), ids=str)
def test_verdicts_say_whether_there_is_a_plan(verdict: Verdict) -> None:
    """Two of them stand where there is none."""
    assert verdict.planned is (verdict not in {Verdict.REJECTED, Verdict.FAILED})


def test_run_that_broke_off_has_a_review_that_lets_nothing_pass() -> None:
    """It names the commit where that is known, and has no digest."""
    review = unfinished_review("a" * 40)

    assert (review.digest, review.verdict, review.head) == (None, Verdict.FAILED, "a" * 40)
    assert review.title == "The plan did not finish"
