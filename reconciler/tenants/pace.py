"""Slows down before the tenant says stop, from the rate headers of its replies."""

from __future__ import annotations

from collections.abc import Mapping

_RESERVE = 10
"""With fewer requests left than this, they are spread over the time until the limit is reset."""
_MOST_DIGITS = 9


class Pace:
    """Remembers the latest rate headers and says how long to wait before the next request."""

    def __init__(self) -> None:
        self._not_before = 0.0

    def note(self, headers: Mapping[str, str], now: float) -> None:
        """Learn from a reply; `now` is monotonic. Headers that are missing or no numbers change nothing.

        Nothing left means waiting for the reset; a few left are spread evenly; many left mean no wait.
        """
        remaining = _number(headers.get("x-ratelimit-remaining"))
        reset = _number(headers.get("x-ratelimit-reset"))
        if remaining is None or reset is None:
            return
        self._not_before = now if remaining >= _RESERVE else now + reset / (remaining + 1)

    def pause(self, now: float) -> float:
        """Give the seconds to wait before the next request."""
        return max(0.0, self._not_before - now)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    text = text.strip(" \t")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
