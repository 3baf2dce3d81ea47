"""Serve the embedded tenant over HTTP on a loopback port, with a production WSGI server.

A dropped connection is a real one: the server closes the socket without having sent a byte. A truncated body
announces more bytes than follow, and closing the connection is how the server ends such a reply.
"""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from waitress.channel import ClientDisconnected
from waitress.server import BaseWSGIServer, create_server
from waitress.wasyncore import close_all, loop

from reconciler.errors import UsageProblem
from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.endpoints import PREFIX
from reconciler.sandbox.injection import ConnectionDropped
from reconciler.sandbox.wire import BODY_LIMIT

if TYPE_CHECKING:
    # Exists for type checkers only; at run time there is no such module.
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOOPBACK = "127.0.0.1"
_THREADS = 4
_IDLE_SECONDS = 30.0


@contextmanager
def serving(app: SandboxApp) -> Iterator[str]:
    """Serve `app` on a free loopback port from another thread, and give the base address without a final slash.

    Leaving the block waits for the requests under way and closes every socket.
    """
    with _signals_kept_from_new_threads():
        server = _Server(app, LOOPBACK, 0)
        thread = threading.Thread(target=server.run, name="sandbox-tenant", daemon=True)
        thread.start()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()
        server.close()


@contextmanager
def _signals_kept_from_new_threads() -> Iterator[None]:
    """Start threads that no signal is delivered to.

    A Ctrl-C that the system hands to one of them would not wake the main thread, which may be waiting for an answer
    from the terminal. Windows has no such masks and delivers to the main thread anyway.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve_forever(app: SandboxApp, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve `app` until interrupted; `announce` gets the base address once the port is open.

    Raises `UsageProblem` for an address that other machines could reach (nothing here is encrypted) or that is
    taken, and lets `KeyboardInterrupt` through after every socket is closed.
    """
    if not _is_loopback(host):
        raise UsageProblem(f"{host} is no loopback address", fix=f"Serve on {LOOPBACK} and forward a port to it")
    try:
        server = _Server(app, host, port)
    except OSError as error:
        raise UsageProblem(
            f"Port {port} of {host} cannot be opened: {error.strerror}", fix="Choose another port with --port"
        ) from error
    try:
        announce(server.url)
        server.run()
    finally:
        server.close()


class _Server:
    """One open port; `run` serves it in the calling thread until `stop` is called from another."""

    def __init__(self, app: SandboxApp, host: str, port: int) -> None:
        # What goes wrong on purpose is no news, and warnings of a library would land between the lines of a plan.
        logging.getLogger("waitress").setLevel(logging.CRITICAL)
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._channels: dict[int, socket.socket] = {}
        self._stopping = threading.Event()
        server = create_server(
            _dropping(app),
            map=self._channels,
            sockets=[listening],
            threads=_THREADS,
            ident="sandbox",
            # The app answers an oversized body with JSON; this only bounds what is read before that.
            max_request_body_size=2 * BODY_LIMIT,
        )
        assert isinstance(server, BaseWSGIServer)  # noqa: S101 - the other type is for several addresses
        self._server = server
        address = f"[{host}]" if ":" in host else host
        self.url = f"http://{address}:{listening.getsockname()[1]}{PREFIX}"

    def run(self) -> None:
        while not self._stopping.is_set():
            loop(timeout=_IDLE_SECONDS, use_poll=True, map=self._channels, count=1)

    def stop(self) -> None:
        self._stopping.set()
        self._server.pull_trigger()

    def close(self) -> None:
        """Finish the requests under way and close every socket; nobody may be inside `run` any more."""
        self._server.task_dispatcher.shutdown()
        close_all(self._channels)


def _dropping(app: SandboxApp) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Wrap `app` so that a dropped connection is told to the server in the one way that it sends nothing for."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        except ConnectionDropped as dropped:
            raise ClientDisconnected from dropped

    return call


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
