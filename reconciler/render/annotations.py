"""Problems and findings as annotations on the lines of the role files, in the commands that a GitHub runner reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import Problem, ReconcilerError, Severity
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.role import Origin, RoleKey
from reconciler.render.escape_workflow import command
from reconciler.render.problems import problems_of
from reconciler.render.view import PlanView

MOST = 10
"""A runner shows this many annotations of each level for one step, and drops the others without a word."""


class Level(StrEnum):
    """How loud an annotation is; the words of the runner, the loudest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One remark; its texts are not yet escaped."""

    level: Level
    title: str
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    """Line and column count from 1; 0 where the remark is about the file, or about no file."""


_OF_SEVERITY = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING}
_OF_FINDING = {FindingLevel.BLOCK: Level.ERROR, FindingLevel.CONFIRM: Level.WARNING, FindingLevel.WARN: Level.NOTICE}


def problem_annotations(problems: Iterable[Problem]) -> str:
    """Give problems of files as annotations."""
    return _commands(_of_problem(problem) for problem in problems)


def error_annotations(error: ReconcilerError) -> str:
    """Give an error as annotations: one for each problem it holds, else one for itself."""
    problems = problems_of(error)
    if problems:
        return problem_annotations(problems)
    told = "\n".join(part for part in (f"{error.summary}: {error.detail}", *error.reasons, error.fix) if part)
    return _commands([Annotation(level=Level.ERROR, title=error.code, message=told)])


def plan_annotations(shown: PlanView) -> str:
    """Give the findings of a plan as annotations; what was confirmed is a notice."""
    places = {change.change.role: (change.change.file, change.change.line) for change in shown.changes}
    return _commands(_of_finding(finding, shown, places) for finding in shown.findings)


def _of_problem(problem: Problem) -> Annotation:
    return Annotation(
        level=_OF_SEVERITY[problem.severity],
        title=problem.code,
        message=f"{problem.message}\n{problem.fix}",
        path=problem.path,
        line=problem.line,
        column=problem.column,
    )


def _of_finding(finding: Finding, shown: PlanView, places: Mapping[RoleKey, tuple[str, int]]) -> Annotation:
    nowhere = ("", 0)
    path, number = nowhere if finding.role is None else places.get(finding.role, nowhere)
    column = 0
    origin = _origin(finding, shown)
    if origin is not None:
        path, number, column = origin.path, origin.line, origin.column
    steps = f"\nOnce agreed: reconciler confirm {finding.confirmation}" if _waits(finding) else ""
    return Annotation(
        level=Level.NOTICE if finding.confirmed else _OF_FINDING[finding.level],
        title=f"{finding.guard} {finding.role}" if finding.role else str(finding.guard),
        message=f"{finding.message}{steps}",
        path=path,
        line=number,
        column=column,
    )


def _waits(finding: Finding) -> bool:
    return finding.confirmation is not None and not finding.confirmed


def _origin(finding: Finding, shown: PlanView) -> Origin | None:
    """Give the line a finding is about: of the first sensitive permission that the role's file grants, or of the role.

    None where the files declare no such role, as for a retired one; then the change says where its file is.
    """
    if shown.vocabulary is None or finding.role is None:
        return None
    if finding.guard is Guard.SENSITIVE_GRANT:
        granted = shown.vocabulary.sensitive.get(finding.role, frozenset())
        lines = [origin for p in granted if (origin := shown.vocabulary.place(finding.role, p)) is not None]
        if lines:
            return min(lines)
    declared = shown.vocabulary.roles.get(finding.role)
    return None if declared is None else declared.origin


def _commands(annotations: Iterable[Annotation]) -> str:
    """Give a line for each annotation, the loudest first; those that a runner would drop are counted in a last line."""
    found = sorted(annotations, key=lambda a: list(Level).index(a.level))
    lines = []
    left_out = []
    for level in Level:
        some = [annotation for annotation in found if annotation.level is level]
        lines += [_command(annotation) for annotation in some[:MOST]]
        if len(some) > MOST:
            number = len(some) - MOST
            left_out.append(f"{number:,} more {level}{'' if number == 1 else 's'}")
    if left_out:
        lines.append(f"{', '.join(left_out)}: see the output as text.")
    return "".join(f"{told}\n" for told in lines)


def _command(annotation: Annotation) -> str:
    properties = dict(_properties(annotation))
    return command(annotation.level, properties, annotation.message)


def _properties(annotation: Annotation) -> Iterator[tuple[str, str]]:
    yield "file", annotation.path
    if annotation.line:
        yield "line", str(annotation.line)
    if annotation.column:
        yield "col", str(annotation.column)
    yield "title", annotation.title
