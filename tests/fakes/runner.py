"""A small runner for GitHub workflow files: real shells in real checkouts, with nothing given that GitHub would not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakes.expressions import Missing, interpolate
from fakes.job_run import JobRun
from fakes.runner_model import Host, JobRan, Occasion
from fakes.workflow_file import Part, Workflow, known, read_workflow


class Run:
    """One run of one workflow; its jobs go one after another, so that a test can step in between."""

    def __init__(self, host: Host, workflow: Workflow, occasion: Occasion, folder: Path) -> None:
        self.host = host
        self.workflow = workflow
        self.occasion = occasion
        self.folder = folder
        self.jobs: dict[str, JobRan] = {}
        self.artifacts = folder / "artifacts"
        self.concurrency = self.concurrency_of(workflow.part)
        self._waiting = list(workflow.jobs.values())
        self._cancelled = False
        self._before: list[tuple[str, str, Callable[[], object]]] = []

    @property
    def results(self) -> dict[str, str]:
        """How each job ended."""
        return {name: job.result for name, job in self.jobs.items()}

    @property
    def log(self) -> str:
        """What all jobs printed."""
        return "\n".join(job.log for job in self.jobs.values())

    def before(self, job: str, step: str, then: Callable[[], object]) -> None:
        """Let something happen right before the step of a job whose text holds `step`."""
        self._before.append((job, step, then))

    def until(self, job: str) -> Run:
        """Run every job that comes before this one."""
        while self._waiting and self._waiting[0].id != job:
            self._next()
        return self

    def finish(self) -> Run:
        """Run every job that is left."""
        while self._waiting:
            self._next()
        return self

    def cancel(self) -> Run:
        """Cancel it; only what asks for it with `always()` or `cancelled()` still runs."""
        self._cancelled = True
        return self.finish()

    def github(self, token: str = "") -> dict[str, Any]:
        """Give the context of that name."""
        at = self.occasion
        may_lack = frozenset({"label", "pull_request", "inputs", "schedule", "head", "before", "after"})
        # GitHub's documentation does not say that a schedule has it.
        may_lack |= {"repository"} if at.name == "schedule" else frozenset()
        return Missing(
            {
                "event": Missing(at.payload, may_lack=may_lack),
                "event_name": at.name,
                "ref": at.ref,
                "ref_name": at.ref.removeprefix("refs/heads/").removeprefix("refs/"),
                "sha": at.sha,
                "repository": self.host.repository,
                "repository_owner": self.host.repository.partition("/")[0],
                "run_id": "9000",
                "run_attempt": "1",
                "actor": at.actor,
                "head_ref": at.head_ref,
                "base_ref": at.base_ref,
                "workflow": self.workflow.name,
                "server_url": "https://github.example",
                "api_url": self.host.api,
                "token": token,
            }
        )

    @property
    def inputs(self) -> dict[str, Any]:
        """Give the context of that name: what the file declares, without a value where nobody dispatched it."""
        dispatch = self.workflow.on.get("workflow_dispatch") or {}
        declared = dispatch.get("inputs", {})
        given = self.occasion.inputs if self.occasion.name == "workflow_dispatch" else {}
        known(given, declared, self.workflow.path)
        if self.occasion.name == "workflow_dispatch":
            lacking = [name for name, each in declared.items() if each.get("required") and not given.get(name)]
            assert not lacking, f"GitHub asks for {lacking} before it starts"
        defaults = {name: str(each.get("default", "")) for name, each in declared.items()}
        return Missing(defaults | given if self.occasion.name == "workflow_dispatch" else dict.fromkeys(declared))

    @property
    def variables(self) -> dict[str, Any]:
        """Give the context `vars`, in which a name that nobody set is empty."""
        return Missing(self.host.variables, may_lack=frozenset({"RECONCILER_TENANT"}))

    def concurrency_of(self, part: Part) -> tuple[str, bool] | None:
        """Give the group of a workflow or job, and whether a newer run ends an older one."""
        told = part.get("concurrency")
        if told is None:
            return None
        told = {"group": told} if isinstance(told, str) else told
        known(told, {"group", "cancel-in-progress"}, self.workflow.path)
        contexts = {"github": self.github(), "inputs": self.inputs}
        return interpolate(told["group"], contexts), bool(told.get("cancel-in-progress", False))

    def _next(self) -> None:
        job = self._waiting.pop(0)
        self.jobs[job.id] = JobRan(id=job.id)
        JobRun(self, job, self.jobs[job.id], self._cancelled).run()

    def step_aside(self, job: str, step: Part) -> None:
        """Do what a test asked for before this step."""
        text = str(step.get("run", step.get("uses")))
        for asked in [asked for asked in self._before if asked[0] == job and asked[1] in text]:
            self._before.remove(asked)
            asked[2]()


def start(host: Host, path: str, raw: bytes, occasion: Occasion, folder: Path) -> Run:
    """Start a run of one workflow file for an event that it listens to."""
    return Run(host, read_workflow(path, raw), occasion, folder)
