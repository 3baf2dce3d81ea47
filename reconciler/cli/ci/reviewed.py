"""`reconciler ci reviewed`: find what was reviewed for a merged commit."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.errors import Exit
from reconciler.render.styled import Tone, line, span

EPILOG = """\b
Examples:
  reconciler ci reviewed --out review.json
  reconciler apply --reviewed review.json --yes
\b
Exits 0 also where nothing was found: apply then stops unless there is nothing to do.
"""


@click.command(
    "reviewed", cls=ReportingCommand, short_help="Find the review that belongs to a merged commit.", epilog=EPILOG
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="Where to write the review."
)
@click.option("--sha", metavar="SHA", help="The commit to apply. Default: the one that is checked out.")
@click.option(
    "--branch",
    envvar="GITHUB_REF_NAME",
    metavar="NAME",
    help="Only pull requests merged into it count. Default: GITHUB_REF_NAME.",
)
@click.pass_obj
def command(invocation: Invocation, *, out: Path, sha: str | None, branch: str | None) -> int:
    """Find the plan that was reviewed for a merged commit, and write its review. Needs no key.

    It is the newest check roles/plan on the head of the pull request that the commit came from. Where the commit
    changed no file that this program reads, the commits before it are looked at.
    """
    from reconciler.cli.output import write_file
    from reconciler.cli.wiring import CONFIRMATIONS, Project
    from reconciler.desired.ancestry import commits_alike
    from reconciler.github.context import context_of
    from reconciler.github.outputs import write_outputs
    from reconciler.github.review import encode_review
    from reconciler.github.reviewed import find_review
    from reconciler.tenants.clock import SystemClock

    context, project = context_of(os.environ, "ci reviewed"), Project(invocation)
    project.require_output(out)
    out.unlink(missing_ok=True)  # what was reviewed for another commit is not left behind
    paths = (invocation.settings_file.name, CONFIRMATIONS, project.settings.roles, "schemas")
    commits = commits_alike(project.root, sha or "HEAD", paths)
    with context.open_api(SystemClock()) as api:
        found = find_review(api, context.app, commits, branch or None)
    write_file(out, encode_review(found.review))
    write_outputs(os.environ, {"digest": found.review.digest, "verdict": found.review.verdict})
    tone = Tone.CARE if found.review.digest is None else Tone.GOOD
    invocation.show([line(span(found.review.title, tone)), line(found.reason)])
    return Exit.DONE
