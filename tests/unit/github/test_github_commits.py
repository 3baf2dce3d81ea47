"""Where commits belong: the pull request a merged one came from, and whether one is the newest of its branch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.github import HEAD, MAIN, NEWER, FakeGithub, an_api
from fakes.wire import reply

from reconciler.github.commits import PullRequest, is_tip, merged_as
from reconciler.github.problems import GithubAnswerUnusable, GithubRefused

pytestmark = pytest.mark.sockets


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request."""
    with FakeGithub() as opened:
        yield opened


def test_a_merged_commit_leads_back_to_the_reviewed_one(github: FakeGithub) -> None:
    """After a squash the review is found through the pull request; open ones do not count."""
    github.add_pull(9, head=NEWER, merged_as=MAIN)
    github.add_pull(8, head=MAIN)

    assert merged_as(an_api(github), MAIN) == (PullRequest(number=9, head=NEWER, base="main", merged=True),)
    assert merged_as(an_api(github), HEAD) == ()


@pytest.mark.parametrize("branch", ["main", "roles/narrow", 'a"$(touch pwn)`id`;#', "ünï", "a%2Fb", "a?b", "a..b"])
def test_the_tip_of_a_branch_of_any_name_is_read(github: FakeGithub, branch: str) -> None:
    """T4: a branch name is part of the address and nothing else."""
    github.branches[branch] = NEWER

    assert is_tip(an_api(github), branch, NEWER)
    assert not is_tip(an_api(github), branch, HEAD)


def test_an_old_commit_is_not_the_tip(github: FakeGithub) -> None:
    """T19: the re-run of an old job finds that the branch moved on."""
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
        is_tip(an_api(github), branch, MAIN)
    assert github.requests == []
