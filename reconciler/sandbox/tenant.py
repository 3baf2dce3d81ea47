"""Offer the embedded tenant as a kind of tenant: a database in the state folder, spoken to over HTTP like any other.

The adapter and the HTTP client are those of the support product; nothing here answers a port's method itself, so
that the default run exercises the path that a live desk gets.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reconciler.errors import UsageProblem
from reconciler.model.permission import Catalogue
from reconciler.ports import Clock, TenantReader, TenantWriter
from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.faults import FaultSchedule
from reconciler.sandbox.keys import ALL_SCOPES, ApiKey, Tier
from reconciler.sandbox.seed import seed
from reconciler.sandbox.server import serving
from reconciler.sandbox.store import Store, StoreOutdated
from reconciler.tenants import support
from reconciler.tenants.connection import Connection, Key, TenantKind

DATABASE = "sandbox.sqlite3"
"""The name of the database inside the state folder."""

_START_OVER = "Start over with: reconciler sandbox reset"


class SandboxKind:
    """Opens embedded tenants; the connection's `url` and `key` are not looked at."""

    def __init__(
        self,
        *,
        tier: Tier = Tier.ENTERPRISE,
        scopes: tuple[str, ...] = ALL_SCOPES,
        faults: FaultSchedule | None = None,
    ) -> None:
        self._tier = tier
        self._scopes = scopes
        self._faults = faults

    @contextmanager
    def open_reader(self, connection: Connection) -> Iterator[TenantReader]:
        """Open for reading; makes and seeds the database where there is none. Raises `UsageProblem`."""
        with self._reachable(connection) as reachable, support.KIND.open_reader(reachable) as reader:
            yield reader

    @contextmanager
    def open_writer(self, connection: Connection) -> Iterator[TenantWriter]:
        """Open for reading and writing; makes and seeds the database where there is none. Raises `UsageProblem`."""
        with self._reachable(connection) as reachable, support.KIND.open_writer(reachable) as writer:
            yield writer

    def shipped_catalogue(self) -> Catalogue | None:
        """Give None: the lock that comes with the program is that of the support product."""
        return None

    @contextmanager
    def _reachable(self, connection: Connection) -> Iterator[Connection]:
        secret = new_secret()
        with (
            opened_store(connection.state_folder) as store,
            opened_app(
                store, connection.clock, secret=secret, tier=self._tier, scopes=self._scopes, faults=self._faults
            ) as app,
            serving(app) as url,
        ):
            yield replace(connection, url=url, key=Key(secret))


KIND: TenantKind = SandboxKind()


@contextmanager
def opened_store(state_folder: Path) -> Iterator[Store]:
    """Open the sandbox's database, made and seeded where there is none; raises `UsageProblem` where that fails."""
    try:
        state_folder.mkdir(parents=True, exist_ok=True)
        store = Store.open(state_folder / DATABASE, seed)
    except StoreOutdated as error:
        raise UsageProblem(f"The sandbox's database is of another version: {error}", fix=_START_OVER) from error
    except (sqlite3.Error, OSError) as error:
        raise UsageProblem(f"The sandbox's database cannot be used: {error}", fix=_START_OVER) from error
    try:
        yield store
    finally:
        store.close()


@contextmanager
def opened_app(
    store: Store,
    clock: Clock,
    *,
    secret: str,
    tier: Tier = Tier.ENTERPRISE,
    scopes: tuple[str, ...] = ALL_SCOPES,
    faults: FaultSchedule | None = None,
) -> Iterator[SandboxApp]:
    """Give the API over `store` with one key, which belongs to the desk's first user, an Owner."""
    (owner,) = store.users.page(after=0, limit=1).entries
    key = ApiKey(secret=secret, scopes=scopes, tier=tier, user_id=owner.id)
    app = SandboxApp(store, (key,), clock, faults=faults)
    try:
        yield app
    finally:
        app.close()


def new_secret() -> str:
    """Make a key for one run; it is never stored, so that no other program on the machine can know it."""
    return f"sa_test_{secrets.token_urlsafe(24)}"


def reset(state_folder: Path) -> None:
    """Make the sandbox as it was on the first day, whatever state its file is in; raises `UsageProblem`.

    A process that has it open sees the new content with its next request, unless the file was beyond repair.
    """
    path = state_folder / DATABASE
    try:
        state_folder.mkdir(parents=True, exist_ok=True)
        try:
            Store.start_over(path, seed)
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)
            Store.start_over(path, seed)
    except (sqlite3.Error, OSError) as error:
        raise UsageProblem(f"The sandbox's database cannot be made: {error}") from error
