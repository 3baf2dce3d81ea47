"""A review as text: read back it is the same, and anything else is refused without quoting it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import GithubProblem
from reconciler.github.problems import GithubAnswerUnusable, GithubUnusable
from reconciler.github.review import MOST_REVIEW_BYTES, decode_review, encode_review
from reconciler.model.change import Action
from reconciler.model.review import Review, ReviewedChange, Verdict
from reconciler.model.role import RoleKey

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
CHANGE = ReviewedChange(role=RoleKey("agent"), action=Action.UPDATE, before=DIGEST, after=DIGEST)
REVIEW = Review(
    digest=DIGEST,
    base="b" * 40,
    head="a" * 64,
    verdict=Verdict.READY,
    title="1,234 changes, 42 people lose something",
    labels=("roles: narrows access", "roles: sensitive"),
    changes=(CHANGE, replace(CHANGE, role=RoleKey("lead"), action=Action.CREATE, before=None)),
)
STOPPED = Review(digest=None, base=None, head=None, verdict=Verdict.FAILED, title="Tenant could not be read")

Edit = Callable[[dict[str, Any]], object]


def edited(edit: Edit) -> str:
    """Give the text of a review with something done to its fields."""
    fields = json.loads(encode_review(REVIEW))
    edit(fields)
    return json.dumps(fields)


@pytest.mark.parametrize("review", [REVIEW, STOPPED, replace(REVIEW, changes=None), replace(REVIEW, labels=())])
def test_review_read_back_is_the_same(review: Review) -> None:
    """Text and bytes, white space aside."""
    text = encode_review(review)

    assert decode_review(text, "x") == review
    assert decode_review(text.encode(), "x") == review
    assert decode_review(json.dumps(json.loads(text), indent=4), "x") == review
    assert text.isascii()
    assert text.count("\n") == 1


def test_changes_that_do_not_fit_are_left_out_and_not_cut() -> None:
    """A review that is too long says so with null; the digest still binds the plan."""
    many = tuple(replace(CHANGE, role=RoleKey(f"role-{number:05}")) for number in range(1000))

    text = encode_review(replace(REVIEW, changes=many))

    assert len(text) <= MOST_REVIEW_BYTES
    assert decode_review(text, "x") == replace(REVIEW, changes=None)


@pytest.mark.parametrize(
    "review",
    [
        replace(REVIEW, title="`code`"),
        replace(REVIEW, head="main"),
        replace(REVIEW, digest=None),
        replace(REVIEW, labels=("roles: sensitive", "roles: narrows access")),
        replace(REVIEW, changes=(replace(CHANGE, role=RoleKey("b")), replace(CHANGE, role=RoleKey("a")))),
        replace(REVIEW, changes=(replace(CHANGE, before="x"),)),
    ],
)
def test_review_that_nobody_could_read_is_not_written(review: Review) -> None:
    """What would be refused later is refused now."""
    with pytest.raises(GithubUnusable):
        encode_review(review)


@pytest.mark.parametrize(
    "edit",
    [
        lambda f: f.pop("digest"),
        lambda f: f.update(more=1),
        lambda f: f.update(format=2),
        lambda f: f.update(format=True),
        lambda f: f.update(digest=DIGEST.upper()),
        lambda f: f.update(digest=f"{DIGEST}\n"),
        lambda f: f.update(digest=DIGEST[:-1]),
        lambda f: f.update(digest=None),
        lambda f: f.update(base="HEAD"),
        lambda f: f.update(head="a" * 41),
        lambda f: f.update(verdict="fine"),
        lambda f: f.update(verdict="failed"),
        lambda f: f.update(verdict="no-changes"),
        lambda f: f.update(title=""),
        lambda f: f.update(title="two\nlines"),
        lambda f: f.update(title="[x](y)"),
        lambda f: f.update(title="@team"),
        lambda f: f.update(title="ä"),
        lambda f: f.update(title="x" * 201),
        lambda f: f.update(labels=["bug"]),
        lambda f: f.update(labels="roles: sensitive"),
        lambda f: f.update(labels=["roles: sensitive", "roles: sensitive"]),
        lambda f: f.update(changes={}),
        lambda f: f["changes"].reverse(),
        lambda f: f["changes"].append(f["changes"][-1]),
        lambda f: f["changes"][0].update(role="../agent"),
        lambda f: f["changes"][0].update(action="delete"),
        lambda f: f["changes"][0].update(before=7),
        lambda f: f["changes"][0].pop("after"),
        lambda f: f["changes"][0].update(name="Agent"),
        lambda f: f["changes"].append(None),
    ],
)
def test_anything_else_is_refused(edit: Edit) -> None:
    """Every field is checked, unknown ones are refused, and so is what fields say about each other."""
    with pytest.raises(GithubAnswerUnusable):
        decode_review(edited(edit), "review.json")


def test_changes_of_no_plan_are_refused() -> None:
    """Where there is no digest there are no changes that anybody has seen."""
    with pytest.raises(GithubAnswerUnusable):
        decode_review(edited(lambda f: f.update(digest=None, verdict="failed")), "x")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", '{"format": 1, "format": 1}', "\ud800", b"\xff", " " * (MOST_REVIEW_BYTES + 1), "[" * 5000],
    ids=[f"text-{number}" for number in range(9)],
)
def test_text_that_is_no_review_is_refused(text: str | bytes) -> None:
    """No JSON, JSON with two meanings, no Unicode, too long, too deep."""
    with pytest.raises(GithubAnswerUnusable, match=r"review\.json"):
        decode_review(text, "review.json")


def test_refusal_quotes_nothing() -> None:
    """What was read may be hostile, and is not repeated."""
    for edit in (lambda f: f.update(title="##[x]"), lambda f: f.update({"##[x]": 1}), lambda f: f.update(head="##[x]")):
        with pytest.raises(GithubProblem) as raised:
            decode_review(edited(edit), "review.json")
        assert "##[" not in raised.value.detail
