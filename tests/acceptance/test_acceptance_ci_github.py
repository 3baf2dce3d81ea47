"""The steps that speak to GitHub, through the command line with a workflow's environment, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from acceptance.desk import Desk, Ran
from fakes.clock import FakeClock
from fakes.git import Repository
from fakes.github import HEAD, MAIN, NEWER, PULL, TOKEN, FakeGithub, an_api
from fakes.github_shapes import REPOSITORY, REPOSITORY_ID, STRANGER, error_json
from fakes.reading import commands
from fakes.runner_files import entries
from fakes.wire import reply

from reconciler.desired.yaml_text import MOST_BYTES
from reconciler.github.check import newest_check, put_check
from reconciler.github.context import ACTIONS_APP
from reconciler.github.gate import PLAN_OK
from reconciler.github.labels import Label
from reconciler.github.marker import line_of
from reconciler.github.review import decode_review, encode_review
from reconciler.model.review import Review, Verdict

pytestmark = pytest.mark.sockets

DIGEST = f"sha256:{'1' * 64}"
REVIEW = Review(
    digest=DIGEST, base=NEWER, head=HEAD, verdict=Verdict.READY, title="1 change", labels=(str(Label.WIDENS),)
)
HOSTILE = "x\n::set-output name=go::true\n##[set-env name=X]y\u202e @team <img src=x>"
REFUSED = reply(403, error_json(403, f"{HOSTILE} {TOKEN}"))


@pytest.fixture
def github(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request, and the environment that a workflow has there."""
    with FakeGithub() as opened:
        for name, value in {
            "GITHUB_API_URL": opened.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_REF_NAME": "main",
            "GITHUB_SHA": MAIN,
            "GITHUB_EVENT_PATH": str(desk.folder / "event.json"),
            "GITHUB_EVENT_NAME": "pull_request_target",
            "GITHUB_OUTPUT": str(desk.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(desk.folder / "summary"),
            "GITHUB_ENV": str(desk.folder / "env"),
            "GITHUB_PATH": str(desk.folder / "path"),
        }.items():
            monkeypatch.setenv(name, value)
        # The waits between two tries take no time.
        monkeypatch.setattr("reconciler.tenants.clock.SystemClock", FakeClock)
        yield opened
        # What every run promises, whatever the test was about.
        assert not (desk.folder / "env").exists()
        assert not (desk.folder / "path").exists()


def run(desk: Desk, *arguments: str) -> Ran:
    """Run a step; nothing it prints holds the token, or a command to the runner."""
    ran = desk.run("ci", *arguments)
    assert TOKEN not in f"{ran.out}{ran.err}"
    assert commands(ran.out) == commands(ran.err) == []
    return ran


def outputs(desk: Desk) -> dict[str, str]:
    """Give the outputs of the step as the runner reads them."""
    file = desk.folder / "output"
    return entries(file.read_text(encoding="utf-8")) if file.exists() else {}


def happens(desk: Desk, action: str, *labels: str, home: int = REPOSITORY_ID, label: str = PLAN_OK) -> None:
    """Write the event."""
    desk.write("event.json", json.dumps(event(action, labels, home, label)))


def event(action: str, labels: tuple[str, ...], home: int, label: str) -> dict[str, Any]:
    """Give an event full of hostile text."""
    return {
        "action": action,
        "number": PULL,
        "label": {"name": label},
        "pull_request": {
            "number": PULL,
            "title": HOSTILE,
            "body": HOSTILE,
            "user": {"login": HOSTILE, "id": 666},
            "head": {"ref": HOSTILE, "label": HOSTILE, "sha": HEAD, "repo": {"id": home, "full_name": HOSTILE}},
            "labels": [{"name": name} for name in labels],
        },
        "repository": {"id": REPOSITORY_ID},
        "sender": {"login": HOSTILE},
    }


def a_folder(desk: Desk, review: Review | None = REVIEW, comment: str | None = "## A plan\n") -> str:
    """Write a plan folder as `ci plan` does."""
    (desk.folder / "plan").mkdir(exist_ok=True)
    if review is not None:
        desk.write("plan/review.json", encode_review(review))
    if comment is not None:
        desk.write("plan/comment.md", comment)
    return "plan"


def publish(desk: Desk, head: str = HEAD) -> Ran:
    """Publish the folder."""
    return run(desk, "publish", "--pull", str(PULL), "--head", head, "--from", "plan")


def checked(github: FakeGithub, sha: str = HEAD) -> Review:
    """Give what the newest check on a commit says."""
    found = newest_check(an_api(github), sha, ACTIONS_APP)
    assert found is not None
    return found.review


def bodies(github: FakeGithub) -> list[str]:
    """Give the comments."""
    return [comment["body"] for comment in github.comments.values()]


def test_the_gate_lets_a_branch_of_the_repository_through(desk: Desk, github: FakeGithub) -> None:
    """T11: three outputs and no other, whatever the pull request is called; GitHub is not asked."""
    happens(desk, "synchronize", HOSTILE)
    ran = run(desk, "gate")

    assert (ran.code, ran.out[:4]) == (0, "Yes.")
    assert outputs(desk) == {"go": "true", "pull": str(PULL), "head": HEAD}
    assert github.requests == []


def test_a_fork_is_planned_for_the_labelled_commit_and_loses_the_label_when_it_moves(
    desk: Desk, github: FakeGithub
) -> None:
    """T18: yes to the label, and after a push the label is gone and the answer is no."""
    github.put_labels(PULL, "bug", PLAN_OK)
    happens(desk, "labeled", "bug", PLAN_OK, home=99)
    assert run(desk, "gate").out.startswith("Yes.")
    assert outputs(desk)["go"] == "true"
    assert github.requests == []

    happens(desk, "synchronize", "bug", PLAN_OK, home=99)
    ran = run(desk, "gate")
    assert (ran.code, outputs(desk)["go"], github.labels_of(PULL)) == (0, "false", ["bug"])
    assert ran.out.startswith("No. ")
    assert "taken off" in ran.out

    again = run(desk, "gate")
    assert (again.code, again.err) == (0, "")


@pytest.mark.parametrize("answer", [REFUSED, reply(503), reply(200, raw=b'[{"na'), None])
def test_a_label_that_cannot_be_taken_off_is_told_and_stays_a_no(
    desk: Desk, github: FakeGithub, answer: bytes | None
) -> None:
    """The decision needs nobody's help."""
    happens(desk, "synchronize", PLAN_OK, home=99)
    github.at("DELETE ", answer, hang_up=answer is None, times=9)
    ran = run(desk, "gate")

    assert (ran.code, outputs(desk)["go"]) == (0, "false")
    assert ran.err.startswith("note: the label was not taken off. ")


def test_without_a_token_the_label_stays_and_the_answer_is_no(
    desk: Desk, github: FakeGithub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is named."""
    monkeypatch.delenv("GITHUB_TOKEN")
    happens(desk, "opened", PLAN_OK, home=99)
    ran = run(desk, "gate")

    assert (ran.code, outputs(desk)["go"], github.requests) == (0, "false", [])
    assert "GITHUB_TOKEN is not set" in ran.err


def test_any_other_event_is_a_no(desk: Desk, github: FakeGithub) -> None:
    """The file of such an event is not even read; without one there is nothing to decide."""
    ran = run(desk, "gate", "--event-name", "pull_request")
    assert (ran.code, ran.out[:3]) == (0, "No.")
    assert outputs(desk) == {"go": "false", "pull": "", "head": ""}
    assert run(desk, "gate", "--event-name", "").code == 64
    assert github.requests == []


def test_an_event_that_cannot_be_read_is_no_yes(desk: Desk, github: FakeGithub) -> None:
    """It ends with an error and without outputs."""
    desk.write("event.json", '{"action": "opened"')
    assert run(desk, "gate").code == 64
    assert run(desk, "gate", "--event", "missing.json").code == 64
    assert outputs(desk) == {}
    assert github.requests == []


def test_a_plan_is_published_with_its_check(desk: Desk, github: FakeGithub) -> None:
    """Check, comment and labels; a stranger's comment with our mark stays as it is."""
    github.say(f"{line_of('roles:plan', HEAD)}\nApproved", STRANGER)
    a_folder(desk, comment=f"## A plan\n\n{'many words ' * 9_000}\n")
    ran = publish(desk)

    assert (ran.code, ran.out) == (0, "1 change (ready)\n")
    assert checked(github) == REVIEW
    assert github.checks[0]["details_url"] == f"https://github.com/{REPOSITORY}/actions/runs/4711"
    assert len(github.checks[0]["output"]["summary"]) <= 60_000
    assert bodies(github)[0] == f"{line_of('roles:plan', HEAD)}\nApproved"
    assert bodies(github)[1].startswith(f"{line_of('roles:plan', HEAD)}\n## A plan")
    assert github.labels_of(PULL) == [Label.WIDENS]


def test_a_newer_commit_has_the_word(desk: Desk, github: FakeGithub) -> None:
    """The older run puts its check on its commit and says nothing on the pull request."""
    github.push(PULL, NEWER)
    a_folder(desk)
    ran = publish(desk)

    assert ran.code == 0
    assert "another commit by now" in ran.out
    assert (bodies(github), github.labels_of(PULL)) == ([], [])
    assert checked(github) == REVIEW


def test_a_comment_that_fails_fails_nothing(desk: Desk, github: FakeGithub) -> None:
    """It is a note; the words of GitHub in it are shown harmless."""
    github.at("/issues/", REFUSED, times=99)
    a_folder(desk)
    ran = publish(desk)

    assert ran.code == 0
    assert [told[:10] for told in ran.err.splitlines()] == ["note: The "] * 2
    assert checked(github) == REVIEW


def test_a_check_that_fails_exits_7_and_the_comment_is_there(desk: Desk, github: FakeGithub) -> None:
    """Apply could not find the review, so the job has to be seen failing."""
    github.at("/check-runs", REFUSED)
    a_folder(desk)
    ran = publish(desk)

    assert (ran.code, github.checks) == (7, [])
    assert ran.err.startswith("error[github] ")
    assert len(bodies(github)) == 1


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        ({}, 0),
        ({"review.json": encode_review(REVIEW)}, 0),
        ({"review.json": "{}", "comment.md": "x"}, 7),
        ({"review.json": encode_review(REVIEW).replace(HEAD, NEWER), "comment.md": "x"}, 64),
        ({"review.json": encode_review(REVIEW), "comment.md": "x\0"}, 64),
        ({"review.json": encode_review(REVIEW), "comment.md": "x" * (MOST_BYTES + 1)}, 64),
    ],
    ids=["nothing", "no comment", "no review", "another commit", "no text", "too long"],
)
def test_where_there_is_no_plan_check_and_comment_say_so(
    desk: Desk, github: FakeGithub, folder: dict[str, str], code: int
) -> None:
    """An older plan of the same commit is not taken for this one; what cannot be used is an error besides."""
    a_folder(desk)
    assert publish(desk).code == 0
    for name in ("review.json", "comment.md"):
        (desk.folder / "plan" / name).unlink()
        if name in folder:
            desk.write(f"plan/{name}", folder[name])

    assert publish(desk).code == code
    assert (checked(github).digest, checked(github).verdict) == (None, Verdict.FAILED)
    assert github.checks[0]["conclusion"] == "failure"
    assert len(bodies(github)) == 1
    assert "## No plan was made" in bodies(github)[0]
    assert github.labels_of(PULL) == []


