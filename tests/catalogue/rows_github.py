"""Rows 257 to 284: pull requests, comments, events, branches, and GitHub itself out of order."""

from __future__ import annotations

import json

import pytest
from acceptance.desk import Desk
from catalogue.duties import KEY_VARIABLE
from catalogue.rows import Arrange, Row, RunCase
from catalogue.rows_cli import EMBEDDED, SETTINGS, committed, git
from catalogue.telling import row

GATE = ("ci", "gate", "--event", "event.json", "--event-name", "pull_request_target")
PLAN = "acceptance/test_acceptance_workflows_plan.py"
APPLY = "acceptance/test_acceptance_workflows_apply.py"
STEPS = "acceptance/test_acceptance_ci_github.py"
REQUEST = {"number": 7, "head": {"sha": "1" * 40, "repo": {"id": 1}}, "labels": []}
EVENT = {"action": "opened", "number": 7, "pull_request": REQUEST, "repository": {"id": 1}}
HUGE = 10_000_001


def _event(text: str) -> Arrange:
    return lambda desk, _: desk.write("event.json", text)


def _with(**values: object) -> Arrange:
    return _event(json.dumps({**EVENT, **values}))


def event(slug: str, arrange: Arrange = lambda _desk, _patch: None) -> RunCase:
    """Give the case of an event that is none."""
    return RunCase(row=272, slug=slug, exit=64, code="usage", arguments=GATE, arrange=arrange)


def _on_another_branch(desk: Desk) -> None:
    """Check out a branch that is ahead of the default one."""
    remote = desk.folder.parent / f"remote-of-{desk.folder.name}.git"
    git(desk, "init", "--quiet", "--bare", str(remote))
    git(desk, "remote", "add", "origin", str(remote))
    git(desk, "push", "--quiet", "origin", "main")
    git(desk, "checkout", "--quiet", "-b", "elsewhere")
    git(desk, "commit", "--quiet", "--allow-empty", "--message", "not merged")


