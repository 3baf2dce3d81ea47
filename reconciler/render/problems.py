"""Errors and problems as text and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from reconciler.errors import Exit, InputRejected, Problem, ReconcilerError, SettingsRejected, Severity
from reconciler.render.styled import Line, Tone, line, span


def problems_of(error: ReconcilerError) -> tuple[Problem, ...]:
    """Give the problems an error holds, none for most."""
    return error.problems if isinstance(error, InputRejected | SettingsRejected) else ()


def error_text(error: ReconcilerError) -> Iterator[Line]:
    """Give the lines of an error: every problem as `error[code] path:line:column: …`, then what to do."""
    problems = problems_of(error)
    for problem in problems:
        yield from problem_text(problem)
    if problems:
        number = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
        yield line(span(f"{error.summary}: {number}", Tone.BAD))
        return
    yield line(span(f"error[{error.code}] ", Tone.BAD), f"{error.summary}: {error.detail}")
    for reason in error.reasons:
        yield line(f"  {reason}")
    for step in error.fix.splitlines():
        yield line(span("  fix: ", Tone.STRONG), step)


def problem_text(problem: Problem) -> Iterator[Line]:
    """Give the lines of one problem."""
    place = f"{problem.path}:{problem.line}:{problem.column}" if problem.line else problem.path
    tone = Tone.BAD if problem.severity is Severity.ERROR else Tone.CARE
    yield line(span(f"{problem.severity}[{problem.code}] ", tone), f"{place}: {problem.message}")
    yield line(span("  fix: ", Tone.STRONG), problem.fix)


def error_document(error: ReconcilerError) -> Mapping[str, object]:
    """Give an error as data."""
    return _document(
        error.code, error.exit_code, error.summary, error.detail, error.fix, error.reasons, problems_of(error)
    )


def stray_document(code: str, exit_code: Exit, detail: str, fix: str) -> Mapping[str, object]:
    """Give an error as data that no command raised: a command line that cannot be read, or a bug."""
    return _document(code, exit_code, detail.partition("\n")[0], detail, fix, (), ())


def _document(
    code: str,
    exit_code: Exit,
    summary: str,
    detail: str,
    fix: str,
    reasons: tuple[str, ...],
    problems: tuple[Problem, ...],
) -> Mapping[str, object]:
    return {
        "error": {
            "code": code,
            "exit": int(exit_code),
            "summary": summary,
            "detail": detail,
            "reasons": list(reasons),
            "fix": fix,
            **problems_document(problems),
        }
    }


def problems_document(problems: Iterable[Problem]) -> Mapping[str, object]:
    """Give problems as data."""
    return {"problems": [asdict(problem) for problem in problems]}
