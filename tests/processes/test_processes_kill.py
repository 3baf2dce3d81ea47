"""The installed command is killed with no chance to say anything, at every request of an apply."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import pytest
from fakes.gate import Dropped, Gate, Moment, is_write
from fakes.wire import Request
from processes.command import Place, ended
from processes.truth import Clean, assert_as_clean, assert_journal_is_what_was_sent

pytestmark = pytest.mark.sockets

KILLED = -9
ENOUGH = 20
"""More runs than the plan has writes, each killed at three moments."""


class Killer:
    """Kills an apply as soon as one of its requests is at a moment."""

    def __init__(self, gate: Gate, moment: Moment, chosen: Callable[[int, Request], bool]) -> None:
        self._moment = moment
        self._chosen = chosen
        self._gate = gate
        self._victim: subprocess.Popen[str] | None = None

    def run(self, place: Place) -> int:
        """Apply until the kill, or to the end where no request was chosen; give how it ended."""
        self._gate.begin(self)
        self._victim = place.start("apply", "--yes")
        return ended(self._victim).code

    def __call__(self, moment: Moment, number: int, request: Request) -> None:
        """Watch a request."""
        if moment is self._moment and self._chosen(number, request):
            assert self._victim is not None
            self._victim.kill()
            self._victim.wait()
            raise Dropped


def test_an_apply_killed_again_and_again_ends_where_an_undisturbed_one_does(place: Place, clean: Clean) -> None:
    """Each run is killed before, after or behind its first write; none happens twice, and the journals explain all."""
    codes = []
    with place.serving() as url, Gate(url) as gate:
        place.point_at(gate.url)
        for moment in islice(cycle(Moment), ENOUGH):
            codes.append(Killer(gate, moment, lambda _, request: is_write(request)).run(place))
            if codes[-1] != KILLED:
                break
            assert_journal_is_what_was_sent(place, gate)
        gate.begin()
        assert place.run("plan", "--exit-code").code == 0

    assert codes[-1] == 0
    assert len(codes) > sum(clean.effects.values())
    assert_as_clean(place, clean)


@pytest.mark.campaign
@pytest.mark.parametrize("moment", Moment)
def test_an_apply_killed_at_any_request_is_finished_by_the_next(
    rich_place: Place, moment: Moment, tmp_path: Path
) -> None:
    """At each request of a plan with every kind of write: killed there, run again, and as if nothing had been."""
    clean = Clean.of(rich_place.copied(tmp_path / "clean"))
    for number in range(1, clean.requests + 1):
        place = rich_place.copied(tmp_path / str(number))
        with place.serving() as url, Gate(url) as gate:
            place.point_at(gate.url)
            assert Killer(gate, moment, lambda n, _, number=number: n == number).run(place) == KILLED
            assert_journal_is_what_was_sent(place, gate)
            gate.begin()
            again = place.run("apply", "--yes")
            assert again.code == 0, again.err
            assert place.run("plan", "--exit-code").code == 0
        assert_as_clean(place, clean)
