"""`reconciler ci`: the steps of the way from a pull request to a merge, for workflows to call in their order."""

from __future__ import annotations

import click

from reconciler.cli.ci import gate, issue, plan, publish, reviewed

EPILOG = """\b
Examples:
  reconciler ci gate                                     may this pull request be planned?
  reconciler ci plan --pull 7 --head SHA --out plan      what would change if it were merged
  reconciler ci publish --pull 7 --head SHA --from plan  comment, labels and check
  reconciler ci reviewed --out review.json               what was reviewed for a merged commit
  reconciler ci issue drift --from told --outcome failure --code 2
"""

STEPS = (gate.command, plan.command, publish.command, reviewed.command, issue.command)


@click.group("ci", epilog=EPILOG)
def command() -> None:
    """Go the way from a pull request to a merge, step by step; meant for workflows."""


for step in STEPS:
    command.add_command(step)
