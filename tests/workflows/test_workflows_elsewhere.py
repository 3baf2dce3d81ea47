"""The GitLab file keeps the same rules in GitLab's words, and the hook for commits fits the files of a repository."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

import pytest
from meta.source import PROJECT
from workflows.reading import strings

from reconciler.cli.main import COMMANDS
from reconciler.desired.yaml_events import read_yaml

GITLAB = "examples/gitlab/.gitlab-ci.yml"
HOOKS = ".pre-commit-hooks.yaml"
ON_MAIN = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"

Job = Mapping[str, Any]


def gitlab(old: str = "", new: str = "") -> Mapping[str, Any]:
    """Read the GitLab file with one `old` replaced, by the loader of role files."""
    text = (PROJECT / GITLAB).read_text(encoding="utf-8")
    assert old in text
    document = read_yaml(GITLAB, text.replace(old, new, 1).encode())
    assert document.problems == []
    assert isinstance(document.value, dict)
    return document.value


def only_hook() -> Mapping[str, Any]:
    """Read the one hook that is offered."""
    document = read_yaml(HOOKS, (PROJECT / HOOKS).read_bytes())
    assert document.problems == []
    assert isinstance(document.value, list)
    (hook,) = document.value
    assert isinstance(hook, dict)
    return hook


def faults(file: Mapping[str, Any]) -> list[str]:
    """Give what could hand a key to a merge request, or write what nobody read."""
    jobs = {name: job for name, job in file.items() if isinstance(job, dict) and "script" in job}
    found = [f"{name} is given to every job" for name in ("include", "cache", "image") if name in file]
    found += ["a key is in the file"] * any("RECONCILER_KEY" in text for text in strings(file))
    found += ["an old clone is used"] * (file["variables"].get("GIT_STRATEGY") != "clone")
    for name, job in jobs.items():
        found += [f"{name}: {fault}" for fault in _job_faults(job, file["default"])]
    writing = [name for name, job in jobs.items() if any(" apply " in line for line in job["script"])]
    return found + [f"{name}: {fault}" for name in writing for fault in _apply_faults(jobs[name])]


def _job_faults(job: Job, default: Job) -> list[str]:
    starting = [rule["if"] for rule in job.get("rules", [{"if": ""}]) if rule.get("when") != "never"]
    script = "\n".join(job["script"])
    reaching = re.search(r"reconciler .*\b(plan|apply|drift)\b", script) is not None
    return [
        *["a key outside the default branch"]
        * ("environment" in job and any(ON_MAIN not in rule for rule in starting)),
        *["no environment for the key"] * (reaching and "environment" not in job),
        *["a check with an environment"] * (not reaching and "environment" in job),
        *["files of a merge request are checked out"]
        * bool(re.search(r"git (checkout|switch|worktree|merge)", script)),
        *["no limit of time"] * ("timeout" not in {**default, **job}),
        *["something of another run"] * bool({"cache", "include", "extends", "trigger", "services"} & set(job)),
        *["a variable that falls apart"] * bool(re.search(r'(?<!["{/:])\$[A-Za-z]', script)),
    ]


def _apply_faults(job: Job) -> list[str]:
    script = shlex.split(" ".join(job["script"]))
    return [
        *["starts by itself"] * any(r.get("when") not in {"never", "manual"} for r in job["rules"]),
        *["applies what nobody read"] * ("--reviewed" not in script),
        *["applies an old commit"] * ("--require-tip" not in script),
        *["two at once"] * ("resource_group" not in job),
        *["may be cut off"] * (job.get("interruptible") is not False),
        *["the key that reads"] * (job.get("environment") != {"name": "tenant-write"}),
    ]


def test_gitlab_file_keeps_the_rules() -> None:
    """No key where a merge request decides what runs, and apply by hand, from the newest commit, as reviewed."""
    assert faults(gitlab()) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("stages:", "include: other.yml\nstages:", "include is given to every job"),
        ("stages:", "cache: {paths: [x]}\nstages:", "cache is given to every job"),
        ("  GIT_DEPTH", "  RECONCILER_KEY: x\n  GIT_DEPTH", "a key is in the file"),
        ("GIT_STRATEGY: clone", "GIT_STRATEGY: fetch", "an old clone is used"),
        (f"{ON_MAIN} && $RECONCILER_TENANT && $PLAN", "$PLAN", "a key outside the default branch"),
        ("- git fetch", "- git checkout FETCH_HEAD && git fetch", "files of a merge request are checked out"),
        ("  environment:\n    name: tenant-read\n    action: access\n", "", "no environment for the key"),
        ("  interruptible: true\n", "  environment: x\n", "validate: a check with an environment"),
        ("  timeout: 30 minutes\n", "", "validate: no limit of time"),
        ("  interruptible: true\n", "  cache: {paths: [x]}\n", "validate: something of another run"),
        ('"refs/merge-requests/$PLAN_MERGE_REQUEST/head"', "$PLAN_MERGE_REQUEST", "a variable that falls apart"),
        ("      when: manual", "      when: on_success", "apply: starts by itself"),
        (" --reviewed plan/review.json", "", "apply: applies what nobody read"),
        (' --require-tip "$CI_DEFAULT_BRANCH"', "", "apply: applies an old commit"),
        ("  resource_group: roles-apply\n", "", "apply: two at once"),
        ("  interruptible: false\n", "", "apply: may be cut off"),
        ("name: tenant-write", "name: tenant-read", "apply: the key that reads"),
    ],
)
def test_gitlab_rule_finds_what_breaks_it(old: str, new: str, fault: str) -> None:
    """One small edit of the shipped file is found."""
    assert [found for found in faults(gitlab(old, new)) if found.endswith(fault)]


def test_hook_runs_a_command_that_is_there() -> None:
    """What is called before a commit is one of our commands, once, on all files."""
    hook = only_hook()
    program, command = hook["entry"].split()

    assert (hook["id"], program) == ("reconciler-validate", "reconciler")
    assert command in COMMANDS
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    assert {"id", "name", "entry", "language"} <= hook.keys()


@pytest.mark.parametrize(
    ("path", "checked"),
    [
        ("reconciler.yaml", True),
        ("confirmations.yaml", True),
        ("roles/quality-reviewer.yaml", True),
        ("roles/standard/agent.yaml", True),
        ("schemas/permissions.yaml", True),
        ("desk/roles/agent.yaml", True),
        ("README.md", False),
        ("roles/README.md", False),
        (".github/workflows/roles-plan.yml", False),
        ("src/other-reconciler.yaml", False),
    ],
)
def test_hook_runs_for_what_the_program_reads(path: str, *, checked: bool) -> None:
    """A commit that touches no file of the roles is not held up."""
    hook = only_hook()

    assert bool(re.search(hook["files"], path)) is checked
