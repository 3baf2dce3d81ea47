"""`reconciler adopt`: write the live roles as role files."""

from __future__ import annotations

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit

EPILOG = """\b
Examples:
  reconciler adopt                    what could be adopted; writes nothing
  reconciler adopt "Night Shift"      one role, by its name or its key
  reconciler adopt --all              every role that a file can say
  reconciler adopt --all --based-on   similar roles on top of one another
\b
Exits 3 when a role that was asked for by name cannot be adopted, and 64 when the
tenant has none of that name; nothing is written then.
"""


@click.command("adopt", cls=ReportingCommand, epilog=EPILOG)
@click.argument("roles", nargs=-1, metavar="[ROLE]...")
@click.option("--all", "everything", is_flag=True, help="Adopt every role that a file can say.")
@click.option("--based-on", "build_on", is_flag=True, help="Write a new role on top of one that is nearly the same.")
@click.option("--overwrite", is_flag=True, help="Outside git: change files that are there already.")
@format_option
@click.pass_obj
def command(
    invocation: Invocation,
    *,
    roles: tuple[str, ...],
    everything: bool,
    build_on: bool,
    overwrite: bool,
    output_format: str,
) -> int:
    """Write live roles as role files. The tenant is only read.

    A file that is there keeps its comments, order and quotes, and changes only where the role differs from it.
    Edits that git does not have are never written over.
    """
    from reconciler.cli.wiring import Project
    from reconciler.core.identity import PINS
    from reconciler.desired.role_folder import RoleFolder
    from reconciler.operations.adopt import Asked, adopt
    from reconciler.render.adopt import adoption_document, adoption_text
    from reconciler.render.plan_json import to_json
    from reconciler.render.styled import line
    from reconciler.tenants.clock import SystemClock

    if roles and everything:
        raise click.UsageError("ROLE and --all contradict each other")
    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    settings = project.settings
    files = RoleFolder(
        project.root,
        settings.roles,
        project.catalogue,
        overwrite=overwrite,
        tolerated=settings.tolerated,
        pinned_ids=project.pinned_ids,
    )
    asked = Asked(names=roles, everything=everything, build_on=build_on)
    with project.reader(clock, progress) as tenant:
        adoption = adopt(asked, files, tenant, progress)
        unique = tenant.product().unique_names
    pinned = adoption.written and not unique and project.pin(adoption)
    if output_format == Format.JSON:
        invocation.give(to_json(adoption_document(adoption)))
    else:
        invocation.show(adoption_text(adoption))
        if pinned:
            invocation.show([line(f"Pinned the ids of these roles in {PINS}; commit it with them")])
    return Exit.INPUT_REJECTED if asked.names and adoption.refusals else Exit.DONE
