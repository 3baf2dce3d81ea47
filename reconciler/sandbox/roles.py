"""Keep the roles under the product's rules: unique names, standard roles stay, a role in use stays."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from reconciler.model.permission import PermissionSet
from reconciler.model.role import RoleKind
from reconciler.sandbox import refusals
from reconciler.sandbox.audit import record_write
from reconciler.sandbox.database import Database
from reconciler.sandbox.records import (
    Author,
    Page,
    RoleDraft,
    RoleEdit,
    RoleRecord,
    Written,
    entity_tag,
    opaque_id,
    timestamp,
)

_COLUMNS = "seq, id, name, description, kind, editable, permissions, user_count, updated_at, etag"
_BY_ID = f"SELECT {_COLUMNS} FROM roles WHERE id = ?"  # noqa: S608 - nothing but the constant above goes in
_BY_NAME = f"SELECT {_COLUMNS} FROM roles WHERE name_key = ?"  # noqa: S608 - constants only go in
_PAGE = f"SELECT {_COLUMNS} FROM roles WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - constants only go in


class Roles:
    """The roles of one tenant; every refusal is a `Refused` and leaves everything as it was."""

    def __init__(self, database: Database, known: PermissionSet) -> None:
        self._database = database
        self._known = known

    def page(self, *, after: int, limit: int) -> Page[RoleRecord]:
        """Give up to `limit` roles with a number above `after`, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_PAGE, (after, limit + 1)).fetchall()
            (total,) = connection.execute("SELECT COUNT(*) FROM roles").fetchone()
        return Page(tuple(_role(row) for row in rows[:limit]), total, more=len(rows) > limit)

    def read(self, role_id: str) -> RoleRecord:
        """Give one role; refuses with 404."""
        with self._database.reading() as connection:
            return find_role(connection, role_id)

    def named(self, name: str) -> RoleRecord | None:
        """Give the role of this name, upper and lower case being equal."""
        with self._database.reading() as connection:
            row = connection.execute(_BY_NAME, (name.casefold(),)).fetchone()
        return None if row is None else _role(row)

    def create(self, draft: RoleDraft, author: Author) -> RoleRecord:
        """Make a role that nobody has; refuses with `unknown_permission` or `name_taken`."""
        with self._database.writing() as connection:
            return self._create(connection, draft, author, "role.created")

    def duplicate(self, role_id: str, name: str, author: Author) -> RoleRecord:
        """Make a custom role with the permissions another one has now; later changes to that one do not follow."""
        with self._database.writing() as connection:
            source = find_role(connection, role_id)
            draft = RoleDraft(name=name, description=source.description, permissions=frozenset(source.permissions))
            return self._create(connection, draft, author, "role.duplicated")

    def edit(self, role_id: str, edit: RoleEdit, author: Author, *, etag: str | None = None) -> Written[RoleRecord]:
        """Change what `edit` says, if the role still has `etag`; None asks for no such proof.

        Refuses with 404, `changed`, `standard_role`, `unknown_permission` or `name_taken`. Where nothing
        differs nothing is written: the role keeps its entity tag and the audit log gets no entry.
        """
        with self._database.writing() as connection:
            before = find_role(connection, role_id)
            _require_tag(before, etag)
            _require_editable(before, edit)
            name = before.name if edit.name is None else edit.name
            description = before.description if edit.description is None else edit.description
            permissions = before.permissions if edit.permissions is None else tuple(sorted(edit.permissions))
            if (name, description, permissions) == (before.name, before.description, before.permissions):
                return Written(before, changed=False)
            self._require_known(permissions)
            _require_free(connection, name, besides=before.seq)
            (revision,) = connection.execute("SELECT revision FROM roles WHERE seq = ?", (before.seq,)).fetchone()
            connection.execute(
                "UPDATE roles SET name = ?, name_key = ?, description = ?, permissions = ?,"
                " revision = ?, updated_at = ?, etag = ? WHERE seq = ?",
                (
                    name,
                    name.casefold(),
                    description,
                    json.dumps(permissions),
                    revision + 1,
                    timestamp(author.at),
                    entity_tag(revision + 1, before.id, name, description, permissions),
                    before.seq,
                ),
            )
            after = find_role(connection, role_id)
            record_write(
                connection,
                author,
                "role.updated",
                target=role_id,
                before=before.document(),
                after=after.document(),
            )
            return Written(after, changed=True)

    def delete(self, role_id: str, author: Author, *, etag: str | None = None) -> None:
        """Remove a custom role; refuses with 404, `changed`, `standard_role` or, with the count, `role_in_use`."""
        with self._database.writing() as connection:
            before = find_role(connection, role_id)
            _require_tag(before, etag)
            if before.kind is RoleKind.STANDARD:
                raise refusals.standard_role("A standard role cannot be deleted")
            if before.user_count:
                raise refusals.role_in_use(before.user_count)
            connection.execute("DELETE FROM roles WHERE seq = ?", (before.seq,))
            record_write(connection, author, "role.deleted", target=role_id, before=before.document(), after=None)

    def _create(self, connection: sqlite3.Connection, draft: RoleDraft, author: Author, action: str) -> RoleRecord:
        self._require_known(draft.permissions)
        _require_free(connection, draft.name)
        (role_id,) = insert_roles(connection, (draft,), timestamp(author.at))
        role = find_role(connection, role_id)
        record_write(connection, author, action, target=role_id, before=None, after=role.document())
        return role

    def _require_known(self, permissions: Iterable[str]) -> None:
        unknown = sorted(set(permissions) - self._known)
        if unknown:
            raise refusals.unknown_permissions(unknown)


