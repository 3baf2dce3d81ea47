"""Puts a plan on its pull request: the check that apply reads, and the courtesies of a comment and labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reconciler.errors import GithubProblem
from reconciler.github.api import GithubApi, note_of
from reconciler.github.check import put_check
from reconciler.github.comment import Commented, upsert_comment
from reconciler.github.commits import pull_request
from reconciler.github.labels import Label, set_labels
from reconciler.model.review import Review

_T = TypeVar("_T")

PLAN_COMMENT = "roles:plan"
"""What our comment with a plan is known by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of it."""

    problem: GithubProblem | None
    """Why there is no check; None where there is one."""
    superseded: bool
    """Whether the pull request points to another commit by now."""
    notes: tuple[str, ...]
    """What went wrong with the courtesies, a line each."""


def publish(
    api: GithubApi, number: int, head: str, review: Review, texts: tuple[str, str], details: str | None
) -> Published:
    """Put the check on `head`, then the comment and the labels on pull request `number`.

    `texts` are the comment and the summary of the check. Everything is tried, whatever fails; nothing is raised. The
    check belongs to its commit and is put there in any case; comment and labels belong to the pull request, and only
    the run for the commit that it points to may change them.
    """
    comment, summary = texts
    notes: list[str] = []
    problem: GithubProblem | None = None
    try:
        put_check(api, head, review, summary, details)
    except GithubProblem as raised:
        problem = raised
    commented = _attempt(notes, "comment", lambda: upsert_comment(api, number, PLAN_COMMENT, comment, head).what)
    moved = commented is Commented.SUPERSEDED
    if not moved:
        moved = _attempt(notes, "labels", lambda: _label(api, number, head, review)) is False
    return Published(problem=problem, superseded=moved, notes=tuple(notes))


def _label(api: GithubApi, number: int, head: str, review: Review) -> bool:
    """Set the labels where the pull request still points to `head`; say whether it does."""
    if pull_request(api, number).head != head:
        return False
    set_labels(api, number, [Label(label) for label in review.labels])
    return True


def _attempt(notes: list[str], what: str, courtesy: Callable[[], _T]) -> _T | None:
    """Give what a courtesy gave, or None and one note more."""
    try:
        return courtesy()
    except GithubProblem as problem:
        notes.append(f"The {what} could not be brought up to date. {note_of(problem)}")
        return None
