"""Real git repositories: a working one with short words for what tests do in it, and a bare one that it came from."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Repository:
    """A repository with a work tree."""

    folder: Path

    def git(self, *arguments: str, given: bytes | None = None) -> str:
        """Run git here and give what it printed; it must end well."""
        done = subprocess.run(
            ["git", *_IDENTITY, *arguments],
            cwd=self.folder,
            input=given,
            check=True,
            capture_output=True,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        )
        return os.fsdecode(done.stdout).strip()

    def save(self, files: Mapping[str, str | None] | None = None, message: str = "a change") -> str:
        """Write files, take away those that are None, commit everything, and give the id of the commit."""
        for path, text in (files or {}).items():
            place = self.folder / path
            if text is None:
                place.unlink()
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.head

    def save_tree(self, entries: Mapping[str, tuple[str, str]], message: str = "a tree") -> str:
        """Commit entries that no work tree could hold on top of HEAD, and give the commit; the files stay as they are.

        Each path has a mode and either the text of a blob or, for a submodule, the id of a commit.
        """
        index = self.folder / ".git" / "index"
        before = index.read_bytes()
        for path, (mode, content) in entries.items():
            given = content.encode("utf-8", "surrogateescape")
            oid = content if mode == "160000" else self.git("hash-object", "-w", "--stdin", given=given)
            self.git("update-index", "--add", "--cacheinfo", f"{mode},{oid},{path}")
        tree = self.git("write-tree")
        index.write_bytes(before)
        return self.git("commit-tree", "-p", "HEAD", "-m", message, tree)

    @property
    def head(self) -> str:
        """The id of the checked-out commit."""
        return self.git("rev-parse", "HEAD")

    def start(self, branch: str, at: str = "HEAD") -> None:
        """Make a branch and check it out."""
        self.git("checkout", "--quiet", "-B", branch, at)

    def switch(self, branch: str) -> None:
        """Check a branch out."""
        self.git("checkout", "--quiet", branch)

    def push(self, ref: str, commit: str = "HEAD") -> None:
        """Let a ref of the remote point to a commit, whatever it pointed to."""
        self.git("push", "--quiet", "--force", "origin", f"{commit}:{ref}")


@dataclass(frozen=True)
class Remote:
    """A bare repository, as a server keeps it."""

    folder: Path

    def clone(self, into: Path, *options: str) -> Repository:
        """Give a new clone, with `main` checked out, in a folder that is not there yet."""
        source = self.folder.as_uri()
        subprocess.run(["git", "clone", "--quiet", *options, source, str(into)], check=True, capture_output=True)
        return Repository(into)

    def tip(self, ref: str) -> str:
        """Give the commit that a ref points to."""
        done = subprocess.run(["git", "rev-parse", ref], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()


def a_repository(folder: Path) -> Repository:
    """Give a new repository without a commit."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = Repository(folder)
    repository.git("init", "--quiet", "--initial-branch", "main")
    return repository


def a_remote(folder: Path) -> Remote:
    """Give a new bare repository; whoever puts `main` there makes it a real one."""
    folder.mkdir(parents=True)
    subprocess.run(
        ["git", "init", "--quiet", "--bare", "--initial-branch", "main"], cwd=folder, check=True, capture_output=True
    )
    return Remote(folder)


def published(repository: Repository, folder: Path) -> Remote:
    """Give the remote of a repository, which gets its `main`."""
    remote = a_remote(folder)
    repository.git("remote", "add", "origin", remote.folder.as_uri())
    repository.git("push", "--quiet", "--set-upstream", "origin", "main")
    return remote
