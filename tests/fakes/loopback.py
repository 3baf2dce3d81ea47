"""Serves the double of a product over a loopback socket, one request at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[str, str, Mapping[str, str], bytes], "Sent | None"]
"""Given method, target, headers by their lower-case names, and body; None drops the connection."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes over the wire; `dated` adds the headers `Server` and `Date` of this machine."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    dated: bool = True


@contextmanager
def on_loopback(answer: Answer) -> Iterator[str]:
    """Serve on a free port until the block is left, and give the address."""
    server = _Server(("127.0.0.1", 0), _handler(answer))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Requests(BaseHTTPRequestHandler):
        """Hands each request to the double."""

        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing; the double keeps its own log."""

        def answer(self) -> None:
            """Answer one request."""
            payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                sent = answer(self.command, self.path, headers, payload)
            if sent is None:
                self.close_connection = True
                return
            (self.send_response if sent.dated else self.send_response_only)(sent.status)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent.body)

    for method in METHODS:
        setattr(Requests, f"do_{method}", Requests.answer)
    return Requests
