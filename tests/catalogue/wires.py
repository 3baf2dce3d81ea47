"""The embedded tenant behind a raw socket, so that any bytes can take the place of an answer."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from acceptance.desk import Desk, Ran
from catalogue.duties import KEY, KEY_VARIABLE
from catalogue.rows import Case
from catalogue.twisting import EMBEDDED
from fakes.wire import PREFIX, Request, Step, incoming, send

from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.keys import ApiKey
from reconciler.sandbox.store import Store
from reconciler.sandbox.tenant import new_secret, opened_store
from reconciler.tenants.clock import SystemClock


@dataclass(frozen=True)
class Asked:
    """One request that is bent, and what the tenant would do with it."""

    request: Request
    number: int
    """Counts the requests that were bent, from 1."""
    honest: Callable[[], bytes]
    """Lets the request have its effect, and gives the true answer."""
    store: Store
    """Where a bend lets somebody act meanwhile."""


Bend = Callable[[Asked], Step]


@dataclass(frozen=True, kw_only=True)
class HttpCase(Case):
    """A command beside a tenant that answers some requests with other bytes than it should."""

    at: str = "GET /roles"
    """Method and path below the prefix; `*` stands for anything."""
    bend: Bend
    nth: int = 1
    times: int = 10**6
    edits: int = 1
    """How many roles the files change; no role where the command only looks."""
    files: Callable[[Desk], None] | None = None
    """Changes the files, or the tenant, in place of edits."""
    command: tuple[str, ...] = ("plan",)
    writes: int | None = None
    """How many writes are sent; None where it does not matter."""
    unseen: int = 0
    """How many more may have gone into a connection that was closed already, so that nobody ever read them."""
    results: tuple[str, ...] | None = None
    """How the changes end, in their order."""
    check: Callable[[Desk, Ran], None] = lambda _desk, _ran: None
    """What the answer must be beyond that."""
    hasty: bool = False
    """Whether a request is given up after a fraction of a second."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the machine; NOBODY in them is an address where nobody may ask."""


@dataclass
class Wire:
    """What went over the wire."""

    requests: list[str] = field(default_factory=list)
    """Method and path below the prefix, in order."""
    connections: int = 0

    @property
    def writes(self) -> list[str]:
        """Give the requests that ask for a change."""
        return [request for request in self.requests if not request.startswith("GET ")]


class Bent:
    """Serves while its `with` block runs; requests that match `at` are bent from the nth on."""

    def __init__(self, store: Store, at: str, bend: Bend, *, nth: int, times: int) -> None:
        (owner,) = store.users.page(after=0, limit=1).entries
        self.wire = Wire()
        self._secret = new_secret()
        self._app = SandboxApp(store, (ApiKey(secret=self._secret, user_id=owner.id),), SystemClock())
        self._store, self._at, self._bend = store, at, bend
        self._struck, self._matched = range(nth, nth + times), 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """The base address for the settings."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}{PREFIX}"

    def close(self) -> None:
        """Stop serving."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()
        self._app.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.wire.connections += 1
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            for request in incoming(connection):
                step = self._step(request)
                send(connection, step)
                if step.close or step.reset:
                    return

    def _step(self, request: Request) -> Step:
        method, target, _ = request.line.split(" ")
        line = f"{method} {target.removeprefix(PREFIX).partition('?')[0]}"
        with self._lock:
            self.wire.requests.append(line)
            if fnmatchcase(line, self._at):
                self._matched += 1
                if self._matched in self._struck:
                    number = self._matched - self._struck.start + 1
                    return self._bend(Asked(request, number, lambda: self._honest(request), self._store))
            return Step(request=line, reply=self._honest(request))

    def _honest(self, request: Request) -> bytes:
        method, target, _ = request.line.split(" ")
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(request.body)),
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "HTTP_AUTHORIZATION": request.headers.get("authorization", "").replace(KEY, self._secret),
            "HTTP_IF_MATCH": request.headers.get("if-match", ""),
            "wsgi.input": io.BytesIO(request.body),
        }
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[..., object]:
            started.append((status, headers))
            return io.BytesIO().write

        body = b"".join(self._app(environ, start_response))
        ((status, headers),) = started
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@contextmanager
def bent(desk: Desk, at: str, bend: Bend, *, nth: int = 1, times: int = 10**6) -> Iterator[Wire]:
    """Serve the desk's tenant with some requests bent while the settings point at it."""
    with (
        opened_store(desk.folder / ".reconciler") as store,
        contextlib.closing(Bent(store, at, bend, nth=nth, times=times)) as server,
    ):
        here = f"sandbox: {{kind: support, url: '{server.url}', key: 'env:{KEY_VARIABLE}'}}"
        desk.replace("reconciler.yaml", EMBEDDED, here)
        yield server.wire
        desk.replace("reconciler.yaml", here, EMBEDDED)
