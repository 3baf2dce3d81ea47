"""`reconciler explain`: where a permission comes from, who has it, and through which role."""

from __future__ import annotations

import sys
from typing import TypedDict, Unpack

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit, UsageProblem
from reconciler.model.explanation import Subject

EPILOG = """\b
Examples:
  reconciler explain quality-reviewer                 each permission and its line
  reconciler explain usr_0028 --what-if               before and after the pending plan
  reconciler explain conversations.bulk_close         who has it, through which roles
  reconciler explain agent --offline                  the files alone, without a key
\b
A word is a permission, else a role, else a person (an id, which has a digit in it,
or an e-mail address); --as says which. An address costs a listing of everyone.
"""


class Options(TypedDict):
    """What the command was asked for."""

    word: str
    subject: str | None
    what_if: bool
    offline: bool
    names: bool
    output_format: str


@click.command("explain", cls=ReportingCommand, epilog=EPILOG)
@click.argument("word", metavar="ROLE|PERSON|PERMISSION")
@click.option("--as", "subject", type=click.Choice([str(s) for s in Subject]), help="What the word is.")
@click.option("--what-if", is_flag=True, help="With what the pending plan would change.")
@click.option("--offline", is_flag=True, help="The files alone: no tenant and no key.")
@click.option("--names", is_flag=True, help="With the person's name and address; on a terminal only.")
@format_option
@click.pass_obj
def command(invocation: Invocation, **asked: Unpack[Options]) -> int:
    """Say where permissions come from: of a role, of a person, or of one permission. Writes nothing."""
    from reconciler.cli.wiring import Project
    from reconciler.desired.words import nearest
    from reconciler.operations.explain import Question, explain
    from reconciler.render.explain import explanation_document, explanation_text
    from reconciler.render.plan_json import to_json
    from reconciler.tenants.clock import SystemClock

    if asked["names"] and (asked["output_format"] == Format.JSON or not sys.stdout.isatty()):
        raise UsageProblem("Names and addresses are shown on a terminal only", fix="Leave --names out")
    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    question = Question(
        word=asked["word"],
        subject=None if asked["subject"] is None else Subject(asked["subject"]),
        what_if=asked["what_if"],
        names=asked["names"],
    )
    if asked["offline"]:
        answer = explain(question, project.desired, None, nearest, progress)
    else:
        with project.reader(clock, progress) as tenant:
            answer = explain(question, project.desired, tenant, nearest, progress)
    if asked["output_format"] == Format.JSON:
        invocation.give(to_json(explanation_document(answer.explanation, answer.also)))
    else:
        invocation.show(explanation_text(answer.explanation, answer.contact, answer.also))
    return Exit.DONE
