"""`reconciler ci plan`: plan what a pull request would make of the target branch, by the rules of that branch."""

from __future__ import annotations

import dataclasses
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.ci.results import Results
from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.errors import Exit, InputRejected, NoRolesFound, Problem, ReconcilerError, UsageProblem

if TYPE_CHECKING:
    from reconciler.cli.wiring import Project
    from reconciler.operations.plan import Planned, Request

EPILOG = """\b
Examples:
  reconciler ci plan --pull 7 --head SHA --out plan      on GitHub, in a checkout of the target branch
  reconciler ci plan --head feature --out plan           elsewhere: a commit that is here already
\b
Writes plan.json, plan.html, comment.md and review.json to DIR; the last two also where
there is no plan. Exits like `plan`: 0 when it could be made, also where a confirmation
is missing, 4 when a guard blocks it. Exits 3 for a conflict or wrong files, 6 when the
pull request has another commit by now.
"""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@click.command("plan", cls=ReportingCommand, epilog=EPILOG)
@click.option("--pull", type=click.IntRange(1), metavar="N", help="Fetch the commit of this pull request first.")
@click.option("--head", required=True, metavar="SHA", help="The commit to plan; with --pull its full id.")
@click.option("--remote", default="origin", metavar="NAME", help="Where to fetch from. Default: origin.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="The folder for the results."
)
@click.pass_obj
def command(invocation: Invocation, *, pull: int | None, head: str, remote: str, out: Path) -> int:
    """Plan the files as they would be after merging a commit into the one that is checked out. Writes nothing there.

    The commit is data: its files are read from git's objects and nothing of it is checked out or run. Tenant, address
    and key come from the files that are checked out, and the stricter guards of both sides judge.
    """
    from reconciler.cli.wiring import Project

    project, results = Project(invocation), Results(invocation, out)
    results.head = head if _COMMIT.fullmatch(head) else None
    results.begin(project)
    try:
        planned = _plan(project, results, (pull, head), remote)
    except ReconcilerError as error:
        results.stopped(error)
        raise
    results.planned(planned)
    return Exit.REFUSED if planned.plan.blocked else Exit.DONE


def _plan(project: Project, results: Results, asked: tuple[int | None, str], remote: str) -> Planned:
    from reconciler.desired.merging import merged_tree
    from reconciler.operations.plan import plan
    from reconciler.tenants.clock import SystemClock

    pull, head = asked
    results.base = _commit(project.root, "HEAD")
    results.head = _commit(project.root, head) if pull is None else _fetched(project.root, remote, pull, head)
    tree = merged_tree(project.root, results.base, results.head)
    request = dataclasses.replace(_request(project, tree, results.base), commit=results.head)
    clock, progress = SystemClock(), project.invocation.progress()
    with project.reader(clock, progress) as tenant:
        return plan(request, tenant, clock, progress)


def _commit(root: Path, revision: str) -> str:
    from reconciler.desired.git import GitProblem, resolve

    try:
        return resolve(root, revision)
    except GitProblem as error:
        raise UsageProblem(
            f"git does not know the commit {revision} here", fix="Run it in a checkout that has the commit"
        ) from error


def _fetched(root: Path, remote: str, pull: int, head: str) -> str:
    from reconciler.desired.fetching import access, fetch_pull

    if not _COMMIT.fullmatch(head):
        raise UsageProblem("--head with --pull is the full id of a commit", fix="Give all its 40 or 64 digits")
    fetch_pull(root, remote, pull, head, access(os.environ))
    return head


def _request(project: Project, tree: str, base: str) -> Request:
    """Give the request for a plan of the files of `tree`, judged by the stricter guards of them and of `base`."""
    from reconciler.cli.wiring import Project
    from reconciler.desired.proposal import lay_out
    from reconciler.desired.revision import load_base

    settings = project.invocation.settings_file.name
    with tempfile.TemporaryDirectory(prefix="reconciler-") as made:
        folder = Path(made)
        problems = lay_out(project.root, tree, folder, settings=settings, roles=project.settings.roles)
        proposed = Project(dataclasses.replace(project.invocation, settings_file=folder / settings))
        if problems:
            raise InputRejected((*problems, *_problems(proposed)))
        _require_same_tenant(project, proposed)
        request = proposed.request()
    then = load_base(project.root, base, project.settings.roles, settings, project.tenant[0])
    return dataclasses.replace(request, base=then)


def _problems(proposed: Project) -> tuple[Problem, ...]:
    """Give what is wrong with the files that could be taken over, so that everything is told at once."""
    try:
        return proposed.expand(proposed.catalogue)[1]
    except InputRejected as rejected:
        return rejected.problems
    except (UsageProblem, NoRolesFound):
        return ()


def _require_same_tenant(trusted: Project, proposed: Project) -> None:
    """Raise `UsageProblem` where the files of the change would have a key sent elsewhere, or another tenant planned."""
    if trusted.tenant != proposed.tenant:
        name, _ = trusted.tenant
        raise UsageProblem(
            f"The change gives the tenant {name} another kind, address or key variable, or chooses another tenant; "
            "a plan with a key follows the target branch alone",
            fix="Merge that alone first, without a change of roles",
        )
