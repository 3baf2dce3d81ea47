"""A pull request against a real remote: the author's clone, the trusted checkout, and what `ci plan` made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acceptance.desk import Desk, Ran
from fakes.git import Remote, Repository, published

PULL = 7
AGENT = "roles/standard/agent.yaml"
TAKEN = "    - bulk_tag\n"


@dataclass(frozen=True)
class Made:
    """A plan folder."""

    ran: Ran
    folder: Path

    def text(self, name: str) -> str:
        """Give one of its files."""
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def plan(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """The plan document."""
        return json.loads(self.text("plan.json"))

    @property
    def review(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """The review."""
        return json.loads(self.text("review.json"))

    @property
    def planned(self) -> tuple[tuple[str, str], ...]:
        """Action and role of every change, sorted."""
        return tuple(sorted((change["action"], change["role"]) for change in self.plan["changes"]))

    @property
    def names(self) -> list[str]:
        """The files in it, sorted."""
        return sorted(path.name for path in self.folder.iterdir())


class Proposals:
    """A desk that is the trusted checkout of `main`, its remote, and the clone of an author."""

    def __init__(self, desk: Desk, outside: Path) -> None:
        self.desk = desk
        self.trusted = Repository(desk.folder)
        self.outside = outside
        self.trusted.save()
        self.remote: Remote = published(self.trusted, outside / "remote.git")
        self.author = self.remote.clone(outside / "author")

    def propose(self, files: Mapping[str, str | None], *, branch: str = "feature", pull: int = PULL) -> str:
        """Commit files on a branch of the author's and open, or move, a pull request; give its head."""
        if self.author.git("branch", "--list", branch):
            self.author.switch(branch)
        else:
            self.author.start(branch, "origin/main")
        head = self.author.save(files)
        self.open(head, pull)
        return head

    def open(self, head: str, pull: int = PULL) -> None:
        """Let the pull request point to a commit."""
        self.author.push(f"refs/pull/{pull}/head", head)

    def move_main(self, files: Mapping[str, str | None]) -> str:
        """Commit files on `main`, as if somebody else had merged, and take them to the trusted checkout."""
        head = self.trusted.save(files)
        self.trusted.push("refs/heads/main")
        return head

    def plan(self, head: str, *arguments: str, pull: int | None = PULL) -> Made:
        """Run `ci plan` in the trusted checkout."""
        folder = self.outside / "plan"
        number = () if pull is None else ("--pull", str(pull))
        ran = self.desk.run(*arguments, "ci", "plan", *number, "--head", head, "--out", str(folder))
        return Made(ran, folder)

    @property
    def journals(self) -> list[Path]:
        """The journals of every apply."""
        return sorted((self.desk.folder / ".reconciler" / "journal").glob("*"))

    def read(self, path: str) -> str:
        """Give a file as it is in the trusted checkout."""
        return (self.desk.folder / path).read_text(encoding="utf-8")

    def narrowed(self) -> str:
        """Give the file of a standard role without one of its permissions."""
        text = self.read(AGENT)
        assert TAKEN in text
        return text.replace(TAKEN, "")
