"""From a pull request to its reviewed plan, through the shipped workflows."""

from __future__ import annotations

import re
import shutil

import pytest
from acceptance.stage import HOSTILE_BRANCH, HOSTILE_ROLE, HOSTILE_TITLE, Stage
from fakes.forge import PLAN, VALIDATE

pytestmark = pytest.mark.sockets

WIDER = ("roles/knowledge-curator.yaml", "contacts: view", "contacts: [view, create]")
NARROWER = ("roles/standard/agent.yaml", "    - forward\n", "")
PLANNED = {"gate": "success", "plan": "success", "publish": "success"}
NOT_PLANNED = {"gate": "success", "plan": "skipped", "publish": "skipped"}
STOPPED = {"gate": "success", "plan": "failure", "publish": "success"}


def heads(stage: Stage, number: int) -> list[str]:
    """Give the commit that each comment on a pull request was made for."""
    return re.findall(r"^<!-- .* head=([0-9a-f]{40}) -->$", "\n".join(stage.comments(number)), re.MULTILINE)


def test_pull_request_is_answered_with_its_plan(stage: Stage) -> None:
    """Comment, label and check tell the plan of a hostile branch; one job has a key, and the tenant sees no write."""
    stage.somebody_creates(HOSTILE_ROLE)
    pull = stage.forge.open(stage.edited(*WIDER), branch=HOSTILE_BRANCH, title=HOSTILE_TITLE)
    runs = stage.forge.finished(stage.forge.on(pull, "opened"))

    assert runs[VALIDATE].results == {"validate": "success"}
    assert runs[PLAN].results == PLANNED
    assert heads(stage, pull.number) == [pull.head]
    assert "8 people gain something" in stage.comments(pull.number)[0]
    assert stage.github.labels_of(pull.number) == ["roles: widens access"]
    assert stage.conclusions(pull.head) == ["success"]
    assert runs[PLAN].jobs["plan"].steps[-2].outputs["digest"] == stage.digest(pull.head)
    assert {name for name, job in runs[PLAN].jobs.items() if job.secrets} == {"plan"}
    assert stage.writes() == []


def test_invalid_files_stop_the_plan_and_are_shown_on_their_lines(stage: Stage) -> None:
    """Validation fails with an annotation on the very line; the plan says why there is none, and its check fails."""
    pull = stage.forge.open(stage.edited("roles/knowledge-curator.yaml", "users: none", "users: everything"))
    runs = stage.forge.finished(stage.forge.on(pull, "opened"))

    assert runs[VALIDATE].results == {"validate": "failure"}
    assert "::error file=roles/knowledge-curator.yaml,line=10" in runs[VALIDATE].log
    assert runs[PLAN].results == STOPPED
    assert "::error file=roles/knowledge-curator.yaml,line=10" in runs[PLAN].log
    assert stage.conclusions(pull.head) == ["failure"]
    assert "roles/knowledge-curator.yaml" in stage.comments(pull.number)[0]
    assert "/reconciler-" not in stage.comments(pull.number)[0]


def test_fork_is_validated_and_planned_only_for_the_commit_a_maintainer_labelled(stage: Stage) -> None:
    """No key for a fork until `plan-ok`; a push takes the label away, and nothing is planned until it is set again."""
    pull = stage.forge.open(stage.edited(*WIDER), branch=HOSTILE_BRANCH, title=HOSTILE_TITLE, fork=True)
    runs = stage.forge.finished(stage.forge.on(pull, "opened"))

    assert runs[VALIDATE].results == {"validate": "success"}
    assert runs[PLAN].results == NOT_PLANNED
    assert (stage.comments(pull.number), stage.github.checks) == ([], [])

    assert stage.forge.label(pull, "documentation").results == NOT_PLANNED
    assert stage.forge.label(pull, "plan-ok").results == PLANNED
    planned = pull.head
    assert heads(stage, pull.number) == [planned]

    assert stage.forge.pushed(pull, stage.edited(*NARROWER)).results == NOT_PLANNED
    assert "plan-ok" not in stage.github.labels_of(pull.number)
    assert "documentation" in stage.github.labels_of(pull.number)
    assert heads(stage, pull.number) == [planned]
    assert stage.conclusions(pull.head) == []

    assert stage.forge.label(pull, "plan-ok").results == PLANNED
    assert heads(stage, pull.number) == [pull.head]


