"""A workflow file read by the program's own strict loader; a key that the runner would not honour is an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.desired.yaml_events import read_yaml

Part = Mapping[str, Any]

_WORKFLOW = frozenset({"name", "run-name", "on", "permissions", "concurrency", "env", "defaults", "jobs"})
_JOB = frozenset(
    {
        *("name", "needs", "if", "runs-on", "timeout-minutes", "permissions", "environment", "concurrency", "env"),
        *("outputs", "steps", "defaults"),
    }
)
_STEP = frozenset(
    {
        *("name", "id", "if", "uses", "with", "run", "env", "shell", "working-directory", "continue-on-error"),
        "timeout-minutes",
    }
)
_PINNED = re.compile(r"(?P<name>[\w.-]+/[\w./-]+)@[0-9a-f]{40}")
_LEVELS = frozenset({"read", "write", "none"})


@dataclass(frozen=True)
class Job:
    """One job as it is written."""

    id: str
    part: Part
    needs: tuple[str, ...]
    permissions: Mapping[str, str]
    """Of its token; what is not named is refused to it."""
    environment: str | None
    steps: tuple[Part, ...]


@dataclass(frozen=True)
class Workflow:
    """One workflow as it is written."""

    path: str
    part: Part
    on: Mapping[str, Any]
    jobs: Mapping[str, Job]
    """In an order in which every job comes after those that it needs."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        return str(self.part.get("name", self.path))

    def ancestors(self, job: str) -> frozenset[str]:
        """Give every job that must be over before this one starts."""
        needs = self.jobs[job].needs
        return frozenset(needs).union(*(self.ancestors(need) for need in needs))


def read_workflow(path: str, raw: bytes) -> Workflow:
    """Read one file; anything that this runner would have to ignore is an error."""
    part = strict_yaml(path, raw)
    known(part, _WORKFLOW, path)
    top = part.get("permissions")
    jobs = {name: _job(name, each, top, path) for name, each in part["jobs"].items()}
    return Workflow(path, part, _events(part["on"]), _ordered(jobs))


def strict_yaml(path: str, raw: bytes) -> dict[str, Any]:
    """Read a mapping strictly; only an event may come without a value, as GitHub's own documentation writes it."""
    document = read_yaml(path, raw)
    on = document.value.get("on") if isinstance(document.value, dict) else None
    bare = sum(value is None for value in on.values()) if isinstance(on, dict) else 0
    nulls = [problem for problem in document.problems if problem.code == "yaml.null"]
    assert len(document.problems) == len(nulls) == bare, [str(problem) for problem in document.problems]
    assert isinstance(document.value, dict)
    return document.value


def known(part: Part, keys: Iterable[str], where: str) -> None:
    """Refuse keys that are none of these."""
    left = set(part) - set(keys)
    assert not left, f"{where}: {sorted(left)} is not known to this runner"


def action_name(uses: str) -> str:
    """Give the name of a pinned action, or the path of a local one."""
    if uses.startswith("./"):
        return uses
    pinned = _PINNED.fullmatch(uses)
    assert pinned, f"{uses} is not pinned by a full commit id"
    return pinned["name"]


def _events(on: object) -> dict[str, Any]:
    if isinstance(on, str):
        return {on: {}}
    if isinstance(on, list):
        return {str(name): {} for name in on}
    assert isinstance(on, dict)
    return on


def _job(name: str, part: Part, top: Part | None, path: str) -> Job:
    where = f"{path}: {name}"
    known(part, _JOB, where)
    assert part["runs-on"] == "ubuntu-24.04", where
    for step in part["steps"]:
        known(step, _STEP, where)
        assert ("run" in step) != ("uses" in step), where
    needs = part.get("needs", [])
    permissions = part.get("permissions", top)
    assert isinstance(permissions, dict), f"{where}: its token would have what the owner chose"
    assert set(permissions.values()) <= _LEVELS, where
    environment = part.get("environment")
    return Job(
        id=name,
        part=part,
        needs=(needs,) if isinstance(needs, str) else tuple(needs),
        permissions=permissions,
        environment=environment["name"] if isinstance(environment, dict) else environment,
        steps=tuple(part["steps"]),
    )


def _ordered(jobs: dict[str, Job]) -> dict[str, Job]:
    ordered: dict[str, Job] = {}
    while len(ordered) < len(jobs):
        ready = [job for job in jobs.values() if job.id not in ordered and set(job.needs) <= set(ordered)]
        assert ready, f"these wait for what does not come: {sorted(set(jobs) - set(ordered))}"
        ordered |= {job.id: job for job in ready}
    return ordered
