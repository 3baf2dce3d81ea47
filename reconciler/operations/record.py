"""The entries of the journal: what is about to be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from reconciler.core.digest import role_digest
from reconciler.model.role import RoleContent
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.operations.settle import Settlement


def entry_before(write: Write, number: int, total: int, digest: str) -> Mapping[str, object]:
    """Give the entry that is on disk before a write is sent; it holds both ends, so it explains what it finds."""
    return {"event": "sending", "write": number, "of": total, "digest": digest, "role": write.role, **_write(write)}


def entry_after(write: Write, number: int, settlement: Settlement) -> Mapping[str, object]:
    """Give the entry that says what became of a write."""
    return {
        "event": "settled",
        "write": number,
        "role": write.role,
        "result": settlement.settled.name.lower().replace("_", " "),
        "sent": settlement.sent,
        "detail": settlement.detail,
    }


def _write(write: Write) -> Mapping[str, object]:
    match write:
        case CreateRole():
            return {"request": "create", "before": None, "after": _content(write.content)}
        case UpdateRole():
            return {
                "request": "update",
                "id": write.live.id,
                "before": _content(write.live.content),
                "after": _content(write.content),
            }
        case DeleteRole():
            return {"request": "delete", "id": write.live.id, "before": _content(write.live.content), "after": None}
        case MoveHolder():
            return {"request": "move", "person": write.person.id, "leaves": write.leaves, "joins": write.joins}
        case _:
            assert_never(write)


def _content(content: RoleContent) -> Mapping[str, object]:
    return {
        "name": content.name,
        "description": content.description,
        "permissions": sorted(content.permissions),
        "digest": role_digest(content),
    }
