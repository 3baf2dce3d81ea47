"""`reconciler matrix`: every role by every permission, with what differs from live marked."""

from __future__ import annotations

import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TypedDict, Unpack

import click

from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.errors import Exit, UsageProblem
from reconciler.model.matrix import Matrix

EPILOG = """\b
Examples:
  reconciler matrix                             the files beside the tenant
  reconciler matrix --offline                   the files alone: no tenant and no key
  reconciler matrix --format html --out matrix.html
  reconciler matrix --all --format csv --out matrix.csv
\b
x granted, . off, + the file grants it and it is not live yet,
- live and not in the file.
"""


class MatrixFormat(StrEnum):
    """Whom the matrix is for."""

    TEXT = "text"
    CSV = "csv"
    HTML = "html"
    JSON = "json"


class Options(TypedDict):
    """What the command was asked for."""

    output_format: str
    out: Path | None
    everything: bool
    offline: bool


@click.command("matrix", cls=ReportingCommand, epilog=EPILOG)
@click.option(
    "--format",
    "output_format",
    type=click.Choice([str(f) for f in MatrixFormat]),
    default=str(MatrixFormat.TEXT),
    help="For the terminal, a spreadsheet, a browser or machines. Default: text.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file.")
@click.option("--all", "everything", is_flag=True, help="With the live roles that no file means.")
@click.option("--offline", is_flag=True, help="The files alone: no tenant and no key.")
@click.pass_obj
def command(invocation: Invocation, **asked: Unpack[Options]) -> int:
    """Show every role by every permission. Writes nothing to the tenant."""
    from reconciler.cli.output import write_file
    from reconciler.cli.wiring import Project
    from reconciler.operations.matrix import matrix
    from reconciler.render.matrix import NARROWEST, matrix_text, summary_text
    from reconciler.tenants.clock import SystemClock

    if asked["offline"] and asked["everything"]:
        raise UsageProblem("Roles that no file means are in the tenant", fix="Leave --offline or --all out")
    out = asked["out"]
    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    if out is not None:
        project.require_output(out)
    desired = project.desired
    if asked["offline"]:
        made = matrix(desired, None, progress, unmanaged=False)
    else:
        with project.reader(clock, progress) as tenant:
            made = matrix(desired, tenant, progress, unmanaged=asked["everything"])
    if out is not None:
        write_file(out, _document(made, asked["output_format"]))
        invocation.show(summary_text(made))
    elif asked["output_format"] == MatrixFormat.TEXT:
        cells = shutil.get_terminal_size().columns if sys.stdout.isatty() else NARROWEST
        invocation.show(matrix_text(made, cells))
    else:
        invocation.give(_document(made, asked["output_format"]))
    return Exit.DONE


def _document(made: Matrix, output_format: str) -> str:
    from reconciler.render.matrix import matrix_csv, matrix_document, matrix_text
    from reconciler.render.matrix_html import matrix_html
    from reconciler.render.plan_json import to_json
    from reconciler.render.styled import to_text

    match MatrixFormat(output_format):
        case MatrixFormat.TEXT:
            return to_text(matrix_text(made), colour=False)
        case MatrixFormat.CSV:
            return matrix_csv(made)
        case MatrixFormat.HTML:
            return matrix_html(made)
        case MatrixFormat.JSON:
            return to_json(matrix_document(made))
