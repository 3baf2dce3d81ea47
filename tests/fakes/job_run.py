"""One job of a run: whether it starts, what it has, and its steps one after another."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakes.expressions import ExpressionError, Functions, Missing, calls, condition, interpolate, truthy
from fakes.runner_actions import ACTIONS, Site
from fakes.runner_files import COMMAND_FILES, StepFileError, entries, summary
from fakes.runner_model import GOOD, JobRan, StepRan
from fakes.workflow_file import Job, Part, action_name

if TYPE_CHECKING:
    from fakes.runner import Run

STATUS_FUNCTIONS = frozenset({"always", "cancelled", "failure", "success"})
PATIENCE = 120


class JobRun:
    """One job while it runs."""

    def __init__(self, run: Run, job: Job, ran: JobRan, cancelled: bool) -> None:
        self.run_of, self.job, self.ran = run, job, ran
        self.cancelled = cancelled
        self.token = ""
        self.temp = run.folder / job.id / "temp"
        self.ids: dict[str, dict[str, Any]] = {}
        ran.workspace = run.folder / job.id / "workspace"
        self.site = Site(host=run.host, occasion=run.occasion, workspace=ran.workspace, artifacts=run.artifacts)

    def run(self) -> None:
        """Run it, or not."""
        needs = {name: self.run_of.jobs[name] for name in self.job.needs}
        self.needs = Missing(
            {name: Missing({"result": job.result, "outputs": _outputs(job)}) for name, job in needs.items()}
        )
        if not self._starts():
            self.ran.result = "cancelled" if self.cancelled else "skipped"
            return
        self.run_of.concurrency_of(self.job.part)
        self._equip()
        failed = False
        for step in self.job.steps:
            self.run_of.step_aside(self.job.id, step)
            ran = self._step(step, failed=failed)
            self.ran.steps.append(ran)
            if "id" in step:
                assert step["id"] not in self.ids, f"two steps are called {step['id']}"
                self.ids[step["id"]] = {"outcome": ran.outcome, "conclusion": ran.conclusion, "outputs": ran.outputs}
            failed = failed or ran.conclusion == "failure"
        self.ran.result = "failure" if failed else GOOD
        self._give_outputs()

    def _starts(self) -> bool:
        before = [self.run_of.jobs[name].result for name in self.run_of.workflow.ancestors(self.job.id)]
        functions = _status(
            success=not self.cancelled and all(result == GOOD for result in before),
            failure="failure" in before,
            cancelled=self.cancelled,
        )
        contexts = {"github": self.run_of.github(), "needs": self.needs, "inputs": self.run_of.inputs}
        contexts["vars"] = self.run_of.variables
        return _holds(self.job.part.get("if"), contexts, functions)

    def _equip(self) -> None:
        """Give the job its folders, its token and the secrets of its environment."""
        at = self.run_of.occasion
        for folder in (self.ran.workspace, self.temp):
            folder.mkdir(parents=True)
        granted = self.job.permissions
        if not at.is_trusted:
            granted = {name: "read" if level == "write" else level for name, level in granted.items()}
        self.ran.permissions = {name: level for name, level in granted.items() if level != "none"}
        self.token = self.run_of.host.issue_token(self.ran.permissions)
        if self.job.environment is not None:
            secrets = self.run_of.host.secrets_of(self.job.environment, at.ref) if at.is_trusted else None
            assert secrets is not None, f"{at.ref} is not let into {self.job.environment}"
            self.ran.secrets = dict(secrets)

    def contexts(self, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Give what an expression in a step may name."""
        run = self.run_of
        found: dict[str, Any] = {
            "github": run.github(self.token),
            "needs": self.needs,
            "inputs": run.inputs,
            "vars": run.variables,
            "steps": Missing(
                {name: Missing({**each, "outputs": Missing(each["outputs"])}) for name, each in self.ids.items()}
            ),
            "runner": Missing({"temp": str(self.temp), "os": "Linux", "arch": "X64"}),
            "job": Missing({"status": "failure" if any(s.conclusion == "failure" for s in self.ran.steps) else GOOD}),
        }
        return found | ({} if env is None else {"env": Missing(env)})

    def with_secrets(self, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Give the contexts where secrets may be named; one that the job does not have is an error."""
        return self.contexts(env) | {"secrets": Missing({**self.ran.secrets, "GITHUB_TOKEN": self.token})}

    def _step(self, step: Part, *, failed: bool) -> StepRan:
        name = str(step.get("run") or step["uses"])
        functions = _status(success=not failed and not self.cancelled, failure=failed, cancelled=self.cancelled)
        env = {**self._env_of(self.run_of.workflow.part), **self._env_of(self.job.part)}
        if not _holds(step.get("if"), self.contexts(env), functions):
            return StepRan(name=name, outcome="skipped", conclusion="skipped")
        env |= {key: interpolate(str(value), self.with_secrets(env)) for key, value in step.get("env", {}).items()}
        ran = self._shell(step, name, env) if "run" in step else self._action(step, name, env)
        if ran.outcome == "failure" and step.get("continue-on-error", False) is not True:
            ran.conclusion = "failure"
        return ran

    def _env_of(self, part: Part) -> dict[str, str]:
        return {key: interpolate(str(value), self.with_secrets()) for key, value in part.get("env", {}).items()}

    def _shell(self, step: Part, name: str, env: Mapping[str, str]) -> StepRan:
        """Run the text as the runner does: written to a file, and given to a shell that stops at the first error."""
        assert "${{" not in step["run"], f"an expression is written into a script: {name}"
        place = self.temp / f"step-{len(self.ran.steps)}"
        place.mkdir()
        files = {variable: place / variable.lower() for variable in COMMAND_FILES}
        for file in files.values():
            file.touch()
        script = place / "script.sh"
        script.write_text(step["run"])
        shell = {None: ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}[
            step.get("shell", self._default("shell"))
        ]
        given = {**self._given(place), **env, **{variable: str(file) for variable, file in files.items()}}
        folder = self.ran.workspace / step.get("working-directory", self._default("working-directory") or ".")
        done = subprocess.run(
            [*shell, str(script)],
            cwd=folder,
            env=given,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        ran = StepRan(name=name, outcome=GOOD, conclusion=GOOD, code=done.returncode, env=given)
        ran.out, ran.err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        ran.outcome = GOOD if done.returncode == 0 else "failure"
        try:
            ran.outputs = entries(files["GITHUB_OUTPUT"].read_text())
            ran.summary = summary(files["GITHUB_STEP_SUMMARY"])
        except StepFileError as refused:
            ran.outcome, ran.err = "failure", f"{ran.err}\n{refused}"
        for variable in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"):
            assert not files[variable].read_bytes(), f"{name} writes {variable}"
        return ran

    def _default(self, key: str) -> str | None:
        found: dict[str, str] = {}
        for part in (self.run_of.workflow.part, self.job.part):
            found |= part.get("defaults", {}).get("run", {})
        return found.get(key)

    def _given(self, place: Path) -> dict[str, str]:
        """Give what the runner itself puts into a step's environment; the token is not among it."""
        run, at = self.run_of, self.run_of.occasion
        event = place / "event.json"
        event.write_text(json.dumps(at.payload))
        home = run.folder / self.job.id / "home"
        home.mkdir(exist_ok=True)
        github = {
            name: str(run.github()[name])
            for name in (
                *("event_name", "ref", "ref_name", "sha", "repository", "repository_owner", "run_id", "run_attempt"),
                *("actor", "head_ref", "base_ref", "workflow", "server_url", "api_url"),
            )
        }
        return {
            "PATH": self.site.path,
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_WORKSPACE": str(self.ran.workspace),
            "GITHUB_JOB": self.job.id,
            "GITHUB_RETENTION_DAYS": "90",
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            **{f"GITHUB_{name.upper()}": text for name, text in github.items()},
        }

    def _action(self, step: Part, name: str, env: Mapping[str, str]) -> StepRan:
        action = action_name(step["uses"])
        given = {
            key: interpolate(_written(value), self.with_secrets(env)) for key, value in step.get("with", {}).items()
        }
        problem = ACTIONS[action](self.site, given)
        outcome = "failure" if problem else GOOD
        return StepRan(name=name, outcome=outcome, conclusion=GOOD, err=problem)

    def _give_outputs(self) -> None:
        outputs = {
            name: interpolate(str(text), self.contexts({})) for name, text in self.job.part.get("outputs", {}).items()
        }
        for name, value in outputs.items():
            assert not any(secret in value for secret in self.ran.secrets.values()), f"{name} would be dropped"
        self.ran.outputs = outputs


def _outputs(job: JobRan) -> dict[str, str]:
    """Give a job's outputs as those behind it see them; one that did not run gives nothing."""
    if job.result in {"skipped", "cancelled"}:
        return _Nothing()
    return Missing(job.outputs)


class _Nothing(dict[str, str]):
    """Gives nothing for any name."""

    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, _: str) -> None:
        return None


def _status(*, success: bool, failure: bool, cancelled: bool) -> Functions:
    return {
        "success": lambda: success,
        "failure": lambda: failure,
        "cancelled": lambda: cancelled,
        "always": lambda: True,
    }


def _holds(text: object, contexts: Mapping[str, Any], functions: Functions) -> bool:
    """Say whether an `if:` holds; without a status function in it, `success()` is asked too."""
    if text is None:
        return bool(functions["success"]())
    told = _written(text)
    value = truthy(condition(told, contexts, functions))
    return value if calls(told) & STATUS_FUNCTIONS else value and bool(functions["success"]())


def _written(value: object) -> str:
    """Give a value of the file as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int):
        raise ExpressionError(f"{value!r} is no text")
    return str(value)
