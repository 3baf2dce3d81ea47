"""Labels a pull request by what its plan does to people's access, and touches no label but our own five."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from reconciler.github.api import GithubApi, strictly
from reconciler.github.commits import pull_number
from reconciler.github.problems import GithubRefused
from reconciler.model.change import Direction
from reconciler.model.finding import Guard
from reconciler.model.plan import Plan


class Label(StrEnum):
    """Every label of ours."""

    NARROWS = "roles: narrows access"
    WIDENS = "roles: widens access"
    SENSITIVE = "roles: sensitive"
    BLOCKED = "roles: blocked"
    NO_CHANGES = "roles: no changes"

    @property
    def colour(self) -> str:
        """Give the colour of a new label, in hexadecimal."""
        return _LOOKS[self][0]

    @property
    def description(self) -> str:
        """Give the description of a new label, at most 100 characters."""
        return _LOOKS[self][1]


_LOOKS = {
    Label.NARROWS: ("fbca04", "The plan takes permissions from a role"),
    Label.WIDENS: ("0e8a16", "The plan gives permissions to a role"),
    Label.SENSITIVE: ("d93f0b", "A sensitive or unknown permission reaches a role"),
    Label.BLOCKED: ("b60205", "A guard refuses the plan"),
    Label.NO_CHANGES: ("c5def5", "The live roles are as the files say"),
}
_NARROWING = frozenset({Direction.NARROW, Direction.MIXED})
_WIDENING = frozenset({Direction.WIDEN, Direction.MIXED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What was done to the labels of a pull request; both sorted."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def labels_for(plan: Plan) -> frozenset[Label]:
    """Say which of our labels a plan deserves; a plan that only moves texts deserves none.

    The whole plan counts, what was already pending too, because merging applies the whole plan.
    """
    directions = {change.direction for change in plan.changes}
    deserved = {
        Label.NARROWS: bool(directions & _NARROWING),
        Label.WIDENS: bool(directions & _WIDENING),
        Label.SENSITIVE: any(finding.guard is Guard.SENSITIVE_GRANT for finding in plan.findings),
        Label.BLOCKED: plan.blocked,
        Label.NO_CHANGES: not plan.changes,
    }
    return frozenset(label for label, is_deserved in deserved.items() if is_deserved)


@strictly()
def set_labels(api: GithubApi, number: int, wanted: Iterable[Label]) -> Labelled:
    """Give pull request `number` exactly those of our labels that are `wanted`, and leave every other label alone.

    A label that the repository lacks is made first; one that exists keeps its colour and description. Names are
    compared without regard to case, as GitHub does. Raises a `GithubProblem` at the first thing that goes wrong.
    """
    asked = frozenset(wanted)
    there = _names(api, number)
    added = sorted(label for label in asked if label.lower() not in there)
    for label in added:
        _make(api, label)
    if added:
        api.post("issues", pull_number(number), "labels", body={"labels": [str(label) for label in added]}, success=200)
    removed = sorted(label for label in frozenset(Label) - asked if label.lower() in there)
    for label in removed:
        _take_away(api, number, label)
    return Labelled(added=tuple(map(str, added)), removed=tuple(map(str, removed)))


def _names(api: GithubApi, number: int) -> frozenset[str]:
    labels = api.listing("issues", pull_number(number), "labels")
    return frozenset(label.at("name").text().lower() for label in labels)


def _make(api: GithubApi, label: Label) -> None:
    """Make a label where the repository has none of that name."""
    try:
        api.get("labels", label)
    except GithubRefused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
    else:
        return
    try:
        api.post("labels", body={"name": str(label), "color": label.colour, "description": label.description})
    except GithubRefused as refused:
        # Another run made it in between; adding it to the pull request says so if that is not the reason.
        if refused.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise


def _take_away(api: GithubApi, number: int, label: Label) -> None:
    try:
        api.delete("issues", pull_number(number), "labels", label)
    except GithubRefused as refused:
        # Somebody was quicker, which is as good.
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
