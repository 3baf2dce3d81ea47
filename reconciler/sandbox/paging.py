"""Read and write the parameters of lists: page sizes, opaque cursors, and times."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Mapping

from reconciler.sandbox.records import timestamp
from reconciler.sandbox.refusals import Refused, invalid

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100

_LIMIT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_POSITION = re.compile(r"[0-9]{1,18}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def page_limit(parameters: Mapping[str, str]) -> int:
    """Give the page size that was asked for; refuses with 422 anything but 1 to 100."""
    text = parameters.get("limit", str(DEFAULT_LIMIT))
    if not _LIMIT.fullmatch(text) or int(text) > LARGEST_LIMIT:
        raise invalid(f"limit is a whole number from 1 to {LARGEST_LIMIT}", parameter="limit")
    return int(text)


def cursor_for(listing: str, after: int) -> str:
    """Give the cursor that continues `listing` after the entry numbered `after`."""
    return base64.urlsafe_b64encode(f"{listing}/{after}".encode()).decode("ascii").rstrip("=")


def position(listing: str, parameters: Mapping[str, str]) -> int:
    """Give the number after which to continue, 0 for the start; refuses a cursor not made for this listing."""
    cursor = parameters.get("cursor")
    if cursor is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error
    name, _, number = text.rpartition("/")
    # Base64 has several spellings of the same bytes; only the one that was given out is a cursor.
    if name != listing or not _POSITION.fullmatch(number) or cursor_for(name, int(number)) != cursor:
        raise _bad_cursor()
    return int(number)


def since(parameters: Mapping[str, str]) -> str:
    """Give the earliest time asked for as the store writes times, empty for none; refuses what is no RFC 3339 time."""
    text = parameters.get("since")
    if text is None:
        return ""
    if not _TIME.fullmatch(text):
        raise _bad_time()
    try:
        return timestamp(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise _bad_time() from error


def _bad_time() -> Refused:
    return invalid("since is a time such as 2026-01-05T09:00:00Z", parameter="since")


def _bad_cursor() -> Refused:
    return invalid("Use next_cursor of the page before, with the same filter", parameter="cursor")
