"""`reconciler ci`: the steps of the way from a pull request to a merge, for workflows to call in their order."""

from __future__ import annotations

import click

from reconciler.cli.ci import gate

EPILOG = """\b
Examples:
  reconciler ci gate                                     may this pull request be planned?
"""

STEPS = (gate.command,)


@click.group("ci", epilog=EPILOG)
def command() -> None:
    """Go the way from a pull request to a merge, step by step; meant for workflows."""


for step in STEPS:
    command.add_command(step)
