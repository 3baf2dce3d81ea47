"""`reconciler doctor`: say what the key may do and what could not be verified."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit

if TYPE_CHECKING:
    from reconciler.cli.wiring import Project
    from reconciler.model.check import Check
    from reconciler.ports import Clock

EPILOG = """\b
Examples:
  reconciler doctor                              the default tenant
  reconciler --tenant production doctor          another one
  reconciler doctor --github OWNER/NAME          what protects the branch and the keys, too
"""


@click.command("doctor", cls=ReportingCommand, epilog=EPILOG)
@click.option(
    "--github",
    "repository",
    envvar="GITHUB_REPOSITORY",
    metavar="OWNER/NAME",
    help="Look at this repository with GITHUB_TOKEN. Default: GITHUB_REPOSITORY.",
)
@format_option
@click.pass_obj
def command(invocation: Invocation, *, output_format: str, repository: str | None) -> int:
    """Check the key, the tenant and the files against what plan and apply need. Writes nothing.

    At GitHub it reads what protects the default branch and the environments with the keys, as far as the token may.
    """
    from reconciler.cli.wiring import Project
    from reconciler.operations.doctor import examine
    from reconciler.render.doctor import doctor_document, doctor_text
    from reconciler.render.plan_json import to_json
    from reconciler.tenants.clock import SystemClock

    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    with project.reader(clock, progress) as tenant:
        checks = examine(tenant, project.desired.catalogue, project.guards)
    checks += _github(project, clock, repository)
    if output_format == Format.JSON:
        invocation.give(to_json(doctor_document(checks)))
    else:
        invocation.show(doctor_text(checks))
    return Exit.DONE


def _github(project: Project, clock: Clock, repository: str | None) -> tuple[Check, ...]:
    """Give what can be said of the repository at GitHub; nothing that goes wrong there is an error."""
    from reconciler.errors import GithubProblem
    from reconciler.github.api import note_of
    from reconciler.github.context import API_OF_GITHUB, context_of
    from reconciler.github.examining import WORKFLOW_KEY, examine_github
    from reconciler.model.check import Check, Standing

    if not repository or not os.environ.get("GITHUB_TOKEN"):
        missing = "GITHUB_TOKEN is not set" if repository else "no repository is named with --github OWNER/NAME"
        detail = f"what protects the branch and the keys was not looked at: {missing}"
        return (Check(subject="github", standing=Standing.UNVERIFIED, detail=detail),)
    told = {"GITHUB_API_URL": API_OF_GITHUB, **os.environ, "GITHUB_REPOSITORY": repository}
    keys = {WORKFLOW_KEY} | {
        variable for tenant in project.settings.tenants.values() if (variable := tenant.key_variable)
    }
    try:
        with context_of(told, "doctor").open_api(clock) as api:
            return examine_github(api, keys)
    except GithubProblem as problem:
        return (Check(subject="github", standing=Standing.UNVERIFIED, detail=note_of(problem)),)
