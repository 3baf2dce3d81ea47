"""Lets a plan pass only if it is the one that was reviewed, and says role by role what moved where it is not."""

from __future__ import annotations

from reconciler.core.moved import moved
from reconciler.errors import PlanStale
from reconciler.model.review import Review
from reconciler.operations.plan import Planned


def require_reviewed(planned: Planned, expect: str | None, review: Review | None) -> None:
    """Raise `PlanStale` unless the plan has the digest that was reviewed.

    `expect` is a digest that somebody named; it counts more than that of `review`. Without it, a plan that changes
    nothing passes whatever was reviewed, as it must on a commit that touches no role; any other passes only with the
    digest of the review, and none passes where the review has no digest. With neither, whoever reads the announcement
    is the reviewer.
    """
    found = planned.plan.digest
    if expect is None and review is not None:
        if not planned.plan.changes:
            return
        if review.digest is None:
            raise PlanStale(
                f"No reviewed plan is known for this commit, and the plan made now, {found}, has changes to make; "
                "nothing was written",
                fix=f"Read the plan with `reconciler plan`, then apply it with --expect {found}",
            )
        expect = review.digest
    if expect is None or expect == found:
        return
    compared = review is not None and review.digest == expect
    raise PlanStale(
        f"The plan that was reviewed is {expect}; the plan made now is {found}. "
        "The files, the guard settings or the tenant moved in between",
        reasons=tuple(m.sentence for m in moved(review, planned.facts.changes)) if review and compared else (),
        fix="Read the new plan with `reconciler plan`, then apply with its digest",
    )
