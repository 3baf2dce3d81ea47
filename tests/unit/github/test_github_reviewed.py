"""The review of a merged commit: found through its pull request, by our own app, or honestly not at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from fakes.github import HEAD, MAIN, NEWER, TOKEN, FakeGithub, an_api
from fakes.github_shapes import error_json
from fakes.wire import reply

from reconciler.github.check import put_check
from reconciler.github.context import ACTIONS_APP
from reconciler.github.reviewed import NO_REVIEW, Found, find_review
from reconciler.model.review import Review, Verdict

pytestmark = pytest.mark.sockets

PARENT = "d" * 40
REVIEW = Review(digest=f"sha256:{'1' * 64}", base=None, head=HEAD, verdict=Verdict.READY, title="1 change", changes=())
FAILED = Review(digest=None, base=None, head=HEAD, verdict=Verdict.FAILED, title="x")


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub where pull request 9 with the head HEAD was merged as MAIN."""
    with FakeGithub() as opened:
        opened.pulls.clear()
        opened.add_pull(9, merged_as=MAIN)
        yield opened


def find(github: FakeGithub, *commits: str, branch: str | None = "main") -> Found:
    """Look up what was reviewed for the first of some commits."""
    return find_review(an_api(github), ACTIONS_APP, commits or (MAIN,), branch)


def test_a_merged_commit_has_the_review_of_its_pull_request(github: FakeGithub) -> None:
    """Squash, rebase and merge commit have other ids than the head; the pull request leads back."""
    put_check(an_api(github), HEAD, REVIEW, "")

    assert find(github).review == REVIEW
    assert HEAD in find(github).reason


def test_a_commit_that_changed_nothing_has_the_review_before_it(github: FakeGithub) -> None:
    """The first commit with a review counts; one whose plan could not be made has none."""
    put_check(an_api(github), HEAD, REVIEW, "")
    github.add_pull(10, head=NEWER, merged_as=PARENT)
    put_check(an_api(github), NEWER, dataclasses.replace(FAILED, head=NEWER), "")

    assert find(github, PARENT, MAIN).review == REVIEW
    assert find(github, PARENT).review == NO_REVIEW


def test_of_several_pull_requests_the_newest_review_counts(github: FakeGithub) -> None:
    """The same commit may come from two."""
    later = dataclasses.replace(REVIEW, head=NEWER, digest=f"sha256:{'2' * 64}")
    put_check(an_api(github), HEAD, REVIEW, "")
    github.add_pull(8, head=NEWER, merged_as=MAIN)
    put_check(an_api(github), NEWER, later, "")

    assert find(github).review == later


def test_what_nobody_reviewed_has_no_digest(github: FakeGithub) -> None:
    """A direct push, an open pull request, one into another branch, and a stranger's check all lead to nothing."""
    github.pulls[9]["merged_at"] = None
    put_check(an_api(github), HEAD, REVIEW, "")
    assert find(github).review == NO_REVIEW

    github.add_pull(9, merged_as=MAIN)
    github.pulls[9]["base"]["ref"] = 'dev"; $(touch pwn)'
    assert find(github).review == NO_REVIEW
    assert find(github, branch=None).review == REVIEW

    github.add_pull(9, merged_as=MAIN)
    github.checks[0]["app"] = {"id": 99}
    assert find(github).review == NO_REVIEW
    assert find(github, PARENT).review == NO_REVIEW


def test_a_newest_plan_that_failed_hides_the_older_one(github: FakeGithub) -> None:
    """What was reviewed last is what counts, and that was no plan."""
    put_check(an_api(github), HEAD, REVIEW, "")
    put_check(an_api(github), HEAD, FAILED, "")

    assert find(github).review == NO_REVIEW


@pytest.mark.parametrize("line", [r"GET .*/pulls\?", r"GET .*/check-runs"])
@pytest.mark.parametrize(
    "answer",
    [
        reply(503, error_json(503, "Unicorn")),
        reply(200, raw=b'[{"number": 9'),
        reply(429, error_json(429, TOKEN), Retry_After="9999"),
        reply(403, error_json(403, "Resource not accessible by integration")),
        reply(200, {"total_count": 1, "check_runs": [{"id": 1}]}),
        None,
    ],
    ids=["down", "half", "limited", "refused", "shape", "gone"],
)
def test_a_github_that_does_not_answer_means_not_reviewed(github: FakeGithub, line: str, answer: bytes | None) -> None:
    """Never an error, never an older review, and the reason says what happened without the token."""
    put_check(an_api(github), HEAD, REVIEW, "")
    github.at(line, answer, hang_up=answer is None, times=99)

    found = find(github, MAIN, PARENT)

    assert found.review == NO_REVIEW
    assert found.reason.startswith("It could not be looked up. ")
    assert TOKEN not in found.reason


def test_a_check_that_cannot_be_read_is_not_passed_over(github: FakeGithub) -> None:
    """Somebody wrote a check of our name with our app: nothing older stands in for it."""
    put_check(an_api(github), HEAD, REVIEW, "")
    github.check(HEAD, ACTIONS_APP, external_id=REVIEW.digest, output={"text": "```json\n{}\n```"})

    assert find(github).review == NO_REVIEW
