"""`reconciler validate`: check the files alone."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.errors import Exit, Severity, UsageProblem
from reconciler.render.styled import Tone, line, span

if TYPE_CHECKING:
    from reconciler.cli.wiring import Project

EPILOG = """\b
Examples:
  reconciler validate                        every file of the repository
  reconciler validate --strict               for CI: advice counts, too
  reconciler validate roles/agent.yaml       only problems of this file
  reconciler validate --format json          for machines
  reconciler validate --format github        annotations on the lines of a pull request
  reconciler validate --format markdown      for a comment that tells the author
\b
Exits 3 when there is an error, or with --strict a warning.
"""


class ValidateFormat(StrEnum):
    """Whom the problems are for."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


@click.command("validate", cls=ReportingCommand, epilog=EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "output_format",
    type=click.Choice([str(f) for f in ValidateFormat]),
    default=str(ValidateFormat.TEXT),
    help="For people, for machines, for a comment, or as annotations. Default: text.",
)
@click.option("--strict", is_flag=True, help="Let warnings count as errors.")
@click.pass_obj
def command(invocation: Invocation, *, paths: tuple[Path, ...], output_format: str, strict: bool) -> int:
    """Check settings, role files and confirmations without a tenant and without a key.

    Every problem of every file is reported at once. With PATH, all files are still read, because roles build
    on one another, and only the problems of these files are shown and count. Warnings are advice on files that
    are in order; the settings can switch each rule off or make it an error.
    """
    from reconciler.cli.wiring import Project
    from reconciler.desired.ids import load_ids
    from reconciler.desired.lint.run import lint
    from reconciler.desired.pinning import check_role_schema, no_lock
    from reconciler.operations.validate import validate
    from reconciler.render.annotations import problem_annotations
    from reconciler.render.plan_json import to_json
    from reconciler.render.problems import problem_text, problems_document
    from reconciler.render.problems_markdown import problems_markdown

    project, form = Project(invocation), ValidateFormat(output_format)
    wanted = frozenset(_relative(path, project.root) for path in paths)
    found = validate(
        (
            lambda: project.guards,
            lambda: check_role_schema(project.root, project.catalogue),
            lambda: project.confirmations,
            lambda: load_ids(project.root, project.settings.default_tenant),
        ),
        lambda: (*lint(project.reading, project.settings.lint), *no_lock(project.root)),
    )
    shown = tuple(problem for problem in found if not wanted or problem.path in wanted)
    errors = sum(problem.severity is Severity.ERROR for problem in shown)
    stops = bool(shown) if strict else bool(errors)
    code = Exit.INPUT_REJECTED if stops else Exit.DONE
    if form is ValidateFormat.JSON:
        invocation.give(to_json(problems_document(shown)))
        return code
    warnings = _warnings(len(shown) - errors, counted=strict)
    verdict, tone = _verdict(project, warnings, errors, others=len(found) - len(shown))
    if form is ValidateFormat.GITHUB:
        invocation.give(problem_annotations(shown))
    elif form is ValidateFormat.MARKDOWN:
        invocation.give(problems_markdown(shown, "validate", verdict))
    invocation.tell(part for problem in shown for part in problem_text(problem))
    told = invocation.tell if stops or form is ValidateFormat.MARKDOWN else invocation.show
    told([line(span(verdict, tone))])
    return code


def _warnings(number: int, *, counted: bool) -> str:
    if not number:
        return ""
    counting = f", which count{'s' if number == 1 else ''} with --strict" if counted else ""
    return f", {_number(number, 'warning')}{counting}"


def _verdict(project: Project, warnings: str, errors: int, *, others: int) -> tuple[str, Tone]:
    """Say in one line how it went; advice is counted apart from what is wrong."""
    if errors:
        return f"{_number(errors, 'problem')}{warnings}", Tone.BAD
    if others:
        return f"no problems in these files{warnings}, {others:,} in others", Tone.CARE
    declared = len(project.reading.desired.roles) + len(project.reading.desired.retired)
    return f"{declared:,} role files, no problems{warnings}", Tone.CARE if warnings else Tone.GOOD


def _number(number: int, word: str) -> str:
    return f"1 {word}" if number == 1 else f"{number:,} {word}s"


def _relative(path: Path, root: Path) -> str:
    """Give a path as problems name it; raises `UsageProblem` for one that is no file of the repository."""
    whole = path.absolute()
    try:
        known = whole.is_relative_to(root) and whole.is_file()
    except OSError:  # a path that no file can have, such as one of too many letters
        known = False
    if not known:
        raise UsageProblem(f"{path} is no file of this repository", fix="Name files below the folder of the settings")
    return whole.relative_to(root).as_posix()
