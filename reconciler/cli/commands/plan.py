"""`reconciler plan`: say what would change, and how many people lose or gain what."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit
from reconciler.model.plan import Plan

EPILOG = """\b
Examples:
  reconciler plan                                 read it
  reconciler plan --base origin/main              tell this change from what was pending
  reconciler plan --format json --out plan.json   keep it for machines
\b
Exits 0 when the plan could be made, 2 with --exit-code when changes are pending,
4 when a guard blocks it.
"""


@click.command("plan", cls=ReportingCommand, epilog=EPILOG)
@format_option
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file; the verdict is still shown."
)
@click.option("--base", metavar="REV", help="The git revision that this change starts from.")
@click.option("--exit-code", is_flag=True, help="Exit 2 when changes are pending.")
@click.pass_obj
def command(invocation: Invocation, *, output_format: str, out: Path | None, base: str | None, exit_code: bool) -> int:
    """Compare the files with the tenant and say what would change, for how many people. Writes nothing."""
    from reconciler.cli.output import require_writable, write_file
    from reconciler.cli.wiring import Project
    from reconciler.operations.plan import plan
    from reconciler.render.plan_json import encode
    from reconciler.render.plan_text import plan_text, verdict_text
    from reconciler.render.styled import to_text
    from reconciler.render.view import view
    from reconciler.tenants.clock import SystemClock

    if out is not None:
        require_writable(out)
    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    request = project.request(base=base)
    with project.reader(clock, progress) as tenant:
        made = plan(request, tenant, clock, progress).plan
    shown = view(made)
    if out is not None:
        write_file(out, encode(made) if output_format == Format.JSON else to_text(plan_text(shown), colour=False))
        invocation.show(verdict_text(shown))
    elif output_format == Format.JSON:
        invocation.give(encode(made))
    else:
        invocation.show(plan_text(shown))
    return exit_of(made, exit_code=exit_code)


def exit_of(made: Plan, *, exit_code: bool) -> Exit:
    """Give the exit code of a plan that was only looked at."""
    if made.blocked:
        return Exit.REFUSED
    return Exit.CHANGES_PENDING if exit_code and made.changes else Exit.DONE
