"""Serves a Chatwoot over a loopback socket, and opens the adapter on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fakes.chatwoot.api import ADA, BEN, EVE, ChatwootApi
from fakes.chatwoot.state import Chatwoot
from fakes.clock import FakeClock
from fakes.loopback import Sent, on_loopback
from fakes.support import quick

from reconciler.ports import Clock
from reconciler.tenants.chatwoot import ChatwootKind, ChatwootWriter
from reconciler.tenants.chatwoot_reading import ChatwootReader
from reconciler.tenants.connection import Connection, Key

FEW_WORDS = ("conversation_unassigned_manage", "contact_manage")
"""What the night shift may do, in the product's words."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A small account that is being served: Ada is an administrator, Ben is on the night shift."""

    api: ChatwootApi
    url: str
    clock: Clock
    ben: int
    night: int

    @property
    def account(self) -> Chatwoot:
        """What is behind it."""
        return self.api.account

    def connection(self, **changes: object) -> Connection:
        """Give a connection with the administrator's token."""
        fields: dict[str, object] = {
            "name": "desk",
            "url": self.url,
            "key": Key(ADA),
            "account": "1",
            "state_folder": Path(),
            "clock": self.clock,
        }
        return Connection(**(fields | changes))

    @contextmanager
    def reader(self, **changes: object) -> Iterator[ChatwootReader]:
        """Open the adapter for looking."""
        with ChatwootKind(quick()).open_reader(self.connection(**changes)) as tenant:
            yield tenant

    @contextmanager
    def writer(self, **changes: object) -> Iterator[ChatwootWriter]:
        """Open the adapter for writing."""
        with ChatwootKind(quick()).open_writer(self.connection(**changes)) as tenant:
            yield tenant


@contextmanager
def a_chatwoot_desk(clock: Clock | None = None) -> Iterator[Desk]:
    """Serve an account with a night shift of one and an unused role."""
    account = Chatwoot()
    night = account.add_role("Night Shift", FEW_WORDS, "Watches at night")
    account.add_role("Unused", FEW_WORDS)
    ada = account.add_agent("Ada", "administrator")
    ben = account.add_agent("Ben", custom=night)
    account.add_agent("Cem")
    api = ChatwootApi(account, {ADA: ada, BEN: ben, EVE: 99})
    with served(api) as url:
        yield Desk(api, url, clock or FakeClock(), ben, night)


@contextmanager
def served(api: ChatwootApi) -> Iterator[str]:
    """Serve a double on a free loopback port until the block is left."""

    def answer(method: str, target: str, headers: Mapping[str, str], payload: bytes) -> Sent | None:
        reply = api.answer(method, target, headers, payload)
        if reply is None:
            return None
        plain = isinstance(reply.body, bytes)
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        kind = {} if plain else {"Content-Type": "application/json; charset=utf-8"}
        return Sent(reply.status, {**kind, "Content-Length": str(len(body)), **reply.headers}, body)

    with on_loopback(answer) as url:
        yield url
