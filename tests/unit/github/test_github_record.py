"""The digest of a reviewed plan on its commit: strict, by its author alone, and found again after any merge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.github import HEAD, MAIN, NEWER, FakeGithub, an_api
from fakes.github_shapes import BOT, STRANGER, error_json
from fakes.wire import reply

from reconciler.github.commits import PullRequest, is_tip, merged_as, tip_of
from reconciler.github.problems import GithubAnswerUnusable, GithubRefused, GithubUnusable
from reconciler.github.record import CONTEXT, PlanRecord, StatusState, read_record, read_status, record_status

pytestmark = pytest.mark.sockets

DIGEST = f"sha256:{'1' * 64}"
OTHER = f"sha256:{'2' * 64}"


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request."""
    with FakeGithub() as opened:
        yield opened


@pytest.mark.parametrize("state", list(StatusState))
def test_a_digest_comes_back(github: FakeGithub, state: StatusState) -> None:
    """What was recorded is read, whatever the status looks like; other commits have none."""
    record_status(an_api(github), HEAD, DIGEST, state, "42 people lose something", details="https://x.example/run/1")

    assert read_record(an_api(github), HEAD) == PlanRecord(digest=DIGEST, state=state)
    assert read_status(an_api(github), HEAD) == DIGEST
    assert read_status(an_api(github), NEWER) is None
    status = github.statuses[0][1]
    assert (status["context"], status["target_url"]) == (CONTEXT, "https://x.example/run/1")
    assert status["description"] == f"{DIGEST} 42 people lose something"


@pytest.mark.parametrize("words", ["", "x" * 500, "a\nb\r\nc", "\u202e\u2028\0", "ünï 🎉" * 60, OTHER])
def test_any_description_leaves_the_digest_whole(github: FakeGithub, words: str) -> None:
    """Words are cut and made one line; the digest before them never is."""
    record_status(an_api(github), HEAD, DIGEST, StatusState.SUCCESS, words)

    assert read_status(an_api(github), HEAD) == DIGEST
    assert len(github.statuses[0][1]["description"]) <= 140
    assert github.statuses[0][1]["description"].isprintable()


@pytest.mark.parametrize("creator", [STRANGER, None, BOT | {"id": 1}])
def test_a_strangers_status_is_no_record(github: FakeGithub, creator: dict[str, object] | None) -> None:
    """A newer status by anybody else neither counts nor hides ours."""
    github.state_commit(HEAD, creator, context=CONTEXT, description=OTHER)
    assert read_status(an_api(github), HEAD) is None

    record_status(an_api(github), HEAD, DIGEST, StatusState.SUCCESS, "")
    github.state_commit(HEAD, creator, context=CONTEXT, description=OTHER)
    assert read_status(an_api(github), HEAD) == DIGEST


def test_the_newest_of_ours_counts_in_any_order_of_the_listing(github: FakeGithub) -> None:
    """A later plan for the same commit replaces the earlier one, across pages."""
    github.page_size = 1
    record_status(an_api(github), HEAD, OTHER, StatusState.SUCCESS, "")
    github.state_commit(HEAD, BOT, context="ci/tests", description="green")
    record_status(an_api(github), HEAD, DIGEST, StatusState.SUCCESS, "")

    assert read_status(an_api(github), HEAD) == DIGEST
    github.statuses.reverse()
    assert read_status(an_api(github), HEAD) == DIGEST


@pytest.mark.parametrize(
    "description",
    [
        None,
        "",
        "no plan",
        DIGEST.upper(),
        f" {DIGEST}",
        f"{DIGEST}0",
        DIGEST[:-1],
        f"{DIGEST}\n",
        f"x {DIGEST}",
        f"{DIGEST}\nx",
    ],
)
def test_a_newest_record_without_a_digest_is_none(github: FakeGithub, description: str | None) -> None:
    """No older digest stands in for a plan that could not be made, and nothing but the strict pattern is one."""
    record_status(an_api(github), HEAD, DIGEST, StatusState.SUCCESS, "")
    github.state_commit(HEAD, BOT, context="Roles/Plan", description=description)

    assert read_status(an_api(github), HEAD) is None


def test_a_plan_that_could_not_be_made_is_recorded_without_a_digest(github: FakeGithub) -> None:
    """The commit shows it, and no digest can be read."""
    record_status(an_api(github), HEAD, None, StatusState.ERROR, "The tenant could not be read")

    assert github.statuses[0][1]["description"] == "The tenant could not be read"
    assert read_record(an_api(github), HEAD) is None


