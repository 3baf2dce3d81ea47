"""Keep the users under the product's rules: at least one role each, and never without an active Owner."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from reconciler.sandbox import refusals
from reconciler.sandbox.audit import record_write
from reconciler.sandbox.database import Database
from reconciler.sandbox.records import Author, Page, UserDraft, UserRecord, Written, entity_tag, opaque_id
from reconciler.sandbox.roles import next_number

OWNER = "Owner"
"""The standard role that an active user must always have."""

_COLUMNS = """u.seq, u.id, u.name, u.email, u.active, u.human, u.etag,
    (SELECT group_concat(r.id, ' ') FROM assignments a JOIN roles r ON r.seq = a.role_seq WHERE a.user_seq = u.seq)"""
_BY_ID = f"SELECT {_COLUMNS} FROM users u WHERE u.id = ?"  # noqa: S608 - nothing but the constant above goes in
_PAGE = f"SELECT {_COLUMNS} FROM users u WHERE u.seq > ? ORDER BY u.seq LIMIT ?"  # noqa: S608 - constants only go in
_HOLDERS = f"""SELECT {_COLUMNS} FROM assignments held JOIN users u ON u.seq = held.user_seq
    WHERE held.role_seq = ? AND held.user_seq > ? ORDER BY held.user_seq LIMIT ?"""  # noqa: S608 - constants only go in
_ACTIVE_OWNERS = """SELECT u.seq FROM assignments a
    JOIN roles r ON r.seq = a.role_seq JOIN users u ON u.seq = a.user_seq
    WHERE r.kind = 'standard' AND r.name = ? AND u.active = 1"""


class Users:
    """The users of one tenant; every refusal is a `Refused` and leaves everything as it was."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, *, after: int, limit: int, role_id: str | None = None) -> Page[UserRecord]:
        """Give up to `limit` users with a number above `after`, of one role or of all; refuses with `unknown_role`."""
        with self._database.reading() as connection:
            if role_id is None:
                rows = connection.execute(_PAGE, (after, limit + 1)).fetchall()
                (total,) = connection.execute("SELECT COUNT(*) FROM users").fetchone()
            else:
                role_seq, total = _role_and_count(connection, role_id)
                rows = connection.execute(_HOLDERS, (role_seq, after, limit + 1)).fetchall()
        return Page(tuple(_user(row) for row in rows[:limit]), total, more=len(rows) > limit)

    def read(self, user_id: str) -> UserRecord:
        """Give one user; refuses with 404."""
        with self._database.reading() as connection:
            return find_user(connection, user_id)

    def assign(
        self, user_id: str, role_ids: frozenset[str], author: Author, *, etag: str | None = None
    ) -> Written[UserRecord]:
        """Replace the roles of a user who still has `etag`; None asks for no such proof.

        Refuses with 404, `changed`, `no_roles`, `unknown_role` or `sole_owner`. A suspended user can be
        given roles too: they have no effect until the user is active again.
        """
        with self._database.writing() as connection:
            before = find_user(connection, user_id)
            if etag is not None and etag != before.etag:
                raise refusals.changed()
            if not role_ids:
                raise refusals.no_roles()
            numbers = _role_numbers(connection, role_ids)
            if role_ids == frozenset(before.role_ids):
                return Written(before, changed=False)
            owners = _active_owners(connection)
            _replace_assignments(connection, before.seq, numbers)
            _require_owner(connection, owners)
            return self._finish(connection, before, author, "user.roles_assigned")

    def set_active(self, user_id: str, author: Author, *, active: bool) -> Written[UserRecord]:
        """Suspend or reactivate a user, who keeps all roles; refuses with 404 or `sole_owner`."""
        with self._database.writing() as connection:
            before = find_user(connection, user_id)
            if before.active == active:
                return Written(before, changed=False)
            owners = _active_owners(connection)
            connection.execute("UPDATE users SET active = ? WHERE seq = ?", (active, before.seq))
            _require_owner(connection, owners)
            return self._finish(connection, before, author, "user.reactivated" if active else "user.suspended")

    def delete(self, user_id: str, author: Author) -> None:
        """Remove a user from the desk and from every role; refuses with 404 or `sole_owner`."""
        with self._database.writing() as connection:
            before = find_user(connection, user_id)
            owners = _active_owners(connection)
            connection.execute("DELETE FROM assignments WHERE user_seq = ?", (before.seq,))
            connection.execute("DELETE FROM users WHERE seq = ?", (before.seq,))
            _require_owner(connection, owners)
            record_write(connection, author, "user.deleted", target=user_id, before=before.document(), after=None)

    def _finish(
        self, connection: sqlite3.Connection, before: UserRecord, author: Author, action: str
    ) -> Written[UserRecord]:
        (revision,) = connection.execute("SELECT revision + 1 FROM users WHERE seq = ?", (before.seq,)).fetchone()
        changed = find_user(connection, before.id)
        tag = entity_tag(revision, before.id, changed.active, changed.role_ids)
        connection.execute("UPDATE users SET revision = ?, etag = ? WHERE seq = ?", (revision, tag, before.seq))
        after = find_user(connection, before.id)
        record_write(connection, author, action, target=before.id, before=before.document(), after=after.document())
        return Written(after, changed=True)


