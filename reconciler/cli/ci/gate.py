"""`reconciler ci gate`: decide whether a pull request may be planned with a key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.errors import Exit, GithubProblem, UsageProblem
from reconciler.render.styled import Tone, line, span

if TYPE_CHECKING:
    from reconciler.github.event import PullRequestEvent
    from reconciler.github.gate import Gate

EPILOG = """\b
Examples:
  reconciler ci gate                                                     in a workflow
  reconciler ci gate --event event.json --event-name pull_request_target anywhere
\b
Always exits 0 once the event is read; the answer is the first line, and the outputs
go, pull and head.
"""


@click.command(
    "gate", cls=ReportingCommand, short_help="Decide whether a pull request may be planned with a key.", epilog=EPILOG
)
@click.option(
    "--event",
    type=click.Path(path_type=Path),
    envvar="GITHUB_EVENT_PATH",
    metavar="FILE",
    help="The event as GitHub wrote it. Default: GITHUB_EVENT_PATH.",
)
@click.option("--event-name", envvar="GITHUB_EVENT_NAME", metavar="NAME", help="Its name. Default: GITHUB_EVENT_NAME.")
@click.pass_obj
def command(invocation: Invocation, *, event: Path | None, event_name: str | None) -> int:
    """Decide whether the pull request of an event may be planned with a key.

    A branch of the repository itself may whenever it moves; a fork only for the commit that a maintainer puts the
    label plan-ok on. When a fork moves, the label is taken off again, for which a token is needed.
    """
    from reconciler.github.event import pull_request_event, read_event
    from reconciler.github.gate import PULL_REQUEST_TARGET, Gate, decide
    from reconciler.github.outputs import write_outputs

    if event is None or not event_name:
        raise UsageProblem(
            "There is no event to decide about", fix="Run it in a workflow, or give --event and --event-name"
        )
    if event_name != PULL_REQUEST_TARGET:
        gate = Gate(go=False, reason=f"Only the event {PULL_REQUEST_TARGET} is planned with a key.")
        write_outputs(os.environ, {"go": False, "pull": None, "head": None})
        _tell(invocation, gate)
        return Exit.DONE
    try:
        happened = pull_request_event(read_event(event))
    except GithubProblem as problem:
        raise UsageProblem(problem.detail, fix="Give the event of a pull request as GitHub wrote it") from problem
    gate = decide(happened)
    write_outputs(os.environ, {"go": gate.go, "pull": happened.number, "head": happened.head})
    _tell(invocation, gate)
    _take_back(invocation, happened, gate)
    return Exit.DONE


def _tell(invocation: Invocation, gate: Gate) -> None:
    verdict = span("Yes.", Tone.GOOD) if gate.go else span("No.", Tone.CARE)
    invocation.show([line(verdict, " ", gate.reason)])


def _take_back(invocation: Invocation, happened: PullRequestEvent, gate: Gate) -> None:
    """Remove the label where the decision says so; what goes wrong is told and changes nothing."""
    if gate.takes_back is None:
        return
    from reconciler.github.api import note_of
    from reconciler.github.context import context_of
    from reconciler.github.gate import take_back
    from reconciler.tenants.clock import SystemClock

    try:
        with context_of(os.environ, "Taking a label off").open_api(SystemClock()) as api:
            take_back(api, happened.number, gate.takes_back)
    except (GithubProblem, UsageProblem) as problem:
        told = note_of(problem) if isinstance(problem, GithubProblem) else f"{problem.detail}. {problem.fix}."
        invocation.tell([line(span("note: ", Tone.CARE), f"the label was not taken off. {told}")])
    else:
        invocation.show([line("The label was taken off, because the fork has another commit now.")])
