"""The machine's time behind the `Clock` port."""

from __future__ import annotations

import datetime as dt
import time


class SystemClock:
    """Implements `reconciler.ports.Clock` with the machine's own clocks."""

    def now(self) -> dt.datetime:
        """Give the time in UTC."""
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        """Give seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; a negative time is no wait."""
        time.sleep(max(0.0, seconds))
