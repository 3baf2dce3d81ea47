"""A repository of roles on GitHub: pull requests, merges, schedules, and the runs that its workflows make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.depot import Depot, Files
from fakes.github_shapes import NAME, OWNER, REPOSITORY, REPOSITORY_ID, WHEN, user_json
from fakes.guarded_github import GuardedGithub
from fakes.runner import Run, start
from fakes.runner_model import Occasion
from fakes.workflow_file import read_workflow

MAIN = "refs/heads/main"
FORK_ID = 9999
PLAN, APPLY, VALIDATE, DRIFT = "roles-plan", "roles-apply", "roles-validate", "roles-drift"


@dataclass(kw_only=True)
class Pull:
    """One pull request."""

    number: int
    branch: str
    title: str
    head: str
    is_fork: bool
    merge: str | None = None
    """The commit that validation checks out; None where there are conflicts."""


class Forge:
    """The host of the runs; tests act as the people."""

    repository = REPOSITORY

    def __init__(self, folder: Path, depot: Depot, github: GuardedGithub, tools: Path, keys: Mapping[str, str]) -> None:
        self.depot = depot
        self.github = github
        self.api = github.url
        self.remote = depot.url
        self.tools = tools
        self.variables: dict[str, str] = {"RECONCILER_TENANT": "production"}
        self.runs: list[Run] = []
        self._folder = folder
        self._keys = keys
        self._pull = 40
        github.pulls.clear()
        github.issues.clear()
        github.branches["main"] = depot.main

    def issue_token(self, permissions: Mapping[str, str]) -> str:
        """Make a token for a job."""
        return self.github.issue_token(permissions)

    def secrets_of(self, environment: str, ref: str) -> Mapping[str, str] | None:
        """Let the default branch alone into the environments."""
        return {"RECONCILER_KEY": self._keys[environment]} if ref == MAIN else None

    def open(self, files: Files, *, branch: str = "roles/change", title: str = "Change", fork: bool = False) -> Pull:
        """Open a pull request from main with one commit."""
        self._pull += 1
        refs = [f"refs/pull/{self._pull}/head", *([] if fork else [f"refs/heads/{branch}"])]
        head = self.depot.commit(self.depot.main, files, *refs)
        pull = Pull(number=self._pull, branch=branch, title=title, head=head, is_fork=fork)
        self.github.add_pull(pull.number, head=head, title=title)
        self.github.pulls[pull.number]["head"]["ref"] = branch
        self._see(pull)
        return pull

    def push(self, pull: Pull, files: Files, *, onto: str | None = None) -> None:
        """Push one more commit to a pull request, or with `onto` one in place of all."""
        refs = [f"refs/pull/{pull.number}/head", *([] if pull.is_fork else [f"refs/heads/{pull.branch}"])]
        pull.head = self.depot.commit(onto or pull.head, files, *refs)
        self._see(pull)

    def on(self, pull: Pull, action: str, *, label: str | None = None) -> dict[str, Run]:
        """Start what listens to something that happened to a pull request."""
        payload = self._pull_payload(pull, action, label)
        runs = self._start(
            "pull_request_target", payload, ref=MAIN, sha=self.depot.main, pull=pull, files_of=self.depot.main
        )
        if pull.merge is not None:
            ref = f"refs/pull/{pull.number}/merge"
            runs |= self._start("pull_request", payload, ref=ref, sha=pull.merge, pull=pull, files_of=pull.merge)
        return runs

    def opened(self, files: Files, **how: Any) -> tuple[Pull, Run]:  # noqa: ANN401 - passed on to `open`
        """Open a pull request and give the finished run of its plan."""
        pull = self.open(files, **how)
        return pull, self.on(pull, "opened")[PLAN].finish()

    def pushed(self, pull: Pull, files: Files, *, onto: str | None = None) -> Run:
        """Push and give the finished run of the plan."""
        self.push(pull, files, onto=onto)
        return self.on(pull, "synchronize")[PLAN].finish()

    def label(self, pull: Pull, label: str) -> Run:
        """Put a label on a pull request as a maintainer and give the finished run of the plan."""
        self.github.put_labels(pull.number, *self.github.labels_of(pull.number), label)
        return self.on(pull, "labeled", label=label)[PLAN].finish()

    def merge(self, pull: Pull, how: str = "merge") -> Run:
        """Merge a pull request one of GitHub's three ways and start the run of the push."""
        before, message = self.depot.main, f"Merge {pull.title} (#{pull.number})"
        if how == "merge":
            made = self.depot.merged(before, pull.head, message=message)
            assert made is not None
        elif how == "squash":
            made = self.depot.squashed(before, pull.head, message=message)
        else:
            made = self.depot.rebased(before, pull.head)
        shape = self.github.pulls[pull.number]
        shape |= {"state": "closed", "merged": True, "merged_at": WHEN, "merge_commit_sha": made}
        return self._main_is(made, before)

    def push_main(self, files: Files) -> Run:
        """Push to the default branch without a pull request and start the run of it."""
        before = self.depot.main
        return self._main_is(self.depot.commit(before, files, MAIN), before)

    def again(self, run: Run) -> Run:
        """Start a run once more, as its button does: for the same commit, with the files of that commit."""
        return self._add(run.workflow.path, run.occasion, files_of=run.occasion.sha)

    def dispatch(self, name: str, *, ref: str = MAIN, **inputs: str) -> Run:
        """Start a workflow by hand, on the default branch or another one."""
        payload = {"inputs": inputs, "ref": ref, "repository": self._repository(), "sender": user_json("ada", 7)}
        sha = self.depot.at(ref)
        occasion = Occasion(name="workflow_dispatch", payload=payload, ref=ref, sha=sha, inputs=inputs)
        return self._add(f".github/workflows/{name}.yml", occasion, files_of=sha)

    def night(self) -> Run:
        """Start what the schedule starts."""
        payload = {"schedule": "17 4 * * *"}
        (run,) = self._start("schedule", payload, ref=MAIN, sha=self.depot.main, files_of=self.depot.main).values()
        return run.finish()

    def finished(self, runs: Mapping[str, Run]) -> Mapping[str, Run]:
        """Finish runs."""
        for run in runs.values():
            run.finish()
        return runs

    def _see(self, pull: Pull) -> None:
        """Do what GitHub does when a branch moves: the head moves in the API, and the trial merge is made."""
        self.github.push(pull.number, pull.head)
        pull.merge = self.depot.merged(self.depot.main, pull.head, message="trial")
        if pull.merge is not None:
            self.depot.point(f"refs/pull/{pull.number}/merge", pull.merge)

    def _main_is(self, made: str, before: str) -> Run:
        self.depot.point(MAIN, made)
        self.github.branches["main"] = made
        payload = {"ref": MAIN, "before": before, "after": made, "repository": self._repository()}
        (run,) = self._start("push", payload, ref=MAIN, sha=made, files_of=made).values()
        return run

    def _start(
        self, event: str, payload: Mapping[str, Any], *, ref: str, sha: str, files_of: str, pull: Pull | None = None
    ) -> dict[str, Run]:
        """Start every workflow of a commit that listens to the event."""
        occasion = Occasion(
            name=event,
            payload=payload,
            ref=ref,
            sha=sha,
            is_trusted=pull is None or not pull.is_fork or event == "pull_request_target",
            head_ref="" if pull is None else pull.branch,
            base_ref="" if pull is None else "main",
            actor="mallory" if pull is not None and pull.is_fork else "ada",
        )
        runs = {}
        for path in self.depot.names(files_of, ".github/workflows"):
            listens = read_workflow(path, self.depot.read(files_of, path)).on
            if event in listens and _wanted(listens[event] or {}, payload):
                run = self._add(path, occasion, files_of=files_of)
                runs[run.workflow.name] = run
        return runs

    def _add(self, path: str, occasion: Occasion, *, files_of: str) -> Run:
        folder = self._folder / f"run-{len(self.runs)}"
        run = start(self, path, self.depot.read(files_of, path), occasion, folder)
        self.runs.append(run)
        return run

    def _repository(self) -> dict[str, Any]:
        return {
            "id": REPOSITORY_ID,
            "name": NAME,
            "full_name": REPOSITORY,
            "private": True,
            "fork": False,
            "default_branch": "main",
            "owner": user_json(OWNER, 1),
        }

    def _pull_payload(self, pull: Pull, action: str, label: str | None) -> dict[str, Any]:
        fork = {"id": FORK_ID, "name": NAME, "full_name": f"mallory/{NAME}", "private": False, "fork": True}
        payload: dict[str, Any] = {
            "action": action,
            "number": pull.number,
            "pull_request": {
                **self.github.pulls[pull.number],
                "title": pull.title,
                "labels": [*self.github.issues[pull.number]["labels"]],
                "head": {
                    "label": f"{OWNER}:{pull.branch}",
                    "ref": pull.branch,
                    "sha": pull.head,
                    "repo": fork if pull.is_fork else self._repository(),
                },
                "base": {"label": f"{OWNER}:main", "ref": "main", "sha": self.depot.main, "repo": self._repository()},
            },
            "repository": self._repository(),
            "sender": user_json("mallory", 666) if pull.is_fork and label is None else user_json("ada", 7),
        }
        return payload | ({"label": {"id": 1, "name": label}} if label is not None else {})


def _wanted(listens: Mapping[str, Any] | list[Any], payload: Mapping[str, Any]) -> bool:
    """Say whether the filters of an event let this one pass."""
    if isinstance(listens, list):
        return True
    assert set(listens) <= {"types", "branches"}, f"this host knows no other filter: {listens}"
    if "pull_request" in payload:
        assert "branches" not in listens
        return payload["action"] in listens.get("types", ["opened", "synchronize", "reopened"])
    return payload.get("ref", MAIN).removeprefix("refs/heads/") in listens.get("branches", ["main"])
