"""A gate between the command and a tenant's server: sees every request, and may hold or drop it at three moments."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from fakes.wire import Request, incoming


class Moment(StrEnum):
    """Where a request is on its way."""

    BEFORE = "before"
    """The client has sent it, and the tenant has not seen it."""
    ARRIVED = "arrived"
    """The tenant has answered, and the client has not heard it."""
    REPLIED = "replied"
    """The reply is on its way to the client."""


class Dropped(Exception):
    """Raised by a watcher: the connection is closed and nothing more of the request happens."""


Watch = Callable[[Moment, int, Request], None]
"""Called at each moment of each request, with its number counted from 1; may wait, and may raise `Dropped`."""


def let_pass(_moment: Moment, _number: int, _request: Request) -> None:
    """Watch without touching anything."""


class Gate:
    """Passes requests on to a server while its `with` block runs."""

    def __init__(self, url: str, watch: Watch = let_pass) -> None:
        self.requests: list[Request] = []
        """Every request in the order in which they came."""
        self._watch = watch
        self._target = urlsplit(url)
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def url(self) -> str:
        """The base address to give to the client."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}{self._target.path}"

    @property
    def writes(self) -> list[Request]:
        """The requests that ask for a change."""
        return [request for request in self.requests if is_write(request)]

    def begin(self, watch: Watch = let_pass) -> None:
        """Count anew from here on, for another watcher."""
        with self._lock:
            self.requests.clear()
            self._watch = watch

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        host, port = self._target.hostname, self._target.port
        assert host is not None
        tenant = http.client.HTTPConnection(host, port, timeout=60)
        with connection, contextlib.closing(tenant), contextlib.suppress(OSError, Dropped):
            for request in incoming(connection):
                with self._lock:
                    self.requests.append(request)
                    number = len(self.requests)
                self._watch(Moment.BEFORE, number, request)
                reply = _passed_on(tenant, request)
                self._watch(Moment.ARRIVED, number, request)
                connection.sendall(reply)
                self._watch(Moment.REPLIED, number, request)


def is_write(request: Request) -> bool:
    """Say whether a request asks for a change."""
    return not request.line.startswith("GET ")


def _passed_on(tenant: http.client.HTTPConnection, request: Request) -> bytes:
    """Ask the tenant the same, and give its reply as bytes."""
    method, target, _ = request.line.split(" ")
    tenant.request(method, target, request.body or None, dict(request.headers))
    response = tenant.getresponse()
    body = response.read()
    fields = {name: value for name, value in response.getheaders() if name.lower() != "connection"}
    fields["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {response.status} {response.reason}\r\n{lines}\r\n".encode("latin-1") + body
