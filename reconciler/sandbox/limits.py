"""Count requests against a key's rate tier, and say how many are left and when there will be more."""

from __future__ import annotations

import datetime as dt
import math
import threading
from collections import deque
from dataclasses import dataclass

from reconciler.ports import Clock
from reconciler.sandbox.keys import ApiKey
from reconciler.sandbox.refusals import Refused

_MINUTE = 60.0
_BURST = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The tightest of a key's limits after a request was counted, or turned down."""

    limit: int
    remaining: int
    """Requests left under this limit."""
    reset: int
    """Whole seconds until `remaining` grows."""
    granted: bool

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Give the headers that tell a client about its pace; `Retry-After` only where it has to wait."""
        facts = (
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(self.remaining)),
            ("X-RateLimit-Reset", str(self.reset)),
        )
        return facts if self.granted else (*facts, ("Retry-After", str(self.reset)))

    def require_granted(self) -> None:
        """Refuse with 429 when the request was turned down."""
        if not self.granted:
            raise Refused(429, "rate_limited", "The key made too many requests", details={"retry_after": self.reset})


class RateLimits:
    """Counts per key; a request that is turned down counts for nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._usage: dict[str, _Usage] = {}

    def take(self, key: ApiKey) -> Allowance:
        """Count one request of `key` if none of its limits is used up, and describe the tightest limit."""
        with self._lock:
            usage = self._usage.setdefault(key.secret, _Usage())
            now, wall = self._clock.monotonic(), self._clock.now()
            usage.forget(now, wall)
            granted = usage.tightest(key, now, wall).remaining > 0
            if granted:
                usage.count(now)
            tightest = usage.tightest(key, now, wall)
        return Allowance(
            limit=tightest.limit, remaining=tightest.remaining, reset=math.ceil(tightest.reset), granted=granted
        )


@dataclass(frozen=True, slots=True)
class _Window:
    limit: int
    remaining: int
    reset: float


class _Usage:
    """When the requests of one key were made."""

    def __init__(self) -> None:
        self._minute: deque[float] = deque()
        self._burst: deque[float] = deque()
        self._day = dt.date.min
        self._today = 0

    def forget(self, now: float, wall: dt.datetime) -> None:
        """Drop what no window reaches any more."""
        for times, length in ((self._minute, _MINUTE), (self._burst, _BURST)):
            while times and now - times[0] >= length:
                times.popleft()
        if wall.date() != self._day:
            self._day, self._today = wall.date(), 0

    def count(self, now: float) -> None:
        """Add a request."""
        self._minute.append(now)
        self._burst.append(now)
        self._today += 1

    def tightest(self, key: ApiKey, now: float, wall: dt.datetime) -> _Window:
        """Give the window with the fewest requests left; of several, the one that takes longest to recover."""
        midnight = dt.datetime.combine(self._day + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)
        windows = (
            _sliding(self._minute, key.tier.per_minute, _MINUTE, now),
            _sliding(self._burst, key.tier.burst, _BURST, now),
            _Window(key.tier.per_day, key.tier.per_day - self._today, (midnight - wall).total_seconds()),
        )
        return min(windows, key=lambda window: (window.remaining, -window.reset))


def _sliding(times: deque[float], limit: int, length: float, now: float) -> _Window:
    return _Window(limit, limit - len(times), length - (now - times[0]) if times else 0.0)
