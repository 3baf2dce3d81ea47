"""The options of `apply` that bind it to what was reviewed before a merge, and to the newest commit of a branch."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.errors import GithubProblem, ReviewUnusable, UsageProblem
from reconciler.model.review import Review

if TYPE_CHECKING:
    from reconciler.cli.wiring import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """What --reviewed, --require-tip and --remote ask for."""

    file: Path | None
    branch: str | None
    remote: str

    def review(self) -> Review | None:
        """Read what was reviewed, None where nobody asked.

        Raises `UsageProblem` where there is no file or nothing in it, and `ReviewUnusable` for one that is no review.
        """
        if self.file is None:
            return None
        from reconciler.desired.reading import read_regular_file
        from reconciler.github.review import decode_review

        fix = "Give the file that `reconciler ci reviewed` or `reconciler ci plan` wrote"
        try:
            raw = read_regular_file(self.file.parent, self.file.name)
            review = decode_review(raw, self.file.name) if raw else None
        except (GithubProblem, UsageProblem) as problem:
            raise ReviewUnusable(f"{problem.detail}; nothing was written", fix=fix) from problem
        if review is None:
            raise UsageProblem(f"{self.file} is {'missing' if raw is None else 'empty'}", fix=fix)
        return review

    def base(self, project: Project, named: str | None, review: Review | None) -> str | None:
        """Give the revision to compare with: the one that was `named`, else that of the review, where it is usable."""
        if named is not None or review is None:
            return named
        from reconciler.desired.merging import base_of_merged

        return base_of_merged(project.root, review.base)

    def require_committed(self, project: Project) -> None:
        """Raise `UsageProblem` where a commit is to be applied and the files here are not those of it."""
        if self.file is None and self.branch is None:
            return
        from reconciler.desired.uncommitted import require_as_committed

        require_as_committed(project.root, project.inputs, project.settings.roles)

    def require_tip(self, project: Project) -> None:
        """Raise `Superseded` where the checked-out commit is not the tip of the branch that was asked for."""
        if self.branch is None:
            return
        from reconciler.desired.fetching import access, require_tip

        require_tip(project.root, self.remote, self.branch, access(os.environ))


def reviewing_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as one argument `reviewing`."""

    @click.option(
        "--reviewed",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Apply only the plan of this review.json, and say what moved where it is another one.",
    )
    @click.option("--require-tip", metavar="BRANCH", help="Stop unless the checked-out commit is its newest.")
    @click.option("--remote", default="origin", metavar="NAME", help="Where to ask for BRANCH. Default: origin.")
    @functools.wraps(function)
    def with_reviewing(
        *arguments: object, reviewed: Path | None, require_tip: str | None, remote: str, **options: object
    ) -> object:
        reviewing = Reviewing(file=reviewed, branch=require_tip, remote=remote)
        return function(*arguments, reviewing=reviewing, **options)

    return with_reviewing
