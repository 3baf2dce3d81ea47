"""Bounds the whole of a reply in time, where a socket timeout bounds only each of its bytes."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class DeadlineResponse(http.client.HTTPResponse):
    """Reads status, headers and body within the timeout that the socket has when reading begins.

    A server that sends a byte now and then restarts a socket timeout each time; here the time left shrinks.
    """

    def __init__(
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        seconds = sock.gettimeout()
        if seconds is not None:
            self.fp = io.BufferedReader(_Countdown(sock, self.fp.detach(), seconds))


class _Countdown(io.RawIOBase):
    """A socket's bytes until a moment; the machine's own clock, because the socket's timeout uses that one too."""

    def __init__(self, sock: socket.socket, stream: io.RawIOBase, seconds: float) -> None:
        super().__init__()
        self._sock = sock
        self._stream = stream
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the reply took too long")
        self._sock.settimeout(left)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
