"""Every schedule that once showed something is run again; `reconciler sandbox serve --faults` reads the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.harness import violations
from faults.plans import WORLDS

from reconciler.sandbox.schedule_file import read_schedule

SCHEDULES = sorted((Path(__file__).parent / "schedules").glob("*.yaml"))


@pytest.mark.parametrize("path", SCHEDULES, ids=[path.stem for path in SCHEDULES])
def test_faults_kept_schedule_violates_nothing(path: Path) -> None:
    """The schedule strikes the plan that its first line names, and every invariant holds."""
    name = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# plan: ")
    strikes = [(fault.kind.value, fault.nth) for fault in read_schedule(path).faults]

    assert violations(WORLDS[name], *strikes) == ()
