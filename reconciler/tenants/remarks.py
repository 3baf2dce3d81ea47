"""Says what no command fails for: clocks that differ, an interface that will end, variables that are not followed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

CLOCK_MINUTES = 5
"""Clocks that differ by more than this are told."""

CLOCK = "tenant.clock"
DEPRECATED = "tenant.deprecated"
IGNORED = "environment.ignored"
UNSEEN = "tenant.unseen"
REMARKS = {
    CLOCK: "The tenant's clock and the one here differ; only the last day of a confirmation depends on a clock.",
    IGNORED: "A variable names a proxy or certificates; the way to the tenant is direct, and it is not followed.",
    DEPRECATED: "The tenant says that the interface used here is deprecated, with the dates that it names.",
    UNSEEN: "The tenant does not show all that a change takes away; what may go with it is named.",
}
"""What each remark means; no command fails for one."""
_VARIABLES = frozenset(
    {"ALL_PROXY", "CURL_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"}
)
"""What other programs go by on their way to a server, in either case."""
_SECONDS = re.compile(r"@(-?[0-9]{1,14})")


def not_followed(environment: Mapping[str, str]) -> str:
    """Name the variables that are set and would lead other programs another way; empty where none is."""
    found = sorted(name for name, value in environment.items() if value and name.upper() in _VARIABLES)
    return (
        f"not followed: {', '.join(found)}; requests go straight to the tenant, "
        "whose certificate must be vouched for by the authorities that come with this program"
        if found
        else ""
    )


class Remarks:
    """Tells each remark once; nothing of a header but a date that was understood is ever shown."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()

    def note(self, headers: Mapping[str, str], now: dt.datetime) -> None:
        """Look at the headers of a reply, names in lower case, that arrived at `now`."""
        apart = _apart(headers.get("date", ""), now)
        if apart is not None and apart > dt.timedelta(minutes=CLOCK_MINUTES):
            minutes = round(apart.total_seconds() / 60)
            self.once(
                CLOCK,
                f"the tenant's clock and the one here are {minutes:,} minutes apart; "
                "the last day of a confirmation goes by the one here, and nothing else by either",
            )
        deprecated, sunset = headers.get("deprecation"), headers.get("sunset")
        if deprecated is not None or sunset is not None:
            since, until = _date(deprecated or ""), _date(sunset or "")
            told = "".join(
                (f" since {since:%Y-%m-%d}" if since else "", f" and ends on {until:%Y-%m-%d}" if until else "")
            )
            self.once(DEPRECATED, f"the tenant says that the interface used here is deprecated{told}")

    def once(self, code: str, sentence: str) -> None:
        """Tell a remark unless one of its code was told before."""
        if code not in self._told:
            self._told.add(code)
            self._tell(code, sentence)


def _apart(text: str, now: dt.datetime) -> dt.timedelta | None:
    then = _date(text)
    return None if then is None else abs(now - then)


def _date(text: str) -> dt.datetime | None:
    """Read an HTTP-date, or a date as `@` and seconds; None for anything else."""
    match = _SECONDS.fullmatch(text.strip())
    try:
        if match is not None:
            return dt.datetime.fromtimestamp(int(match[1]), dt.UTC)
        return parsedate_to_datetime(text) if text.endswith(" GMT") else None
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
