"""`reconciler drift`: say what moved in the tenant."""

from __future__ import annotations

import click

from reconciler.cli.invocation import Invocation, ReportFormat, ReportingCommand, base_option, report_format_option
from reconciler.errors import Exit

EPILOG = """\b
Examples:
  reconciler drift                   what differs from the files
  reconciler drift --format json     the plan that would undo it
  reconciler drift --format markdown for an issue
\b
Exits 2 when anything moved, 0 when nothing did.
"""


@click.command("drift", cls=ReportingCommand, epilog=EPILOG)
@base_option
@report_format_option
@click.pass_obj
def command(invocation: Invocation, *, output_format: str, base: str | None) -> int:
    """Say what the tenant has that the files do not say, and the other way round. Writes nothing."""
    from reconciler.cli.wiring import Project
    from reconciler.operations.plan import plan
    from reconciler.render.drift_markdown import drift_markdown
    from reconciler.render.drift_text import drift_text
    from reconciler.render.drift_view import drift_view
    from reconciler.render.plan_json import encode
    from reconciler.tenants.clock import SystemClock

    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    request = project.request(base=base)
    with project.reader(clock, progress) as tenant:
        planned = plan(request, tenant, clock, progress)
    shown = drift_view(planned.plan, planned.facts)
    match ReportFormat(output_format):
        case ReportFormat.JSON:
            invocation.give(encode(planned.plan))
        case ReportFormat.MARKDOWN:
            invocation.give(drift_markdown(shown))
        case ReportFormat.TEXT:
            invocation.show(drift_text(shown))
    return Exit.CHANGES_PENDING if shown.moved else Exit.DONE
