"""The products that the harness breaks besides the embedded tenant: each a double with a night shift of three."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import pytest
from fakes.clock import FakeClock
from fakes.support import quick
from fakes.zammad.api import ZammadApi
from fakes.zammad.calls import Token
from fakes.zammad.server import NEEDED, a_connection, a_server
from fakes.zammad.server import SECRET as TOKEN
from fakes.zendesk.api import CLIENT, SECRET, ZendeskApi
from fakes.zendesk.recorded import ADMIN
from fakes.zendesk.server import LEAST
from fakes.zendesk.state import an_account
from faults.doubles import ORIGIN, DoubleWire, Product, State

from reconciler.tenants import zammad
from reconciler.tenants.zendesk import ZendeskKind

HOLDERS = ("Ben", "Cem", "Dea")


def a_zendesk() -> Product:
    """Give a Zendesk in which the holders move with one request and its job."""
    account, clock = an_account(), FakeClock()
    ada = account.add_user("Ada", ADMIN.id, role="admin")
    night, target, other = (account.add_role(name, LEAST) for name in ("Night Shift", "Unused", "Other"))
    holders = tuple(account.add_user(name, night) for name in HOLDERS)
    usual = dataclasses.replace(account.switches)

    def state() -> State:
        held = {n: frozenset({int(str(u["custom_role_id"] or 0))}) for n, u in account.users.items()}
        return State(frozenset(account.roles), held)

    def spoil(fault: str) -> None:
        polls = 10_000 if fault == "job_never_ends" else usual.job_polls
        account.switches = dataclasses.replace(usual, job_fails=fault == "job_fails", job_polls=polls)

    connection = dataclasses.replace(a_connection(ORIGIN, clock, SECRET), client_id=CLIENT)
    return Product(
        answer=ZendeskApi(account, clock, ada).answer,
        state=state,
        move=lambda person: account.users[person].update(custom_role_id=other),
        spoil=spoil,
        kind=ZendeskKind(quick()),
        connection=connection,
        clock=clock,
        night=night,
        target=target,
        other=other,
        widened="tickets.ticket_tag_editing",
        holders=holders,
    )


def a_zammad() -> Product:
    """Give a Zammad in which the holders move one by one and the role becomes inactive."""
    server, clock = a_server(), FakeClock()
    for name in ("Night Shift", "Unused", "Other"):
        server.add_role(name, ("ticket.agent", "chat.agent"), {"Users": ["read"]})
    holders = tuple(server.add_user(name, "Night Shift") for name in HOLDERS)
    other = server.named("Other").id

    def state() -> State:
        active = frozenset(number for number, role in server.roles.items() if role.active)
        return State(active, {number: frozenset(user.roles) for number, user in server.users.items()})

    def move(person: int) -> None:
        server.assign(person, {other})

    return Product(
        answer=ZammadApi(server, {TOKEN: Token(3, NEEDED)}).answer,
        state=state,
        move=move,
        spoil=lambda _: None,
        kind=zammad.kind(quick()),
        connection=a_connection(ORIGIN, clock),
        clock=clock,
        night=server.named("Night Shift").id,
        target=server.named("Unused").id,
        other=other,
        widened="cti.agent",
        holders=holders,
    )


PRODUCTS: Mapping[str, Callable[[], Product]] = {"zendesk": a_zendesk, "zammad": a_zammad}


@contextmanager
def opened(name: str) -> Iterator[Product]:
    """Let the client speak to a fresh double of this product."""
    product = PRODUCTS[name]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reconciler.tenants.http.Transport", partial(DoubleWire, product))
        yield product
