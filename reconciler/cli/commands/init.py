"""`reconciler init`: make a complete repository of roles, touching no file that is there."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit, UsageProblem

if TYPE_CHECKING:
    from reconciler.desired.repository import Beginning
    from reconciler.desired.starting import Start

SETTINGS = Path("reconciler.yaml")

EPILOG = """\b
Examples:
  reconciler init                    in this folder, with roles to look at
  reconciler init desk-roles         in another one
  reconciler init --adopt            with the roles of the tenant
  reconciler init --kind zendesk     with the permissions of another product, and settings to fill in
\b
Run it again at any time: what is there is left as it is. Where something cannot be made, nothing is.
"""


@click.command("init", cls=ReportingCommand, epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--adopt", "adopting", is_flag=True, help="Write the tenant's roles instead of the examples.")
@click.option("--kind", "kind_name", metavar="KIND", help="Begin for this kind of tenant, such as zendesk or zammad.")
@format_option
@click.pass_obj
def command(invocation: Invocation, *, folder: Path, adopting: bool, kind_name: str | None, output_format: str) -> int:
    """Make settings, roles, schemas for editors, code owners, an ignore file and workflows for GitHub in FOLDER.

    What it makes passes `validate` and can be planned at once, against the tenant that comes with the program.
    With --adopt the roles are those of the tenant that the settings name, or --tenant. With --kind lock, schema and
    one example are those of another product. Writes nothing to a tenant.
    """
    from reconciler.desired.repository import add_examples, add_the_rest, begin, has_roles
    from reconciler.render.plan_json import to_json
    from reconciler.render.scaffold import init_document, init_text

    if invocation.settings_file != SETTINGS:
        raise UsageProblem(f"`init` makes {SETTINGS} in FOLDER", fix="Leave --settings out")
    if adopting and kind_name is not None:
        raise UsageProblem(
            "--kind writes settings whose address is still to be filled in, so there is no tenant to read",
            fix="Leave --adopt out, fill in the settings, then run `reconciler adopt --all`",
        )
    beginning = begin(folder, invocation.tenant, None if kind_name is None else _start(kind_name))
    if has_roles(beginning):
        why = "has roles; add those of the tenant with `reconciler adopt`" if adopting else "has roles"
        beginning.left[f"{beginning.roles}/"] = why
    elif adopting:
        _adopt(replace(invocation, settings_file=folder / SETTINGS), beginning)
    else:
        add_examples(beginning)
    add_the_rest(beginning)
    told = (str(folder), beginning.make(), beginning.left, beginning.notes)
    if output_format == Format.JSON:
        invocation.give(to_json(init_document(*told)))
    else:
        invocation.show(init_text(*told, _steps(folder, "plan" if kind_name is None else "adopt --all")))
    return Exit.DONE


def _adopt(invocation: Invocation, beginning: Beginning) -> None:
    """Want the roles of the tenant; what cannot be adopted becomes a note."""
    from reconciler.cli.wiring import Project
    from reconciler.desired.repository import NewRoles, require_valid_roles
    from reconciler.operations.adopt import Asked, adopt
    from reconciler.tenants.clock import SystemClock

    files, progress = NewRoles(beginning), invocation.progress()
    with Project(invocation, begun=beginning.settings).reader(SystemClock(), progress) as tenant:
        adoption = adopt(Asked(everything=True), files, tenant, progress)
    require_valid_roles(beginning)
    beginning.notes += [f'"{r.live.content.name}" was left out: {r.reasons[0].message}' for r in adoption.refusals]


def _start(name: str) -> Start:
    """Ask a kind for what its tenants start with; raises `UsageProblem` where nobody offers it."""
    from reconciler.desired.starting import Start
    from reconciler.tenants.registry import kind

    return Start(kind=name, catalogue=kind(name).shipped_catalogue())


def _steps(folder: Path, second: str) -> tuple[str, ...]:
    """Give the next commands to type."""
    steps = ("reconciler validate", f"reconciler {second}")
    return steps if folder == Path() else (f"cd {shlex.quote(str(folder))}", *steps)
