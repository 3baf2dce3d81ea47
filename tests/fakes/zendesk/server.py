"""Serves a Zendesk account over a loopback socket, and opens the adapter on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fakes.clock import FakeClock
from fakes.loopback import Sent, on_loopback
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

    def answer(method: str, target: str, headers: Mapping[str, str], payload: bytes) -> Sent | None:
        reply = api.answer(method, target, headers, payload)
        if reply is None:
            return None
        body = reply.raw if reply.raw is not None else b"" if reply.body is None else json.dumps(reply.body).encode()
        fields = {"Content-Type": "application/json; charset=utf-8", **reply.headers}
        if reply.status != 204:
            fields["Content-Length"] = str(len(body))
        return Sent(reply.status, fields, body, dated=False)

    with on_loopback(answer) as url:
        yield api, url
