"""`reconciler validate`: check the files alone."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.invocation import Format, Invocation, ReportingCommand, format_option
from reconciler.errors import Exit

EPILOG = """\b
Examples:
  reconciler validate                        every file of the repository
  reconciler validate roles/agent.yaml       only problems of this file
  reconciler validate --format json          for machines
"""


@click.command("validate", cls=ReportingCommand, epilog=EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@format_option
@click.pass_obj
def command(invocation: Invocation, *, paths: tuple[Path, ...], output_format: str) -> int:
    """Check settings, role files and confirmations without a tenant and without a key.

    Every problem of every file is reported at once. With PATH, all files are still read, because roles build
    on one another, and only the problems of these files are shown and count.
    """
    from reconciler.cli.wiring import Project
    from reconciler.operations.validate import validate
    from reconciler.render.plan_json import to_json
    from reconciler.render.problems import problem_text, problems_document
    from reconciler.render.styled import Tone, line, span

    project = Project(invocation)
    wanted = frozenset(_relative(path, project.root) for path in paths)
    found = validate((lambda: project.settings, lambda: project.desired, lambda: project.confirmations))
    shown = tuple(problem for problem in found if not wanted or problem.path in wanted)
    if output_format == Format.JSON:
        invocation.give(to_json(problems_document(shown)))
    elif shown:
        invocation.tell(part for problem in shown for part in problem_text(problem))
        invocation.tell([line(span(_number(len(shown)), Tone.BAD))])
    elif found:
        invocation.show([line(span(f"no problems in these files, {_number(len(found))} in others", Tone.CARE))])
    else:
        declared = len(project.desired.roles) + len(project.desired.retired)
        invocation.show([line(span(f"{declared:,} role files, no problems", Tone.GOOD))])
    return Exit.INPUT_REJECTED if shown else Exit.DONE


def _number(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems:,} problems"


def _relative(path: Path, root: Path) -> str:
    """Give a path as problems name it; one outside the repository stays as it is and matches nothing."""
    whole = path.absolute()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.as_posix()