def insert_users(connection: sqlite3.Connection, drafts: Iterable[UserDraft]) -> tuple[str, ...]:
    """Insert users without asking any rule, inside the caller's transaction; gives their ids in order.

    Raises `sqlite3.IntegrityError` for an address that is taken, and `KeyError` for a role that does not exist.
    """
    numbers = dict(connection.execute("SELECT id, seq FROM roles"))
    users: list[tuple[object, ...]] = []
    assignments: list[tuple[int, int]] = []
    ids: list[str] = []
    for seq, draft in enumerate(drafts, next_number(connection, "users")):
        user_id = opaque_id("usr", seq)
        ids.append(user_id)
        tag = entity_tag(1, user_id, draft.active, sorted(draft.role_ids))
        users.append((seq, user_id, draft.name, draft.email, draft.active, draft.human, tag))
        assignments.extend((numbers[role_id], seq) for role_id in sorted(draft.role_ids))
    connection.executemany(
        "INSERT INTO users (seq, id, name, email, active, human, etag) VALUES (?, ?, ?, ?, ?, ?, ?)", users
    )
    connection.executemany("INSERT INTO assignments (role_seq, user_seq) VALUES (?, ?)", assignments)
    return tuple(ids)


def find_user(connection: sqlite3.Connection, user_id: str) -> UserRecord:
    """Give one user inside the caller's transaction; refuses with 404."""
    row = connection.execute(_BY_ID, (user_id,)).fetchone()
    if row is None:
        raise refusals.not_found("user")
    return _user(row)


def _user(row: tuple[int, str, str, str, int, int, str, str]) -> UserRecord:
    seq, user_id, name, email, active, human, etag, role_ids = row
    return UserRecord(
        seq=seq,
        id=user_id,
        name=name,
        email=email,
        active=bool(active),
        human=bool(human),
        role_ids=tuple(sorted(role_ids.split())),
        etag=etag,
    )


def _role_and_count(connection: sqlite3.Connection, role_id: str) -> tuple[int, int]:
    row = connection.execute("SELECT seq, user_count FROM roles WHERE id = ?", (role_id,)).fetchone()
    if row is None:
        raise refusals.unknown_roles([role_id])
    return row[0], row[1]


def _role_numbers(connection: sqlite3.Connection, role_ids: frozenset[str]) -> list[int]:
    numbers, unknown = [], []
    for role_id in sorted(role_ids):
        row = connection.execute("SELECT seq FROM roles WHERE id = ?", (role_id,)).fetchone()
        if row is None:
            unknown.append(role_id)
        else:
            numbers.append(row[0])
    if unknown:
        raise refusals.unknown_roles(unknown)
    return numbers


def _replace_assignments(connection: sqlite3.Connection, user_seq: int, role_numbers: list[int]) -> None:
    connection.execute("DELETE FROM assignments WHERE user_seq = ?", (user_seq,))
    connection.executemany(
        "INSERT INTO assignments (role_seq, user_seq) VALUES (?, ?)", [(number, user_seq) for number in role_numbers]
    )


def _active_owners(connection: sqlite3.Connection) -> int:
    return len(connection.execute(_ACTIVE_OWNERS, (OWNER,)).fetchall())


def _require_owner(connection: sqlite3.Connection, owners_before: int) -> None:
    # A desk that has no active Owner already can still be edited; only losing the last one is refused.
    if owners_before and not _active_owners(connection):
        raise refusals.sole_owner()
