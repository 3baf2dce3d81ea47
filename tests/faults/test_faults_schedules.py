"""Every schedule that once showed something is run again; `reconciler sandbox serve --faults` reads the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.harness import printed, replayed
from faults.plans import WORLDS
from faults.strikes import EVERY_KIND, plot_of, text_of

from reconciler.sandbox.schedule_file import read_schedule

SCHEDULES = sorted((Path(__file__).parent / "schedules").glob("*.yaml"))


@pytest.mark.parametrize("path", SCHEDULES, ids=[path.stem for path in SCHEDULES])
def test_faults_kept_schedule_violates_nothing(path: Path) -> None:
    """The schedule strikes the plan that its first line names, and every invariant holds."""
    text = path.read_text(encoding="utf-8")

    assert replayed(WORLDS[text.partition("\n")[0].removeprefix("# plan: ")], text) == ()


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_faults_printed_schedule_says_what_strikes(kind: str, tmp_path: Path) -> None:
    """What is printed for a violation is read by the sandbox, and with its comments it is the whole plot."""
    text = printed("any", {((kind, 3), ("drop_after", 9)): ("I-1: something",)})
    path = tmp_path / "faults.yaml"
    path.write_text(text, encoding="utf-8")

    plot = plot_of(text)
    assert read_schedule(path) == plot.schedule
    assert plot == plot_of(text_of([(kind, 3), ("drop_after", 9)]))
    numbers = [fault.nth for fault in plot.schedule.faults] + [number for _, number in plot.beside]
    assert {3, 9} == set(numbers)
