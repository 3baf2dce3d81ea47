"""The review as a check on its commit: strict, by our own app alone, and the newest one counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from fakes.github import HEAD, NEWER, FakeGithub, an_api
from fakes.github_shapes import error_json
from fakes.wire import reply

from reconciler.github.check import CHECK, MAX_FIELD, newest_check, put_check
from reconciler.github.context import ACTIONS_APP
from reconciler.github.problems import GithubAnswerUnusable, GithubRefused, GithubUnclear, GithubUnusable
from reconciler.github.review import encode_review
from reconciler.model.change import Action
from reconciler.model.review import Review, ReviewedChange, Verdict
from reconciler.model.role import RoleKey

pytestmark = pytest.mark.sockets

DIGEST = f"sha256:{'1' * 64}"
OTHER = f"sha256:{'2' * 64}"
READY = Review(
    digest=DIGEST,
    base=NEWER,
    head=HEAD,
    verdict=Verdict.READY,
    title="1 change, 42 people lose something",
    labels=("roles: narrows access",),
    changes=(ReviewedChange(role=RoleKey("agent"), action=Action.UPDATE, before=OTHER, after=DIGEST),),
)
FAILED = Review(digest=None, base=None, head=HEAD, verdict=Verdict.FAILED, title="The tenant did not answer")


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request."""
    with FakeGithub() as opened:
        yield opened


def found(github: FakeGithub, sha: str = HEAD) -> Review | None:
    """Give the review of the newest check of ours."""
    checked = newest_check(an_api(github), sha, ACTIONS_APP)
    return None if checked is None else checked.review


def text_of(review: Review) -> str:
    """Give the text of a check with a review."""
    return f"```json\n{encode_review(review).strip()}\n```"


@pytest.mark.parametrize("verdict", [v for v in Verdict if v.planned and v is not Verdict.NO_CHANGES])
def test_a_review_comes_back_as_it_was(github: FakeGithub, verdict: Verdict) -> None:
    """Every field travels; other commits have none."""
    review = dataclasses.replace(READY, verdict=verdict)
    check = put_check(an_api(github), HEAD, review, "## A plan", "https://github.example/desk/roles/actions/runs/1")

    checked = newest_check(an_api(github), HEAD, ACTIONS_APP)
    assert checked is not None
    assert (checked.check, checked.review) == (check, review)
    assert found(github, NEWER) is None
    made = github.checks[0]
    assert (made["name"], made["external_id"], made["status"]) == (CHECK, DIGEST, "completed")
    assert made["details_url"] == "https://github.example/desk/roles/actions/runs/1"
    assert made["output"] | {"title": review.title, "summary": "## A plan"} == made["output"]


@pytest.mark.parametrize(
    ("verdict", "conclusion"),
    [
        (Verdict.NO_CHANGES, "success"),
        (Verdict.READY, "success"),
        (Verdict.UNCONFIRMED, "action_required"),
        (Verdict.BLOCKED, "failure"),
        (Verdict.REJECTED, "failure"),
        (Verdict.FAILED, "failure"),
    ],
)
def test_the_conclusion_says_whether_it_may_be_merged(github: FakeGithub, verdict: Verdict, conclusion: str) -> None:
    """Green only where nothing stands in the way, so that the check can be required."""
    digest = DIGEST if verdict.planned else None
    put_check(an_api(github), HEAD, Review(digest=digest, base=None, head=HEAD, verdict=verdict, title="x"), "")

    assert github.checks[0]["conclusion"] == conclusion


@pytest.mark.parametrize("app", [99, 1, None])
def test_a_strangers_check_is_no_review(github: FakeGithub, app: int | None) -> None:
    """T15: a check of our name by another app neither counts nor hides ours, newer ones too."""
    forged = dataclasses.replace(READY, digest=OTHER)
    github.check(HEAD, app, external_id=OTHER, output={"text": text_of(forged)})
    assert found(github) is None

    put_check(an_api(github), HEAD, READY, "")
    github.check(HEAD, app, external_id=OTHER, output={"text": text_of(forged)})
    assert found(github) == READY


