"""The options of `plan` about the people who lose something, and the only way their names leave the program."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.errors import UsageProblem
from reconciler.render.styled import Line

if TYPE_CHECKING:
    from reconciler.cli.wiring import Project
    from reconciler.operations.plan import Planned
    from reconciler.ports import Progress, TenantReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What --notice and --names ask for."""

    notice: bool
    names: Path | None

    def require_apart(self, out: Path | None) -> None:
        """Raise `UsageProblem` where the list of names would be the file of the plan; called before that is touched."""
        if self.names is not None and out is not None and out.resolve() == self.names.resolve():
            raise UsageProblem("--out and --names name the same file", fix="Name two files")

    def require_usable(self, project: Project) -> None:
        """Raise `UsageProblem` where the list of names may not be written; called before the tenant is read."""
        if self.names is None:
            return
        from reconciler.desired.git import would_be_committed

        if not self.notice:
            raise UsageProblem("--names lists the people of the notices", fix="Use it together with --notice")
        if str(self.names) == "-":
            raise UsageProblem("Names are never written to standard output", fix="Name a file")
        project.require_output(self.names)
        if would_be_committed(self.names):
            raise UsageProblem(
                f"{self.names} is in a git repository that does not ignore it, and people's names do not belong there",
                fix="Name .reconciler/people.csv, with .reconciler/ in .gitignore, or a file outside the repository",
            )

    def write_names(self, planned: Planned, tenant: TenantReader, progress: Progress) -> tuple[Line, ...]:
        """Write the list of the people to tell, readable by its owner alone, and give what to say about it.

        Nothing where nobody asked for it. Raises a `TenantError` when it would have gaps.
        """
        if self.names is None:
            return ()
        from reconciler.cli.output import write_file
        from reconciler.operations.notice import affected
        from reconciler.render.notice import names_csv, names_written

        rows = affected(planned.facts, tenant, progress)
        write_file(self.names, names_csv(rows), private=True)
        return tuple(names_written(str(self.names), len(rows), planned.plan))


def telling_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--notice` and `--names FILE` to a command, which gets them as one argument `telling`."""

    @click.option("--notice", is_flag=True, help="Draft a message to the people who lose something, one per role.")
    @click.option(
        "--names",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="With --notice: write who they are to a CSV file for a mail merge.",
    )
    @functools.wraps(function)
    def with_telling(*arguments: object, notice: bool, names: Path | None, **options: object) -> object:
        return function(*arguments, telling=Telling(notice=notice, names=names), **options)

    return with_telling