@pytest.mark.parametrize("kind", ["link", "latin"])
def test_a_plan_folder_is_read_without_following_anything(desk: Desk, github: FakeGithub, kind: str) -> None:
    """A link to a secret is no comment, and neither is a text of another encoding."""
    a_folder(desk, comment=None)
    if kind == "link":
        desk.write("secret", "a secret")
        (desk.folder / "plan" / "comment.md").symlink_to(desk.folder / "secret")
    else:
        (desk.folder / "plan" / "comment.md").write_bytes(b"\xff")

    assert publish(desk).code == 64
    assert "a secret" not in bodies(github)[0]


@pytest.mark.parametrize("head", ["main", HEAD[:7], f"{HEAD}\n", "--x"])
def test_a_head_that_is_no_commit_is_a_usage_error(desk: Desk, github: FakeGithub, head: str) -> None:
    """Nothing is sent."""
    a_folder(desk)

    assert run(desk, "publish", "--pull", str(PULL), f"--head={head}", "--from", "plan").code == 64
    assert github.requests == []


@pytest.fixture
def merged(desk: Desk, github: FakeGithub) -> Repository:
    """Give a checkout whose tip came from pull request 9 by a squash."""
    repository = Repository(desk.folder)
    repository.git("init", "--quiet", "--initial-branch", "main")
    repository.save()
    github.add_pull(9, merged_as=repository.head)
    put_check(an_api(github), HEAD, REVIEW, "")
    return repository


