"""Writes a review as strict JSON, and reads one back with every field checked: it may come from anywhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from reconciler.github.api import strictly
from reconciler.github.labels import Label
from reconciler.github.problems import GithubAnswerUnusable, GithubUnusable
from reconciler.model.change import Action
from reconciler.model.review import Review, ReviewedChange, Verdict
from reconciler.model.role import RoleKey
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import UnusableJsonError, parse

REVIEW_FORMAT = 1
MOST_REVIEW_BYTES = 60_000
"""What fits into the text of a check, with room for a fence around it."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ROLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TITLE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ,;.'-]{0,198}[A-Za-z0-9.])?")


def encode_review(review: Review) -> str:
    """Give the one text of a review, at most `MOST_REVIEW_BYTES` of ASCII; changes that do not fit are left out.

    Raises `GithubProblem` for a review that could not be read back.
    """
    text = _text(review)
    if len(text) > MOST_REVIEW_BYTES:
        review = replace(review, changes=None)
        text = _text(review)
    try:
        decode_review(text, "review")
    except GithubAnswerUnusable as problem:
        raise GithubUnusable(f"A review that nobody could read was to be written: {problem.detail}") from None
    return text


@strictly()
def decode_review(text: str | bytes, where: str) -> Review:
    """Read a review; `where` names its source in messages, which quote nothing of the text.

    Raises `GithubAnswerUnusable` for anything but a review that `encode_review` could have made, white space aside.
    """
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > MOST_REVIEW_BYTES:
        raise GithubAnswerUnusable(f"{where}: a review has at most {MOST_REVIEW_BYTES} bytes")
    try:
        part = Part(parse(raw), where)
    except UnusableJsonError as problem:
        raise GithubAnswerUnusable(f"{where}: {problem}") from None
    _require_keys(part, "format", "digest", "base", "head", "verdict", "title", "labels", "changes")
    if part.at("format").count() != REVIEW_FORMAT:
        raise GithubAnswerUnusable(f"{where}: this program reads reviews of format {REVIEW_FORMAT}")
    return _checked(
        Review(
            digest=_maybe(part, "digest", _DIGEST),
            base=_maybe(part, "base", _COMMIT),
            head=_maybe(part, "head", _COMMIT),
            verdict=Verdict(_member(part.at("verdict"), frozenset(Verdict))),
            title=_matching(part.at("title"), _TITLE),
            labels=tuple(_member(label, frozenset(Label)) for label in part.at("labels").each()),
            changes=_changes(part),
        ),
        part,
    )


def _changes(part: Part) -> tuple[ReviewedChange, ...] | None:
    changes = part.maybe("changes")
    return None if changes is None else tuple(_change(item) for item in changes.each())


def _change(part: Part) -> ReviewedChange:
    _require_keys(part, "role", "action", "before", "after")
    return ReviewedChange(
        role=RoleKey(_matching(part.at("role"), _ROLE)),
        action=Action(_member(part.at("action"), frozenset(Action))),
        before=_maybe(part, "before", _DIGEST),
        after=_maybe(part, "after", _DIGEST),
    )


def _checked(review: Review, part: Part) -> Review:
    """Check what one field says about another."""
    if (review.digest is not None) != review.verdict.planned:
        raise part.at("digest").unusable(f"the digest of a plan that is {review.verdict}")
    if review.digest is None and review.changes is not None:
        raise part.at("changes").unusable("the changes of no plan")
    if review.changes and review.verdict is Verdict.NO_CHANGES:
        raise part.at("changes").unusable(f"the changes of a plan that is {review.verdict}")
    if list(review.labels) != sorted(set(review.labels)):
        raise part.at("labels").unusable("sorted labels")
    roles = [change.role for change in review.changes or ()]
    if roles != sorted(set(roles)):
        raise part.at("changes").unusable("changes sorted by role")
    return review


def _require_keys(part: Part, *keys: str) -> None:
    value = part.value
    if isinstance(value, dict) and not value.keys() <= set(keys):
        raise GithubAnswerUnusable(f"{part.where}: {part.path} has keys that are not known here")


def _maybe(part: Part, key: str, pattern: re.Pattern[str]) -> str | None:
    found = part.maybe(key)
    return None if found is None else _matching(found, pattern)


def _matching(part: Part, pattern: re.Pattern[str]) -> str:
    text = part.text()
    if not pattern.fullmatch(text):
        raise part.unusable("what stands there in a review")
    return text


def _member(part: Part, known: frozenset[str]) -> str:
    text = part.text()
    if text not in known:
        raise part.unusable("one of the words that are known there")
    return text


def _text(review: Review) -> str:
    fields = {
        "format": REVIEW_FORMAT,
        "digest": review.digest,
        "base": review.base,
        "head": review.head,
        "verdict": review.verdict,
        "title": review.title,
        "labels": list(review.labels),
        "changes": None
        if review.changes is None
        else [
            {"role": change.role, "action": change.action, "before": change.before, "after": change.after}
            for change in review.changes
        ],
    }
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=True, allow_nan=False) + "\n"
