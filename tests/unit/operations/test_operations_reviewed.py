"""Reviewed is applied: what passes, what stops with a reason for each role, and that nothing is written then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import REPLY, VIEW, a_content, a_live_role, a_request, a_role, a_tenant, applied, how, planned
from fakes.tenant import FakeTenant

from reconciler.core.reviewing import review_of
from reconciler.errors import PlanStale, Superseded
from reconciler.model.review import Review, Verdict
from reconciler.operations.plan import Request

REQUEST = a_request(a_role("agent"), a_role("lead", grants=(VIEW, REPLY)))
NO_REVIEW = Review(digest=None, base=None, head=None, verdict=Verdict.FAILED, title="None")


def a_desk() -> FakeTenant:
    """Give a tenant in which both roles are to change."""
    return a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), a_live_role("Lead"))


def reviewed(request: Request = REQUEST) -> Review:
    """Review the plan of a request on a fresh tenant."""
    made = planned(request, a_desk())
    return review_of(made.plan, made.facts.changes, None, ())


def stale(tenant: FakeTenant, review: Review, request: Request = REQUEST, expect: str | None = None) -> PlanStale:
    """Apply what was not reviewed, and give the error; nothing is written."""
    with pytest.raises(PlanStale) as raised:
        applied(request, tenant, replace(how(expect=expect), review=review))
    assert tenant.writes == []
    return raised.value


def test_plan_that_was_reviewed_is_applied() -> None:
    """The digest of the review is expected."""
    tenant = a_desk()

    done = applied(REQUEST, tenant, replace(how(), review=reviewed()))

    assert done.report is not None
    assert done.report.complete


def test_what_moved_is_told_by_role() -> None:
    """One reason per role that is not as reviewed."""
    tenant = a_desk()
    tenant.edit_by_hand(tenant.live("Agent").id, a_content("Agent", REPLY))

    error = stale(tenant, reviewed())

    assert error.reasons == ("agent: the tenant moved; the live role is not the one that was reviewed",)


def test_review_without_a_digest_lets_no_change_pass() -> None:
    """What nobody reviewed is not applied, and the way out is told with the digest to read."""
    tenant = a_desk()

    error = stale(tenant, NO_REVIEW)

    assert "No reviewed plan" in error.detail
    assert f"--expect {planned(REQUEST, a_desk()).plan.digest}" in error.fix


@pytest.mark.parametrize("review", [NO_REVIEW, reviewed()], ids=["none", "of another state"])
def test_plan_without_changes_passes_whatever_was_reviewed(review: Review) -> None:
    """A commit that touches no role, and a re-run after all is done, end well and write nothing."""
    tenant = a_desk()
    applied(REQUEST, tenant)
    tenant.writes.clear()

    done = applied(REQUEST, tenant, replace(how(), review=review))

    assert done.report is None
    assert tenant.writes == []


def test_digest_that_somebody_named_counts_more_than_the_review() -> None:
    """A person who has read the new plan may apply it; the review is of the old one."""
    tenant = a_desk()
    digest = planned(REQUEST, tenant).plan.digest

    done = applied(REQUEST, tenant, replace(how(expect=digest), review=NO_REVIEW))

    assert done.report is not None


def test_digest_that_somebody_named_is_not_compared_with_another_review() -> None:
    """Reasons are told only about the plan that was expected."""
    error = stale(a_desk(), reviewed(), expect=f"sha256:{'0' * 64}")

    assert error.reasons == ()
    assert stale(a_desk(), NO_REVIEW, expect=f"sha256:{'0' * 64}").reasons == ()


def test_named_digest_of_the_review_itself_is_told_by_role() -> None:
    """Both say the same, so what moved can be told."""
    review = reviewed()

    error = stale(a_desk(), review, a_request(a_role("agent")), expect=review.digest)

    assert error.reasons == ("lead: no longer needed; the review has a change of it, and there is nothing left to do",)


def test_superseded_right_before_the_first_write_writes_nothing() -> None:
    """The last look comes after the announcement and before the journal is opened."""
    tenant, seen = a_desk(), []

    def superseded() -> None:
        raise Superseded("x")

    manner = how(announce=lambda _: not seen.append("announced"))
    manner = replace(manner, before_writing=superseded, open_journal=lambda _: pytest.fail("a journal was opened"))
    with pytest.raises(Superseded):
        applied(REQUEST, tenant, manner)

    assert seen == ["announced"]
    assert tenant.writes == []


def test_nothing_to_write_asks_for_no_last_look() -> None:
    """Where there is nothing to do, it does not matter."""
    tenant = a_desk()
    applied(REQUEST, tenant)

    assert applied(REQUEST, tenant, replace(how(), before_writing=lambda: pytest.fail("asked"))).report is None
