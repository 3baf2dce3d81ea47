"""Keeps one comment of ours on a pull request up to date: ours alone, and never an older plan over a newer one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from reconciler.github.api import GithubApi, strictly
from reconciler.github.commits import pull_number, pull_request
from reconciler.github.marker import body_of, first_line, is_ours, line_of, same_text
from reconciler.github.problems import GithubRefused
from reconciler.tenants.shape import Part

_ROUNDS = 2
"""How often the text is written at most: once, and once more where an older run wrote over it in between."""


class Commented(StrEnum):
    """What became of a comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    """The pull request points to another commit by now; the run for that commit has the word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOutcome:
    """How an upsert ended."""

    what: Commented
    comment: int | None = None
    """Id of our comment; None where none was written or found."""
    duplicates: int = 0
    """Older comments of ours with the same mark; they are left alone."""


@strictly()
def upsert_comment(api: GithubApi, number: int, marker: str, text: str, head: str) -> CommentOutcome:
    """Make our comment on pull request `number` say `text`, which was made for the commit `head`.

    Ours is the newest comment by the api's author whose first line carries `marker`; comments of others are never
    touched, whatever they carry, and older ones of ours are left alone. That the pull request still points to `head` is
    checked right before and right after each write, and where it does not, the outcome is `superseded`. Raises
    `GithubUnusable` before anything is sent for a text that is too long, and a `GithubProblem` for whatever goes
    wrong. Costs at most two writes, and one more where our comment was deleted meanwhile.
    """
    body = body_of(line_of(marker, head), text)
    ours = _ours(api, number, marker)
    found = ours[-1] if ours else None
    duplicates = max(0, len(ours) - 1)
    if found is not None and same_text(found.at("body").text(), body):
        what = Commented.UNCHANGED if pull_request(api, number).head == head else Commented.SUPERSEDED
        return CommentOutcome(what=what, comment=_id(found), duplicates=duplicates)
    what = Commented.UPDATED if found is not None else Commented.CREATED
    comment = None if found is None else _id(found)
    for _ in range(_ROUNDS):
        if pull_request(api, number).head != head:
            return CommentOutcome(what=Commented.SUPERSEDED, comment=comment, duplicates=duplicates)
        written = _write(api, number, comment, body)
        what = Commented.CREATED if comment != written and comment is not None else what
        comment = written
        if pull_request(api, number).head != head:
            return CommentOutcome(what=Commented.SUPERSEDED, comment=comment, duplicates=duplicates)
        if _stands(api, comment, body):
            break
    return CommentOutcome(what=what, comment=comment, duplicates=duplicates)


def _ours(api: GithubApi, number: int, marker: str) -> list[Part]:
    """Give our comments, the newest last."""
    comments = api.listing("issues", pull_number(number), "comments")
    ours = {_id(comment): comment for comment in comments if is_ours(comment, api.author, marker)}
    return [ours[comment] for comment in sorted(ours)]


def _write(api: GithubApi, number: int, comment: int | None, body: str) -> int:
    """Edit the comment, or make a new one where there is none or it was deleted meanwhile; give its id."""
    if comment is not None:
        try:
            return _id(api.patch("issues", "comments", str(comment), body={"body": body}))
        except GithubRefused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
    return _id(api.post("issues", pull_number(number), "comments", body={"body": body}))


def _stands(api: GithubApi, comment: int, body: str) -> bool:
    """Say whether the comment is the one for our commit; gone counts as standing, as somebody wanted it gone."""
    try:
        text = api.get("issues", "comments", str(comment)).at("body").text()
    except GithubRefused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return True
        raise
    return first_line(text) == first_line(body)


def _id(part: Part) -> int:
    return part.at("id").count()
