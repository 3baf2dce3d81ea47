"""A clock that moves only when somebody sleeps."""

from __future__ import annotations

import datetime as dt

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


class FakeClock:
    """Implements `reconciler.ports.Clock`; sleeping advances both times at once and is recorded."""

    def __init__(self, start: dt.datetime = START) -> None:
        self._start = start
        self._elapsed = 0.0
        self.sleeps: list[float] = []
        """Every sleep, in order, in seconds."""

    def now(self) -> dt.datetime:
        """Give the start plus all that was slept."""
        return self._start + dt.timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Give all that was slept."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Advance without waiting."""
        self.sleeps.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass that nobody slept."""
        self._elapsed += seconds
