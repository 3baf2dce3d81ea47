"""From a merged pull request to the tenant, and from a difference in the tenant to an issue, through the workflows."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from acceptance.stage import HOSTILE_BRANCH, HOSTILE_ROLE, HOSTILE_TITLE, Stage
from fakes.forge import APPLY, DRIFT, PLAN
from fakes.github_shapes import error_json
from fakes.reading import parsed
from fakes.runner import Run
from fakes.wire import reply

pytestmark = pytest.mark.sockets

WIDER = ("roles/knowledge-curator.yaml", "contacts: view", "contacts: [view, create]")
BETA = ("modules: [beta]", "modules: [beta, knowledge_base]")
APPLIED = {"reviewed": "success", "plan": "success", "apply": "success", "report": "success"}
STOPPED = APPLIED | {"apply": "failure"}


def code(run: Run) -> str:
    """Give the exit code of the apply of a run."""
    return str(next(step.outputs["code"] for step in run.jobs["apply"].steps if "code" in step.outputs))


def issues(stage: Stage) -> list[str]:
    """Give the state of each issue."""
    return [state for _, state in stage.issues()]


def body(stage: Stage) -> str:
    """Give the text of the one issue."""
    (found,) = [issue for issue in stage.github.issues.values() if "pull_request" not in issue]
    return str(found["body"])


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_merged_change_is_applied_exactly_as_reviewed(stage: Stage, how: str) -> None:
    """However it is merged, the plan has the reviewed digest, is written once, and a second run writes nothing."""
    pull, _ = stage.forge.opened(stage.edited(*WIDER), branch=HOSTILE_BRANCH, title=HOSTILE_TITLE)
    run = stage.forge.merge(pull, how).finish()

    assert run.results == APPLIED
    assert stage.writes() == ["role.updated Knowledge Curator"]
    assert "contacts.create" in stage.role("Knowledge Curator").permissions
    assert {name for name, job in run.jobs.items() if job.secrets} == {"plan", "apply"}
    assert issues(stage) == []

    assert stage.forge.again(run).finish().results == APPLIED
    assert stage.writes() == ["role.updated Knowledge Curator"]


def test_tenant_that_moved_after_the_review_stops_the_apply(stage: Stage) -> None:
    """Exit 6 with what moved, one issue, no write; the digest in the run's summary, typed by a person, applies it."""
    pull, _ = stage.forge.opened(stage.edited(*WIDER))
    stage.somebody_edits("Knowledge Curator", adds={"conversations.reply"})
    run = stage.forge.merge(pull).finish()

    assert (run.results, code(run)) == (STOPPED, "6")
    assert stage.writes() == []
    assert issues(stage) == ["open"]
    assert "`knowledge-curator`: the tenant moved" in body(stage)

    told = "\n".join(step.summary for step in run.jobs["plan"].steps)
    (digest,) = re.findall(r"^sha256:[0-9a-f]{64}$", told, re.MULTILINE)
    assert f"the plan made now is `{digest}`" in body(stage)
    wrong = stage.forge.dispatch(APPLY, expect="sha256:" + "0" * 64).finish()
    assert (wrong.results, code(wrong), stage.writes()) == (STOPPED, "6", [])
    again = stage.forge.dispatch(APPLY, expect=digest).finish()

    assert again.results == APPLIED
    assert stage.writes() == ["role.updated Knowledge Curator"]
    assert issues(stage) == ["closed"]


def test_expected_digest_is_data_and_no_command(stage: Stage) -> None:
    """What somebody types when starting the run by hand is compared and never run."""
    stage.forge.push_main(stage.edited(*WIDER))
    run = stage.forge.dispatch(APPLY, expect='$(touch pwn)"; touch pwn; #\n::error::x').finish()

    assert run.results == STOPPED
    assert stage.writes() == []


def test_old_run_pressed_again_is_superseded(stage: Stage) -> None:
    """A run of a commit that is not the newest any more writes nothing, and leaves the issue to the newest."""
    pull, _ = stage.forge.opened(stage.edited(*WIDER))
    old = stage.forge.merge(pull).finish()
    back, _ = stage.forge.opened({WIDER[0]: stage.text(WIDER[0])})
    assert stage.forge.merge(back).finish().jobs["apply"].result in {"success", "failure"}
    before = stage.writes()

    again = stage.forge.again(old).finish()

    assert (again.results, code(again)) == (STOPPED, "6")
    assert stage.writes() == before
    assert issues(stage) in ([], ["open"])


def test_commit_that_lands_during_an_apply_supersedes_it(stage: Stage) -> None:
    """The tip is looked at by the very run that would write; the newer commit applies both where they were reviewed."""
    pull, _ = stage.forge.opened(stage.edited(*WIDER))
    run = stage.forge.merge(pull)
    newer: list[Run] = []
    run.before("apply", "reconciler --tenant", lambda: newer.append(stage.forge.push_main({"NOTES.md": "Notes\n"})))

    assert (run.finish().results, code(run)) == (STOPPED, "6")
    assert stage.writes() == []
    # The commit on top changes nothing that the program reads, so the review below it counts for it too.
    assert newer[0].finish().results == APPLIED
    assert stage.writes() == ["role.updated Knowledge Curator"]


def test_change_without_a_review_is_not_applied(stage: Stage) -> None:
    """A push to the default branch that nobody reviewed stops, tells the way out and opens an issue."""
    run = stage.forge.push_main(stage.edited(*WIDER)).finish()

    assert (run.results, code(run)) == (STOPPED, "6")
    assert stage.writes() == []
    assert issues(stage) == ["open"]