@pytest.mark.parametrize("digest", ["", "sha256:", "1" * 64, DIGEST.upper(), f"{DIGEST}\n", f"{DIGEST} x"])
def test_only_a_digest_is_recorded(github: FakeGithub, digest: str) -> None:
    """Anything else is refused before it is sent."""
    with pytest.raises(GithubUnusable):
        record_status(an_api(github), HEAD, digest, StatusState.SUCCESS, "")
    assert github.requests == []


def test_words_cannot_pass_for_a_digest(github: FakeGithub) -> None:
    """Without a digest, a description that would be read as one is refused."""
    with pytest.raises(GithubUnusable):
        record_status(an_api(github), HEAD, None, StatusState.ERROR, DIGEST)
    assert github.requests == []


@pytest.mark.parametrize("details", ["http://x.example", "javascript:alert(1)", "https://x y", "https://x\n", ""])
def test_details_are_an_https_address(github: FakeGithub, details: str) -> None:
    """A status links to nothing else."""
    with pytest.raises(GithubUnusable):
        record_status(an_api(github), HEAD, DIGEST, StatusState.SUCCESS, "", details=details)
    assert github.requests == []


@pytest.mark.parametrize("sha", ["main", HEAD[:7], HEAD.upper(), f"{HEAD}\n", "../x"])
def test_a_record_belongs_to_a_full_commit_id(github: FakeGithub, sha: str) -> None:
    """A name that can move has no record."""
    with pytest.raises(GithubUnusable):
        record_status(an_api(github), sha, DIGEST, StatusState.SUCCESS, "")
    with pytest.raises(GithubUnusable):
        read_status(an_api(github), sha)
    assert github.requests == []


def test_a_state_that_nobody_knows_is_a_problem(github: FakeGithub) -> None:
    """A record is read whole or not at all."""
    github.state_commit(HEAD, BOT, context=CONTEXT, description=DIGEST, state="maybe")

    with pytest.raises(GithubAnswerUnusable, match=r"\.state"):
        read_record(an_api(github), HEAD)


def test_a_record_that_cannot_be_read_is_never_none(github: FakeGithub) -> None:
    """What may not be read is a problem, so that nobody takes it for "never reviewed" and goes on."""
    github.at(r"GET ", reply(403, error_json(403, "Resource not accessible by integration")))

    with pytest.raises(GithubRefused):
        read_status(an_api(github), HEAD)


def test_a_merged_commit_leads_back_to_the_reviewed_one(github: FakeGithub) -> None:
    """After a squash the digest is found through the pull request; open ones do not count."""
    github.add_pull(9, head=NEWER, merged_as=MAIN)
    github.add_pull(8, head=MAIN)

    assert merged_as(an_api(github), MAIN) == (PullRequest(number=9, head=NEWER, base="main", merged=True),)
    assert merged_as(an_api(github), HEAD) == ()


@pytest.mark.parametrize("branch", ["main", "roles/narrow", 'a"$(touch pwn)`id`;#', "ünï", "a%2Fb", "a?b", "a..b"])
def test_the_tip_of_a_branch_of_any_name_is_read(github: FakeGithub, branch: str) -> None:
    """T4: a branch name is part of the address and nothing else."""
    github.branches[branch] = NEWER

    assert tip_of(an_api(github), branch) == NEWER
    assert is_tip(an_api(github), branch, NEWER)
    assert not is_tip(an_api(github), branch, HEAD)


def test_an_old_commit_is_not_the_tip(github: FakeGithub) -> None:
    """T19: the re-run of an old apply finds that the branch moved on."""
    assert is_tip(an_api(github), "main", MAIN)
    github.branches["main"] = NEWER

    assert not is_tip(an_api(github), "main", MAIN)


def test_a_branch_that_is_not_there_is_a_problem(github: FakeGithub) -> None:
    """Neither a branch that is gone nor an answer for another one says yes."""
    with pytest.raises(GithubRefused):
        is_tip(an_api(github), "gone", MAIN)
    github.at(r"GET ", reply(200, {"ref": "refs/heads/main2", "object": {"sha": MAIN}}))
    with pytest.raises(GithubAnswerUnusable, match="another branch"):
        is_tip(an_api(github), "main", MAIN)


@pytest.mark.parametrize("branch", ["", "/", "a//b", "../../../user", "a/../b", "a\nb"])
def test_a_branch_cannot_lead_elsewhere(github: FakeGithub, branch: str) -> None:
    """A name that git refuses anyway is not asked for."""
    with pytest.raises(GithubAnswerUnusable):
        tip_of(an_api(github), branch)
    assert github.requests == []