def test_the_filters_are_not_trusted(github: FakeGithub) -> None:
    """A GitHub that ignores them gives the same review."""
    github.check(HEAD, ACTIONS_APP, name="roles/plan (2)", external_id=OTHER)
    github.check(HEAD, 99, external_id=OTHER)
    put_check(an_api(github), HEAD, READY, "")
    everything = {"total_count": 3, "check_runs": list(github.checks)}
    github.at(r"GET .*/check-runs", reply(200, everything))

    assert found(github) == READY


def test_the_newest_of_ours_counts_in_any_order_and_on_any_page(github: FakeGithub) -> None:
    """A later plan for the same commit replaces the earlier one."""
    github.page_size = 1
    put_check(an_api(github), HEAD, dataclasses.replace(READY, digest=OTHER), "")
    github.check(HEAD, 99)
    put_check(an_api(github), HEAD, READY, "")

    assert found(github) == READY
    github.checks.reverse()
    assert found(github) == READY


def test_a_newest_check_without_a_digest_stands_for_no_plan(github: FakeGithub) -> None:
    """No older digest stands in for a plan that could not be made."""
    put_check(an_api(github), HEAD, READY, "")
    put_check(an_api(github), HEAD, FAILED, "")

    assert found(github) == FAILED
    assert github.checks[0]["external_id"] == ""


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"output": {"text": ""}},
        {"output": {"text": DIGEST}, "external_id": DIGEST},
        {"output": {"text": text_of(READY)}},
        {"output": {"text": text_of(READY)}, "external_id": OTHER},
        {"output": {"text": text_of(READY)}, "external_id": f"{DIGEST}\n"},
        {"output": {"text": f"{text_of(READY)}\n{text_of(READY)}"}, "external_id": DIGEST},
        {"output": {"text": text_of(READY).replace("42", "$(x)")}, "external_id": DIGEST},
        {"output": {"text": text_of(dataclasses.replace(READY, head=NEWER))}, "external_id": DIGEST},
    ],
)
def test_a_check_that_contradicts_itself_is_a_problem(github: FakeGithub, fields: dict[str, object]) -> None:
    """A review is read whole or not at all; what cannot be read is never "never reviewed"."""
    github.check(HEAD, ACTIONS_APP, **fields)

    with pytest.raises(GithubAnswerUnusable):
        found(github)


def test_line_ends_of_github_change_nothing(github: FakeGithub) -> None:
    """GitHub may give a text back with CRLF and a line end more."""
    github.check(HEAD, ACTIONS_APP, external_id=DIGEST, output={"text": text_of(READY).replace("\n", "\r\n") + "\r\n"})

    assert found(github) == READY


@pytest.mark.parametrize(
    ("head", "summary", "details"),
    [
        (NEWER, "", None),
        (HEAD[:7], "", None),
        (HEAD, "x" * (MAX_FIELD + 1), None),
        (HEAD, "\ud800", None),
        (HEAD, "\0", None),
        (HEAD, "", "javascript:alert(1)"),
        (HEAD, "", "https://x y"),
        (HEAD, "", "https://x\n"),
    ],
)
def test_what_github_would_not_keep_is_not_sent(
    github: FakeGithub, head: str, summary: str, details: str | None
) -> None:
    """A review of another commit, a text too long, and an address that is none are refused first."""
    with pytest.raises(GithubUnusable):
        put_check(an_api(github), head, READY, summary, details)
    assert github.requests == []


@pytest.mark.parametrize("sha", ["main", HEAD[:7], HEAD.upper(), f"{HEAD}\n", "../x"])
def test_a_check_belongs_to_a_full_commit_id(github: FakeGithub, sha: str) -> None:
    """A name that can move has no review."""
    with pytest.raises(GithubUnusable):
        found(github, sha)
    assert github.requests == []


def test_a_check_is_sent_once(github: FakeGithub) -> None:
    """Nobody knows whether a write without an answer happened; it is not repeated."""
    github.at(r"POST ", hang_up=True)

    with pytest.raises(GithubUnclear):
        put_check(an_api(github), HEAD, READY, "")
    assert github.writes == ["POST /check-runs"]


def test_a_review_that_may_not_be_read_is_never_none(github: FakeGithub) -> None:
    """What may not be read is a problem, so that nobody takes it for "never reviewed" and goes on."""
    github.at(r"GET ", reply(403, error_json(403, "Resource not accessible by integration")))

    with pytest.raises(GithubRefused):
        found(github)
