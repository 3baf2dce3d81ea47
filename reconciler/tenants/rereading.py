"""Stands in for a precondition: what is about to be written to is read once more, and must be what was read."""

from __future__ import annotations

from reconciler.errors import WriteConflict, WriteRefused
from reconciler.model.person import Person
from reconciler.model.role import LiveRole


def require_unmoved_role(read: LiveRole, now: LiveRole | None) -> None:
    """Compare a role with what it is now, apart from how many people have it.

    Raises `WriteRefused` where it is gone and `WriteConflict` where anything that we manage of it moved. Between
    this and the write somebody may still come; a product without a precondition leaves that gap to everybody.
    """
    if now is None:
        raise WriteRefused(f"Role {read.id} is gone")
    if (now.content, now.version, now.editable) != (read.content, read.version, read.editable):
        raise WriteConflict(f"Role {read.id} is not what it was when it was read")


def require_unmoved_person(read: Person, now: Person | None) -> None:
    """Compare a person and their roles with what they are now; raises like `require_unmoved_role`."""
    if now is None:
        raise WriteRefused(f"User {read.id} is gone")
    if now != read:
        raise WriteConflict(f"User {read.id} or their roles are not what they were when they were read")
