"""Finds the commits before one, along its first parents, whose files mean the same to this program."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reconciler.desired.git import GitProblem, ask_git, resolve
from reconciler.errors import UsageProblem

MOST = 50
"""How many commits before one are looked at."""


def commits_alike(root: Path, revision: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Give the commit that `revision` names, then its first parent and so on, while all have the same at `paths`.

    Paths are files and folders seen from `root`. The history ends where a shallow checkout ends. Raises
    `UsageProblem` where git does not know the revision.
    """
    try:
        commit = resolve(root, revision)
        listed = ask_git(root, "rev-list", "--first-parent", f"--max-count={MOST + 1}", "--end-of-options", commit)
        commits = listed.decode("ascii").split()
        asked = sorted(set(paths))
        meant = _entries(root, commits[0], asked)
        alike = []
        for each in commits:
            if _entries(root, each, asked) != meant:
                break
            alike.append(each)
    except GitProblem as error:
        raise UsageProblem(
            f"git does not know the commit {revision} here", fix="Run it in a checkout that has the commit"
        ) from error
    return tuple(alike)


def _entries(root: Path, commit: str, paths: list[str]) -> bytes:
    """Give mode and object of each path; a folder's object stands for everything below it."""
    return ask_git(root, "ls-tree", "-z", "--end-of-options", commit, *paths)
