"""SIGINT, SIGTERM and SIGKILL to the installed command while its tenant takes its time."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

import pytest
from fakes.gate import Dropped, Gate, Moment, is_write
from fakes.wire import Request
from processes.command import Ended, Place, ended
from processes.truth import Clean, assert_as_clean, assert_journal_is_what_was_sent

pytestmark = pytest.mark.sockets

INTERRUPTED = 130
BOUND = 20
"""Seconds after which something hangs that should have begun; no measurement."""
AFTER_THE_SIGNAL = 10
"""Seconds in which a run must have ended that promises five, on a busy machine; a request alone may take thirty."""
RESULTS = ("applied  ", "failed  ", "unknown  ", "not attempted ")


class Silence:
    """A tenant that stops answering at a moment of the first chosen request, until the block is left."""

    def __init__(self, moment: Moment, chosen: Callable[[int, Request], bool]) -> None:
        self.reached = threading.Event()
        self._moment = moment
        self._chosen = chosen
        self._over = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def __call__(self, moment: Moment, number: int, request: Request) -> None:
        """Watch a request; the client of one that is held never hears of it."""
        if moment is self._moment and self._chosen(number, request):
            self.reached.set()
            self._over.wait()
            raise Dropped


def first_write(_number: int, request: Request) -> bool:
    """Choose every write."""
    return is_write(request)


def signalled(place: Place, silence: Silence, *signals: signal.Signals) -> Ended:
    """Apply, and send the signals half a second apart once the tenant is silent; who takes too long is killed."""
    applying = place.start("apply", "--yes")
    assert silence.reached.wait(BOUND)
    for number in signals:
        applying.send_signal(number)
        threading.Event().wait(0.5)
    with suppress(subprocess.TimeoutExpired):
        applying.wait(AFTER_THE_SIGNAL)
    applying.kill()
    return ended(applying)


def signalled_at(place: Place, gate: Gate, at: tuple[Moment, int], number: signal.Signals) -> Ended:
    """Apply, and send the signal when a request is at a moment; everything is answered."""
    started = threading.Event()

    def watch(moment: Moment, request: int, _request: Request) -> None:
        if (moment, request) == at:
            started.wait(BOUND)
            applying.send_signal(number)

    gate.begin(watch)
    applying = place.start("apply", "--yes")
    started.set()
    return ended(applying)


def outcomes(report: str) -> int:
    """Count the roles that a report names with what became of them."""
    return sum(report.count(f"\n  {result}") for result in RESULTS)


@pytest.mark.parametrize(
    ("moment", "signals"),
    [
        pytest.param(Moment.ARRIVED, (signal.SIGINT,), id="one-of-a-keyboard"),
        pytest.param(
            Moment.BEFORE, (signal.SIGTERM, signal.SIGTERM), id="two-of-a-supervisor", marks=pytest.mark.campaign
        ),
        pytest.param(Moment.ARRIVED, (signal.SIGINT, signal.SIGTERM, signal.SIGKILL), id="a-cancelled-runner"),
        pytest.param(Moment.BEFORE, (signal.SIGTERM,), id="one-of-a-supervisor", marks=pytest.mark.campaign),
    ],
)
def test_a_silent_tenant_does_not_keep_a_report_back(
    place: Place, clean: Clean, moment: Moment, signals: tuple[signal.Signals, ...]
) -> None:
    """Five seconds after the first signal, or at the second, every role has its outcome, and a re-run finishes all."""
    with place.serving() as url, Gate(url) as gate:
        place.point_at(gate.url)
        with Silence(moment, first_write) as silence:
            gate.begin(silence)
            ran = signalled(place, silence, *signals)
        assert ran.code == INTERRUPTED, ran
        assert "unknown  " in ran.out
        assert outcomes(ran.out) == sum(clean.effects.values())
        assert_journal_is_what_was_sent(place, gate)
        assert place.journals()[-1][-1]["result"] == "unknown"
        gate.begin()
        assert place.run("apply", "--yes").code == 0
    assert_as_clean(place, clean)


@pytest.mark.campaign
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
@pytest.mark.parametrize("moment", Moment)
def test_a_signal_at_any_request_ends_the_run_with_every_role_told(
    place: Place, clean: Clean, moment: Moment, number: signal.Signals
) -> None:
    """At each request of an apply that is answered: a whole report once writing has begun, and a re-run finishes."""
    with place.serving() as url, Gate(url) as gate:
        place.point_at(gate.url)
        for at in range(1, clean.requests + 1):
            place.start_over()
            place.point_at(gate.url)
            ran = signalled_at(place, gate, (moment, at), number)
            writing = bool(place.journals())
            last = at == clean.requests and ran.code == 0  # the signal came when nothing was left to stop
            assert last or ran.code == INTERRUPTED or (not writing and ran.code == -number), (at, ran)
            if writing:
                assert outcomes(ran.out) == sum(clean.effects.values()), (at, ran)
                assert "unknown  " not in ran.out, (at, ran)
            gate.begin()
            assert place.run("apply", "--yes").code == 0
            assert_as_clean(place, clean)
