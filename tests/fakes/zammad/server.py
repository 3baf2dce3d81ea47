"""Serves a Zammad over a loopback socket, and opens the adapter on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

from fakes.clock import FakeClock
from fakes.support import quick
from fakes.zammad.api import ZammadApi
from fakes.zammad.calls import Reply, Token
from fakes.zammad.state import Zammad

from reconciler.ports import Clock
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.zammad import ZammadWriter, kind
from reconciler.tenants.zammad_reading import ZammadReader

SECRET = "zm_token_Zm9v-bar_baz~quux01"
NEEDED = ("admin.role", "admin.group", "admin.user", "user_preferences.access_token")
"""What the documentation asks of a token."""


class Answers(Protocol):
    """What can be served."""

    def answer(self, method: str, target: str, headers: Mapping[str, str], payload: bytes, /) -> Reply | None:
        """Answer one request; None drops the connection."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A small server that is being served: Ada is an administrator, Ben is on the night shift."""

    api: ZammadApi
    url: str
    clock: Clock
    ben: int

    @property
    def server(self) -> Zammad:
        """What is behind it."""
        return self.api.server

    @contextmanager
    def reader(self) -> Iterator[ZammadReader]:
        """Open the adapter for looking."""
        with kind(quick()).open_reader(a_connection(self.url, self.clock)) as tenant:
            yield tenant

    @contextmanager
    def writer(self) -> Iterator[ZammadWriter]:
        """Open the adapter for writing."""
        with kind(quick()).open_writer(a_connection(self.url, self.clock)) as tenant:
            yield tenant


def a_connection(url: str, clock: Clock, secret: str = SECRET) -> Connection:
    """Give a connection with a token."""
    return Connection(name="desk", url=url, key=Key(secret), state_folder=Path(), clock=clock)


def a_server(version: tuple[int, int] = (5, 5)) -> Zammad:
    """Give a server as it is after its installation, with an administrator of whom the tokens are."""
    server = Zammad(version)
    server.groups = {1: "Users", 2: "Sales"}
    server.add_role(
        "Admin",
        ("admin", "user_preferences", "report", "knowledge_base.editor"),
        note="To configure your system.",
    )
    agent = ("user_preferences", "ticket.agent", "chat.agent", "cti.agent", "knowledge_base.reader")
    server.add_role("Agent", agent, note="To work on Tickets.")
    own = ("password", "language", "linked_accounts", "avatar")
    customer = ("ticket.customer", *(f"user_preferences.{short}" for short in own))
    server.add_role("Customer", customer, note="People who create Tickets ask for help.", signup=True)
    server.add_user("-", active=False)
    server.add_user("Nicole", "Customer")
    server.add_user("Ada", "Admin", "Agent")
    return server


@contextmanager
def a_zammad_desk(
    version: tuple[int, int] = (5, 5), clock: Clock | None = None, token: tuple[str, ...] = NEEDED
) -> Iterator[Desk]:
    """Serve an installation with a night shift of one and an unused role."""
    server = a_server(version)
    server.add_role("Night Shift", ("ticket.agent", "chat.agent"), {"Users": ["read"]}, note="Watches at night")
    server.add_role("Unused", ("ticket.agent", "chat.agent"), {"Users": ["read"]})
    ben = server.add_user("Ben", "Night Shift")
    api = ZammadApi(server, {SECRET: Token(3, token)})
    with served(api) as url:
        yield Desk(api, url, clock or FakeClock(), ben)


@contextmanager
def served(api: Answers) -> Iterator[str]:
    """Serve a double on a free loopback port until the block is left."""
    server = _Server(("127.0.0.1", 0), _handler(api))
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


def _handler(api: Answers) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Requests(BaseHTTPRequestHandler):
        """Hands each request to the double, one at a time."""

        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing; the double keeps its own log."""

        def answer(self) -> None:
            """Answer one request."""
            payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                reply = api.answer(self.command, self.path, headers, payload)
            if reply is None:
                self.close_connection = True
                return
            body = json.dumps(reply.body).encode()
            self.send_response(reply.status)
            fields = {
                "Content-Type": "application/json; charset=utf-8",
                "Content-Length": str(len(body)),
                **reply.headers,
            }
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Requests, f"do_{method}", Requests.answer)
    return Requests
