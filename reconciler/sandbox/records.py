"""The values that the store keeps and gives, and the JSON documents that the API shows of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from reconciler.model.role import RoleKind

Document = dict[str, object]
"""A JSON object as the API shows it."""

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes, and when; the audit log has it."""

    actor: str
    """The id of a user, or another name where no user is behind the key."""
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRecord:
    """The desk itself."""

    id: str
    name: str
    environment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDraft:
    """A role that is about to exist."""

    name: str
    description: str
    permissions: frozenset[str]
    kind: RoleKind = RoleKind.CUSTOM
    editable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEdit:
    """What to change about a role; None leaves a field as it is, anything else replaces it whole."""

    name: str | None = None
    description: str | None = None
    permissions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRecord:
    """A role as it is stored."""

    seq: int
    """Counts up as roles are made; lists are in this order."""
    id: str
    name: str
    description: str
    kind: RoleKind
    editable: bool
    permissions: tuple[str, ...]
    """Sorted."""
    user_count: int
    """Everyone assigned, whether active or not, human or not."""
    updated_at: str
    etag: str
    """Strong and in its quotes, the same text in a header and in a body."""

    def document(self) -> Document:
        """Give the role as the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "kind": self.kind.value,
            "editable": self.editable,
            "permissions": list(self.permissions),
            "user_count": self.user_count,
            "updated_at": self.updated_at,
            "etag": self.etag,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDraft:
    """A user who is about to exist."""

    name: str
    email: str
    role_ids: frozenset[str]
    active: bool = True
    human: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """A user as they are stored."""

    seq: int
    id: str
    name: str
    email: str
    active: bool
    human: bool
    role_ids: tuple[str, ...]
    """Sorted."""
    etag: str
    """As the one of a role."""

    def document(self) -> Document:
        """Give the user as the API shows them."""
        return {
            "id": self.id,
            "name": self.name,
            "email": self.email,
            "active": self.active,
            "kind": "human" if self.human else "service",
            "role_ids": list(self.role_ids),
            "etag": self.etag,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One write, with the thing as it was before and is after; None where it did not exist."""

    seq: int
    at: str
    actor: str
    action: str
    target: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None

    def document(self) -> Document:
        """Give the entry as the API shows it."""
        return {
            "at": self.at,
            "actor": self.actor,
            "action": self.action,
            "target": self.target,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """A stretch of a list."""

    entries: tuple[Record, ...]
    total: int
    """How many the whole list has."""
    more: bool
    """Whether anything follows these entries."""


@dataclass(frozen=True, slots=True)
class Written(Generic[Record]):
    """The thing after a write, and whether the write made any difference."""

    record: Record
    changed: bool


def timestamp(at: dt.datetime) -> str:
    """Write a time in UTC so that comparing the texts compares the times."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def opaque_id(prefix: str, seq: int) -> str:
    """Give the id of the thing numbered `seq`: the same on every machine, and telling nothing."""
    return f"{prefix}_{hashlib.sha256(f'{prefix}/{seq}'.encode()).hexdigest()[:12]}"


def entity_tag(*facts: object) -> str:
    """Give a strong, quoted entity tag over `facts`.

    Callers put the revision first, so that a thing changed there and back has a new tag, and the writable
    fields after it, so that a database that was started over does not repeat a tag for other content.
    """
    text = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
