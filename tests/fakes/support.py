"""Replies of the support product as plain JSON, and connections to a scripted server."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fakes.clock import FakeClock

from reconciler.ports import Clock
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.http import HttpReader, HttpWriter, Patience
from reconciler.tenants.retry import BackOff
from reconciler.tenants.support import SupportReader, SupportWriter
from reconciler.tenants.support_replies import complaint

SECRET = "sa_test_Zm9v+bar/baz==~quux"


def a_connection(url: str | None, *, secret: str = SECRET, clock: Clock | None = None) -> Connection:
    """Give a connection with a made-up key."""
    return Connection(name="desk", url=url, key=Key(secret), state_folder=Path(), clock=clock or FakeClock())


def quick(**changes: object) -> Patience:
    """Give patience without jitter, and short enough for a test that has to lose it."""
    values: dict[str, object] = {"request_seconds": 2.0, "back_off": BackOff(random=lambda: 0.0)}
    return Patience(**(values | changes))  # type: ignore[arg-type]  # the names are those of the fields


def a_client(url: str, *, clock: Clock | None = None, patience: Patience | None = None) -> HttpWriter:
    """Give a client that can look and write."""
    return HttpWriter(a_connection(url, clock=clock), complaint, patience=patience or quick())


def a_reader(url: str, *, clock: Clock | None = None) -> SupportReader:
    """Give the adapter for looking."""
    return SupportReader("desk", HttpReader(a_connection(url, clock=clock), complaint, patience=quick()))


def a_writer(url: str, *, clock: Clock | None = None) -> SupportWriter:
    """Give the adapter for writing."""
    return SupportWriter("desk", a_client(url, clock=clock))


def error_json(code: str, message: str = "Words of the tenant") -> dict[str, object]:
    """Give an error body."""
    return {"error": {"code": code, "message": message, "details": {}}}


def role_json(role_id: str = "rol_1", /, **changes: object) -> dict[str, object]:
    """Give a Role."""
    role: dict[str, object] = {
        "id": role_id,
        "name": f"Role {role_id}",
        "description": "",
        "kind": "standard",
        "editable": True,
        "permissions": ["conversations.view"],
        "user_count": 0,
        "updated_at": "2026-01-05T09:00:00Z",
        "etag": f'"{role_id}-1"',
    }
    return role | changes


def user_json(user_id: str = "usr_1", /, **changes: object) -> dict[str, object]:
    """Give a User."""
    user: dict[str, object] = {
        "id": user_id,
        "name": "Ada",
        "email": "ada@desk.example",
        "active": True,
        "kind": "human",
        "role_ids": ["rol_1"],
        "etag": f'"{user_id}-1"',
    }
    return user | changes


def page_json(
    data: Iterable[dict[str, object]], *, total: int | None = None, cursor: str | None = None
) -> dict[str, object]:
    """Give one page of a listing; the total is what is on it unless said otherwise."""
    items = list(data)
    return {"data": items, "next_cursor": cursor, "total": len(items) if total is None else total}


def me_json(**changes: object) -> dict[str, object]:
    """Give the reply to `GET /me`."""
    me: dict[str, object] = {
        "tenant": {"id": "ten_1", "name": "Desk", "environment": "production"},
        "key": {"prefix": "sa_live_ab", "scopes": ["users:read", "settings:write"], "tier": "starter"},
        "user": {"id": "usr_1", "role_ids": ["rol_1"]},
    }
    return me | changes


def permissions_json() -> dict[str, object]:
    """Give a small reply to `GET /permissions`."""
    return {
        "version": 3,
        "categories": [
            {
                "key": "notes",
                "name": "Notes",
                "permissions": [
                    {"key": "notes.view", "name": "View", "level": "view", "sensitive": False, "requires": []},
                    {
                        "key": "notes.add",
                        "name": "Add",
                        "level": "act",
                        "sensitive": True,
                        "requires": ["notes.view"],
                    },
                ],
            }
        ],
    }
