"""`reconciler sandbox`: serve the embedded tenant on a port, or start it over."""

from __future__ import annotations

from contextlib import suppress
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
@click.option("--host", default="127.0.0.1", help="Loopback address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8085, help="Port to listen on. Default: 8085.")
@click.option("--faults", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A fault schedule.")
@click.pass_obj
def serve_command(invocation: Invocation, *, host: str, port: int, faults: Path | None) -> int:
    """Serve the embedded tenant until Ctrl-C, which is how it ends well.

    Its key is made anew each time and put into .reconciler/sandbox.key, readable by you alone; it is not shown.
    """
    from reconciler.cli.output import write_file
    from reconciler.cli.wiring import Project
    from reconciler.render.styled import Tone, line, span
    from reconciler.sandbox.schedule_file import read_schedule
    from reconciler.sandbox.server import serve_forever
    from reconciler.sandbox.tenant import new_secret, opened_app, opened_store
    from reconciler.tenants.clock import SystemClock

    folder = Project(invocation).state_folder
    schedule = None if faults is None else read_schedule(faults)
    secret = new_secret()

    def announce(url: str) -> None:
        write_file(folder / "sandbox.key", f"{secret}\n", private=True)
        invocation.show(
            [
                line(span("Serving the embedded tenant at ", Tone.GOOD), url),
                line(f"  kind: support, its key is in {folder.name}/sandbox.key; Ctrl-C stops"),
            ]
        )

    with (
        suppress(KeyboardInterrupt),
        opened_store(folder) as store,
        opened_app(store, SystemClock(), secret=secret, faults=schedule) as app,
    ):
        serve_forever(app, host, port, announce)
    invocation.show([line("Stopped; the tenant keeps its state.")])
    return Exit.DONE
