"""Keeps one issue of ours per matter: opened, kept up to date, reopened, and closed when the matter is settled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.github.api import GithubApi, strictly
from reconciler.github.marker import body_of, is_ours, line_of, same_text
from reconciler.github.problems import GithubUnusable
from reconciler.tenants.shape import Part

MAX_TITLE = 256
"""Characters of an issue's title."""


class Issued(StrEnum):
    """What became of an issue."""

    CREATED = "created"
    UPDATED = "updated"
    REOPENED = "reopened"
    CLOSED = "closed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOutcome:
    """How an upsert ended."""

    what: Issued
    issue: int | None = None
    """Number of our issue; None where there is none."""


@strictly()
def upsert_issue(api: GithubApi, key: str, title: str, body: str, *, is_open: bool) -> IssueOutcome:
    """Make our issue about `key` say `title` and `body` and be open (`is_open`), or closed where the matter is settled.

    Ours is an issue by the api's author whose first line carries the key; the open one with the lowest number, else
    the newest closed one. Issues of others are never touched. Nothing is made only to be closed. The title becomes one
    line and is cut where GitHub would refuse it. Raises `GithubUnusable` before anything is sent for a body that is
    too long, and a `GithubProblem` for whatever goes wrong. Costs one write at most.
    """
    word = f"issue:{key}"
    text = body_of(line_of(word), body)
    line = _one_line(title)
    found = _ours(api, word)
    if found is None:
        if not is_open:
            return IssueOutcome(what=Issued.UNCHANGED)
        made = api.post("issues", body={"title": line, "body": text})
        return IssueOutcome(what=Issued.CREATED, issue=_number(made))
    what = _step(found, line, text, wanted_open=is_open)
    if what is not Issued.UNCHANGED:
        fields: dict[str, str] = {"title": line, "body": text, "state": "open" if is_open else "closed"}
        if what is Issued.CLOSED:
            fields["state_reason"] = "completed"
        api.patch("issues", str(_number(found)), body={**fields})
    return IssueOutcome(what=what, issue=_number(found))


def _ours(api: GithubApi, word: str) -> Part | None:
    # The filter saves pages; the author is checked by id all the same.
    items = api.listing("issues", query={"state": "all", "creator": api.author.login})
    ours = [item for item in items if is_ours(item, api.author, word) and not _is_pull_request(item)]
    opened = [item for item in ours if _is_open(item)]
    if opened:
        return min(opened, key=_number)
    return max(ours, key=_number, default=None)


def _step(found: Part, title: str, body: str, *, wanted_open: bool) -> Issued:
    if not wanted_open:
        return Issued.CLOSED if _is_open(found) else Issued.UNCHANGED
    if not _is_open(found):
        return Issued.REOPENED
    same = found.at("title").text() == title and same_text(found.at("body").text(), body)
    return Issued.UNCHANGED if same else Issued.UPDATED


def _one_line(title: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    if not line:
        raise GithubUnusable("An issue needs a title; nothing was sent")
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1]}…"


def _is_pull_request(item: Part) -> bool:
    return isinstance(item.value, dict) and "pull_request" in item.value


def _is_open(item: Part) -> bool:
    return item.at("state").text() == "open"


def _number(item: Part) -> int:
    return item.at("number").count()
