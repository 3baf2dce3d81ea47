"""Says how long to wait before a read is tried again; total for any header a tenant may send."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from random import SystemRandom

_MOST_DIGITS = 9


def retry_after(text: str | None, now: dt.datetime) -> float | None:
    """Read a `Retry-After` header, seconds or HTTP-date, as seconds from `now`; None for anything else.

    A date in the past gives 0. Never raises and never gives a negative or infinite number.
    """
    if text is None:
        return None
    text = text.strip(" \t")
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= _MOST_DIGITS else None
    if not text.endswith(" GMT"):
        return None
    try:
        seconds = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0.0, seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """Doubles the wait with each try and spreads it, so that clients do not come back all at once."""

    tries: int = 4
    """How often one read is sent at most."""
    first: float = 0.5
    """Seconds before the second try, at least."""
    random: Callable[[], float] = SystemRandom().random
    """Gives numbers from 0 up to 1."""

    def wait(self, tried: int, asked: float | None) -> float:
        """Give the seconds to wait after `tried` tries; what the tenant asked for is a lower bound."""
        own = self.first * 2.0 ** (tried - 1) * (1.0 + self.random())
        return max(own, asked or 0.0)
