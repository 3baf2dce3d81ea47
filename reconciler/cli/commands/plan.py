"""`reconciler plan`: say what would change, and how many people lose or gain what."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.cli.telling import Telling, telling_options
from reconciler.errors import Exit, UsageProblem
from reconciler.model.plan import Plan

if TYPE_CHECKING:
    from reconciler.operations.plan import Planned
    from reconciler.render.view import PlanView

EPILOG = """\b
Examples:
  reconciler plan                                 read it
  reconciler plan --base origin/main              tell this change from what was pending
  reconciler plan --format json --out plan.json   keep it for machines
  reconciler plan --format markdown --out plan.md for a pull request
  reconciler plan --notice                        with messages to the people who lose something
  reconciler plan --notice --names .reconciler/people.csv
\b
Exits 0 when the plan could be made, 2 with --exit-code when changes are pending,
4 when a guard blocks it.
"""


class PlanFormat(StrEnum):
    """Whom the plan is for."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"
    CHECKLIST = "checklist"
    HTML = "html"


@click.command("plan", cls=ReportingCommand, epilog=EPILOG)
@click.option(
    "--format",
    "output_format",
    type=click.Choice([str(f) for f in PlanFormat]),
    default=str(PlanFormat.TEXT),
    help="For the terminal, machines, a comment, annotations, work by hand or a browser. Default: text.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file; the verdict is still shown."
)
@click.option("--base", metavar="REV", help="The git revision that this change starts from.")
@click.option("--exit-code", is_flag=True, help="Exit 2 when changes are pending.")
@telling_options
@click.pass_obj
def command(
    invocation: Invocation, *, output_format: str, out: Path | None, base: str | None, exit_code: bool, telling: Telling
) -> int:
    """Compare the files with the tenant and say what would change, for how many people. Writes nothing there.

    With --notice, messages to the people who lose something are part of the text; as JSON they come alone, and as
    Markdown and HTML they are always there. Names and addresses of people are in no output but the file of --names.
    """
    from reconciler.cli.output import write_file
    from reconciler.cli.wiring import Project
    from reconciler.operations.plan import plan
    from reconciler.render.plan_text import plan_text, verdict_text
    from reconciler.render.view import full_view
    from reconciler.tenants.clock import SystemClock

    form = PlanFormat(output_format)
    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    telling.require_apart(out)
    if out is not None:
        project.require_output(out)
        out.unlink(missing_ok=True)  # a plan that cannot be made leaves none of yesterday behind
        invocation.results.append(out)
    if telling.notice and form in {PlanFormat.GITHUB, PlanFormat.CHECKLIST}:
        raise UsageProblem(f"--format {form} has no place for --notice", fix="Use another format, or leave one out")
    telling.require_usable(project)
    request = project.request(base=base)
    with project.reader(clock, progress) as tenant:
        planned = plan(request, tenant, clock, progress)
        names_written = telling.write_names(planned, tenant, progress)
    shown = full_view(planned.plan, planned.facts, base, invocation.tenant)
    if out is not None:
        write_file(out, document_of(shown, planned, form, drafts=telling.notice))
        invocation.show(verdict_text(shown))
    elif form is PlanFormat.TEXT:
        invocation.show(plan_text(shown, drafts=telling.notice))
    else:
        invocation.give(document_of(shown, planned, form, drafts=telling.notice))
    invocation.tell(names_written)
    return exit_of(planned.plan, exit_code=exit_code)


def document_of(shown: PlanView, planned: Planned, output_format: PlanFormat, *, drafts: bool) -> str:
    """Give a plan as a finished document; text has no colours."""
    from reconciler.render.annotations import plan_annotations
    from reconciler.render.checklist import plan_checklist
    from reconciler.render.plan_html import plan_html
    from reconciler.render.plan_markdown import plan_markdown
    from reconciler.render.plan_text import plan_text
    from reconciler.render.styled import to_text
    from reconciler.render.vocabulary import vocabulary

    match output_format:
        case PlanFormat.TEXT:
            return to_text(plan_text(shown, drafts=drafts), colour=False)
        case PlanFormat.JSON:
            return _as_data(shown, drafts=drafts)
        case PlanFormat.MARKDOWN:
            return plan_markdown(shown)
        case PlanFormat.GITHUB:
            return plan_annotations(shown)
        case PlanFormat.CHECKLIST:
            return plan_checklist(shown, vocabulary(planned.facts))
        case PlanFormat.HTML:
            return plan_html(shown)


def _as_data(shown: PlanView, *, drafts: bool) -> str:
    """Give the plan document, or the notices alone: they are no part of what is reviewed and applied."""
    from reconciler.render.notice import notices_document
    from reconciler.render.plan_json import encode, to_json

    return to_json(notices_document(shown.notices)) if drafts else encode(shown.plan)


def exit_of(made: Plan, *, exit_code: bool) -> Exit:
    """Give the exit code of a plan that was only looked at."""
    if made.blocked:
        return Exit.REFUSED
    return Exit.CHANGES_PENDING if exit_code and made.changes else Exit.DONE
