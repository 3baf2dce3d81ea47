"""`reconciler new`: write a commented role file to start from."""

from __future__ import annotations

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit

EPILOG = """\b
Examples:
  reconciler new "Night Reviewer"                             from scratch
  reconciler new "Agent - Mornings" --based-on agent          a copy with a permission or two unticked
  reconciler new "Night Reviewer" --owner "Quality" --key nights
\b
Exits 3 when `validate` would refuse the name or the file, with its advice.
"""


@click.command("new", cls=ReportingCommand, epilog=EPILOG)
@click.argument("name")
@click.option("--based-on", metavar="KEY", help="Start as a copy of this role: the name of its file without .yaml.")
@click.option("--key", metavar="KEY", help="The name of the file without .yaml. Default: made out of NAME.")
@click.option("--owner", metavar="TEXT", help="The team that answers for the role.")
@format_option
@click.pass_obj
def command(
    invocation: Invocation, *, name: str, based_on: str | None, key: str | None, owner: str | None, output_format: str
) -> int:
    """Write a role file called NAME, with everything it could say in comments. Needs no tenant and no key.

    The file is held against the rules of `validate` first, as the settings have them, and none is ever overwritten.
    It passes `validate` as it is; what is left to do is its description and its permissions.
    """
    from reconciler.cli.wiring import Project
    from reconciler.desired.creating import create_file
    from reconciler.desired.scaffold import Wanted, scaffold
    from reconciler.render.plan_json import to_json
    from reconciler.render.scaffold import new_document, new_text

    project = Project(invocation)
    wanted = Wanted(name=name, key=key, based_on=based_on, owner=owner)
    settings = project.settings
    made = scaffold(project.root, settings.roles, project.catalogue, wanted, settings.lint)
    create_file(project.root, made.path, made.text)
    if output_format == Format.JSON:
        invocation.give(to_json(new_document(made.role)))
    else:
        invocation.show(new_text(made.role))
    return Exit.DONE
