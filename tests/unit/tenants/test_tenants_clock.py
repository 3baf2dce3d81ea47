"""The machine's clocks keep the promises of the port."""

from __future__ import annotations

import datetime as dt

from reconciler.ports import Clock
from reconciler.tenants.clock import SystemClock


def test_time_is_in_utc_and_never_runs_backwards() -> None:
    """Now has a zone, and the monotonic clock only grows."""
    clock: Clock = SystemClock()
    first = clock.monotonic()

    assert clock.now().tzinfo is dt.UTC
    assert clock.monotonic() >= first


def test_a_negative_wait_is_no_wait() -> None:
    """A deadline that has just passed does not crash the sleeper."""
    clock = SystemClock()
    clock.sleep(-1.0)
    clock.sleep(0.0)
