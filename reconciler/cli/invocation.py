"""What every command is given: the global options, and the way to standard output and error."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from reconciler.cli.once import Once
from reconciler.errors import ReconcilerError, UsageProblem
from reconciler.ports import Progress, Unwatched
from reconciler.render.styled import Line, to_text

if TYPE_CHECKING:
    from reconciler.cli.progress import Bars


class Colour(StrEnum):
    """When to write colours."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Format(StrEnum):
    """Whom the output is for."""

    TEXT = "text"
    JSON = "json"


class ReportFormat(StrEnum):
    """Whom the output of a command is for that can also be read in the summary of a job or in an issue."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The global options of one command line."""

    settings_file: Path
    tenant: str | None
    colour: Colour
    quiet: bool
    verbose: bool
    results: list[Path] = field(default_factory=list, repr=False)
    """The files that a command was allowed to write its result to; what went wrong is told there, too."""
    bars: list[Bars] = field(default_factory=list, repr=False)
    """The bars on the screen, if any."""

    def show(self, lines: Iterable[Line]) -> None:
        """Write lines to standard output."""
        self._clear()
        write_text(sys.stdout, to_text(lines, colour=self._coloured(sys.stdout)))

    def tell(self, lines: Iterable[Line]) -> None:
        """Write lines to standard error: what is no result, such as errors and questions."""
        self._clear()
        write_text(sys.stderr, to_text(lines, colour=self._coloured(sys.stderr)))

    def remark(self, code: str, sentence: str) -> None:
        """Say something on standard error that no command fails for."""
        from reconciler.render.styled import Tone, line, span

        self.tell([line(span(f"warning[{code}] ", Tone.CARE), sentence)])

    def give(self, document: str) -> None:
        """Write a finished document to standard output, byte for byte."""
        self._clear()
        write_text(sys.stdout, document)

    def deliver(self, document: str) -> None:
        """Write a finished document to standard output and to every file that was allowed for the result.

        A file that cannot be written is told and is no error of its own.
        """
        self.give(document)
        for path in self.results:
            from reconciler.cli.output import write_file
            from reconciler.render.problems import error_text

            try:
                write_file(path, document)
            except UsageProblem as problem:
                self.tell(error_text(problem))

    def progress(self) -> Progress:
        """Give the progress display: bars on a terminal, lines with -v, nothing otherwise."""
        from reconciler.cli import progress

        if self.verbose:
            return progress.Lines(self.tell)
        if self.quiet or not _is_terminal(sys.stderr):
            return Unwatched()
        bars = progress.Bars()
        self.bars.append(bars)
        return bars

    def _clear(self) -> None:
        """Take a bar away before anything is written beside it, and give the terminal its cursor back."""
        for bars in self.bars:
            bars.close()

    def _coloured(self, stream: TextIO | None) -> bool:
        if self.colour is not Colour.AUTO:
            return self.colour is Colour.ALWAYS
        return _is_terminal(stream) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def write_text(stream: TextIO | None, text: str) -> None:
    """Write text; what the stream cannot show is escaped, and a reader who left or a full disk changes nothing.

    A closed pipe must not end an apply half way or change its exit code, so the stream is pointed at nothing.
    A stream that was closed before the program began is None.
    """
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    if not encoding.lower().startswith("utf"):
        text = text.removeprefix("\ufeff")  # says that what follows is UTF-8, and here it is not
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except OSError as error:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
        if error.errno != errno.EPIPE and stream is not sys.stderr:
            write_text(sys.stderr, f"error[output] The output could not be written ({error.strerror})\n")


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


class ReportingCommand(Once):
    """A command that tells errors raised on purpose in the format it was asked for, and maps them to exit codes."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - the signature is click's
        """Run the command; a `ReconcilerError` becomes output and an exit code."""
        from reconciler.render.annotations import error_annotations
        from reconciler.render.plan_json import to_json
        from reconciler.render.problems import error_document, error_text
        from reconciler.render.problems_markdown import error_markdown

        invocation: Invocation = ctx.obj
        try:
            return super().invoke(ctx)
        except ReconcilerError as error:
            match ctx.params.get("output_format"):
                case "json":
                    invocation.give(to_json(error_document(error)))
                    ctx.exit(error.exit_code)
                case "github":
                    invocation.give(error_annotations(error))
                case "markdown":
                    invocation.deliver(error_markdown(error, str(ctx.info_name)))
            invocation.tell(error_text(error))
            ctx.exit(error.exit_code)


def report_format_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--format text|json|markdown` to a command."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice([str(f) for f in ReportFormat]),
        default=str(ReportFormat.TEXT),
        help="For the terminal, for machines, or for a job summary or an issue. Default: text.",
    )(function)


def format_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--format text|json` to a command."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice([str(f) for f in Format]),
        default=str(Format.TEXT),
        help="Output for people or for machines. Default: text.",
    )(function)


def base_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--base REV` to a command that plans."""
    return click.option("--base", metavar="REV", help="The git revision that this change starts from.")(function)