def _nobody_there(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    here = f"sandbox: {{kind: support, url: 'http://127.0.0.1:9/api/v1', key: 'env:{KEY_VARIABLE}'}}"
    desk.replace(SETTINGS, EMBEDDED, here)


RUNS: tuple[RunCase, ...] = (
    event("no-file"),
    event("empty-file", _event("")),
    event("cut-off", _event(json.dumps(EVENT)[:-4])),
    event("huge", _event(json.dumps(EVENT) + " " * HUGE)),
    event("list", _event("[]")),
    event("nothing-of-a-pull-request", _event("{}")),
    event("number-as-text", _with(number="7")),
    event("two-numbers", _with(number=8)),
    event("no-commit", _with(pull_request={**REQUEST, "head": {"sha": "main", "repo": None}})),
    event("labels-of-another-type", _with(pull_request={**REQUEST, "labels": {"name": "plan-ok"}})),
    RunCase(
        row=273,
        slug="another-branch-than-the-default-one",
        exit=6,
        code="superseded",
        arguments=("apply", "--yes", "--require-tip", "main"),
        arrange=committed(_on_another_branch),
    ),
    RunCase(
        row=279,
        slug="drift-is-told-and-nothing-written",
        exit=2,
        arguments=("drift",),
        check=lambda desk, _: _unwritten(desk),
    ),
    RunCase(
        row=282,
        slug="nobody-at-the-address",
        exit=7,
        code="tenant.unreachable",
        says=("refused",),
        arguments=("plan",),
        arrange=_nobody_there,
    ),
    RunCase(
        row=282, slug="nobody-at-the-address-for-apply", exit=7, arguments=("apply", "--yes"), arrange=_nobody_there
    ),
)


def _unwritten(desk: Desk) -> None:
    assert desk.writes() == ()


FORK = f"{PLAN}::test_fork_is_validated_and_planned_only_for_the_commit_a_maintainer_labelled"

ROWS: tuple[Row, ...] = (
    row(
        257,
        "pull request of a fork: no secrets, a token that may only read",
        "0 or 3",
        "validated without a key; planned for the commit that a maintainer labelled",
        FORK,
    ),
    row(
        258,
        "pull request of a bot, also without secrets",
        "0 or 3",
        "validated by the same workflow as any other",
        "workflows/test_workflows_rules.py::test_workflow_keeps_the_rule",
        reason="The validating workflow has no key at all, so it does not matter who opened the pull request",
    ),
    row(
        260,
        "pull request with roles and workflows, or roles and guards",
        "0, 4 or 5",
        "judged by the stricter guards of both sides, and told",
        f"{PLAN}::test_weaker_guards_of_the_same_change_do_not_count",
        f"{PLAN}::test_workflows_and_action_of_the_pull_request_are_not_the_ones_that_run",
        reason="Not refused: the guard `settings` warns, nothing of the pull request is run beside a key, and code "
        "owners answer for both",
    ),
    row(
        261,
        "pull request with thousands of files",
        "",
        "files are listed by git and not by GitHub's interface",
        "acceptance/test_acceptance_ci_plan.py::test_pull_request_is_planned_as_it_would_be_after_the_merge",
    ),
    row(
        263,
        "target branch that moved after the approval",
        "6 or 0",
        "`superseded`, or the digest decides",
        "acceptance/test_acceptance_reviewed.py::test_tip_that_moves_while_the_plan_is_made_supersedes_it",
        f"{PLAN}::test_branch_behind_main_plans_only_what_the_merge_would_do",
    ),
    row(
        264,
        "comment that would be too long",
        "0",
        "cut where nothing needs a yes; nothing risky is left out",
        "properties/test_properties_outputs.py::test_within_keeps_its_limit_and_says_what_is_missing",
        "properties/test_properties_outputs.py::test_every_output_lists_the_same_permissions",
    ),
    row(
        266,
        "comment refused, missing, limited or broken",
        "0; 7 for the check",
        "a note; the check is the record",
        "unit/github/test_github_publishing.py::test_a_courtesy_that_fails_is_a_note_and_nothing_else",
        f"{STEPS}::test_a_check_that_fails_exits_7_and_the_comment_is_there",
    ),
    row(
        267,
        "stranger's comment with our marker",
        "0",
        "stays as it is",
        "unit/github/test_github_comment.py::test_a_strangers_comment_with_our_mark_is_untouched",
    ),
    row(
        269,
        "our comment deleted, edited, or in a locked conversation",
        "0",
        "made anew, brought up to date, or a note",
        "unit/github/test_github_comment.py::test_our_deleted_comment_is_made_anew",
        "unit/github/test_github_comment.py::test_a_comment_edited_by_a_maintainer_is_brought_up_to_date",
        "unit/github/test_github_comment.py::test_a_locked_conversation_is_a_refusal_without_a_comment",
    ),
    row(
        270,
        "branch, title, label or author with characters of a shell",
        "0",
        "data; nothing runs",
        f"{PLAN}::test_hostile_file_name_is_a_problem_and_no_command",
        f"{APPLY}::test_expected_digest_is_data_and_no_command",
    ),
    row(272, "event missing, huge, or of another shape", "64", "`usage`"),
    row(
        273,
        "started by hand on another branch than the default one",
        "6",
        "`superseded`",
        f"{APPLY}::test_drift_compared_by_hand_elsewhere_says_nothing",
    ),
    row(
        275,
        "environment without protection",
        "64",
        "`usage` where the key is missing; `doctor --github` tells what protects it",
        "unit/github/test_github_examining.py::test_an_environment_is_good_only_for_the_default_branch",
        "unit/github/test_github_protection.py::test_an_empty_environment_protects_nothing",
        "acceptance/test_acceptance_edges.py::test_missing_key_is_refused_by_the_name_of_its_variable",
        reason="A workflow's own token may not read the rules of environments, so `apply` does not ask for them",
    ),
    row(
        278,
        "several merges in a minute",
        "0",
        "each applied in turn, or superseded; never an older one last",
        f"{APPLY}::test_two_reviewed_changes_merged_one_after_the_other_are_both_applied",
        f"{APPLY}::test_old_run_pressed_again_is_superseded",
    ),
    row(
        279,
        "scheduled run that finds drift",
        "2",
        "one issue, opened or updated; no write",
        f"{APPLY}::test_drift_is_told_once_updated_and_closed",
    ),
    row(
        281,
        "GitHub out of order during an apply",
        "by the tenant",
        "an apply that began does not ask GitHub",
        f"{APPLY}::test_github_out_of_order_never_fails_an_apply_that_began",
    ),
    row(282, "no network to the tenant", "7", "`tenant.unreachable`"),
    row(
        284,
        "a release of the program withdrawn, or with another hash",
        "",
        "the job stops before a key is visible",
        "workflows/test_workflows_action.py::test_action_installs_from_hashes_alone_and_builds_nothing_but_itself",
        "workflows/test_workflows_action.py::test_install_script_that_fails_stops_the_step",
    ),
)
