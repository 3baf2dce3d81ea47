"""`reconciler ci issue`: keep the one issue of apply or of drift up to date."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.errors import Exit, GithubProblem
from reconciler.render.styled import Tone, line, span

EPILOG = """\b
Examples:
  reconciler ci issue apply --from told --outcome failure --code 6
  reconciler ci issue drift --from told --outcome success --code 0
\b
A problem with GitHub is told; it exits 7 for drift, whose issue is all there is, and 0
for apply, whose own job has failed already.
"""


@click.command(
    "issue", cls=ReportingCommand, short_help="Keep the one issue about apply or about drift up to date.", epilog=EPILOG
)
@click.argument("matter", metavar="KIND", type=click.Choice(["apply", "drift"]))
@click.option(
    "--from", "folder", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where the text is."
)
@click.option(
    "--outcome",
    type=click.Choice(["success", "failure", "cancelled", "skipped"]),
    required=True,
    help="How the job ended.",
)
@click.option("--code", type=click.IntRange(0, 255), metavar="N", help="The exit code of apply or drift.")
@click.pass_obj
def command(invocation: Invocation, *, matter: str, folder: Path, outcome: str, code: int | None) -> int:
    """Open, update or close the one issue about apply or about drift (KIND). Needs no key.

    The text is report.md or drift.md in DIR. The issue is closed when the job succeeded. A run for a commit that is
    no longer the newest of its branch leaves the issue alone.
    """
    from reconciler.cli.ci.folder import read_text
    from reconciler.github.api import note_of
    from reconciler.github.context import context_of
    from reconciler.github.telling import FILES, Ended, Matter, Told, tell
    from reconciler.render.budget import within
    from reconciler.render.markdown import COMMENT
    from reconciler.tenants.clock import SystemClock

    context, kind = context_of(os.environ, "ci issue"), Matter(matter)
    text = read_text(folder, FILES[kind])
    told = Told(
        matter=kind,
        ended=Ended(outcome),
        code=code,
        text=None if text is None else within(text, COMMENT),
        run_url=context.run_url,
        commit=commit_of(os.environ),
    )
    try:
        with context.open_api(SystemClock()) as api:
            done = tell(api, told)
    except GithubProblem as problem:
        if kind is Matter.DRIFT:
            raise
        invocation.tell([line(span("note: ", Tone.CARE), f"the issue is not up to date. {note_of(problem)}")])
        return Exit.DONE
    invocation.show([line(f"The issue about {matter}: {done.what if done else 'left alone'}")])
    return Exit.DONE


def commit_of(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Give the branch and the commit of the run; None outside a workflow."""
    branch, commit = environment.get("GITHUB_REF_NAME", ""), environment.get("GITHUB_SHA", "")
    return (branch, commit) if branch and commit else None
