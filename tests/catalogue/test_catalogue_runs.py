"""Rows on plans, options, settings and workflows: one command line beside the embedded tenant."""

from __future__ import annotations

import pytest
from catalogue import rows_cli, rows_github, rows_plan
from catalogue.duties import Watched
from catalogue.rows import RunCase

pytestmark = pytest.mark.sockets

RUNS = (*rows_plan.RUNS, *rows_cli.RUNS, *rows_github.RUNS)


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.id)
def test_run_of_one_command(case: RunCase, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is as it should be, and every duty is kept."""
    case.arrange(watched.desk, monkeypatch)

    ran = watched.ask(case, *case.arguments)

    case.check(watched.desk, ran)
