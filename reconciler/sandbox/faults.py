"""Say which requests go wrong, and how: a fault schedule, written in code or read from a YAML or JSON file.

What each kind does to the request it strikes:

    latency             `seconds` pass before anything else happens
    rate_limit          429 without effect, with `retry_after` as the text of the header, or without the header
    error_before        `status` without effect
    redirect            307 to `location` and the path of the request, without effect
    error_after         `status` (5xx) although the request had its effect
    late_reply          `seconds` pass between the effect and the reply
    yes_without_effect  a write is answered as if it had been done, and is not; a GET is left alone
    drop_before         the connection closes without a byte and without effect
    drop_after          the connection closes without a byte although the request had its effect
    truncated_body      the length of the whole body is announced, half of it sent, then the connection closes
    malformed_body      half of the body is sent as if it were all: complete HTTP, broken JSON
    wrong_shape         valid JSON of another shape: each field of the true body inside an object of its own
    wrong_content_type  the true body, labelled as HTML
    short_page          a list lacks the second half of its entries, and its cursor continues behind them
    duplicate_page      a list shows the entries of its first page again; on that page the last entry comes twice
    stale_read          a GET is answered from the moment before the latest write; other methods are left alone
    second_writer       before the request somebody else edits a role (see `SecondWrite`)

Several faults may strike one request; they work together in the order above, as far as they can.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

_SERVER_ERRORS = (500, 501, 502, 503, 504)
WITHOUT_EFFECT = {401: "unauthorized", 403: "missing_scope", 409: "changed", 412: "changed"}
"""What an error before the effect may also be, each with the product's code for it."""
STATUSES = (*WITHOUT_EFFECT, *_SERVER_ERRORS)


class FaultKind(StrEnum):
    """What goes wrong; the module says how."""

    LATENCY = "latency"
    RATE_LIMIT = "rate_limit"
    ERROR_BEFORE = "error_before"
    REDIRECT = "redirect"
    ERROR_AFTER = "error_after"
    LATE_REPLY = "late_reply"
    YES_WITHOUT_EFFECT = "yes_without_effect"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    TRUNCATED_BODY = "truncated_body"
    MALFORMED_BODY = "malformed_body"
    WRONG_SHAPE = "wrong_shape"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    SHORT_PAGE = "short_page"
    DUPLICATE_PAGE = "duplicate_page"
    STALE_READ = "stale_read"
    SECOND_WRITER = "second_writer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondWrite:
    """What the other person does to a role; with nothing said they add a few words to its description.

    What the product refuses them, such as editing Owner, does not happen.
    """

    role: str | None = None
    """The name of the role; None for the role in the request's path, or else for Agent."""
    grants: tuple[str, ...] = ()
    revokes: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong; raises `ValueError` for numbers that make no sense."""

    kind: FaultKind
    nth: int = 1
    """Strikes the nth request of those that match, counted from 1."""
    times: int = 1
    """Strikes so many matching requests in a row, beginning with the nth."""
    method: str | None = None
    """Matches requests with this method; None for any."""
    path: str | None = None
    """Matches this path below `/api/v1`, where `*` stands for any text, such as `/roles/*`; None for any."""
    seconds: float = 1.0
    """How long a `latency` or a `late_reply` takes."""
    retry_after: str | None = "1"
    """The header's text with a `rate_limit`, sensible or not; None leaves the header out."""
    status: int = 503
    """The status of an error: a 5xx, and before the effect also 401, 403, 409 or 412."""
    location: str = "http://elsewhere.example"
    """Where a `redirect` leads to, without the path."""
    edit: SecondWrite = field(default_factory=SecondWrite)
    """What a `second_writer` does."""

    def __post_init__(self) -> None:
        if self.nth < 1 or self.times < 1 or self.seconds < 0:
            raise ValueError("nth and times count from 1, and seconds are not negative")
        allowed = STATUSES if self.kind is FaultKind.ERROR_BEFORE else _SERVER_ERRORS
        if self.status not in allowed:
            raise ValueError(f"status is one of {', '.join(map(str, allowed))}")

    def matches(self, method: str, path: str) -> bool:
        """Whether the fault counts this request; `path` is the one below the prefix."""
        return self.method in {None, method} and (self.path is None or fnmatchcase(path, self.path))


@dataclass(frozen=True, slots=True)
class FaultSchedule:
    """Everything that is to go wrong; empty for a tenant without faults."""

    faults: tuple[Fault, ...] = ()

    def has(self, kind: FaultKind) -> bool:
        """Whether a fault of this kind is planned at all."""
        return any(fault.kind is kind for fault in self.faults)


class FaultCounter:
    """Counts the requests that an app receives against its schedule."""

    def __init__(self, schedule: FaultSchedule) -> None:
        self._schedule = schedule
        self._seen = [0] * len(schedule.faults)
        self._lock = threading.Lock()

    def strike(self, method: str, path: str) -> tuple[Fault, ...]:
        """Count one request and give the faults that strike it, in the schedule's order."""
        struck = []
        with self._lock:
            for place, fault in enumerate(self._schedule.faults):
                if fault.matches(method, path):
                    self._seen[place] += 1
                    if fault.nth <= self._seen[place] < fault.nth + fault.times:
                        struck.append(fault)
        return tuple(struck)
