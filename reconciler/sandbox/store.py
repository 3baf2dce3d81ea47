"""Open the embedded tenant's database and give its parts: the desk, its roles, its users, its audit log."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from reconciler.model.permission import Catalogue
from reconciler.sandbox.audit import AuditLog
from reconciler.sandbox.database import SCHEMA_VERSION, Database, create_tables, drop_tables, schema_version
from reconciler.sandbox.product import product
from reconciler.sandbox.records import RoleDraft, TenantRecord, UserDraft, timestamp
from reconciler.sandbox.roles import Roles, insert_roles
from reconciler.sandbox.users import Users, insert_users

BULK_TIME = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)
"""When seeded and bulk-loaded roles were last changed, so that two databases with the same content are equal."""


class StoreOutdated(Exception):
    """The file was made by another version of the embedded tenant; it has to be started over."""


class Store:
    """One tenant in one database; safe to use from several threads, and its file from several processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.catalogue: Catalogue = product().catalogue
        self.roles = Roles(database, self.catalogue.keys)
        self.users = Users(database)
        self.audit = AuditLog(database)

    @classmethod
    def open(cls, path: Path | None, fill: Callable[[sqlite3.Connection], None]) -> Store:
        """Open the database file `path`, or one in memory for None; a new one gets its tables and what `fill` adds.

        Making and filling happen in one transaction, so that of two processes that meet a new file one fills it
        and the other finds it filled. Raises `StoreOutdated`, or `sqlite3.Error` for a file that is no database.
        """
        database = Database(path)
        store = cls(database)
        try:
            with database.writing() as connection:
                version = schema_version(connection)
                if version == 0:
                    create_tables(connection)
                    fill(connection)
                else:
                    _require_version(version)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def start_over(cls, path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
        """Replace everything in the file by what `fill` adds, whatever version it was; raises `sqlite3.Error`.

        Happens in one transaction: other processes see all of the old content or all of the new.
        """
        database = Database(path)
        try:
            with database.writing() as connection:
                drop_tables(connection)
                create_tables(connection)
                fill(connection)
        finally:
            database.close()

    def tenant(self) -> TenantRecord:
        """Give the desk's own facts."""
        with self._database.reading() as connection:
            tenant_id, name, environment = connection.execute("SELECT id, name, environment FROM tenant").fetchone()
        return TenantRecord(id=tenant_id, name=name, environment=environment)

    def add_roles(self, drafts: Iterable[RoleDraft]) -> tuple[str, ...]:
        """Load many roles at once, for tests and benchmarks, and give their ids in order.

        No product rule is asked and no audit entry made. Raises `sqlite3.IntegrityError`, with nothing loaded,
        when a name is taken.
        """
        with self._database.writing() as connection:
            return insert_roles(connection, drafts, timestamp(BULK_TIME))

    def add_users(self, drafts: Iterable[UserDraft]) -> tuple[str, ...]:
        """Load many users at once, as `add_roles` does; raises `KeyError` for a role id that does not exist."""
        with self._database.writing() as connection:
            return insert_users(connection, drafts)

    def copy(self) -> Store:
        """Give a copy in memory that shows this moment whatever is written here later."""
        return Store(self._database.copy())

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def _require_version(version: int) -> None:
    if version != SCHEMA_VERSION:
        raise StoreOutdated(f"made by version {version} of the tables, this is version {SCHEMA_VERSION}")


def insert_tenant(connection: sqlite3.Connection, tenant: TenantRecord) -> None:
    """Insert the desk's own facts, inside the caller's transaction."""
    connection.execute(
        "INSERT INTO tenant (id, name, environment) VALUES (?, ?, ?)", (tenant.id, tenant.name, tenant.environment)
    )
