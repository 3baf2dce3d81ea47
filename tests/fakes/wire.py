"""A scripted HTTP server over raw loopback sockets: expects requests in order and answers with exact bytes."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

PREFIX = "/api/v1"
_NOTHING_ELSE = "an unexpected request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One expected request and what happens then."""

    request: str
    """Method and target below the prefix, such as `GET /roles?limit=100`."""
    reply: bytes = b""
    body: object = None
    """The JSON that the request must carry; None for no body at all."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that the request must carry, names in lower case."""
    drip: float = 0.0
    """Seconds between two bytes of the reply; 0 sends all at once."""
    at_once: int = 0
    """Bytes that go out at once before the rest drips."""
    close: bool = False
    """Close the connection after the reply."""
    reset: bool = False
    """Reset the connection instead of an orderly end."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived."""

    line: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


def reply(status: int, body: object = None, *, raw: bytes | None = None, **headers: str) -> bytes:
    """Make a complete reply; underscores in header names stand for hyphens, and `Content_Length=""` leaves it out."""
    payload = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(payload))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status} Scripted\r\n{lines}\r\n".encode() + payload


GOOD = reply(200, {"fine": True})


def asked(*replies: bytes, **step: object) -> tuple[Step, ...]:
    """Expect the same GET once for each reply."""
    return tuple(Step(request="GET /x", reply=data, **step) for data in replies)  # type: ignore[arg-type]


class ScriptedServer:
    """Serves while its `with` block runs; leaving the block fails unless exactly the script happened."""

    def __init__(self, *steps: Step) -> None:
        self.requests: list[Request] = []
        """Every request, in order, expected or not."""
        self._steps = deque(steps)
        self._problems: list[str] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return len(self._open)

    @property
    def url(self) -> str:
        """The base address to give to a client."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}{PREFIX}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()
        if kind is None:
            missing = [f"never came: {step.request}" for step in self._steps]
            assert not self._problems + missing, "\n".join(self._problems + missing)

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
        with connection, contextlib.suppress(OSError):
            for request in incoming(connection):
                step = self._next(request)
                send(connection, step)
                if step.close or step.reset:
                    return

    def _next(self, request: Request) -> Step:
        with self._lock:
            self.requests.append(request)
            step = self._steps.popleft() if self._steps else Step(request=_NOTHING_ELSE, close=True)
            self._problems += _differences(step, request)
            return step


def incoming(connection: socket.socket) -> Iterator[Request]:
    """Give each request of a connection as it arrives, until the other side closes it."""
    with connection.makefile("rb") as stream:
        while line := stream.readline().decode("latin-1").rstrip():
            headers: dict[str, str] = {}
            while header := stream.readline().decode("latin-1").rstrip():
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            yield Request(line, headers, stream.read(int(headers.get("content-length", "0"))))


def send(connection: socket.socket, step: Step) -> None:
    """Send the reply of a step as it says."""
    if step.drip:
        connection.sendall(step.reply[: step.at_once])
        for byte in step.reply[step.at_once :]:
            connection.sendall(bytes([byte]))
            threading.Event().wait(step.drip)
    else:
        connection.sendall(step.reply)
    if step.reset:
        # Lingering for no time turns the close into a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _differences(step: Step, request: Request) -> Iterator[str]:
    method, _, target = step.request.partition(" ")
    expected = f"{method} {PREFIX}{target} HTTP/1.1"
    if request.line != expected:
        yield f"expected: {expected}\ncame:     {request.line}"
    body = json.loads(request.body) if request.body else None
    if body != step.body:
        yield f"{request.line}\nexpected body: {step.body}\ncame:          {body}"
    for name, value in step.headers.items():
        if request.headers.get(name) != value:
            yield f"{request.line}\nexpected {name}: {value}\ncame:     {request.headers.get(name)}"
