"""Keep and read the audit log: one entry for each write, with what was before and what is after."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from reconciler.sandbox.database import Database
from reconciler.sandbox.records import AuditRecord, Author, Page, timestamp


class AuditLog:
    """Reads the log; entries are made by the writes themselves, through `record_write`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, *, after: int, limit: int, since: str = "") -> Page[AuditRecord]:
        """Give up to `limit` entries with a number above `after`, made at the time `since` or later, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT seq, at, actor, action, target, before, after FROM audit"
                " WHERE at >= ? AND seq > ? ORDER BY seq LIMIT ?",
                (since, after, limit + 1),
            ).fetchall()
            (total,) = connection.execute("SELECT COUNT(*) FROM audit WHERE at >= ?", (since,)).fetchone()
        return Page(tuple(_entry(row) for row in rows[:limit]), total, more=len(rows) > limit)


def record_write(
    connection: sqlite3.Connection,
    author: Author,
    action: str,
    *,
    target: str,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> None:
    """Append one entry inside the transaction of the write, so that neither exists without the other."""
    connection.execute(
        "INSERT INTO audit (at, actor, action, target, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        (timestamp(author.at), author.actor, action, target, _encoded(before), _encoded(after)),
    )


def _encoded(document: Mapping[str, object] | None) -> str | None:
    return None if document is None else json.dumps(document, sort_keys=True)


def _entry(row: tuple[int, str, str, str, str, str | None, str | None]) -> AuditRecord:
    seq, at, actor, action, target, before, after = row
    return AuditRecord(
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        target=target,
        before=None if before is None else json.loads(before),
        after=None if after is None else json.loads(after),
    )