def insert_roles(connection: sqlite3.Connection, drafts: Iterable[RoleDraft], at: str) -> tuple[str, ...]:
    """Insert roles without asking any rule, inside the caller's transaction; gives their ids in order.

    Raises `sqlite3.IntegrityError` for a name that is taken.
    """
    first = next_number(connection, "roles")
    rows = []
    for seq, draft in enumerate(drafts, first):
        role_id, permissions = opaque_id("rol", seq), sorted(draft.permissions)
        tag = entity_tag(1, role_id, draft.name, draft.description, permissions)
        name_key = draft.name.casefold()
        kind, stored = draft.kind.value, json.dumps(permissions)
        rows.append((seq, role_id, draft.name, name_key, draft.description, kind, draft.editable, stored, at, tag))
    connection.executemany(
        "INSERT INTO roles (seq, id, name, name_key, description, kind, editable, permissions, updated_at, etag)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    return tuple(row[1] for row in rows)


def next_number(connection: sqlite3.Connection, table: str) -> int:
    """Give the number that the next row of `table` gets; a number is never given twice."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return 1 if row is None else int(row[0]) + 1


def find_role(connection: sqlite3.Connection, role_id: str) -> RoleRecord:
    """Give one role inside the caller's transaction; refuses with 404."""
    row = connection.execute(_BY_ID, (role_id,)).fetchone()
    if row is None:
        raise refusals.not_found("role")
    return _role(row)


def _role(row: tuple[int, str, str, str, str, int, str, int, str, str]) -> RoleRecord:
    seq, role_id, name, description, kind, editable, permissions, user_count, updated_at, etag = row
    return RoleRecord(
        seq=seq,
        id=role_id,
        name=name,
        description=description,
        kind=RoleKind(kind),
        editable=bool(editable),
        permissions=tuple(json.loads(permissions)),
        user_count=user_count,
        updated_at=updated_at,
        etag=etag,
    )


def _require_tag(role: RoleRecord, etag: str | None) -> None:
    if etag is not None and etag != role.etag:
        raise refusals.changed()


def _require_editable(role: RoleRecord, edit: RoleEdit) -> None:
    if not role.editable:
        raise refusals.standard_role("This standard role cannot be edited")
    if role.kind is RoleKind.STANDARD and edit.name not in {None, role.name}:
        raise refusals.standard_role("A standard role cannot be renamed")


def _require_free(connection: sqlite3.Connection, name: str, *, besides: int = 0) -> None:
    row = connection.execute("SELECT seq FROM roles WHERE name_key = ?", (name.casefold(),)).fetchone()
    if row is not None and row[0] != besides:
        raise refusals.name_taken(name)
