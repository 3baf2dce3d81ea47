"""Own the SQLite connection: the tables, and transactions that threads and processes can share.

One connection serves every thread under a lock, which is also what makes a database in memory possible.
The rollback journal keeps everything in one file; another process waits its turn at the file's own locks.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA_VERSION = 1
"""Kept in the file; raise it with any change to the tables or to the seed."""

_BUSY_SECONDS = 30.0

_TABLES = (
    "CREATE TABLE tenant (id TEXT NOT NULL, name TEXT NOT NULL, environment TEXT NOT NULL)",
    # AUTOINCREMENT never gives the number of a deleted row again, and ids and list order hang on it.
    """CREATE TABLE roles (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        description TEXT NOT NULL,
        kind TEXT NOT NULL,
        editable INTEGER NOT NULL,
        permissions TEXT NOT NULL,
        user_count INTEGER NOT NULL DEFAULT 0,
        revision INTEGER NOT NULL DEFAULT 1,
        updated_at TEXT NOT NULL,
        etag TEXT NOT NULL
    )""",
    """CREATE TABLE users (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        email TEXT NOT NULL UNIQUE,
        active INTEGER NOT NULL,
        human INTEGER NOT NULL,
        revision INTEGER NOT NULL DEFAULT 1,
        etag TEXT NOT NULL
    )""",
    """CREATE TABLE assignments (
        role_seq INTEGER NOT NULL REFERENCES roles (seq),
        user_seq INTEGER NOT NULL REFERENCES users (seq),
        PRIMARY KEY (role_seq, user_seq)
    ) WITHOUT ROWID""",
    "CREATE INDEX assignments_by_user ON assignments (user_seq, role_seq)",
    # Counting on every change instead of on every read is what makes a page cost the same in any tenant.
    """CREATE TRIGGER count_assigned AFTER INSERT ON assignments BEGIN
        UPDATE roles SET user_count = user_count + 1 WHERE seq = NEW.role_seq;
    END""",
    """CREATE TRIGGER count_removed AFTER DELETE ON assignments BEGIN
        UPDATE roles SET user_count = user_count - 1 WHERE seq = OLD.role_seq;
    END""",
    """CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        before TEXT,
        after TEXT
    )""",
    "CREATE INDEX audit_by_time ON audit (at, seq)",
)


class Database:
    """A database file, or one in memory when `path` is None; raises `sqlite3.Error` when it cannot be opened."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection on which every statement sees the same moment."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose statements all happen, or none when the block raises; one writer at a time."""
        # Taking the write lock at once rules out that two readers both wait to become writers.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute(begin)
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def copy(self) -> Database:
        """Give a copy in memory that later writes here do not reach."""
        twin = Database()
        with self._lock:
            self._connection.backup(twin._connection)
        return twin

    def close(self) -> None:
        """Let go of the file; nothing can be read or written afterwards."""
        with self._lock:
            self._connection.close()


def schema_version(connection: sqlite3.Connection) -> int:
    """Give the version of the tables in the file; 0 for a file without any."""
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0])


def create_tables(connection: sqlite3.Connection) -> None:
    """Make every table in an empty database, inside the caller's transaction."""
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")


def drop_tables(connection: sqlite3.Connection) -> None:
    """Remove every table of ours with what is in it, inside the caller's transaction."""
    for table in ("audit", "assignments", "users", "roles", "tenant"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute("PRAGMA user_version = 0")
