"""The one HTTP client, for every product: asks, retries what is safe to retry, and judges every reply.

What it never does: follow a redirect, leave the base address, read proxies, certificates or passwords from the
environment, keep a cookie, put the key anywhere but where its credential says, repeat a write that may have had an
effect, or believe a body that is incomplete, oversized, late or ambiguous. `HttpReader` can only look; `HttpWriter`
adds the writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import urlsplit

from reconciler.errors import (
    TenantError,
    TenantRateLimited,
    TenantRejected,
    TenantUnreachable,
    WriteRefused,
)
from reconciler.ports import Clock
from reconciler.tenants.address import BaseAddress, Query
from reconciler.tenants.connection import Connection
from reconciler.tenants.credential import Ask, Credential, bearer
from reconciler.tenants.exchange import Answer, Exchange
from reconciler.tenants.pace import Pace
from reconciler.tenants.remarks import Remarks
from reconciler.tenants.retry import BackOff, retry_after
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.transport import Transport
from reconciler.tenants.verdict import Explain, Failure, Found, Missing, Terms, Verdict

Deadline: TypeAlias = float
"""A moment of the monotonic clock by which a whole read, pages and retries included, must be over."""

_LONGEST_PAUSE_BEFORE_WRITE = 60.0
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often; the defaults are those of the documentation."""

    request_seconds: float = 30.0
    """From connecting to the last byte of one reply."""
    read_seconds: float = 300.0
    """One whole read: every page, wait and retry."""
    back_off: BackOff = field(default_factory=BackOff)


class HttpReader:
    """Asks a tenant with GET and nothing else, but for what its credential needs to get a token.

    Without a credential of its own the key goes in as a Bearer token. Raises `UsageProblem` when the connection's
    address or key cannot be used, before anything is sent.
    """

    def __init__(
        self,
        connection: Connection,
        explain: Explain,
        *,
        credential: Credential | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._base = BaseAddress.of(connection.url)
        self._credential = credential or bearer(connection.key)
        self._redact = self._credential.redact
        self._clock: Clock = connection.clock
        self.progress = connection.progress
        self._patience = patience or Patience()
        self._verdict = Verdict(explain, self._redact)
        self._pace = Pace()
        self._remarks = Remarks(connection.remark)
        self._transport = Transport({"Accept": "application/json"})

    @property
    def host(self) -> str:
        """The host of the base address, with the port where there is one; what some products are told apart by."""
        return urlsplit(self._base.url).netloc

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def remark(self, code: str, sentence: str) -> None:
        """Tell, once for each of `remarks.REMARKS`, what no command fails for and somebody should know."""
        self._remarks.once(code, sentence)

    def deadline(self) -> Deadline:
        """Start a whole read: give the moment by which it must be over."""
        return self._clock.monotonic() + self._patience.read_seconds

    def get(self, *segments: str, query: Query | None = None, deadline: Deadline | None = None) -> Part:
        """Read a resource that must exist; raises a `TenantError`, also where it does not."""
        found = self.find(*segments, query=query, deadline=deadline)
        if found is None:
            raise TenantRejected(f"{self._where('GET', segments)}: the tenant says that it does not exist")
        return found

    def find(self, *segments: str, query: Query | None = None, deadline: Deadline | None = None) -> Part | None:
        """Read a resource; None only where the tenant clearly says that it does not exist.

        Tried a few times where that may help, within `deadline`; raises the last `TenantError` otherwise.
        """
        where = self._where("GET", segments)
        url = self._base.to(segments, query or {})
        deadline = self.deadline() if deadline is None else deadline
        found = self._read(where, "GET", url, deadline)
        return None if found is None else Part(found.body, where)

    def _read(
        self, where: str, method: str, url: str, deadline: Deadline, anonymous: bytes | None = None
    ) -> Found | None:
        """Ask until there is an answer that counts; `anonymous` is sent as JSON and without the credential."""
        tried, renewed = 0, False
        while True:
            self._pause_before_read(where, deadline)
            headers = _JSON if anonymous is not None else self._credential.headers(self._asking(deadline))
            exchange = self._send(method, url, deadline=deadline, payload=anonymous, headers=headers)
            tried += 1
            verdict = self._verdict.on_read(where, exchange, self._asked(exchange))
            if isinstance(verdict, Found):
                return verdict
            if isinstance(verdict, Missing):
                return None
            if anonymous is None and not renewed and self._renewed(exchange):
                renewed = True
                continue
            self._wait_or_raise(verdict, tried, deadline)

    def _asking(self, deadline: Deadline) -> Ask:
        """Give what a credential may fetch its token with, within the time of the request that needs it."""

        def ask(segments: tuple[str, ...], body: Json) -> Part:
            where = self._where("POST", segments)
            payload = json.dumps(body, allow_nan=False).encode()
            found = self._read(where, "POST", self._base.to(segments, {}), deadline, payload)
            if found is None:
                raise TenantRejected(f"{where}: the tenant says that it does not exist")
            return Part(found.body, where)

        return ask

    def _renewed(self, exchange: Exchange) -> bool:
        """Whether the tenant refused the credential of a request and another one can be tried."""
        refused = isinstance(exchange, Answer) and exchange.status == HTTPStatus.UNAUTHORIZED
        return refused and self._credential.refused()

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

    The one exception is a write that a renewable credential was refused for (401), which says that nothing happened:
    it is sent once more, with the new credential. A write whose credential cannot be had is not sent, so refused.

    All give the body of the promised answer, or raise `WriteConflict`, `WriteRefused` or `WriteUnclear` as
    `Verdict.on_write` says.
    """

    def post(self, *segments: str, body: Json, terms: Terms, query: Query | None = None) -> Part:
        """Create something."""
        return self._write("POST", segments, body, terms, query)

    def patch(self, *segments: str, body: Json, terms: Terms) -> Part:
        """Change the fields that are sent."""
        return self._write("PATCH", segments, body, terms)

    def put(self, *segments: str, body: Json, terms: Terms, query: Query | None = None) -> Part:
        """Replace something."""
        return self._write("PUT", segments, body, terms, query)

    def delete(self, *segments: str, terms: Terms) -> Part:
        """Delete something."""
        return self._write("DELETE", segments, None, terms)

    def _write(
        self, method: str, segments: Sequence[str], body: Json, terms: Terms, query: Query | None = None
    ) -> Part:
        headers: dict[str, str] = {}
        payload = None
        if body is not None:
            payload = json.dumps(body, allow_nan=False).encode()
            headers |= _JSON
        if terms.if_match is not None:
            headers["If-Match"] = terms.if_match
        try:
            where = self._where(method, segments)
            url = self._base.to(segments, query or {})
            exchange = self._send_once(method, url, payload, headers)
            if self._renewed(exchange):
                self._asked(exchange)
                exchange = self._send_once(method, url, payload, headers)
        except TenantError as problem:
            # The id cannot be put into an address, or there is no credential: nothing was sent that had an effect.
            raise WriteRefused(problem.detail) from problem
        return Part(self._verdict.on_write(where, exchange, self._asked(exchange), terms), where)

    def _send_once(self, method: str, url: str, payload: bytes | None, headers: Mapping[str, str]) -> Exchange:
        pause = min(self._pace.pause(self._clock.monotonic()), _LONGEST_PAUSE_BEFORE_WRITE)
        if pause > 0:
            self._clock.sleep(pause)
        own = self._credential.headers(self._asking(self.deadline()))
        return self._send(method, url, payload=payload, headers={**headers, **own})
