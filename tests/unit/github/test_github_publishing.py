"""A plan on its pull request: the check whatever else fails, and no courtesy of an older run over a newer one's."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from fakes.github import HEAD, NEWER, PULL, TOKEN, FakeGithub, an_api
from fakes.github_shapes import STRANGER, error_json
from fakes.wire import reply

from reconciler.github.check import newest_check
from reconciler.github.context import ACTIONS_APP
from reconciler.github.labels import Label
from reconciler.github.marker import line_of
from reconciler.github.problems import GithubRefused, GithubUnclear
from reconciler.github.publishing import PLAN_COMMENT, Published, publish
from reconciler.model.review import Review, Verdict

pytestmark = pytest.mark.sockets

REVIEW = Review(
    digest=f"sha256:{'1' * 64}",
    base=NEWER,
    head=HEAD,
    verdict=Verdict.UNCONFIRMED,
    title="1 change",
    labels=(str(Label.NARROWS),),
    changes=(),
)
FAULTS = {
    "down": reply(503, error_json(503, "Unicorn")),
    "half": reply(200, raw=b'{"id": '),
    "limited": reply(403, error_json(403, f"secondary limit {TOKEN}"), Retry_After="9999"),
    "refused": reply(403, error_json(403, "Resource not accessible by integration ::error::x ##[set-env")),
    "redirect": reply(302, None, Location="https://evil.example/"),
    "gone": None,
}


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request."""
    with FakeGithub() as opened:
        yield opened


def run(github: FakeGithub, head: str = HEAD, text: str = "## A plan") -> Published:
    """Publish as the job for a commit does."""
    review = dataclasses.replace(REVIEW, head=head)
    return publish(an_api(github), PULL, head, review, (text, text), "https://github.example/desk/roles/actions/runs/1")


def checked(github: FakeGithub, sha: str) -> Review | None:
    """Give what the check on a commit says."""
    found = newest_check(an_api(github), sha, ACTIONS_APP)
    return None if found is None else found.review


def bodies(github: FakeGithub) -> list[str]:
    """Give the comments."""
    return [comment["body"] for comment in github.comments.values()]


def test_a_plan_is_a_check_a_comment_and_labels(github: FakeGithub) -> None:
    """All three, in this order, because apply needs the first."""
    assert run(github) == Published(problem=None, superseded=False, notes=())

    assert checked(github, HEAD) == REVIEW
    assert bodies(github) == [f"{line_of(PLAN_COMMENT, HEAD)}\n## A plan"]
    assert github.labels_of(PULL) == [Label.NARROWS]
    assert github.writes[0] == "POST /check-runs"


def test_a_strangers_comment_with_our_mark_stays_theirs(github: FakeGithub) -> None:
    """T15: ours is made new, and theirs is untouched."""
    forged = f"{line_of(PLAN_COMMENT, HEAD)}\nApproved by everybody"
    github.say(forged, STRANGER)

    run(github)

    assert bodies(github) == [forged, f"{line_of(PLAN_COMMENT, HEAD)}\n## A plan"]


@pytest.mark.parametrize("order", [(HEAD, NEWER), (NEWER, HEAD), (NEWER, HEAD, NEWER, HEAD)])
def test_of_two_pushes_in_a_minute_the_newer_has_the_word(github: FakeGithub, order: tuple[str, ...]) -> None:
    """In whatever order their runs end: one comment, its labels, and each commit has its own check."""
    github.push(PULL, NEWER)

    outcomes = {head: run(github, head, f"## Plan of {head}") for head in order}

    assert (outcomes[HEAD].superseded, outcomes[NEWER].superseded) == (True, False)
    assert bodies(github) == [f"{line_of(PLAN_COMMENT, NEWER)}\n## Plan of {NEWER}"]
    assert {sha: checked(github, sha) for sha in (HEAD, NEWER)} == {
        sha: dataclasses.replace(REVIEW, head=sha) for sha in (HEAD, NEWER)
    }


@pytest.mark.parametrize("line", [r"POST .*/check-runs", r"POST .*/comments", r"GET .*/7/labels", r"POST .*/7/labels"])
def test_a_push_at_any_moment_leaves_no_label_of_the_older_plan_to_set(github: FakeGithub, line: str) -> None:
    """Whoever comes late sees that the head moved, and its own check is where it belongs."""
    github.at(line, then=lambda: github.push(PULL, NEWER))

    outcome = run(github)

    assert outcome.problem is None
    assert checked(github, HEAD) == REVIEW
    assert checked(github, NEWER) is None
    if "labels" not in line:
        assert (outcome.superseded, github.labels_of(PULL)) == (True, [])


def test_without_a_comment_the_head_is_looked_at_all_the_same(github: FakeGithub) -> None:
    """A run that could not comment still sets no label of an older plan."""
    github.push(PULL, NEWER)
    github.at(r"/issues/7/comments", FAULTS["refused"])

    outcome = run(github)

    assert (outcome.superseded, len(outcome.notes), github.labels_of(PULL)) == (True, 1, [])


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("courtesy", [r"/issues/7/comments", r"/7/labels", r"/roles/labels", r"/pulls/7"])
def test_a_courtesy_that_fails_is_a_note_and_nothing_else(github: FakeGithub, fault: str, courtesy: str) -> None:
    """The check stands; the note is one line without the token."""
    answer = FAULTS[fault]
    github.at(courtesy, answer, hang_up=answer is None, times=99)

    outcome = run(github)

    assert outcome.problem is None
    assert outcome.notes
    assert checked(github, HEAD) == REVIEW
    assert TOKEN not in repr(outcome)
    assert all("\n" not in note for note in outcome.notes)


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_check_that_fails_is_the_problem_and_the_courtesies_still_come(github: FakeGithub, fault: str) -> None:
    """People read the comment all the same; whether the check was written is never guessed."""
    answer = FAULTS[fault]
    github.at(r"POST .*/check-runs", answer, hang_up=answer is None)

    outcome = run(github)

    clear = fault in {"limited", "refused", "redirect"}
    assert outcome.problem is not None
    assert isinstance(outcome.problem, GithubUnclear) is not clear
    assert TOKEN not in f"{outcome.problem.detail}{outcome!r}"
    assert (len(bodies(github)), github.labels_of(PULL)) == (1, [Label.NARROWS])
    assert github.writes.count("POST /check-runs") == 1


def test_everything_may_fail_at_once(github: FakeGithub) -> None:
    """Nothing is raised and each courtesy has its note."""
    github.at(".", reply(401, error_json(401, "Bad credentials")), times=99)

    outcome = run(github)

    assert isinstance(outcome.problem, GithubRefused)
    assert len(outcome.notes) == 2
