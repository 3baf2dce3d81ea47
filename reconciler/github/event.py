"""Reads the event that a workflow runs for: strictly, and no more of it than decides anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import UsageProblem
from reconciler.github.api import strictly
from reconciler.github.commits import sha_of
from reconciler.github.problems import GithubAnswerUnusable
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import UnusableJsonError, parse

MOST_BYTES = 10_000_000
"""Of an event; GitHub's are far smaller."""

_WHERE = "the event"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestEvent:
    """What happened to a pull request, as GitHub told it when it happened."""

    action: str
    """Foreign in that GitHub may invent new ones."""
    number: int
    head: str
    """The commit it pointed to at that moment."""
    same_repository: bool
    """Whether its branch lives in the repository itself; False for a fork, and for one that is gone."""
    label: str | None
    """The label that was put on or taken off, where that is what happened; foreign text."""
    labels: tuple[str, ...]
    """All labels at that moment; foreign text."""


def read_event(path: Path) -> Part:
    """Read the file of an event.

    Raises `UsageProblem` where there is no such file, and `GithubAnswerUnusable` for anything but strict JSON of at
    most `MOST_BYTES`.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UsageProblem("The file of the event cannot be read", fix="Name it with --event") from error
    if len(raw) > MOST_BYTES:
        raise GithubAnswerUnusable(f"{_WHERE}: it has more than {MOST_BYTES} bytes")
    try:
        return Part(parse(raw), _WHERE)
    except UnusableJsonError as problem:
        raise GithubAnswerUnusable(f"{_WHERE}: {problem}") from None


@strictly()
def pull_request_event(event: Part) -> PullRequestEvent:
    """Read the event of a pull request; raises `GithubAnswerUnusable` where something is missing or contradicts."""
    request = event.at("pull_request")
    number = request.at("number").count()
    if number < 1 or event.at("number").count() != number:
        raise GithubAnswerUnusable(f"{_WHERE}: it names no pull request, or two")
    action = event.at("action").text()
    changed = event.at("label").at("name").text() if action in {"labeled", "unlabeled"} else None
    source = request.at("head").maybe("repo")
    # Ids, because a name can be given to somebody else.
    home = event.at("repository").at("id").count()
    return PullRequestEvent(
        action=action,
        number=number,
        head=sha_of(request.at("head")),
        same_repository=source is not None and source.at("id").count() == home,
        label=changed,
        labels=tuple(sorted(label.at("name").text() for label in request.at("labels").each())),
    )
