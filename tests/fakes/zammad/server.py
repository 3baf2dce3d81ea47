"""Serves a Zammad over a loopback socket, and opens the adapter on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fakes.clock import FakeClock
from fakes.loopback import Sent, on_loopback
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

    def answer(method: str, target: str, headers: Mapping[str, str], payload: bytes) -> Sent | None:
        reply = api.answer(method, target, headers, payload)
        if reply is None:
            return None
        body = json.dumps(reply.body).encode()
        fields = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body))}
        return Sent(reply.status, fields | reply.headers, body)

    with on_loopback(answer) as url:
        yield url
