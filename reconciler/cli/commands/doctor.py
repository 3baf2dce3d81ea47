"""`reconciler doctor`: say what the key may do and what could not be verified."""

from __future__ import annotations

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit

EPILOG = """\b
Examples:
  reconciler doctor                              the default tenant
  reconciler --tenant production doctor          another one
"""


@click.command("doctor", cls=ReportingCommand, epilog=EPILOG)
@format_option
@click.pass_obj
def command(invocation: Invocation, *, output_format: str) -> int:
    """Check the key, the tenant and the files against what plan and apply need. Writes nothing."""
    from reconciler.cli.wiring import Project
    from reconciler.operations.doctor import examine
    from reconciler.render.doctor import doctor_document, doctor_text
    from reconciler.render.plan_json import to_json
    from reconciler.tenants.clock import SystemClock

    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    with project.reader(clock, progress) as tenant:
        checks = examine(tenant, project.desired.catalogue, project.guards)
    if output_format == Format.JSON:
        invocation.give(to_json(doctor_document(checks)))
    else:
        invocation.show(doctor_text(checks))
    return Exit.DONE
