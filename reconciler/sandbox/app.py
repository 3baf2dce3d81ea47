"""The embedded tenant as a WSGI application: routes, keys, limits, the request log, and the faults it was given."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import bottle

from reconciler.ports import Clock
from reconciler.sandbox.endpoints import PREFIX, ROUTES, Call, Route
from reconciler.sandbox.faults import FaultCounter, FaultKind, FaultSchedule
from reconciler.sandbox.injection import ConnectionDropped, Injection
from reconciler.sandbox.keys import ApiKey, KeyRing, require_scope
from reconciler.sandbox.limits import RateLimits
from reconciler.sandbox.refusals import Refused, not_found
from reconciler.sandbox.store import Store
from reconciler.sandbox.wire import Reply, Request, query_parameters, read_request, refusal_reply, send

if TYPE_CHECKING:
    # Exists for type checkers only; at run time there is no such module.
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG_LENGTH = 10_000
"""How many requests the log remembers."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request as it went."""

    number: int
    """Counted from 1, in the order of arrival."""
    method: str
    path: str
    """Below the prefix where it is below it."""
    status: int | None
    """None where the connection was dropped instead of an answer."""
    effect: bool
    """Whether the request changed something in the tenant, whatever the client was told."""
    faults: tuple[FaultKind, ...]
    """What struck it."""


class SandboxApp:
    """Serves one store; safe to call from several threads.

    Every reply is JSON, errors too. A dropped connection is a `ConnectionDropped` that leaves the call: the
    server in `server.py` closes the connection then, and a test that calls the app itself sees the exception.
    """

    def __init__(
        self, store: Store, keys: Iterable[ApiKey], clock: Clock, *, faults: FaultSchedule | None = None
    ) -> None:
        schedule = faults or FaultSchedule()
        self.store = store
        self._clock = clock
        self._keys = KeyRing(keys)
        self._limits = RateLimits(clock)
        self._counter = FaultCounter(schedule)
        self._injection = Injection(store, clock, self._answer, remembers=schedule.has(FaultKind.STALE_READ))
        self._log: deque[LoggedRequest] = deque(maxlen=LOG_LENGTH)
        self._arrivals = 0
        self._lock = threading.Lock()
        # Bottle finds the route and nothing more: its own error pages, logging and request globals stay unused.
        self._router = bottle.Bottle()
        for route in ROUTES:
            self._router.route(PREFIX + route.path, route.method, route)

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """Every request so far, in the order in which they were finished; the oldest ones are forgotten."""
        return tuple(self._log)

    @property
    def writes(self) -> tuple[LoggedRequest, ...]:
        """The requests that changed something."""
        return tuple(request for request in self._log if request.effect)

    def close(self) -> None:
        """Let go of what the app holds itself; the store belongs to whoever opened it."""
        self._injection.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI says."""
        request = read_request(environ)
        path = request.path.removeprefix(PREFIX)
        with self._lock:
            self._arrivals += 1
            number = self._arrivals
            faults = self._counter.strike(request.method, path)
        status, effect = None, False
        try:
            reply = self._injection.serve(request, faults)
            status, effect = reply.status, reply.effect
        except ConnectionDropped as dropped:
            effect = dropped.effect
            raise
        finally:
            kinds = tuple(fault.kind for fault in faults)
            self._log.append(
                LoggedRequest(
                    number=number, method=request.method, path=path, status=status, effect=effect, faults=kinds
                )
            )
        return send(reply, request.method, start_response)

    def _answer(self, request: Request, store: Store) -> Reply:
        """Answer from `store` as if nothing ever went wrong; every refusal and every bug becomes a reply."""
        headers: tuple[tuple[str, str], ...] = ()
        try:
            route, target = self._find(request)
            key = self._keys.find(request.authorization)
            allowance = self._limits.take(key)
            headers = allowance.headers()
            allowance.require_granted()
            if route.scope is not None:
                require_scope(key, route.scope)
            parameters = query_parameters(request, route.parameters)
            call = Call(request=request, key=key, store=store, clock=self._clock, target=target, parameters=parameters)
            reply = route.answer(call)
        except Refused as refused:
            reply = refusal_reply(refused)
        except Exception:  # noqa: BLE001 - the outermost edge: a client learns that it was us, the log has the rest
            _log.exception("%s failed", request.method)
            reply = refusal_reply(Refused(500, "internal", "Something went wrong in the embedded tenant"))
        return replace(reply, headers=(*headers, *reply.headers))

    def _find(self, request: Request) -> tuple[Route, str]:
        try:
            found, arguments = self._router.match({"REQUEST_METHOD": request.method, "PATH_INFO": request.path})
        except bottle.HTTPError as error:
            if error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
                raise not_found("address") from error
            allowed = error.get_header("Allow")
            raise Refused(
                405, "method_not_allowed", f"Use {allowed} here", headers={"Allow": allowed.replace(",", ", ")}
            ) from error
        return found.callback, arguments.get("target", "")
