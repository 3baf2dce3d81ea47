"""Stand where the client's transport stands and call the embedded tenant, with the time that each request takes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from faults.record import Sent

from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.faults import FaultKind
from reconciler.sandbox.injection import ConnectionDropped
from reconciler.tenants.exchange import Answer, Exchange, NoAnswer

if TYPE_CHECKING:
    from faults.bench import Bench

TOO_LATE = NoAnswer("there was no complete answer in time")
Call = Callable[[SandboxApp], Exchange]


class Killed(BaseException):
    """The process dies at this request."""


class DeferredError(Exception):
    """The tenant is silent for longer than the client waits; the request arrives `seconds` after it left."""

    def __init__(self, seconds: float) -> None:
        super().__init__("silence")
        self.seconds = seconds


class Wire:
    """Sends to the app what the client would send to a socket."""

    def __init__(self, bench: Bench, *given: str | Mapping[str, str]) -> None:
        self.bench = bench
        self._headers: dict[str, str] = {}
        for part in given:
            self._headers |= {"Authorization": part} if isinstance(part, str) else part

    def close(self) -> None:
        """Close nothing."""

    def send(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        payload: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send one request once, and note it with the tenant after it."""
        assert seconds > 0
        bench, sent_headers, body = self.bench, {**self._headers, **(headers or {})}, payload or b""
        bench.arriving()
        number, before, began = bench.run.arrivals + 1, bench.state(), bench.clock.monotonic()
        writes, logged = len(bench.app.writes), len(bench.app.requests)
        parts = urlsplit(url)
        noted: dict[str, Any] = {
            "number": number,
            "method": method,
            "path": parts.path.removeprefix("/api/v1"),
            "origin": f"{parts.scheme}://{parts.netloc}",
            "headers": sent_headers,
            "payload": body,
            "before": before,
        }

        def call(app: SandboxApp) -> Exchange:
            return answered(app, method, url, body, sent_headers)

        try:
            exchange = call(bench.app)
        except DeferredError as silent:
            bench.clock.advance(seconds)
            exchange = TOO_LATE
            if bench.state() == before:
                bench.landing.append((began + silent.seconds, call, noted))
        after = bench.state()
        effect = len(bench.app.writes) > writes or (exchange is TOO_LATE and after != before)
        lagged = any(FaultKind.STALE_READ in request.faults for request in bench.app.requests[logged:])
        bench.run.sent.append(Sent(**noted, after=after, effect=effect, others=bench.others(), lagged=lagged))
        if number in bench.kills:
            raise Killed
        return TOO_LATE if bench.clock.monotonic() - began > seconds else exchange


def answered(app: SandboxApp, method: str, url: str, payload: bytes, headers: Mapping[str, str]) -> Exchange:
    """Let an app answer one request."""
    parts = urlsplit(url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "CONTENT_LENGTH": str(len(payload)),
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "HTTP_AUTHORIZATION": headers["Authorization"],
        "HTTP_IF_MATCH": headers.get("If-Match", ""),
        "wsgi.input": io.BytesIO(payload),
    }
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, found: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], Any]:
        started.append((status, found))
        return io.BytesIO().write

    try:
        body = b"".join(app(environ, start_response))
    except ConnectionDropped:
        return NoAnswer("the connection broke")
    status, found = started[0]
    named = {name.lower(): value for name, value in found}
    cut = "content-length" in named and int(named["content-length"]) > len(body)
    broken = "the connection broke" if cut else ""
    return Answer(int(status[:3]), named, b"" if cut else body, broken=broken, cut_off=cut)
