"""`reconciler sandbox`: serve the embedded tenant on a port, or start it over."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.invocation import Invocation, ReportingCommand
from reconciler.errors import Exit

EPILOG = """\b
Examples:
  reconciler sandbox reset                          start over from the seed
  reconciler sandbox serve --port 8085              the same tenant for other tools
  reconciler sandbox serve --faults faults.yaml     rehearse a bad day
"""


@click.group("sandbox", epilog=EPILOG)
def command() -> None:
    """Use the embedded tenant: the support product that plan and apply talk to by default."""


@command.command("reset", cls=ReportingCommand)
@click.pass_obj
def reset_command(invocation: Invocation) -> int:
    """Forget everything that was applied and start over from the seed."""
    from reconciler.cli.wiring import Project
    from reconciler.render.styled import Tone, line, span
    from reconciler.sandbox.tenant import reset

    reset(Project(invocation).state_folder)
    invocation.show([line(span("The embedded tenant starts over from its seed.", Tone.GOOD))])
    return Exit.DONE


@command.command("serve", cls=ReportingCommand)
@click.option("--host", default="127.0.0.1", help="Address to listen on. Default: loopback only.")
@click.option("--port", type=click.IntRange(0, 65535), default=8085, help="Port to listen on. Default: 8085.")
@click.option("--faults", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A fault schedule.")
@click.pass_obj
def serve_command(invocation: Invocation, *, host: str, port: int, faults: Path | None) -> int:
    """Serve the embedded tenant until Ctrl-C; prints its address and its key, which opens nothing else."""
    from reconciler.cli.wiring import Project
    from reconciler.render.styled import line
    from reconciler.sandbox.tenant import serve

    serve(
        Project(invocation).state_folder,
        host=host,
        port=port,
        faults=faults,
        announce=lambda text: invocation.show([line(text)]),
    )
    return Exit.DONE
