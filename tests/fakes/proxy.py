"""A TCP proxy that cuts, delays and slices what passes through it, at places that a seed chooses."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import struct
import threading
from typing import Self
from urllib.parse import urlsplit

_MOST = 65_536


class Weather:
    """What happens to the bytes of one direction of one connection: the same for the same seed."""

    def __init__(self, seed: str, *, cut_within: int, slice_within: int, longest_delay: float) -> None:
        self._seed = seed
        self._drawn = 0
        self._left = self._draw(cut_within)
        self._slice_within = slice_within
        self._longest_delay = longest_delay

    def _draw(self, below: int) -> int:
        self._drawn += 1
        drawn = hashlib.sha256(f"{self._seed}/{self._drawn}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") % below

    def size(self) -> int:
        """Give how many bytes at most pass at once."""
        return min(1 + self._draw(self._slice_within), max(1, self._left))

    def delay(self) -> float:
        """Give the seconds before they pass; most do not wait at all."""
        return 0.0 if self._draw(10) else self._longest_delay * self._draw(100) / 100

    def passed(self, number: int) -> bool:
        """Count bytes; say whether the connection holds."""
        self._left -= number
        return self._left > 0

    def roughly(self) -> bool:
        """Say whether the connection is reset instead of closed."""
        return bool(self._draw(2))


class Proxy:
    """Passes connections on to a server while its `with` block runs; each has the weather of its seed and number."""

    def __init__(self, url: str, seed: int, *, cut_within: int = 60_000, longest_delay: float = 0.02) -> None:
        self._target = urlsplit(url)
        self._seed = seed
        self._cut_within = cut_within
        self._longest_delay = longest_delay
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self.connections = 0
        """How many there have been."""

    @property
    def url(self) -> str:
        """The base address to give to the client."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}{self._target.path}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            _end(connection, roughly=False)
        for thread in self._threads[1:]:
            thread.join()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            tenant = socket.create_connection((self._target.hostname, self._target.port))
            self._open += [client, tenant]
            for way, here, there in (("up", client, tenant), ("down", tenant, client)):
                weather = Weather(
                    f"{self._seed}/{self.connections}/{way}",
                    cut_within=self._cut_within,
                    slice_within=_MOST if self.connections % 2 else 300,
                    longest_delay=self._longest_delay,
                )
                self._threads.append(threading.Thread(target=self._pass_on, args=(here, there, weather)))
                self._threads[-1].start()

    def _pass_on(self, here: socket.socket, there: socket.socket, weather: Weather) -> None:
        """Pass bytes one way until an end or a cut; then both connections are over."""
        with contextlib.suppress(OSError):
            while data := here.recv(weather.size()):
                threading.Event().wait(weather.delay())
                there.sendall(data)
                if not weather.passed(len(data)):
                    break
        rough = weather.roughly()
        with self._lock:
            for connection in (there, here):
                _end(connection, roughly=rough)


def _end(connection: socket.socket, *, roughly: bool) -> None:
    with contextlib.suppress(OSError):
        if roughly:  # lingering for no time turns the close into a reset
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD if roughly else socket.SHUT_RDWR)
    if roughly:
        connection.close()
