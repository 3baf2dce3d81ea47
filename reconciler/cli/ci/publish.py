"""`reconciler ci publish`: put a plan on its pull request."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.errors import Exit, UsageProblem
from reconciler.render.styled import Tone, line, span

FULL_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

EPILOG = """\b
Examples:
  reconciler ci publish --pull 7 --head SHA --from plan
\b
Exits 7 when the check could not be written, because apply needs it. A comment or a
label that could not be written is told and fails nothing.
"""


@click.command(
    "publish", cls=ReportingCommand, short_help="Put a plan on its pull request: comment, labels, check.", epilog=EPILOG
)
@click.option("--pull", type=click.IntRange(1), required=True, metavar="N", help="Number of the pull request.")
@click.option("--head", required=True, metavar="SHA", help="The full id of the commit that was planned.")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="What `ci plan --out` wrote.",
)
@click.pass_obj
def command(invocation: Invocation, *, pull: int, head: str, folder: Path) -> int:
    """Put a plan on its pull request: the check roles/plan, our one comment, and our labels. Needs no key.

    The check is what apply holds its own plan against. Where DIR holds no plan, the check and the comment say so.
    """
    from reconciler.cli.ci.folder import read_plan_folder
    from reconciler.github.context import context_of
    from reconciler.github.publishing import publish
    from reconciler.render.budget import within
    from reconciler.render.markdown import COMMENT
    from reconciler.tenants.clock import SystemClock

    if not FULL_COMMIT.fullmatch(head):
        raise UsageProblem("--head is the full id of a commit", fix="Give all its 40 or 64 digits")
    context = context_of(os.environ, "ci publish")
    plan = read_plan_folder(folder, head)
    text = within(plan.comment, COMMENT)
    with context.open_api(SystemClock()) as api:
        published = publish(api, pull, head, plan.review, (text, text), context.run_url)
    for note in published.notes:
        invocation.tell([line(span("note: ", Tone.CARE), note)])
    if published.problem is not None:
        raise published.problem
    if plan.problem is not None:
        raise plan.problem
    invocation.show([line(f"{plan.review.title} ({plan.review.verdict})")])
    if published.superseded:
        invocation.show([line("The pull request has another commit by now; the run for that one has the word.")])
    return Exit.DONE
