"""The issues about apply and drift: opened when something stopped, closed when it is settled, by the newest run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from fakes.github import HEAD, MAIN, NEWER, FakeGithub, an_api
from fakes.github_shapes import STRANGER, error_json
from fakes.wire import reply

from reconciler.errors import GithubProblem
from reconciler.github.issue import Issued
from reconciler.github.marker import line_of
from reconciler.github.problems import GithubRefused
from reconciler.github.telling import Ended, Matter, Told, tell

pytestmark = pytest.mark.sockets

FAILED = Told(
    matter=Matter.APPLY,
    ended=Ended.FAILURE,
    code=8,
    text="## Partly applied",
    run_url="https://github.com/desk/roles/actions/runs/1",
    commit=("main", MAIN),
)
DONE = dataclasses.replace(FAILED, ended=Ended.SUCCESS, code=0, text="## Applied")


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub whose branch main points to MAIN."""
    with FakeGithub() as opened:
        yield opened


def outcome(github: FakeGithub, told: Told) -> Issued | None:
    """Tell, and give what became of the issue."""
    done = tell(an_api(github), told)
    return None if done is None else done.what


@pytest.mark.parametrize("matter", list(Matter))
def test_an_issue_follows_what_happens(github: FakeGithub, matter: Matter) -> None:
    """T24: opened, updated, closed when settled, reopened; each matter has its own."""
    failed, done = (dataclasses.replace(told, matter=matter) for told in (FAILED, DONE))
    steps = [outcome(github, told) for told in (done, failed, failed, done, done, failed)]

    assert steps == [
        *(Issued.UNCHANGED, Issued.CREATED, Issued.UNCHANGED),
        *(Issued.CLOSED, Issued.UNCHANGED, Issued.REOPENED),
    ]
    assert len([issue for issue in github.issues.values() if "pull_request" not in issue]) == 1
    other = next(m for m in Matter if m is not matter)
    assert outcome(github, dataclasses.replace(FAILED, matter=other)) is Issued.CREATED


@pytest.mark.parametrize(
    ("ended", "code", "settled"),
    [
        (Ended.SUCCESS, 0, True),
        (Ended.SUCCESS, None, True),
        (Ended.SUCCESS, 2, False),
        (Ended.FAILURE, 0, False),
        (Ended.FAILURE, 2, False),
        (Ended.FAILURE, None, False),
        (Ended.SKIPPED, 4, False),
        (Ended.SKIPPED, None, False),
        (Ended.CANCELLED, None, False),
        (Ended.CANCELLED, 0, False),
    ],
)
def test_only_a_job_that_did_what_it_should_settles_the_matter(
    github: FakeGithub, ended: Ended, code: int | None, settled: bool
) -> None:
    """A later step that failed, or a job that never ran, is no success."""
    outcome(github, FAILED)

    assert (outcome(github, dataclasses.replace(FAILED, ended=ended, code=code)) is Issued.CLOSED) == settled


def test_a_run_that_was_stopped_before_it_began_says_nothing(github: FakeGithub) -> None:
    """A newer run takes its place; one that was stopped in the middle is told."""
    stopped = dataclasses.replace(FAILED, ended=Ended.CANCELLED, code=None)

    assert outcome(github, dataclasses.replace(stopped, text=None)) is None
    assert github.requests == []
    assert outcome(github, stopped) is Issued.CREATED


@pytest.mark.parametrize("told", [FAILED, DONE])
def test_a_run_for_an_older_commit_has_no_word(github: FakeGithub, told: Told) -> None:
    """A re-run of an old job neither opens nor closes what the newest run said."""
    outcome(github, FAILED)
    github.branches["main"] = NEWER
    before = list(github.writes)

    assert outcome(github, told) is None
    assert github.writes == before


def test_the_body_says_what_run_and_what_came_of_it(github: FakeGithub) -> None:
    """Where the job left no text, a fixed one stands there."""
    outcome(github, FAILED)
    issue = github.issues[max(github.issues)]
    assert issue["title"] == "Roles: what was merged is not applied"
    assert issue["body"] == "\n".join(
        [
            line_of("issue:apply"),
            f"The job `apply` of `{MAIN}` ended with exit code 8.\n",
            "The whole run: https://github.com/desk/roles/actions/runs/1\n",
            "## Partly applied",
        ]
    )

    outcome(github, dataclasses.replace(FAILED, code=None, text=None, run_url=None, commit=None))
    assert issue["body"].splitlines()[1:] == ["The job `apply` has the result `failure`, and left no exit code."]
    outcome(github, dataclasses.replace(DONE, text=None, run_url=None))
    assert issue["body"].splitlines()[1:] == ["Settled: what was merged is applied."]


def test_a_strangers_issue_with_our_mark_stays_theirs(github: FakeGithub) -> None:
    """Ours is made new."""
    github.add_issue(1, "x", f"{line_of('issue:apply')}\nmine", STRANGER)

    assert outcome(github, FAILED) is Issued.CREATED
    assert github.issues[1]["body"] == f"{line_of('issue:apply')}\nmine"


@pytest.mark.parametrize("line", [r"GET .*/git/ref", r"GET .*/issues\?", r"POST .*/issues"])
def test_what_goes_wrong_is_a_problem(github: FakeGithub, line: str) -> None:
    """Whether that fails a job is for the command to say."""
    github.at(line, reply(403, error_json(403, "Resource not accessible by integration")))

    with pytest.raises(GithubRefused):
        tell(an_api(github), FAILED)


@pytest.mark.parametrize("commit", [("main", HEAD[:7]), ("../../user", MAIN), ("gone", MAIN)])
def test_a_commit_or_a_branch_that_is_none_writes_nothing(github: FakeGithub, commit: tuple[str, str]) -> None:
    """What the environment says is held against GitHub before anything is written."""
    with pytest.raises(GithubProblem):
        tell(an_api(github), dataclasses.replace(FAILED, commit=commit))
    assert github.writes == []
