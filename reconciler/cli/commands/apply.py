"""`reconciler apply`: make the tenant as the files say, once every guard agrees."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Invocation, ReportFormat, ReportingCommand, base_option, report_format_option
from reconciler.cli.reviewing import Reviewing, reviewing_options
from reconciler.errors import Exit, UsageProblem
from reconciler.model.finding import Confirmation
from reconciler.model.outcome import Report, Result
from reconciler.model.plan import Plan

if TYPE_CHECKING:
    from reconciler.cli.interrupt import Stopping
    from reconciler.cli.journal import FileJournal
    from reconciler.operations.apply import Applied
    from reconciler.operations.plan import Planned
    from reconciler.ports import Clock

NO_LIMIT = 10**9
"""Stands for "as many as the announcement shows"."""

EPILOG = """\b
Examples:
  reconciler apply                                  shows the plan, asks, writes
  reconciler apply --expect sha256:… --yes          in CI: exactly what was reviewed
  reconciler apply --yes --confirm ID=42            one yes for this run, for at most 42 people
  reconciler apply --yes --format markdown          a report for the summary of a job
  reconciler apply --yes --reviewed review.json --require-tip main     after a merge
\b
--yes answers the final question only. No option skips a guard.
"""


@click.command("apply", cls=ReportingCommand, epilog=EPILOG)
@click.option("--expect", "expects", multiple=True, metavar="DIGEST", help="Stop unless the plan has this digest.")
@click.option(
    "--confirm",
    "confirms",
    multiple=True,
    metavar="ID[=PEOPLE]",
    help="Confirm one finding for this run; with --yes the head count is needed too.",
)
@base_option
@click.option("--yes", is_flag=True, help="Answer the final question; never a guard.")
@report_format_option
@reviewing_options
@click.pass_obj
def command(
    invocation: Invocation,
    *,
    expects: tuple[str, ...],
    confirms: tuple[str, ...],
    base: str | None,
    yes: bool,
    output_format: str,
    reviewing: Reviewing,
) -> int:
    """Plan again, stop at any guard, show the whole list, write, read back, and report what became of it.

    Ctrl-C stops after the write under way, within five seconds. A run that stopped half way is finished by running it
    again.
    """
    from reconciler.cli.wiring import JOURNAL, Project
    from reconciler.operations.apply import Apply, apply
    from reconciler.tenants.clock import SystemClock

    form = ReportFormat(output_format)
    project, clock, progress = Project(invocation), SystemClock(), invocation.progress()
    expect, review = _only(expects), reviewing.review()
    reviewing.require_tip(project)
    reviewing.require_committed(project)
    base = reviewing.base(project, base, review)
    request = project.request(base=base, extra=_for_this_run(confirms, clock.now().date(), counted=yes))
    with ExitStack() as stack:
        tenant = stack.enter_context(project.writer(clock, progress))
        gate = _Gate(project.state_folder / JOURNAL, clock, stack)
        how = Apply(
            expect=expect,
            announce=lambda planned: _announce(invocation, planned, base, form, yes=yes),
            open_journal=gate.open,
            stopped=gate.stopped,
            under_way=gate.under_way,
            review=review,
            before_writing=lambda: reviewing.require_tip(project),
        )
        done = apply(request, tenant, how, clock, progress)
        gate.over()
        _tell(invocation, done, form)
    return exit_of(done.report) if done.by_hand is None else Exit.CHANGES_PENDING


def _only(expects: tuple[str, ...]) -> str | None:
    """Give the one digest that was named; two different ones are a mistake and not a choice."""
    if len(set(expects)) > 1:
        raise UsageProblem("--expect was given twice with different digests", fix="Name the digest you reviewed, once")
    return expects[0] if expects else None


def _for_this_run(confirms: tuple[str, ...], today: dt.date, *, counted: bool) -> tuple[Confirmation, ...]:
    """Read every --confirm; the same finding cannot be confirmed for two head counts."""
    entries = tuple(one_run(text, today, counted=counted) for text in dict.fromkeys(confirms))
    if len({entry.id for entry in entries}) < len(entries):
        raise UsageProblem("--confirm names one finding twice with different head counts", fix="Name each once")
    return entries


class _Gate:
    """What is opened when the first write is certain to follow: the journal, and the gentle way to stop.

    Until then Ctrl-C ends the command at once, because there is nothing to settle.
    """

    def __init__(self, folder: Path, clock: Clock, stack: ExitStack) -> None:
        self._stopping: Stopping | None = None
        self._folder = folder
        self._clock = clock
        self._stack = stack

    def open(self, made: Plan) -> FileJournal:
        """Open the journal; one that cannot be created stops the run before anything is written."""
        from reconciler.cli.interrupt import interject, stopping_gently
        from reconciler.cli.journal import FileJournal

        try:
            journal = self._stack.enter_context(FileJournal(self._folder, made.digest, self._clock))
        except OSError as error:
            raise UsageProblem(
                f"The journal cannot be created ({error.strerror}); nothing was written",
                fix="Make the folder .reconciler/journal beside the settings writable, with room on its disk",
            ) from error
        self._stopping = self._stack.enter_context(stopping_gently(interject))
        return journal

    def stopped(self) -> bool:
        """Say whether somebody asked to stop."""
        return self._stopping is not None and self._stopping.asked()

    def under_way(self) -> AbstractContextManager[None]:
        """Mark the stretch in which a write is under way: only that is cut short when it takes too long."""
        return nullcontext() if self._stopping is None else self._stopping.under_way()

    def over(self) -> None:
        """Let signals pass from here on, so that the report is told whatever comes."""
        if self._stopping is not None:
            self._stopping.over()


def one_run(text: str, today: dt.date, *, counted: bool) -> Confirmation:
    """Read `ID` or `ID=PEOPLE` as a confirmation that counts today.

    Without a head count it means the number that the announcement shows, so somebody must be there to read
    it: with `counted` the number is required. Raises `UsageProblem`.
    """
    identifier, equals, number = text.partition("=")
    if equals and not (number.isascii() and number.isdigit() and len(number) < len(str(NO_LIMIT))):
        raise UsageProblem(f"--confirm {text} has no head count after =", fix=f"Write --confirm {identifier}=42")
    if counted and not equals:
        raise UsageProblem(
            f"--confirm {text} names no head count, and with --yes nobody reads the one the plan shows",
            fix=f"Write --confirm {identifier}=PEOPLE with the number of the plan",
        )
    return Confirmation(
        id=identifier,
        people_at_most=int(number) if equals else NO_LIMIT,
        reason="given on the command line",
        expires=today,
    )


def exit_of(report: Report | None) -> Exit:
    """Give the exit code of a finished run; no report means that there was nothing to do."""
    if report is None or report.complete:
        return Exit.DONE
    if report.interrupted:
        return Exit.INTERRUPTED
    touched = report.proved or any(outcome.result is Result.UNKNOWN for outcome in report.outcomes)
    if touched:
        return Exit.PARTLY_APPLIED
    if report.unread:
        return Exit.TENANT_UNREADABLE
    return Exit.STALE if report.stale else Exit.PARTLY_APPLIED


def _announce(invocation: Invocation, planned: Planned, base: str | None, form: ReportFormat, *, yes: bool) -> bool:
    """Show the whole list, then ask; without a terminal and without --yes, say what is missing.

    Where standard output is a document, the list goes to standard error: beside JSON only if somebody is asked,
    beside Markdown always, because that is the summary of a job whose log is read, too.
    """
    from reconciler.render.plan_text import plan_text
    from reconciler.render.view import full_view

    if not yes and (sys.stdin is None or not sys.stdin.isatty()):
        raise UsageProblem(
            "apply asks before it writes, and there is no terminal to ask on; nothing was written",
            fix="Add --yes to answer yes; it answers this question only",
        )
    shown = plan_text(full_view(planned.plan, planned.facts, base, invocation.tenant))
    if form is ReportFormat.TEXT:
        invocation.show(shown)
    elif form is ReportFormat.MARKDOWN or not yes:
        invocation.tell(shown)
    return yes or click.confirm("Write these changes to the tenant?", default=False, err=True)


def _tell(invocation: Invocation, done: Applied, form: ReportFormat) -> None:
    """Tell what became of the plan; beside Markdown as text on standard error, too."""
    from reconciler.render.checklist import plan_checklist
    from reconciler.render.plan_json import document, to_json
    from reconciler.render.report import report_document, report_text
    from reconciler.render.report_markdown import report_markdown
    from reconciler.render.styled import Tone, line, span
    from reconciler.render.view import view
    from reconciler.render.vocabulary import vocabulary

    if form is ReportFormat.JSON:
        report = None if done.report is None else report_document(done.report)
        invocation.give(to_json({"plan": document(done.plan), "report": report}))
        return
    if done.by_hand is not None:
        words = vocabulary(done.by_hand.facts)
        invocation.give(plan_checklist(view(done.plan, None, words), words))
        return
    nothing = [line(span("Nothing to do: the tenant is as the files say", Tone.GOOD))]
    shown = nothing if done.report is None else report_text(done.report)
    if form is ReportFormat.MARKDOWN:
        invocation.give(report_markdown(done.plan, done.report))
        invocation.tell(shown)
    else:
        invocation.show(shown)
