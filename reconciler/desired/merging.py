"""Asks git how two commits go together: what their merge would hold, and which came before which; moves no branch."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from reconciler.desired.git import GitProblem, ask_git, resolve, run_git
from reconciler.errors import InputRejected, Problem, UsageProblem

_TREE = re.compile(rb"[0-9a-f]{40,64}")
_CONFLICTS = 1


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge would give."""

    tree: str
    """Id of the tree; its files have conflict markers where there are conflicts."""
    conflicts: tuple[str, ...]
    """Paths that both sides changed in ways that do not go together, seen from the root that was asked about."""


def merged_tree(root: Path, ours: str, theirs: str) -> str:
    """Give the id of the tree that merging the commit `theirs` into the commit `ours` would give; nothing is moved.

    Raises `InputRejected` with a problem for each file in conflict, and `UsageProblem` where git cannot say.
    """
    try:
        merged = merge(root, ours, theirs)
    except GitProblem as error:
        raise UsageProblem(
            f"git cannot merge {theirs} into {ours} here",
            fix="Check out the target branch with its whole history, and use git 2.38 or newer",
        ) from error
    if merged.conflicts:
        raise InputRejected(tuple(_conflict(path) for path in merged.conflicts))
    return merged.tree


def merge(root: Path, ours: str, theirs: str) -> Merged:
    """Merge two commits in memory; raises `GitProblem` where they have no history in common."""
    ended = run_git(
        root, "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", "--end-of-options", ours, theirs
    )
    tree, *paths = ended.out.split(b"\0")
    conflicts = {os.fsdecode(path) for path in paths if path}
    if ended.code not in {0, _CONFLICTS} or bool(ended.code) != bool(conflicts) or not _TREE.fullmatch(tree):
        raise GitProblem
    below = os.fsdecode(ask_git(root, "rev-parse", "--show-prefix")).rstrip("\n")
    return Merged(tree.decode("ascii"), tuple(sorted(path.removeprefix(below) for path in conflicts)))


def is_shallow(root: Path) -> bool:
    """Whether commits before some that are here were left out; raises `GitProblem`."""
    return ask_git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def base_of_merged(root: Path, reviewed: str | None) -> str | None:
    """Give the commit that the checked-out one is compared with after a merge.

    That is `reviewed` where it came before the checked-out commit's first parent, or is it: what the review was
    compared with. Else it is the first parent, so that a guard cannot be weakened by the commit it judges. None for
    the first commit of all and outside a repository. Raises `UsageProblem` where the history is not here to say so.
    """
    if not any((above / ".git").exists() for above in (root.resolve(), *root.resolve().parents)):
        return None
    try:
        before = _first_parent(root, resolve(root, "HEAD"))
    except GitProblem as error:
        raise UsageProblem(
            "The history before the checked-out commit is not here, so nobody can say what it changed",
            fix="Check out the whole history, as with `fetch-depth: 0`",
        ) from error
    earlier = reviewed is not None and before is not None and _came_before(root, reviewed, before)
    return reviewed if earlier else before


def _first_parent(root: Path, commit: str) -> str | None:
    """Give the commit that another one was put on; None for the first of all."""
    if is_shallow(root):
        raise GitProblem
    parents = ask_git(root, "rev-list", "--max-count=1", "--parents", "--end-of-options", commit).split()[1:]
    return parents[0].decode("ascii") if parents else None


def _came_before(root: Path, older: str, newer: str) -> bool:
    """Whether `older` is `newer` or an ancestor of it; what git does not know is none."""
    return run_git(root, "merge-base", "--is-ancestor", "--end-of-options", older, newer).code == 0


def _conflict(path: str) -> Problem:
    return Problem(
        path=path,
        line=0,
        column=0,
        code="merge.conflict",
        message="The change and the target branch both changed this file, in ways that git cannot put together",
        fix="Merge the target branch into the change, or rebase it, and settle the conflict there",
    )