def test_fork_that_moves_behind_the_label_is_not_planned(stage: Stage) -> None:
    """The label means the commit of its moment; one that was pushed right after it is not planned with the key."""
    pull = stage.forge.open(stage.edited(*WIDER), fork=True)
    stage.github.put_labels(pull.number, "plan-ok")
    run = stage.forge.on(pull, "labeled", label="plan-ok")[PLAN]
    run.before("plan", "ci plan", lambda: stage.forge.push(pull, stage.edited(*NARROWER)))

    run.finish()

    assert run.results == STOPPED
    assert "another commit" in run.jobs["plan"].log
    assert (stage.comments(pull.number), stage.conclusions(pull.head)) == ([], [])


def test_forced_push_during_the_plan_supersedes_it(stage: Stage) -> None:
    """A commit that was replaced before it was fetched gets no plan and no comment; the new one gets both."""
    pull = stage.forge.open(stage.edited(*WIDER))
    run = stage.forge.on(pull, "opened")[PLAN]
    old = pull.head
    run.before("plan", "ci plan", lambda: stage.forge.push(pull, stage.edited(*NARROWER), onto=stage.forge.depot.main))

    run.finish()

    assert (run.results, run.jobs["plan"].steps[-2].code) == (STOPPED, 6)
    assert stage.comments(pull.number) == []
    assert "success" not in stage.conclusions(old)
    assert stage.forge.on(pull, "synchronize")[PLAN].finish().results == PLANNED
    assert heads(stage, pull.number) == [pull.head]


@pytest.mark.parametrize("cancelled", [False, True])
def test_two_pushes_in_a_minute_leave_one_comment_of_the_newer_commit(stage: Stage, *, cancelled: bool) -> None:
    """Whether the older run is cancelled in time or ends last, the newer commit has the word."""
    pull = stage.forge.open(stage.edited(*WIDER))
    older = stage.forge.on(pull, "opened")[PLAN].until("publish")
    first = pull.head
    stage.forge.push(pull, stage.edited("roles/quality-reviewer.yaml", "QA team", "the QA team"))
    newer = stage.forge.on(pull, "synchronize")[PLAN]
    assert newer.concurrency == older.concurrency == (f"roles-plan-{pull.number}-plan-ok", True)

    newer.finish()
    older.cancel() if cancelled else older.finish()

    assert newer.results == PLANNED
    assert older.results == PLANNED | ({"publish": "cancelled"} if cancelled else {})
    assert heads(stage, pull.number) == [pull.head]
    assert stage.conclusions(pull.head) == ["success"]
    assert stage.conclusions(first) == ([] if cancelled else ["success"])


def test_confirmation_in_a_second_commit_makes_the_same_plan_ready(stage: Stage) -> None:
    """What is missing is asked for; the command of the comment gives the file to commit, and the digest stays."""
    pull, run = stage.forge.opened(stage.edited(*NARROWER))
    assert run.results == PLANNED
    assert stage.conclusions(pull.head) == ["action_required"]
    digest = stage.digest(pull.head)
    (comment,) = stage.comments(pull.number)
    (command,) = re.findall(r"^(reconciler --tenant production confirm .*)$", comment, re.MULTILINE)

    clone = stage.at_the_desk(pull.head, command)
    confirmed = (clone / "confirmations.yaml").read_text(encoding="utf-8")
    run = stage.forge.pushed(pull, {"confirmations.yaml": confirmed})

    assert run.results == PLANNED
    assert stage.conclusions(pull.head) == ["success"]
    assert stage.digest(pull.head) == digest
    assert heads(stage, pull.number) == [pull.head]


def test_conflict_is_told_and_nothing_is_planned(stage: Stage) -> None:
    """Files that cannot be merged are named; validation cannot run, and the check fails."""
    pull = stage.forge.open(stage.edited(*WIDER))
    stage.forge.push_main(stage.edited("roles/knowledge-curator.yaml", "contacts: view", "contacts: none"))
    stage.forge.push(pull, {"README.md": "x\n"})
    runs = stage.forge.finished(stage.forge.on(pull, "synchronize"))

    assert VALIDATE not in runs
    assert (runs[PLAN].results, runs[PLAN].jobs["plan"].steps[-2].code) == (STOPPED, 3)
    assert "roles/knowledge-curator.yaml" in stage.comments(pull.number)[0]


def test_branch_behind_main_plans_only_what_the_merge_would_do(stage: Stage) -> None:
    """What others merged meanwhile is not undone by a branch that does not have it."""
    pull = stage.forge.open(stage.edited(*WIDER))
    stage.forge.push_main(stage.edited("roles/quality-reviewer.yaml", "QA team", "the QA team"))

    assert stage.forge.on(pull, "opened")[PLAN].finish().results == PLANNED

    comment = stage.comments(pull.number)[0]
    assert "8 people gain something" in comment
    assert re.search(r"`quality-reviewer`.*already pending", comment)


