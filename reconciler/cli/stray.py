"""Tells what no command could tell, in the format that was asked for: wrong usage, an interruption, a bug of ours."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path

import click

from reconciler.cli.invocation import write_text
from reconciler.errors import Exit, UsageProblem

_OPTION = "--format"


class Stray:
    """One command line, which perhaps could not even be read."""

    def __init__(self, arguments: Sequence[str], commands: Collection[str], results: Sequence[Path]) -> None:
        self._arguments = arguments
        self._command = next((word for word in arguments if word in commands), "reconciler")
        self._results = results

    def wrong_usage(self, wrong: click.ClickException) -> None:
        """Tell what is wrong with the command line."""
        context = getattr(wrong, "ctx", None)
        command = context.command_path if context is not None else "reconciler"
        self._tell("usage", Exit.USAGE, wrong.format_message(), f"see `{command} --help`")

    def interrupted(self) -> None:
        """Tell that somebody stopped the command."""
        if self._wants("markdown"):
            self._deliver(Exit.INTERRUPTED, "Interrupted; nothing more was sent", "Run it again when you are ready")
        click.echo("\nInterrupted; nothing more was sent.", err=True)

    def our_bug(self, bug: Exception) -> None:
        """Tell where a bug happened without its text, which might hold foreign text or a key."""
        frames = "-v" in self._arguments or "--verbose" in self._arguments
        stack = traceback.extract_tb(bug.__traceback__)
        places = [
            f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in (stack if frames else stack[-1:])
        ]
        told = f"A bug of ours: {type(bug).__name__}"
        self._tell("bug", Exit.OUR_BUG, told, "report this with the command and, with -v, the lines above", places)

    def _wants(self, word: str) -> bool:
        """Say whether a command line that could not be read asked for a format."""
        return f"{_OPTION}={word}" in self._arguments or (_OPTION, word) in pairwise(self._arguments)

    def _tell(self, code: str, exit_code: Exit, detail: str, fix: str, places: Sequence[str] = ()) -> None:
        """Tell an error as text or as a document like every other error."""
        from reconciler.render.escape import visible
        from reconciler.render.plan_json import to_json
        from reconciler.render.problems import stray_document

        if self._wants("json"):
            told = "\n  at ".join((detail, *places))
            click.echo(to_json(stray_document(code, exit_code, told, fix)), nl=False)
            return
        if self._wants("markdown"):
            self._deliver(exit_code, detail, fix, places)
        click.echo(f"error[{code}] " + "\n".join(visible(part) for part in detail.splitlines()), err=True)
        for place in places:
            click.echo(f"  at {visible(place)}", err=True)
        click.echo(f"  fix: {fix}", err=True)

    def _deliver(self, exit_code: Exit, summary: str, fix: str, places: Sequence[str] = ()) -> None:
        """Write the document to standard output, and to the file that was allowed for the result."""
        from reconciler.cli.output import write_file
        from reconciler.render.problems_markdown import stray_markdown

        document = stray_markdown(self._command, exit_code, summary, fix, places)
        write_text(sys.stdout, document)
        for path in self._results:
            try:
                write_file(path, document)
            except UsageProblem as problem:
                click.echo(f"error[{problem.code}] {problem.detail}", err=True)
