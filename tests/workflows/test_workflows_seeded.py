"""Each rule of workflows finds what breaks it: every way that is seeded here into the shipped files."""

from __future__ import annotations

import pytest
from meta.source import PROJECT
from workflows import rules
from workflows.reading import File, read
from workflows.rules import RULES, Rule

VALIDATE, PLAN, APPLY, DRIFT = (
    f".github/workflows/roles-{name}.yml" for name in ("validate", "plan", "apply", "drift")
)
ACTION = ".github/actions/reconciler/action.yml"
RUNS_VALIDATE = "        run: reconciler validate --format github\n"
KEY_LINE = "          RECONCILER_KEY: ${{ secrets.RECONCILER_KEY }}\n"
ENV = "        env:\n          X: "

SEEDS: tuple[tuple[Rule, str, str, str], ...] = (
    (rules.starts_as_known, PLAN, "  pull_request_target:", "  workflow_run:"),
    (rules.starts_as_known, DRIFT, "  workflow_dispatch: {}", "  issue_comment: {}"),
    (rules.starts_as_known, VALIDATE, "[pull_request, merge_group]", "[pull_request, pull_request_review]"),
    # T1: what a stranger's pull request can start.
    (rules.gives_strangers_nothing, VALIDATE, RUNS_VALIDATE, RUNS_VALIDATE + ENV + "${{ secrets.ANY }}\n"),
    (rules.gives_strangers_nothing, VALIDATE, RUNS_VALIDATE, RUNS_VALIDATE + ENV + "${{ toJSON( SECRETS ) }}\n"),
    (rules.gives_strangers_nothing, VALIDATE, RUNS_VALIDATE, RUNS_VALIDATE + ENV + "${{ github.token }}\n"),
    (rules.gives_strangers_nothing, VALIDATE, RUNS_VALIDATE, RUNS_VALIDATE + ENV + "${{ github['token'] }}\n"),
    (rules.gives_strangers_nothing, VALIDATE, "permissions: {}\n", "permissions: {}\nenv: {X: '${{ secrets.ANY }}'}\n"),
    (
        rules.gives_strangers_nothing,
        VALIDATE,
        "    timeout-minutes",
        "    environment: tenant-read\n    timeout-minutes",
    ),
    (rules.gives_strangers_nothing, VALIDATE, "contents: read", "contents: write"),
    (rules.gives_strangers_nothing, VALIDATE, "contents: read", "contents: read\n      id-token: write"),
    (rules.gives_strangers_nothing, VALIDATE, "    permissions:\n      contents: read # the files\n", ""),
    (rules.gives_strangers_nothing, VALIDATE, "    steps:\n", "    secrets: inherit\n    steps:\n"),
    (rules.gives_strangers_nothing, PLAN, "  pull_request_target:", "  pull_request:"),
    (rules.gives_strangers_nothing, DRIFT, "  workflow_dispatch: {}", "  pull_request: {}"),
    (rules.gives_strangers_nothing, ACTION, "BASE: ${{ inputs.base }}", "BASE: ${{ github.token }}"),
    # T2: a key is in an environment, and one step sees it.
    (rules.keeps_keys_in_environments, PLAN, "    environment: tenant-read\n", ""),
    (rules.keeps_keys_in_environments, PLAN, "environment: tenant-read", "environment: production"),
    (rules.keeps_keys_in_environments, PLAN, "permissions: {}\n", "permissions: {}\nenv: {K: '${{ secrets.K }}'}\n"),
    (rules.keeps_keys_in_environments, PLAN, "tenant-read\n", "tenant-read\n    env: {K: '${{ secrets.K }}'}\n"),
    (rules.keeps_keys_in_environments, PLAN, "tenant-read\n", "tenant-read\n    secrets: inherit\n"),
    (rules.keeps_keys_in_environments, PLAN, "secrets.RECONCILER_KEY }}", "secrets.OTHER }}"),
    (
        rules.keeps_keys_in_environments,
        PLAN,
        "        run: reconciler ci gate",
        f"{KEY_LINE}        run: reconciler ci gate",
    ),
    (
        rules.keeps_keys_in_environments,
        PLAN,
        "          path: ${{ runner.temp }}/plan\n          if-no",
        "          path: ${{ secrets.K }}\n          if-no",
    ),
    # A job with a key that can also write on GitHub.
    (
        rules.separates_key_and_write,
        PLAN,
        "      contents: read # the default branch, and",
        "      checks: write\n      contents: read #",
    ),
    (
        rules.separates_key_and_write,
        APPLY,
        "      contents: read # the files, their history, and",
        "      contents: write #",
    ),
    (
        rules.separates_key_and_write,
        DRIFT,
        "    permissions:\n      contents: read # the files and their history\n",
        "",
    ),
    (
        rules.separates_key_and_write,
        DRIFT,
        "      issues: write # the issue\n",
        "      issues: write\n    environment: tenant-read\n",
    ),
    # The key that writes.
    (rules.writes_to_tenant_from_main_only, PLAN, "environment: tenant-read", "environment: tenant-write"),
    (rules.writes_to_tenant_from_main_only, DRIFT, "environment: tenant-read", "environment: tenant-write"),
    (rules.writes_to_tenant_from_main_only, APPLY, "branches: [main]", "branches: ['**']"),
    (rules.writes_to_tenant_from_main_only, APPLY, "branches: [main]", "paths: [roles/**]"),
    (
        rules.writes_to_tenant_from_main_only,
        APPLY,
        "group: roles-apply\n      cancel-in-progress: false",
        "group: roles-apply\n      cancel-in-progress: true",
    ),
    (rules.writes_to_tenant_from_main_only, APPLY, "group: roles-apply\n", "group: roles-apply-${{ github.sha }}\n"),
    # T4: expressions in scripts, and values that others choose.
    (rules.runs_no_expression, VALIDATE, RUNS_VALIDATE, "        run: reconciler validate ${{ github.head_ref }}\n"),
    (
        rules.runs_no_expression,
        ACTION,
        'run: bash "$GITHUB_ACTION_PATH/run.sh"',
        'run: reconciler "${{ inputs.command }}"',
    ),
    (rules.runs_no_expression, VALIDATE, RUNS_VALIDATE, RUNS_VALIDATE + "        shell: ${{ inputs.shell }}\n"),
    (
        rules.runs_no_expression,
        VALIDATE,
        RUNS_VALIDATE,
        RUNS_VALIDATE + "        working-directory: ${{ github.ref }}\n",
    ),
    (rules.runs_no_expression, VALIDATE, "jobs:\n", "defaults: {run: {shell: 'bash ${{ github.ref }}'}}\njobs:\n"),
    (
        rules.takes_known_values_only,
        PLAN,
        "${{ needs.gate.outputs.pull }}\n          HEAD",
        "${{ github.event.pull_request.title }}\n          HEAD",
    ),
    (rules.takes_known_values_only, VALIDATE, "github.ref }}", "github.head_ref }}"),
    (
        rules.takes_known_values_only,
        PLAN,
        "vars.RECONCILER_TENANT != ''",
        "contains(github.event.pull_request.body, 'x')",
    ),
    (rules.takes_known_values_only, APPLY, "${{ inputs.expect }}", "${{ github.event.head_commit.message }}"),
    (rules.takes_known_values_only, APPLY, "${{ inputs.expect }}", "${{ toJSON(github) }}"),
    # T10 and T11: what the runner is told.
    (rules.writes_no_command, DRIFT, '>> "$GITHUB_OUTPUT"', '>> "$GITHUB_ENV"'),
    (rules.writes_no_command, DRIFT, 'echo "code=$code"', 'echo "found=$(head -1 told)"'),
    (rules.writes_no_command, DRIFT, '          exit "$code"', '          echo "$RUNNER_TEMP" >> $GITHUB_PATH'),
    (rules.writes_no_command, DRIFT, '          exit "$code"', '          printf "::notice::%s" "$TENANT"'),
    (rules.writes_no_command, DRIFT, '          exit "$code"', '          printf "##[group]%s" "$TENANT"'),
    (rules.writes_no_command, DRIFT, 'cat "$RUNNER_TEMP/told/drift.md" >>', "cat roles/* >>"),
    # T33: actions.
    (rules.pins_actions, VALIDATE, "@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", "@v5"),
    (rules.pins_actions, VALIDATE, "@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", "@08c6903"),
    (rules.pins_actions, VALIDATE, " # v5.0.0", ""),
    (rules.pins_actions, VALIDATE, "actions/checkout@", "somebody/checkout@"),
    (rules.pins_actions, VALIDATE, "./.github/actions/reconciler", "docker://python:3.14"),
    (rules.pins_actions, VALIDATE, "./.github/actions/reconciler", "./roles/action"),
    (
        rules.pins_actions,
        VALIDATE,
        "    timeout-minutes: 10\n",
        "    timeout-minutes: 10\n    container: python:3.14\n",
    ),
    (rules.pins_actions, VALIDATE, "    timeout-minutes: 10\n", "    uses: some/where/.github/workflows/x.yml@main\n"),
    (rules.pins_actions, ACTION, "@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0", "@v5"),
    # Rights.
    (rules.starts_without_rights, PLAN, "permissions: {}\n", ""),
    (rules.starts_without_rights, PLAN, "permissions: {}\n", "permissions: read-all\n"),
    (
        rules.starts_without_rights,
        VALIDATE,
        "    permissions:\n      contents: read # the files\n",
        "    permissions: write-all\n",
    ),
    (rules.keeps_no_credentials, VALIDATE, "persist-credentials: false", "persist-credentials: true"),
    (rules.keeps_no_credentials, VALIDATE, "persist-credentials: false", "fetch-depth: 0"),
    (rules.keeps_no_credentials, VALIDATE, "persist-credentials: false", 'persist-credentials: "no"'),
    # T3 and T18: what a pull request brings is not checked out, and its head is the one that the gate looked at.
    (rules.checks_out_no_head, PLAN, "fetch-depth: 0", "ref: ${{ github.event.pull_request.head.sha }}"),
    (rules.checks_out_no_head, PLAN, "fetch-depth: 0", "repository: somebody/fork"),
    (rules.checks_out_no_head, PLAN, "fetch-depth: 0", "allow-unsafe-pr-checkout: true"),
    (rules.checks_out_no_head, PLAN, "run: reconciler ci gate", "run: git checkout FETCH_HEAD"),
    (rules.checks_out_no_head, PLAN, "run: reconciler ci gate", "run: reconciler ci gate; pip install ."),
    (
        rules.checks_out_no_head,
        PLAN,
        "run: reconciler ci gate",
        "run: |\n          reconciler ci gate\n          gh pr checkout 1",
    ),
    (
        rules.checks_out_no_head,
        PLAN,
        "${{ needs.gate.outputs.head }}\n        run: reconciler --tenant",
        "${{ github.event.pull_request.head.sha }}\n        run: reconciler --tenant",
    ),
    # T17 and T16: what other runs left behind.
    (rules.restores_no_cache, ACTION, "        python-version: ${{", "        cache: pip\n        python-version: ${{"),
    (rules.restores_no_cache, VALIDATE, "actions/checkout@", "actions/cache@"),
    (
        rules.takes_artefacts_of_its_own_run,
        APPLY,
        "          name: roles-reviewed\n          path: ${{ runner.temp }}/reviewed\n      - name: Apply",
        "          name: roles-reviewed\n          path: x\n          run-id: 1\n      - name: Apply",
    ),
    (
        rules.takes_artefacts_of_its_own_run,
        PLAN,
        "          path: ${{ runner.temp }}/plan\n      - name: Publish",
        "          path: x\n          github-token: ${{ github.token }}\n      - name: Publish",
    ),
    (
        rules.takes_artefacts_of_its_own_run,
        PLAN,
        "          name: roles-plan\n          path: ${{ runner.temp }}/plan\n      - name: Publish",
        "          pattern: roles-*\n          path: x\n      - name: Publish",
    ),
    (rules.takes_artefacts_of_its_own_run, DRIFT, "    needs: drift\n    if: >-", "    if: >-"),
    (
        rules.takes_artefacts_of_its_own_run,
        DRIFT,
        "name: roles-drift\n          path: ${{ runner.temp }}/told\n      - name: Tell",
        "name: another\n          path: x\n      - name: Tell",
    ),
    # Time, place and order.
    (rules.ends_in_time, VALIDATE, "    timeout-minutes: 10\n", ""),
    (rules.ends_in_time, VALIDATE, "timeout-minutes: 10", "timeout-minutes: 360"),
    (rules.ends_in_time, VALIDATE, "timeout-minutes: 10", "timeout-minutes: ${{ inputs.minutes }}"),
    (rules.ends_in_time, VALIDATE, "runs-on: ubuntu-24.04", "runs-on: [self-hosted]"),
    (
        rules.queues,
        VALIDATE,
        "concurrency:\n  group: roles-validate-${{ github.ref }}\n  cancel-in-progress: true\n",
        "",
    ),
    (rules.queues, VALIDATE, "  cancel-in-progress: true\n", ""),
)


def seeded(path: str, old: str, new: str) -> File:
    """Give a shipped file with its first `old` replaced."""
    text = (PROJECT / path).read_text(encoding="utf-8")
    assert old in text
    return read(path, text.replace(old, new, 1))


@pytest.mark.parametrize(("rule", "path", "old", "new"), SEEDS)
def test_rule_finds_what_breaks_it(rule: Rule, path: str, old: str, new: str) -> None:
    """One small edit of a shipped file, such as somebody could make in good faith, is found by its rule."""
    assert rule(seeded(path, old, new)) != []


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_no_rule_is_without_a_seed(rule: Rule) -> None:
    """A rule that was never seen to find anything proves nothing."""
    assert rule in {seed[0] for seed in SEEDS}