def test_weaker_guards_of_the_same_change_do_not_count(stage: Stage) -> None:
    """A change that raises the limit and narrows at once is judged by the limit of the default branch."""
    files = stage.edited(*NARROWER) | stage.edited(
        "reconciler.yaml", "narrowing: {people: 10}", "narrowing: {people: 500}"
    )
    pull, run = stage.forge.opened(files)

    assert run.results == PLANNED
    assert stage.conclusions(pull.head) == ["action_required"]


@pytest.mark.parametrize("part", ["address", "variable"])
def test_changed_address_or_key_of_the_tenant_is_refused(stage: Stage, part: str) -> None:
    """No plan follows a change to where the key goes; nobody speaks to the new address (which each test checks)."""
    change = {
        "address": (stage.address, stage.elsewhere),
        "variable": ("env:RECONCILER_KEY", "env:GITHUB_TOKEN"),
    }[part]
    files = dict(stage.settings(*change)) | stage.edited(*WIDER)
    pull, run = stage.forge.opened(files, title=HOSTILE_TITLE)

    assert (run.results, run.jobs["plan"].steps[-2].code) == (STOPPED, 64)
    assert stage.conclusions(pull.head) == ["failure"]
    assert stage.elsewhere not in stage.comments(pull.number)[0]
    assert "Merge that alone first" in stage.comments(pull.number)[0]


def test_workflows_and_action_of_the_pull_request_are_not_the_ones_that_run(stage: Stage) -> None:
    """A change of the workflow, of the action and of the lock cannot reach the key before it is merged."""
    evil = stage.text(".github/workflows/roles-plan.yml").replace(
        "run: reconciler ci gate", 'run: touch pwn; echo "go=true" >> "$GITHUB_OUTPUT"'
    )
    files = {
        ".github/workflows/roles-plan.yml": evil,
        ".github/actions/reconciler/install.sh": "touch pwn\n",
        "sitecustomize.py": "open('pwn', 'w')\n",
        "roles/conftest.py": "open('pwn', 'w')\n",
    }
    pull = stage.forge.open(files, fork=True)

    assert stage.forge.on(pull, "opened")[PLAN].finish().results == NOT_PLANNED


@pytest.mark.parametrize(
    "name", ['roles/a"$(touch pwn)`id`;#.yaml', "roles/\u202e::set-output name=x::y.yaml", "roles/##[error].yaml"]
)
def test_hostile_file_name_is_a_problem_and_no_command(stage: Stage, name: str) -> None:
    """A file name that no role may have stops the plan, and is told without doing anything."""
    pull, run = stage.forge.opened({name: stage.text("roles/beta-tester.yaml")})

    assert (run.results, run.jobs["plan"].steps[-2].code) == (STOPPED, 3)
    assert stage.conclusions(pull.head) == ["failure"]


def test_tenant_that_refuses_the_key_is_told_on_the_pull_request(stage: Stage) -> None:
    """Where the tenant could not be read, the check fails, the comment says why, and no key is in it."""
    stage.close_tenant()
    pull, run = stage.forge.opened(stage.edited(*WIDER))

    assert (run.results, run.jobs["plan"].steps[-2].code) == (STOPPED, 7)
    assert stage.conclusions(pull.head) == ["failure"]
    assert len(stage.comments(pull.number)) == 1


def test_plan_that_was_not_kept_is_told_as_none(stage: Stage) -> None:
    """Where the folder of the plan is lost between the jobs, the check fails and the comment says so."""
    pull = stage.forge.open(stage.edited(*WIDER))
    run = stage.forge.on(pull, "opened")[PLAN]
    run.before("publish", "download-artifact", lambda: shutil.rmtree(run.artifacts))

    run.finish()

    assert run.results["publish"] == "success"
    assert stage.conclusions(pull.head) == ["failure"]
    assert "No plan was made" in stage.comments(pull.number)[0]


def test_check_that_may_not_be_written_fails_the_run(stage: Stage) -> None:
    """Without its permission the check is refused, which ends with 7; the comment is there all the same."""
    path = ".github/workflows/roles-plan.yml"
    weaker = "".join(line for line in stage.text(path).splitlines(keepends=True) if "checks: write" not in line)
    stage.forge.push_main({path: weaker})
    pull, run = stage.forge.opened(stage.edited(*WIDER))

    assert (run.results, run.jobs["publish"].steps[-1].code) == (PLANNED | {"publish": "failure"}, 7)
    assert len(stage.comments(pull.number)) == 1
    assert stage.github.refused.pop().startswith("POST /repos/desk/roles/check-runs ")
