"""The entry point: global options, the list of commands, and the one place where an unforeseen error ends."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.invocation import Colour, Invocation
from reconciler.cli.once import Once
from reconciler.cli.stray import Stray
from reconciler.cli.streams import occupy_standard_streams
from reconciler.errors import Exit

COMMANDS = {
    "adopt": "Write live roles as role files.",
    "apply": "Make the tenant as the files say, once every guard agrees.",
    "catalogue": "Say what the vendor changed about permissions, and pin it.",
    "ci": "Go from a pull request to a merge, step by step; for workflows.",
    "confirm": "Record a yes to exactly one finding of the plan.",
    "doctor": "Say what the key may do and what could not be verified.",
    "drift": "Say what moved in the tenant.",
    "explain": "Say where a permission comes from, who has it, and through which role.",
    "init": "Make a complete repository of roles, touching no file that is there.",
    "matrix": "Show every role by every permission, with what differs from live marked.",
    "new": "Write a commented role file to start from.",
    "plan": "Say what would change, and how many people lose or gain what.",
    "sandbox": "The embedded tenant: serve it on a port, or start over.",
    "validate": "Check the files alone: no tenant and no key.",
}
"""Each command and its one line of help; the module is loaded only when the command runs."""


class Commands(Once, click.Group):
    """Finds commands by name without loading any of them for the list."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"reconciler.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list for --help out of the table above."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


EPILOG = """\b
Examples:
  reconciler plan                              what would change, for whom
  reconciler confirm ID --reason "announced"   say yes to one finding
  reconciler apply --expect sha256:…           do exactly what was reviewed
\b
Exit codes: 0 done, 2 changes pending, 3 input rejected, 4 refused by a guard,
5 confirmation missing, 6 stale, 7 tenant unreadable, 8 partly applied,
64 usage or settings, 70 a bug of ours, 130 interrupted.
"""


@click.command(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path),
    default=Path("reconciler.yaml"),
    metavar="FILE",
    help="Settings of the repository. Default: reconciler.yaml",
)
@click.option("--tenant", metavar="NAME", help="Tenant of the settings. Default: its default_tenant.")
@click.option(
    "--color",
    "colour",
    type=click.Choice([str(c) for c in Colour]),
    default="auto",
    help="Colours. Default: on terminals.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is being read, and where a bug of ours happened.")
@click.version_option(__version__, prog_name="reconciler")
@click.pass_context
def reconciler(
    ctx: click.Context, *, settings_file: Path, tenant: str | None, colour: Colour, quiet: bool, verbose: bool
) -> None:
    """Roles as code for support desks."""
    if quiet and verbose:
        raise click.UsageError("-q and -v contradict each other")
    ctx.obj = Invocation(
        settings_file=settings_file,
        tenant=tenant,
        colour=Colour(colour),
        quiet=quiet,
        verbose=verbose,
        results=ctx.obj,
    )


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give the exit code; prints, and lets nothing escape.

    Errors raised on purpose are told by the command itself. What arrives here is a wrong command line, an
    interruption, a closed pipe, or a bug of ours, whose text might hold anything and is therefore not shown.
    """
    results: list[Path] = []
    stray = Stray(arguments, COMMANDS, results)
    try:
        code = reconciler.main(list(arguments), prog_name="reconciler", standalone_mode=False, obj=results)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as wrong:
        stray.wrong_usage(wrong)
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        stray.interrupted()
        return Exit.INTERRUPTED
    except Exception as bug:  # noqa: BLE001 - the one outermost place; it becomes exit code 70
        stray.our_bug(bug)
        return Exit.OUR_BUG
    return code if isinstance(code, int) else Exit.DONE


def main() -> None:
    """Run the command line of this process."""
    occupy_standard_streams()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
