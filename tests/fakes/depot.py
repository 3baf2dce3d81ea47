"""A bare repository as GitHub keeps it, and the hands of those who push to it and merge in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

Files = Mapping[str, str | None]
"""Content by path; None takes the file away."""

_AUTHOR = {
    f"GIT_{who}_{what}": f"ada{at}"
    for who in ("AUTHOR", "COMMITTER")
    for what, at in (("NAME", ""), ("EMAIL", "@desk.example"))
}


def git(folder: Path, *arguments: str, text: str | None = None) -> str:
    """Run git with nobody's own settings and give what it says."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **_AUTHOR,
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=env, input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout.strip()


class Depot:
    """One bare repository and one working copy that everybody takes turns in."""

    def __init__(self, folder: Path) -> None:
        self.bare = folder / "bare"
        self._work = folder / "work"
        if self.bare.exists():
            return
        for path in (self.bare, self._work):
            path.mkdir(parents=True)
        git(self.bare, "init", "--quiet", "--bare", "--initial-branch", "main")
        # As on GitHub, any commit that is there can be fetched by its id.
        git(self.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
        git(self._work, "init", "--quiet", "--initial-branch", "main")
        git(self._work, "config", "core.quotePath", "false")

    @property
    def url(self) -> str:
        """What to clone from."""
        return self.bare.as_uri()

    @property
    def main(self) -> str:
        """The tip of the default branch."""
        return self.at("refs/heads/main")

    def at(self, ref: str) -> str:
        """Give the commit of a ref."""
        return git(self.bare, "rev-parse", "--verify", f"{ref}^{{commit}}")

    def read(self, commit: str, path: str) -> bytes:
        """Give a file of a commit."""
        return git(self.bare, "show", f"{commit}:{path}").encode() + b"\n"

    def names(self, commit: str, folder: str) -> list[str]:
        """List the files of a folder in a commit."""
        return git(self.bare, "ls-tree", "--name-only", "--full-tree", commit, f"{folder}/").splitlines()

    def commit(self, base: str | None, files: Files, *refs: str, message: str = "Change roles") -> str:
        """Commit files on top of a commit and point these refs to it, whatever they pointed to."""
        work = self._work
        if base is not None:
            git(work, "fetch", "--quiet", self.url, base)
            git(work, "checkout", "--quiet", "--force", "--detach", base)
        for path, text in files.items():
            if text is None:
                (work / path).unlink()
                continue
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(text, encoding="utf-8")
        git(work, "add", "--all", "--force")
        git(work, "commit", "--quiet", "--allow-empty", "--message", message)
        made = git(work, "rev-parse", "HEAD")
        git(work, "push", "--quiet", "--force", self.url, *[f"{made}:{ref}" for ref in refs])
        return made

    def merged(self, base: str, head: str, *, message: str) -> str | None:
        """Make a merge commit that no branch has; None where it conflicts."""
        done = subprocess.run(
            ["git", "merge-tree", "--write-tree", base, head],
            cwd=self.bare,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            return None
        return git(self.bare, "commit-tree", done.stdout.split()[0], "-p", base, "-p", head, "-m", message)

    def squashed(self, base: str, head: str, *, message: str) -> str:
        """Make one commit of all."""
        both = self.merged(base, head, message=message)
        assert both is not None
        return git(self.bare, "commit-tree", f"{both}^{{tree}}", "-p", base, "-m", message)

    def rebased(self, base: str, head: str) -> str:
        """Make every commit anew on top of the base."""
        git(self._work, "fetch", "--quiet", self.url, base, head)
        git(self._work, "checkout", "--quiet", "--force", "--detach", head)
        git(self._work, "rebase", "--quiet", "--force-rebase", base)
        made = git(self._work, "rev-parse", "HEAD")
        git(self._work, "push", "--quiet", self.url, f"{made}:refs/heads/main")
        return made

    def point(self, ref: str, commit: str) -> None:
        """Point a ref to a commit."""
        git(self.bare, "update-ref", ref, commit)
