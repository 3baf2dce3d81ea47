"""Two hands at one tenant: two applies of the same commit at once, and an apply beside a person."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from fakes.gate import Gate, Moment, is_write
from fakes.wire import Request
from processes.command import PATIENCE, Place, ended
from processes.truth import Clean, assert_as_clean, unexplained

pytestmark = pytest.mark.sockets

STALE, PARTLY_APPLIED = 6, 8


@pytest.mark.parametrize(
    "write", [1, *(pytest.param(n, marks=pytest.mark.campaign) for n in (2, 3, 4, 5))], ids="together-at-{}".format
)
def test_two_applies_at_once_come_to_one_plan(place: Place, clean: Clean, write: int, tmp_path: Path) -> None:
    """Both have planned the same and meet at one write: each write happens once, and neither undoes the other."""
    other = place.copied(tmp_path / "other")
    with place.serving() as url, Gate(url) as gate:
        place.point_at(gate.url)
        other.point_at(gate.url)
        key = place.environment()["SERVED_KEY"]
        both = threading.Barrier(2)
        met: list[int] = []

        def meet(moment: Moment, number: int, request: Request) -> None:
            if moment is Moment.BEFORE and is_write(request):
                met.append(number)
                if len(met) in {2 * write - 1, 2 * write} or (write > 1 and len(met) <= 2):
                    both.wait(PATIENCE)

        gate.begin(meet)
        applying = [each.start("apply", "--yes", SERVED_KEY=key) for each in (place, other)]
        runs = [ended(process) for process in applying]
        gate.begin()
        codes = sorted(run.code for run in runs)
        assert set(codes) <= {0, STALE, PARTLY_APPLIED}, runs
        assert codes[-1] != 0, runs
        assert place.effects() <= clean.effects
        assert place.run("apply", "--yes").code == 0
    for folder in sorted(other.folder.glob(".reconciler/journal/*")):
        folder.rename(place.folder / ".reconciler" / "journal" / f"other-{folder.name}")
    assert_as_clean(place, clean)
