"""Finds the review that belongs to a merged commit, by the pull request it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.errors import GithubProblem
from reconciler.github.api import GithubApi, note_of
from reconciler.github.check import CheckedReview, newest_check
from reconciler.github.commits import merged_as
from reconciler.model.review import Review, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found; without a digest, nothing may be applied but a plan without changes."""

    review: Review
    reason: str
    """One sentence: where it was found, or why there is none."""


def find_review(api: GithubApi, app: int, commits: Iterable[str], branch: str | None) -> Found:
    """Give the newest review with a digest for the first of `commits` that has one.

    `commits` are those whose files mean the same, the one to apply first. `branch` is where pull requests must have
    been merged into; None for any. The review of a commit is the newest check by `app` on the head of its pull
    request. Raises nothing: what could not be read is a review without a digest, because a plan that cannot be
    looked up counts as not reviewed.
    """
    try:
        for commit in commits:
            reviews = [checked for checked in _reviews(api, app, commit, branch) if checked.review.digest is not None]
            if reviews:
                newest = max(reviews, key=lambda checked: checked.check)
                return Found(review=newest.review, reason=f"It was reviewed as {newest.review.head}.")
    except GithubProblem as problem:
        return Found(review=NO_REVIEW, reason=f"It could not be looked up. {note_of(problem)}")
    return Found(review=NO_REVIEW, reason="No pull request that led here has a plan of ours that was reviewed.")


NO_REVIEW = Review(
    digest=None, base=None, head=None, verdict=Verdict.FAILED, title="No reviewed plan was found for this commit"
)
"""Stands where nothing was found."""


def _reviews(api: GithubApi, app: int, commit: str, branch: str | None) -> Iterator[CheckedReview]:
    for request in merged_as(api, commit):
        if branch is None or request.base == branch:
            checked = newest_check(api, request.head, app)
            if checked is not None:
                yield checked
