"""A reply is read within the time that its socket had when reading began."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from reconciler.tenants import deadline
from reconciler.tenants.deadline import DeadlineResponse

pytestmark = pytest.mark.sockets

REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def two_ends(timeout: float | None) -> Iterator[tuple[socket.socket, DeadlineResponse]]:
    """Give the server's end, and a response that reads from the client's end."""
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(timeout)
        response = DeadlineResponse(near)
        yield far, response
        response.close()


@pytest.mark.parametrize("timeout", [None, 1.0])
def test_a_reply_in_time_is_read(timeout: float | None) -> None:
    """With a deadline or without, what arrives is the reply."""
    with two_ends(timeout) as (far, response):
        far.sendall(REPLY)
        response.begin()

        assert response.read() == b"{}"


def test_the_time_is_over_even_when_bytes_are_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the deadline nothing more is read, although the socket itself would not have to wait."""
    times = iter([0.0, 0.1, 1.0])
    monkeypatch.setattr(deadline, "time", SimpleNamespace(monotonic=lambda: next(times)))
    with two_ends(1.0) as (far, response):
        far.sendall(REPLY[:30])
        with pytest.raises(TimeoutError):
            response.begin()


def test_closing_twice_is_closing_once() -> None:
    """Both the library and the garbage collector may close the stream."""
    near, far = socket.socketpair()
    with near, far:
        stream = deadline._Countdown(near, near.makefile("rb").detach(), 1.0)
        stream.close()
        stream.close()

        assert stream.closed
