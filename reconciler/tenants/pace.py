"""Slows down before the tenant says stop, from the rate headers of its replies."""

from __future__ import annotations

from collections.abc import Mapping

_RESERVE = 10
"""With fewer requests left than this, they are spread over the time until the limit is reset."""
_MOST_DIGITS = 9
_MINUTE = 60
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining", "rate-limit-remaining", "x-rate-limit-remaining")
_RESET = ("x-ratelimit-reset", "ratelimit-reset", "rate-limit-reset")
"""The spellings in use, the first that is there counts: the support product has the first, Zendesk all the others."""


class Pace:
    """Remembers the latest rate headers and says how long to wait before the next request."""

    def __init__(self) -> None:
        self._not_before = 0.0

    def note(self, headers: Mapping[str, str], now: float) -> None:
        """Learn from a reply; `now` is monotonic. Headers that are missing or no numbers change nothing.

        Nothing left means waiting for the reset; a few left are spread evenly; many left mean no wait. A limit per
        minute (`x-rate-limit`) whose reset nobody tells is over in a minute.
        """
        remaining = _first(headers, _REMAINING)
        reset = _first(headers, _RESET)
        if reset is None and "x-rate-limit-remaining" in headers:
            reset = _MINUTE
        if remaining is None or reset is None:
            return
        self._not_before = now if remaining >= _RESERVE else now + reset / (remaining + 1)

    def pause(self, now: float) -> float:
        """Give the seconds to wait before the next request."""
        return max(0.0, self._not_before - now)


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    """Read the first header that is there and holds a number."""
    numbers = (_number(headers.get(name)) for name in names)
    return next((number for number in numbers if number is not None), None)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    text = text.strip(" \t")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
