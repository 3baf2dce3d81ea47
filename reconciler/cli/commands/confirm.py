"""`reconciler confirm`: record a yes to exactly one finding."""

from __future__ import annotations

import datetime as dt

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, base_option, format_option
from reconciler.errors import Exit

MOST = 10**9
"""More people than any tenant has."""

EPILOG = """\b
Examples:
  reconciler confirm narrowing-agent-3f9a2c71b0d4 --reason "Announced on 20 November"
  reconciler confirm narrowing-agent-3f9a2c71b0d4 --reason "Announced" --people-at-most 50 --expires 2026-12-04
"""


@click.command("confirm", cls=ReportingCommand, epilog=EPILOG)
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why; the next reader of the file asks.")
@click.option(
    "--people-at-most",
    type=click.IntRange(min=0, max=MOST),
    metavar="N",
    help="Counts for at most this many people. Default: as many as now.",
)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day (UTC) on which it counts. Default: in 14 days.",
)
@base_option
@format_option
@click.pass_obj
def command(
    invocation: Invocation,
    *,
    identifier: str,
    reason: str,
    people_at_most: int | None,
    expires: dt.datetime | None,
    output_format: str,
    base: str | None,
) -> int:
    """Write the entry for ID, as the plan printed it, to confirmations.yaml. Writes nothing to the tenant.

    The entry holds the head count of now: one person more when it is applied, and it no longer counts.
    """
    from reconciler.cli.wiring import Project
    from reconciler.desired.confirmations import record
    from reconciler.operations.confirm import confirmation_for
    from reconciler.operations.plan import plan
    from reconciler.render.confirmation import confirmation_document, confirmation_text
    from reconciler.render.plan_json import to_json
    from reconciler.tenants.clock import SystemClock

    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    request = project.request(base=base)
    with project.reader(clock, progress) as tenant:
        made = plan(request, tenant, clock, progress).plan
    entry = confirmation_for(
        made,
        identifier,
        reason=reason,
        people_at_most=people_at_most,
        expires=None if expires is None else expires.date(),
        today=clock.now().date(),
    )
    record(project.confirmations_file, entry)
    if output_format == Format.JSON:
        invocation.give(to_json(confirmation_document(entry)))
    else:
        invocation.show(confirmation_text(entry, project.confirmations_file.name, made, base, invocation.tenant))
    return Exit.DONE