def test_check_of_another_app_is_no_review(stage: Stage) -> None:
    """A check of our name by somebody else's app does not make a change reviewed."""
    pull = stage.forge.open(stage.edited(*WIDER))
    planned = stage.forge.on(pull, "opened")[PLAN].finish()
    assert planned.results["publish"] == "success"
    for check in stage.github.checks:
        check["app"] = {**check["app"], "id": 4711}

    run = stage.forge.merge(pull).finish()

    assert (run.results, code(run), stage.writes()) == (STOPPED, "6", [])


def test_missing_confirmation_stops_after_the_merge_too(stage: Stage) -> None:
    """Merged without its confirmation: exit 5, nothing written, and an issue that says so."""
    pull, _ = stage.forge.opened(stage.edited("roles/standard/agent.yaml", "    - forward\n", ""))
    run = stage.forge.merge(pull).finish()

    assert (run.results, code(run), stage.writes()) == (STOPPED, "5", [])
    assert issues(stage) == ["open"]
    assert "reconciler --tenant production confirm narrowing-agent-" in body(stage)


def test_github_out_of_order_never_fails_an_apply_that_began(stage: Stage) -> None:
    """Where the issue cannot be written, the tenant has the reviewed change all the same."""
    pull, _ = stage.forge.opened(stage.edited(*WIDER))
    run = stage.forge.merge(pull).until("report")
    stage.github.at(r"GET .*/issues", reply(403, error_json(403, "Issues are disabled")), times=20)

    assert run.finish().jobs["apply"].result == "success"
    assert stage.writes() == ["role.updated Knowledge Curator"]


def test_drift_is_told_once_updated_and_closed(stage: Stage) -> None:
    """One issue: widening by hand first, then what else moved; it closes once the tenant is as the files say."""
    assert stage.forge.night().results == {"drift": "success", "report": "success"}
    assert issues(stage) == []

    stage.somebody_creates(HOSTILE_ROLE)
    stage.somebody_edits("Team Lead", takes={"notes.delete_own"})
    stage.somebody_edits("Agent", adds={"users.invite"})
    found = stage.forge.night()
    assert found.results == {"drift": "failure", "report": "success"}
    assert issues(stage) == ["open"]
    text = body(stage)
    assert text.index("users.invite") < text.index("notes.delete_own")
    assert "img" not in parsed(text).found
    assert {name for name, job in found.jobs.items() if job.secrets} == {"drift"}

    stage.forge.night()
    assert issues(stage) == ["open"]
    stage.somebody_edits("Team Lead", adds={"notes.delete_own"})
    stage.forge.night()
    assert "notes.delete_own" not in body(stage)
    stage.somebody_edits("Agent", takes={"users.invite"})
    stage.forge.night()
    assert issues(stage) == ["closed"]
    assert stage.writes() == []
    assert [run.workflow.name for run in stage.forge.runs] == [DRIFT] * 5


def test_two_reviewed_changes_merged_one_after_the_other_are_both_applied(stage: Stage) -> None:
    """The second was planned before the first was merged; what it writes is still what was reviewed for it."""
    first, _ = stage.forge.opened(stage.edited(*WIDER), branch="first")
    second, _ = stage.forge.opened(stage.edited("roles/beta-tester.yaml", *BETA), branch="second")

    assert stage.forge.merge(first, "squash").finish().results == APPLIED
    assert stage.forge.merge(second, "squash").finish().results == APPLIED
    assert stage.writes() == ["role.updated Knowledge Curator", "role.updated Beta Tester"]


def test_weaker_guards_of_the_merged_change_do_not_count_yet(stage: Stage) -> None:
    """Raising the limit and narrowing in one change stays unconfirmed after the merge: exit 5, nothing written."""
    weaker = stage.settings("narrowing: {people: 10}", "narrowing: {people: 500}")
    pull, _ = stage.forge.opened(stage.edited("roles/standard/agent.yaml", "    - forward\n", "") | weaker)
    run = stage.forge.merge(pull).finish()

    assert (run.results, code(run), stage.writes()) == (STOPPED, "5", [])


def test_settings_alone_are_merged_without_a_write(stage: Stage) -> None:
    """A change of guards with no change of roles is planned, merged and applied as nothing to do."""
    pull, _ = stage.forge.opened(stage.settings("narrowing: {people: 10}", "narrowing: {people: 9}"))

    assert stage.conclusions(pull.head) == ["success"]
    assert stage.forge.merge(pull).finish().results == APPLIED
    assert stage.writes() == []


def test_branch_of_an_insider_reaches_no_key(stage: Stage) -> None:
    """The workflow started by hand on another branch does nothing: no job of it starts, and none gets a key."""
    stage.forge.open(stage.edited(*WIDER), branch="mine")
    run = stage.forge.dispatch(APPLY, ref="refs/heads/mine", expect="sha256:" + "0" * 64).finish()

    assert set(run.results.values()) == {"skipped"}
    assert stage.writes() == []


def test_apply_that_is_cut_off_is_told(stage: Stage) -> None:
    """A job that was stopped while it wrote leaves a word of it, and an issue, however little it could say."""
    pull, _ = stage.forge.opened(stage.edited(*WIDER))
    run = stage.forge.merge(pull).until("report")
    report = next(run.artifacts.rglob("roles-report/report.md"))
    report.write_text("The run was cut off while it applied.\n", encoding="utf-8")
    run.jobs["apply"].result = "cancelled"
    run.jobs["apply"].outputs.clear()

    assert run.finish().results["report"] == "success"
    assert issues(stage) == ["open"]
    assert "cut off" in body(stage)


def test_drift_compared_by_hand_elsewhere_says_nothing(stage: Stage) -> None:
    """Only the default branch has the word about drift."""
    run = stage.forge.dispatch(DRIFT)
    run.occasion = replace(run.occasion, ref="refs/heads/mine")

    assert run.finish().results == {"drift": "skipped", "report": "skipped"}