def reviewed(desk: Desk, *options: str) -> tuple[Ran, Review]:
    """Look up what was reviewed, and read what was written."""
    ran = run(desk, "reviewed", "--out", "review.json", *options)
    return ran, decode_review((desk.folder / "review.json").read_bytes(), "review.json")


def test_what_was_reviewed_is_found_after_the_merge(desk: Desk, merged: Repository) -> None:
    """The review as it was, its digest as an output."""
    ran, review = reviewed(desk)

    assert (ran.code, review) == (0, REVIEW)
    assert outputs(desk) == {"digest": DIGEST, "verdict": "ready"}
    assert reviewed(desk, "--sha", merged.head)[1] == REVIEW


def test_a_commit_that_changed_no_file_that_is_read_has_the_review_before_it(desk: Desk, merged: Repository) -> None:
    """A direct push of a text is not in the way; one of a role is reviewed by nobody."""
    merged.save({"README.md": "a text\n"})
    assert reviewed(desk)[1] == REVIEW

    merged.save({"roles/new.yaml": "a role\n"})
    ran, review = reviewed(desk)
    assert (ran.code, review.digest) == (0, None)
    assert outputs(desk)["digest"] == ""


def test_a_merge_into_another_branch_is_no_review_for_this_one(
    desk: Desk, merged: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The branch comes from the workflow, or from the option."""
    assert merged.head
    monkeypatch.setenv("GITHUB_REF_NAME", "release")
    assert reviewed(desk)[1].digest is None
    assert reviewed(desk, "--branch", "main")[1] == REVIEW


def test_a_github_that_is_down_means_not_reviewed(desk: Desk, merged: Repository, github: FakeGithub) -> None:
    """It exits 0, and nothing of an earlier run is left behind for apply."""
    assert merged.head
    reviewed(desk)
    github.at("GET ", reply(503, error_json(503, HOSTILE)), times=99)
    ran, review = reviewed(desk)

    assert (ran.code, review.digest) == (0, None)
    assert "It could not be looked up." in ran.out
    assert outputs(desk)["digest"] == ""


def test_a_commit_or_a_file_that_cannot_be_is_a_usage_error(desk: Desk, merged: Repository) -> None:
    """Apply then has no review at all, and its job does not run."""
    assert merged.head
    assert run(desk, "reviewed", "--out", "review.json", "--sha", "d" * 40).code == 64
    assert run(desk, "reviewed", "--out", "reconciler.yaml").code == 64
    assert not (desk.folder / "review.json").exists()


def tell(desk: Desk, kind: str, outcome: str, *options: str) -> Ran:
    """Tell how a job ended."""
    (desk.folder / "told").mkdir(exist_ok=True)
    return run(desk, "issue", kind, "--from", "told", "--outcome", outcome, *options)


@pytest.mark.parametrize(("kind", "file"), [("apply", "report.md"), ("drift", "drift.md")])
def test_one_issue_is_opened_and_closed(desk: Desk, github: FakeGithub, kind: str, file: str) -> None:
    """With the text that the job left, cut where GitHub would not keep it."""
    desk.write(f"told/{file}", "## What happened\n\n" + "more words\n" * 9_000)
    steps = [
        tell(desk, kind, "failure", "--code", "2").out,
        tell(desk, kind, "success", "--code", "0").out,
        tell(desk, kind, "success").out,
    ]

    words = [step.rpartition(": ")[2].strip() for step in steps]
    assert words == ["created", "closed", "unchanged"]
    issue = github.issues[max(github.issues)]
    assert issue["state"] == "closed"
    assert "## What happened" in issue["body"]


def test_a_stopped_or_an_older_run_leaves_the_issue_alone(desk: Desk, github: FakeGithub) -> None:
    """Nothing is written."""
    assert "left alone" in tell(desk, "apply", "cancelled").out
    github.branches["main"] = NEWER
    assert "left alone" in tell(desk, "apply", "failure", "--code", "6").out
    assert github.writes == []


def test_outside_a_workflow_the_commit_is_not_asked_for(
    desk: Desk, github: FakeGithub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another CI knows by itself whether its run is the newest."""
    monkeypatch.delenv("GITHUB_SHA")
    github.branches.clear()

    assert "created" in tell(desk, "drift", "failure").out


@pytest.mark.parametrize(("kind", "code"), [("apply", 0), ("drift", 7)])
@pytest.mark.parametrize("answer", [REFUSED, reply(503), reply(201, raw=b'{"nu'), None])
def test_an_issue_that_fails_fails_only_drift(
    desk: Desk, github: FakeGithub, kind: str, code: int, answer: bytes | None
) -> None:
    """The job of apply has failed already; of drift, nobody would know."""
    github.at("POST ", answer, hang_up=answer is None)
    ran = tell(desk, kind, "failure", "--code", "2")

    assert ran.code == code
    assert ran.err.startswith("error[github] " if code else "note: the issue is not up to date. ")


def test_doctor_reads_the_repository_and_never_fails_for_it(
    desk: Desk, github: FakeGithub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it saw, what it could not see, and why it did not look."""
    seen = desk.run("doctor")
    assert (seen.code, seen.out.count("\nmissing ")) == (0, 8)
    assert "the default branch is main" in seen.out
    assert TOKEN not in seen.out

    github.at("GET ", REFUSED, times=99)
    down = desk.run("doctor", "--format", "json")
    assert down.code == 0
    assert down.data["checks"][-1]["standing"] == "not verified"
    assert TOKEN not in down.out

    monkeypatch.setenv("GITHUB_API_URL", "ftp://example")
    assert "The address of GitHub's API cannot be used" in desk.run("doctor").out
    monkeypatch.delenv("GITHUB_TOKEN")
    assert "was not looked at: GITHUB_TOKEN is not set" in desk.run("doctor").out
