"""Both implementations of the tenant ports, filled with the same small desk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fakes.clock import FakeClock
from fakes.desk import ROLES, USERS, DeskRole, DeskUser, a_fake_desk
from fakes.tenant import FakeTenant

from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent
from reconciler.ports import TenantReader, TenantWriter
from reconciler.sandbox.records import RoleDraft, TenantRecord, UserDraft
from reconciler.sandbox.roles import insert_roles
from reconciler.sandbox.server import serving
from reconciler.sandbox.store import Store, insert_tenant
from reconciler.sandbox.tenant import new_secret, opened_app
from reconciler.sandbox.users import insert_users
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.support import KIND
from reconciler.testing.contract import Desk


@dataclass(frozen=True, slots=True)
class Side:
    """One implementation, filled with the desk of `fakes.desk`."""

    tenant: TenantWriter
    users: Mapping[str, PersonId]

    def role(self, name: str) -> LiveRole:
        """Give the role of this name as the list shows it now."""
        return next(role for role in self.tenant.roles() if role.content.name == name)

    def user(self, name: str) -> Person:
        """Give the user of this name as they are now."""
        person = self.tenant.person(self.users[name])
        assert person is not None
        return person


@contextmanager
def a_fake_side() -> Iterator[Side]:
    """Open the tenant in memory."""
    yield Side(a_fake_desk(), {user.name: PersonId(f"usr_{number}") for number, user in enumerate(USERS, 1)})


@contextmanager
def an_http_side() -> Iterator[Side]:
    """Open the adapter over the embedded tenant, on a loopback port."""
    with closing(Store.open(None, _fill)) as store:
        ids = [user.id for user in store.users.page(after=0, limit=100).entries]
        users = {user.name: PersonId(user_id) for user, user_id in zip(USERS, ids, strict=True)}
        secret = new_secret()
        clock = FakeClock()
        with opened_app(store, clock, secret=secret) as app, serving(app) as url:
            connection = Connection(name="desk", url=url, key=Key(secret), state_folder=Path(), clock=clock)
            with KIND.open_writer(connection) as tenant:
                yield Side(tenant, users)


def _fill(
    database: sqlite3.Connection, roles: tuple[DeskRole, ...] = ROLES, users: tuple[DeskUser, ...] = USERS
) -> None:
    insert_tenant(database, TenantRecord(id="ten_contract", name="Desk", environment="sandbox"))
    drafts = [
        RoleDraft(
            name=role.name,
            description=role.description,
            permissions=role.permissions,
            kind=role.kind,
            editable=role.editable,
        )
        for role in roles
    ]
    ids = dict(zip((role.name for role in roles), insert_roles(database, drafts, "2026-01-05T09:00:00Z"), strict=True))
    insert_users(
        database,
        [
            UserDraft(
                name=user.name,
                email=f"{user.name.lower()}@desk.example",
                role_ids=frozenset(ids[name] for name in user.roles),
                active=user.active,
                human=user.human,
            )
            for user in users
        ],
    )


NOVELTY = "conversations.merge"
_CONTRACT_ROLES = (
    *ROLES,
    DeskRole(name="Tester", permissions=frozenset({"conversations.view", NOVELTY}), description="Tries what is new"),
)
_CONTRACT_USERS = (
    *USERS,
    DeskUser(name="Dea", roles=("Night Shift", "Agent")),
    DeskUser(name="Eli", roles=("Night Shift",), active=False),
)


class Looking:
    """A tenant with nothing but the methods that look, as what is opened for reading has to be."""

    def __init__(self, tenant: TenantReader) -> None:
        for name in vars(TenantReader):
            if not name.startswith("_"):
                setattr(self, name, getattr(tenant, name))


@contextmanager
def a_fake_contract_desk(break_it: Callable[[FakeTenant], None] = lambda _: None) -> Iterator[Desk]:
    """Open the tenant in memory for the contract, broken in one way or in none."""
    tenant = a_fake_desk(_CONTRACT_ROLES, _CONTRACT_USERS, (NOVELTY,))
    break_it(tenant)
    ids = [PersonId(f"usr_{number}") for number in range(1, len(_CONTRACT_USERS) + 1)]
    yield _for_the_contract(tenant, Looking(tenant), ids, lambda: tenant.reads + len(tenant.writes))


@contextmanager
def a_support_contract_desk() -> Iterator[Desk]:
    """Open the adapter over the embedded tenant for the contract."""
    with closing(Store.open(None, partial(_fill, roles=_CONTRACT_ROLES, users=_CONTRACT_USERS))) as store:
        secret, clock = new_secret(), FakeClock()
        with opened_app(store, clock, secret=secret) as app, serving(app) as url:
            connection = Connection(name="desk", url=url, key=Key(secret), state_folder=Path(), clock=clock)
            with KIND.open_reader(connection) as reader, KIND.open_writer(connection) as writer:
                ids = [PersonId(user.id) for user in store.users.page(after=0, limit=100).entries]
                yield _for_the_contract(writer, reader, ids, lambda: len(app.requests))


def _for_the_contract(
    tenant: TenantWriter, reader: TenantReader, ids: list[PersonId], requests: Callable[[], int]
) -> Desk:
    return Desk(
        tenant=tenant,
        reader=reader,
        used="Night Shift",
        unused="Unused",
        odd="Tester",
        novelty=NOVELTY,
        holder=ids[1],
        colleagues=frozenset(ids[-2:]),
        inactive=frozenset(ids[-1:]),
        administers="settings.roles",
        few=frozenset({"conversations.view"}),
        more=frozenset({"conversations.view", "conversations.reply"}),
        stranger="conversations.teleport",
        standard="Agent",
        requests=requests,
    )


def a_content(name: str = "New", *permissions: str, description: str = "") -> RoleContent:
    """Give a content; one permission unless said otherwise."""
    return RoleContent(name=name, description=description, permissions=frozenset(permissions or {"conversations.view"}))
