"""Decides whether a pull request may be planned with a key, and takes a maintainer's yes back when it moves."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from reconciler.github.api import GithubApi, strictly
from reconciler.github.commits import pull_number
from reconciler.github.event import PullRequestEvent
from reconciler.github.problems import GithubRefused

PULL_REQUEST_TARGET = "pull_request_target"
"""The one event that runs the files of the default branch, whoever opened the pull request."""
PLAN_OK = "plan-ok"
"""The label by which a maintainer says: plan the fork's commit as it is now."""

_MOVES = frozenset({"opened", "reopened", "synchronize"})
_LABELED = "labeled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The decision about one event."""

    go: bool
    reason: str
    """One sentence of ours, without foreign text."""
    takes_back: str | None = None
    """The label to remove, spelt as the pull request has it; None where nothing is to be removed."""


def decide(event: PullRequestEvent) -> Gate:
    """Say whether the commit of the event may be planned.

    A branch of the repository itself: whenever it moves, or the label asks for it. A fork: only at the moment the label
    is put on, and only the commit that it had at that moment; when a fork moves, the label goes.
    """
    if event.same_repository:
        return _own_branch(event)
    if event.action == _LABELED and event.label == PLAN_OK:
        return Gate(go=True, reason=f"A maintainer put the label {PLAN_OK} on exactly this commit of a fork.")
    if event.action in _MOVES:
        there = next((label for label in event.labels if label.lower() == PLAN_OK), None)
        reason = f"A fork is planned when a maintainer puts the label {PLAN_OK} on it, and after every push anew."
        return Gate(go=False, reason=reason, takes_back=there)
    return Gate(go=False, reason=f"What happened to this fork is not that somebody put the label {PLAN_OK} on it.")


@strictly()
def take_back(api: GithubApi, number: int, label: str) -> None:
    """Remove a label from a pull request; one that is gone already is as good. Raises a `GithubProblem` otherwise."""
    try:
        api.delete("issues", pull_number(number), "labels", label)
    except GithubRefused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise


def _own_branch(event: PullRequestEvent) -> Gate:
    # The label asks for what a branch of the repository has anyway; saying no would end the run that is under way.
    if event.action in _MOVES or (event.action == _LABELED and event.label == PLAN_OK):
        return Gate(go=True, reason="The branch lives in this repository, where only people with write access push.")
    return Gate(go=False, reason="The commit did not change; a branch of this repository is planned when it does.")
