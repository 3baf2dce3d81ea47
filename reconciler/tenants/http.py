"""The one HTTP client, for every product: asks, retries what is safe to retry, and judges every reply.

What it never does: follow a redirect, leave the base address, read proxies, certificates or passwords from the
environment, keep a cookie, put the key anywhere but in the Authorization header, repeat a write, or believe a body
that is incomplete, oversized, late or ambiguous. `HttpReader` can only look; `HttpWriter` adds the writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.errors import TenantAnswerUnusable, TenantRateLimited, TenantRejected, TenantUnreachable, WriteRefused
from reconciler.ports import Clock
from reconciler.tenants.address import BaseAddress
from reconciler.tenants.connection import Connection
from reconciler.tenants.exchange import Answer, Exchange
from reconciler.tenants.pace import Pace
from reconciler.tenants.remarks import Remarks
from reconciler.tenants.retry import BackOff, retry_after
from reconciler.tenants.secret import Redaction, usable_secret
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.transport import Transport
from reconciler.tenants.verdict import Explain, Failure, Found, Missing, Terms, Verdict

Deadline: TypeAlias = float
"""A moment of the monotonic clock by which a whole read, pages and retries included, must be over."""

_LONGEST_PAUSE_BEFORE_WRITE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often; the defaults are those of the documentation."""

    request_seconds: float = 30.0
    """From connecting to the last byte of one reply."""
    read_seconds: float = 300.0
    """One whole read: every page, wait and retry."""
    back_off: BackOff = field(default_factory=BackOff)


class HttpReader:
    """Asks a tenant with GET and nothing else.

    Raises `UsageProblem` when the connection's address or key cannot be used, before anything is sent.
    """

    def __init__(
        self, connection: Connection, explain: Explain, *, scheme: str = "Bearer", patience: Patience | None = None
    ) -> None:
        self._base = BaseAddress.of(connection.url)
        secret = usable_secret(connection.key)
        self._redact = Redaction(secret)
        self._clock: Clock = connection.clock
        self.progress = connection.progress
        self._patience = patience or Patience()
        self._verdict = Verdict(explain, self._redact)
        self._pace = Pace()
        self._remarks = Remarks(connection.remark)
        self._transport = Transport(f"{scheme} {secret}", {"Accept": "application/json"})

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def deadline(self) -> Deadline:
        """Start a whole read: give the moment by which it must be over."""
        return self._clock.monotonic() + self._patience.read_seconds

    def get(self, *segments: str, query: Mapping[str, str] | None = None, deadline: Deadline | None = None) -> Part:
        """Read a resource that must exist; raises a `TenantError`, also where it does not."""
        found = self.find(*segments, query=query, deadline=deadline)
        if found is None:
            raise TenantRejected(f"{self._where('GET', segments)}: the tenant says that it does not exist")
        return found

    def find(
        self, *segments: str, query: Mapping[str, str] | None = None, deadline: Deadline | None = None
    ) -> Part | None:
        """Read a resource; None only where the tenant clearly says that it does not exist.

        Tried a few times where that may help, within `deadline`; raises the last `TenantError` otherwise.
        """
        where = self._where("GET", segments)
        url = self._base.to(segments, query or {})
        if deadline is None:
            deadline = self.deadline()
        tried = 0
        while True:
            self._pause_before_read(where, deadline)
            exchange = self._send("GET", url, deadline=deadline)
            tried += 1
            verdict = self._verdict.on_read(where, exchange, self._asked(exchange))
            if isinstance(verdict, Found):
                return Part(verdict.body, where)
            if isinstance(verdict, Missing):
                return None
            self._wait_or_raise(verdict, tried, deadline)

    def _where(self, method: str, segments: Sequence[str]) -> str:
        return self._redact(f"{method} {self._base.path_of(segments)}")

    def _pause_before_read(self, where: str, deadline: Deadline) -> None:
        now = self._clock.monotonic()
        pause = self._pace.pause(now)
        if now + pause >= deadline:
            if pause > 0:
                raise TenantRateLimited(f"{where}: the tenant's rate limit leaves no time", retry_after=pause)
            raise TenantUnreachable(f"{where}: reading took longer than {self._patience.read_seconds:g} seconds")
        if pause > 0:
            self._clock.sleep(pause)

    def _wait_or_raise(self, failure: Failure, tried: int, deadline: Deadline) -> None:
        back_off = self._patience.back_off
        if not failure.transient or tried >= back_off.tries:
            raise failure.error
        wait = back_off.wait(tried, failure.asked)
        if self._clock.monotonic() + wait >= deadline:
            raise failure.error
        self._clock.sleep(wait)

    def _asked(self, exchange: Exchange) -> float | None:
        """Note what the headers of a reply say, and give the wait they ask for."""
        if not isinstance(exchange, Answer):
            return None
        now = self._clock.now()
        self._pace.note(exchange.headers, self._clock.monotonic())
        self._remarks.note(exchange.headers, now)
        return retry_after(exchange.headers.get("retry-after"), now)

    def _send(
        self,
        method: str,
        url: str,
        *,
        deadline: Deadline | None = None,
        payload: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send one request once and give what it came to; no exception of the library leaves."""
        seconds = self._patience.request_seconds
        if deadline is not None:
            seconds = min(seconds, deadline - self._clock.monotonic())
        return self._transport.send(method, url, seconds=seconds, payload=payload, headers=headers)


class HttpWriter(HttpReader):
    """Adds the writes: each is one request, sent exactly once, whatever happens.

    All give the body of the promised answer, or raise `WriteConflict`, `WriteRefused` or `WriteUnclear` as
    `Verdict.on_write` says.
    """

    def post(self, *segments: str, body: Json, terms: Terms) -> Part:
        """Create something."""
        return self._write("POST", segments, body, terms)

    def patch(self, *segments: str, body: Json, terms: Terms) -> Part:
        """Change the fields that are sent."""
        return self._write("PATCH", segments, body, terms)

    def put(self, *segments: str, body: Json, terms: Terms) -> Part:
        """Replace something."""
        return self._write("PUT", segments, body, terms)

    def delete(self, *segments: str, terms: Terms) -> Part:
        """Delete something."""
        return self._write("DELETE", segments, None, terms)

    def _write(self, method: str, segments: Sequence[str], body: Json, terms: Terms) -> Part:
        headers: dict[str, str] = {}
        payload = None
        if body is not None:
            payload = json.dumps(body, allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
        if terms.if_match is not None:
            headers["If-Match"] = terms.if_match
        pause = min(self._pace.pause(self._clock.monotonic()), _LONGEST_PAUSE_BEFORE_WRITE)
        if pause > 0:
            self._clock.sleep(pause)
        try:
            where = self._where(method, segments)
            exchange = self._send(method, self._base.to(segments, {}), payload=payload, headers=headers)
        except TenantAnswerUnusable as problem:
            # The id cannot be put into an address: nothing was sent.
            raise WriteRefused(problem.detail) from problem
        return Part(self._verdict.on_write(where, exchange, self._asked(exchange), terms), where)
