"""Serves a Zendesk account over a loopback socket, and opens the adapter on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fakes.clock import FakeClock
from fakes.support import quick
from fakes.zendesk.api import CLIENT, SECRET, ZendeskApi
from fakes.zendesk.recorded import ADMIN
from fakes.zendesk.state import Account, Object, Switches, an_account

from reconciler.ports import Clock
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.zendesk import ZendeskKind, ZendeskWriter
from reconciler.tenants.zendesk_reading import ZendeskReader

LEAST: Object = {
    **{
        key: False
        for key, value in ADMIN.configuration().items()
        if isinstance(value, bool) and key not in {"chat_access", "group_access", "light_agent", "moderate_forums"}
    },
    "end_user_list_access": "none",
    "end_user_profile_access": "readonly",
    "explore_access": "none",
    "forum_access": "readonly",
    "macro_access": "readonly",
    "manage_roles": "none",
    "report_access": "none",
    "ticket_access": "assigned-only",
    "ticket_comment_access": "none",
    "user_view_access": "none",
    "view_access": "playonly",
}
"""A configuration that states every key of the recorded Admin and permits as little as there is."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A small account that is being served: Ada is an administrator, Ben and Cem are on the night shift."""

    api: ZendeskApi
    url: str
    clock: Clock
    night: int
    ben: int

    @property
    def account(self) -> Account:
        """The account behind it."""
        return self.api.account

    def connection(self, **changes: object) -> Connection:
        """Give a connection with the OAuth client."""
        fields: dict[str, object] = {
            "name": "desk",
            "url": self.url,
            "key": Key(SECRET),
            "client_id": CLIENT,
            "state_folder": Path(),
            "clock": self.clock,
        }
        return Connection(**(fields | changes))

    @contextmanager
    def reader(self, **changes: object) -> Iterator[ZendeskReader]:
        """Open the adapter for looking."""
        with ZendeskKind(quick()).open_reader(self.connection(**changes)) as tenant:
            yield tenant

    @contextmanager
    def writer(self, **changes: object) -> Iterator[ZendeskWriter]:
        """Open the adapter for writing."""
        with ZendeskKind(quick()).open_writer(self.connection(**changes)) as tenant:
            yield tenant


@contextmanager
def a_zendesk_desk(clock: Clock | None = None, **switches: object) -> Iterator[Desk]:
    """Serve the recorded account with a night shift of one, an unused role, and an administrator whose key it is."""
    account = an_account()
    account.switches = Switches(**switches)
    ada = account.add_user("Ada", ADMIN.id, role="admin")
    night = account.add_role("Night Shift", LEAST, description="Watches at night")
    account.add_role("Unused", LEAST)
    ben = account.add_user("Ben", night)
    account.add_user("Eve", None, role="end-user")
    with served(ZendeskApi(account, clock or FakeClock(), ada)) as (api, url):
        yield Desk(api, url, clock or api.clock, night, ben)


@contextmanager
def served(api: ZendeskApi) -> Iterator[tuple[ZendeskApi, str]]:
    """Serve an account on a free loopback port until the block is left."""
    server = _Server(("127.0.0.1", 0), _handler(api))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


def _handler(api: ZendeskApi) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Requests(BaseHTTPRequestHandler):
        """Hands each request to the account, one at a time."""

        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing; the account keeps its own log."""

        def answer(self) -> None:
            """Answer one request."""
            payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                reply = api.answer(self.command, self.path, headers, payload)
            if reply is None:
                self.close_connection = True
                return
            self.send_response_only(reply.status)
            body = (
                reply.raw if reply.raw is not None else b"" if reply.body is None else json.dumps(reply.body).encode()
            )
            fields = {"Content-Type": "application/json; charset=utf-8", **reply.headers}
            if reply.status != 204:
                fields["Content-Length"] = str(len(body))
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    for method in ("GET", "POST", "PUT", "DELETE"):
        setattr(Requests, f"do_{method}", Requests.answer)
    return Requests
