"""The jobs of the GitLab file, run line by line by a real shell: from a merge request to what the tenant has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from acceptance.desk import PROJECT

from reconciler.desired.yaml_events import read_yaml

GITLAB = "examples/gitlab/.gitlab-ci.yml"
ROLE = """name: Night Reviewer
description: Reads what came in over night and says what the day team should look at first.
owner: Quality
permissions: {conversations: view}
"""
AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


def jobs() -> dict[str, Any]:
    """Read the shipped file."""
    document = read_yaml(GITLAB, (PROJECT / GITLAB).read_bytes())
    assert isinstance(document.value, dict)
    return document.value


@dataclass
class Project:
    """A bare repository, somebody's clone of it, and the checkout of a runner, beside which the tenant lives."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def clone(self) -> Path:
        """Where somebody works."""
        return self.folder / "clone"

    @property
    def checkout(self) -> Path:
        """Where jobs run."""
        return self.folder / "runner"

    def git(self, *arguments: str, where: Path | None = None) -> str:
        """Run git in the clone, or elsewhere."""
        ran = subprocess.run(
            ["git", *AUTHOR, *arguments], cwd=where or self.clone, check=True, capture_output=True, text=True
        )
        return ran.stdout.strip()

    def program(self, *arguments: str) -> None:
        """Run the program in the clone."""
        subprocess.run([TOOLS / "reconciler", *arguments], cwd=self.clone, check=True, capture_output=True)

    def commit(self, message: str) -> None:
        """Commit everything of the clone and push the branch."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", "HEAD")

    def run(self, job: str, at: str = "origin/main", **variables: str) -> int:
        """Run the script of a job of the default branch, with nothing in its environment but what GitLab gives."""
        self.git("fetch", "--quiet", "origin", where=self.checkout)
        self.git("checkout", "--quiet", "--force", "--detach", at, where=self.checkout)
        given = {
            "PATH": f"{TOOLS}{os.pathsep}/usr/bin:/bin",
            "RECONCILER_TENANT": "sandbox",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": self.git("rev-parse", "HEAD", where=self.checkout),
            **variables,
        }
        script = "set -eo pipefail\n" + "\n".join(jobs()[job]["script"])
        return subprocess.run(
            ["bash", "-c", script], cwd=self.checkout, env=given, check=False, capture_output=True
        ).returncode

    def review(self) -> dict[str, Any]:
        """Read what the last plan left for apply."""
        found: dict[str, Any] = json.loads((self.checkout / "plan" / "review.json").read_text(encoding="utf-8"))
        return found

    def told(self, name: str) -> str:
        """Read a text that a job left."""
        return (self.checkout / name).read_text(encoding="utf-8")


TOOLS = Path(sys.executable).parent


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a repository whose files say what is live, and a merge request that adds a role."""
    made = Project(tmp_path)
    made.git("init", "--quiet", "--bare", "--initial-branch=main", "bare", where=tmp_path)
    made.git("clone", "--quiet", "bare", "clone", where=tmp_path)
    made.git("checkout", "--quiet", "-B", "main")
    made.program("init", "--adopt")
    made.commit("What is live")
    made.git("clone", "--quiet", "bare", "runner", where=tmp_path)
    made.git("checkout", "--quiet", "-b", "night")
    (made.clone / "roles" / "night-reviewer.yaml").write_text(ROLE, encoding="utf-8")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "Somebody reads at night")
    made.git("push", "--quiet", "origin", "HEAD:refs/merge-requests/7/head")
    made.git("checkout", "--quiet", "main")
    return made


def test_merge_request_is_planned_merged_and_applied_as_it_was_read(project: Project) -> None:
    """The digest of the merge request is that of the merged commit, and apply leaves nothing to do."""
    assert project.run("validate") == 0
    assert project.run("plan-merge-request", PLAN_MERGE_REQUEST="7") == 0
    read = project.review()
    assert (read["verdict"], [c["role"] for c in read["changes"]]) == ("ready", ["night-reviewer"])
    assert not (project.checkout / "roles" / "night-reviewer.yaml").exists()
    assert "Night Reviewer" in project.told("plan/comment.md")

    project.git("merge", "--quiet", "--no-ff", "--no-edit", "night")
    project.git("push", "--quiet", "origin", "main")
    assert project.run("plan") == 0
    assert read["digest"] == project.review()["digest"]
    assert project.run("apply", EXPECT=read["digest"]) == 0
    assert "Night Reviewer" in project.told("report.md")
    assert project.run("drift") == 0


def test_apply_of_an_old_pipeline_writes_nothing(project: Project) -> None:
    """Once there is a newer commit, the job of an older one stops, and the tenant is as it was."""
    project.git("merge", "--quiet", "--no-ff", "--no-edit", "night")
    project.git("push", "--quiet", "origin", "main")
    old = project.git("rev-parse", "HEAD")
    assert project.run("plan", at=old) == 0
    (project.clone / "roles" / "night-reviewer.yaml").unlink()
    project.commit("Nobody reads at night")

    assert project.run("apply", at=old) == 6
    assert project.run("drift") == 0


def test_apply_with_another_digest_writes_nothing(project: Project) -> None:
    """A digest that was not read in this plan stops it, whatever the plan of the pipeline says."""
    project.git("merge", "--quiet", "--no-ff", "--no-edit", "night")
    project.git("push", "--quiet", "origin", "main")
    assert project.run("plan") == 0

    assert project.run("apply", EXPECT="sha256:" + "0" * 64) == 6
    assert project.run("drift") == 2
