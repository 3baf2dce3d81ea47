"""A review is only ever compared: no edit of its file has anything else written than what was reviewed (T20)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from builders import REPLY, VIEW, a_live_role, a_request, a_retired_role, a_role, a_tenant, applied, how, planned
from fakes.tenant import FakeTenant
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.reviewing import review_of
from reconciler.errors import GithubProblem, PlanStale
from reconciler.github.review import decode_review, encode_review
from reconciler.model.review import Review

REQUEST = a_request(a_role("agent"), a_role("new", grants=(VIEW, REPLY)), a_retired_role("old"))


def a_desk() -> FakeTenant:
    """Give a tenant that the request changes in three ways."""
    return a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), a_live_role("Old"))


def the_review() -> Review:
    """Review the plan of the request."""
    made = planned(replace(REQUEST, commit="a" * 40), a_desk())
    return review_of(made.plan, made.facts.changes, "b" * 40, ["roles: narrows access"])


REVIEW = the_review()
TEXT = encode_review(REVIEW)
WRITES = [call for tenant in [a_desk()] for _ in [applied(REQUEST, tenant)] for call in tenant.writes]

scalars = st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([REVIEW.digest, "a" * 40, "ready"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def routes(value: object, route: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the way to everything in a document."""
    yield route
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from routes(inner, (*route, step))


def expect_only_what_was_reviewed(raw: str | bytes, tenant: FakeTenant) -> None:
    """Apply with an edited file: refused, stale without a write, or what the untouched file does."""
    try:
        review = decode_review(raw, "review.json")
    except GithubProblem:
        return
    try:
        applied(REQUEST, tenant, replace(how(), review=review))
    except PlanStale:
        assert tenant.writes == []
        assert review.digest != REVIEW.digest or tenant.names() != a_desk().names()
    else:
        assert review.digest == REVIEW.digest
        assert tenant.writes == WRITES


@given(at=st.integers(0, len(TEXT) - 1), byte=st.binary(max_size=2))
def test_no_edit_of_a_byte_has_anything_else_written(at: int, byte: bytes) -> None:
    """Replacing, taking out and putting in."""
    raw = TEXT.encode()

    expect_only_what_was_reviewed(raw[:at] + byte + raw[at + 1 :], a_desk())
    expect_only_what_was_reviewed(raw[:at] + byte + raw[at:], a_desk())


@given(data=st.data(), value=values)
def test_no_edit_of_a_field_has_anything_else_written(data: st.DataObject, value: object) -> None:
    """Any value, at any place of the document."""
    document = json.loads(TEXT)
    *way, last = data.draw(st.sampled_from([route for route in routes(document) if route]))
    inner = document
    for step in way:
        inner = inner[step]
    inner[last] = value

    expect_only_what_was_reviewed(json.dumps(document), a_desk())


@given(data=st.data(), value=values)
def test_no_edit_lets_another_plan_pass(data: st.DataObject, value: object) -> None:
    """Where the tenant has moved, what the file claims of the changes counts for nothing: only the digest does."""
    document = json.loads(TEXT)
    *way, last = data.draw(st.sampled_from([route for route in routes(document) if route and route[0] != "digest"]))
    inner = document
    for step in way:
        inner = inner[step]
    inner[last] = value
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), a_live_role("Older"))

    expect_only_what_was_reviewed(json.dumps(document), tenant)

    assert tenant.writes == []
