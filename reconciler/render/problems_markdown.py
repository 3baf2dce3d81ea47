"""What stopped a command as GitHub's Markdown, so that the author of a change reads it where a plan would stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reconciler.errors import Exit, Problem, ReconcilerError, Severity
from reconciler.render.budget import Item, Section, bounded, fit
from reconciler.render.escape import LONGEST, cut
from reconciler.render.escape_markdown import code, fenced, prose
from reconciler.render.markdown import COMMENT, END, details, fixed, head
from reconciler.render.problems import problems_of

MOST_WORDS = 2_000
"""A sentence is cut after this many characters where otherwise one of them could take the room of all the others."""

_NOTHING_WRITTEN = frozenset({Exit.INPUT_REJECTED, Exit.REFUSED, Exit.CONFIRMATION, Exit.TENANT_UNREADABLE, Exit.USAGE})
_COMMAND = "reconciler "
_ABOUT = re.compile(r"\[([^\]]+)\] ")
_PLACE = 3 * LONGEST


def problems_markdown(problems: Iterable[Problem], command: str, verdict: str, limit: int = COMMENT) -> str:
    """Give the problems of files in at most `limit` bytes; `verdict` is a sentence that may hold foreign text.

    `command` is the command that found them, without arguments: it names the document and the way to see all of
    them. Errors come before advice, each in the order given; what does not fit is counted.
    """
    return bounded((head(command, prose(verdict)), *_problems(tuple(problems), command)), limit)


def error_markdown(error: ReconcilerError, command: str, limit: int = COMMENT) -> str:
    """Give what stopped `command` in at most `limit` bytes: its summary, every problem or reason, and what to do.

    Where not every reason fits, the rest is counted and no command to confirm anything is offered.
    """
    problems = problems_of(error)
    if problems:
        number = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
        told = fixed(("", _ended(command, error.exit_code)))
        return bounded((head(command, prose(f"{error.summary}: {number}")), *_problems(problems, command), told), limit)
    return _stopped(command, error.exit_code, (error.summary, error.detail), error.fix, error.reasons, limit)


def stray_markdown(command: str, exit_code: Exit, summary: str, fix: str, places: Sequence[str] = ()) -> str:
    """Give an error that no command raised: a command line that cannot be read, an interruption, or a bug."""
    return _stopped(command, exit_code, (summary, ""), fix, places, COMMENT)


def _problems(problems: Sequence[Problem], command: str) -> Iterator[Section]:
    errors = [p for p in problems if p.severity is Severity.ERROR]
    advice = [p for p in problems if p.severity is not Severity.ERROR]
    rest = f"run `reconciler {command}` to see them"
    yield Section(before=f"\n### Problems ({len(errors):,})\n\n", items=tuple(map(_problem, errors)), rest=rest)
    yield Section(before=details(f"Advice ({len(advice):,})"), items=tuple(map(_problem, advice)), after=END, rest=rest)


def _problem(problem: Problem) -> Item:
    path = cut(problem.path, LONGEST)
    place = f"{path}:{problem.line}:{problem.column}" if problem.line else path
    return Item(
        text=f"- {code(place, _PLACE)} **{problem.severity}** {code(problem.code)}: {_told(problem.message)}\n"
        f"  - Fix: {_told(problem.fix)}\n",
        fixed=False,
    )


def _stopped(
    command: str, exit_code: Exit, words: tuple[str, str], fix: str, reasons: Sequence[str], limit: int
) -> str:
    summary, detail = words
    begin = (head(command, _told(summary)), fixed(("", _told(detail)) if detail.strip() else ()))
    every = Section(before="\n", items=tuple(Item(text=f"- {_reason(reason)}\n") for reason in reasons))
    end = fixed(("", _ended(command, exit_code)))
    whole = fit((*begin, every, fixed(_steps(fix)), end), limit)
    if whole is not None:
        return whole
    some = Section(
        before="\n",
        items=tuple(Item(text=f"- {_reason(cut(reason, MOST_WORDS))}\n", fixed=False) for reason in reasons),
        rest=f"run `reconciler {command}` to see them",
    )
    return bounded((*begin, some, end), limit)


def _reason(reason: str) -> str:
    """Give a reason; what a guard is about stands in brackets before it."""
    about = _ABOUT.match(reason)
    return prose(reason) if about is None else f"{code(about[1])}: {prose(reason[about.end() :])}"


def _steps(fix: str) -> Iterator[str]:
    """Give what to do: sentences as sentences, commands in a block that can be copied."""
    lines = [told for told in fix.split("\n") if told.strip()]
    if lines:
        yield "\n### What to do"
    for told in lines:
        if not told.startswith(_COMMAND):
            yield ""
            yield _told(told)
    typed = [told for told in lines if told.startswith(_COMMAND)]
    if typed:
        yield ""
        yield from fenced(typed, "sh")


def _ended(command: str, exit_code: Exit) -> str:
    kept = "; nothing was written to the tenant" if exit_code in _NOTHING_WRITTEN else ""
    return f"{code(command)} ended with exit code {int(exit_code)}{kept}."


def _told(text: str) -> str:
    return prose(cut(text, MOST_WORDS))
