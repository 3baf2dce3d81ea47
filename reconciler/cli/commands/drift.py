"""`reconciler drift`: say what moved in the tenant."""

from __future__ import annotations

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, base_option, format_option
from reconciler.errors import Exit

EPILOG = """\b
Examples:
  reconciler drift                   what differs from the files
  reconciler drift --format json     the plan that would undo it
\b
Exits 2 when anything moved, 0 when nothing did.
"""


@click.command("drift", cls=ReportingCommand, epilog=EPILOG)
@base_option
@format_option
@click.pass_obj
def command(invocation: Invocation, *, output_format: str, base: str | None) -> int:
    """Say what the tenant has that the files do not say, and the other way round. Writes nothing."""
    from reconciler.cli.wiring import Project
    from reconciler.core.notes import unknown_permissions
    from reconciler.operations.plan import plan
    from reconciler.render.drift_text import drift_text
    from reconciler.render.plan_json import encode
    from reconciler.tenants.clock import SystemClock

    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    request = project.request(base=base)
    with project.reader(clock, progress) as tenant:
        planned = plan(request, tenant, clock, progress)
    made, unknown = planned.plan, unknown_permissions(planned.facts)
    if output_format == Format.JSON:
        invocation.give(encode(made))
    else:
        invocation.show(drift_text(made, unknown))
    return Exit.CHANGES_PENDING if made.changes or unknown else Exit.DONE
