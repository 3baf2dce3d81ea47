"""`reconciler catalogue`: say what the vendor changed, and take it over into the lock."""

from __future__ import annotations

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit

EPILOG = """\b
Examples:
  reconciler catalogue              what the tenant has and the lock does not, and the other way round
  reconciler catalogue --update     pin what the tenant has, and show which roles that widens
  reconciler catalogue --update --overwrite     the same outside git, where nothing keeps the old lock
  reconciler catalogue --schema     make the role schema again after an edit of the lock by hand
\b
Exits 2 when the tenant differs from the lock or there is none, 0 when it does not or the lock was updated.
"""


@click.command("catalogue", cls=ReportingCommand, epilog=EPILOG)
@click.option("--update", is_flag=True, help="Rewrite the lock and the role schema; the tenant is only read.")
@click.option("--overwrite", is_flag=True, help="Outside git: change files that are there already.")
@click.option("--schema", is_flag=True, help="Only make the role schema again from the lock: no tenant and no key.")
@format_option
@click.pass_obj
def command(invocation: Invocation, *, update: bool, overwrite: bool, schema: bool, output_format: str) -> int:
    """Compare the permissions of the tenant with the lock that role files are expanded against.

    A permission that the vendor adds reaches nobody before it is in the lock, whatever `all` and `view` say.
    """
    from reconciler.cli.wiring import Project
    from reconciler.desired.pinning import has_lock, make_role_schema, pin
    from reconciler.operations.catalogue import compare
    from reconciler.render.catalogue import comparison_document, comparison_text, schema_text, written_text
    from reconciler.render.plan_json import to_json
    from reconciler.tenants.clock import SystemClock

    if overwrite and not update:
        raise click.UsageError("--overwrite says how to --update")
    if schema and update:
        raise click.UsageError("--update makes the role schema too")
    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    lock, pinned = project.catalogue, has_lock(project.root)
    if schema:
        made = make_role_schema(project.root, lock)
        if output_format == Format.JSON:
            invocation.give(to_json({"written": list(made)}))
        else:
            invocation.show(schema_text(made))
        return Exit.DONE
    with project.reader(clock, progress) as tenant:
        compared = compare(lock, project.expand, tenant, progress)
    written = pin(project.root, lock, compared.proposed, overwrite=overwrite) if update else ()
    if output_format == Format.JSON:
        invocation.give(to_json(comparison_document(compared, written, pinned=pinned)))
    else:
        if not update or compared.differs:
            invocation.show(comparison_text(compared, updating=update, pinned=pinned))
        if update:
            invocation.show(written_text(compared, written))
    pending = compared.differs or not pinned
    return Exit.CHANGES_PENDING if pending and not update else Exit.DONE
