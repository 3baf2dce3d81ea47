"""The `standard` guard: a role that the product ships would be changed in a way the product forbids."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.model.change import Change, Create, Retire, Update
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.role import RoleKind


def find(facts: Facts) -> Iterator[Finding]:
    """Block every change that creates, renames or retires a standard role, or edits one that is not editable."""
    for change in facts.changes:
        message = _objection(change)
        if message is not None:
            yield Finding(guard=Guard.STANDARD, level=FindingLevel.BLOCK, role=change.role.key, message=message)


def _objection(change: Change) -> str | None:
    """Say why the product would not do this, None where it would."""
    match change:
        case Create(role=role) if role.standard:
            return (
                f'"{role.content.name}" is declared as a standard role, and the tenant has none of that name. '
                "Standard roles cannot be created: correct the name, or take out standard: true."
            )
        case Retire(live=live) if live.kind is RoleKind.STANDARD or change.role.standard:
            return (
                f'"{live.content.name}" is a standard role and cannot be retired. '
                "Remove the file to stop managing it, or keep it and move people to another role."
            )
        case Update() if change.role.standard or change.live.kind is RoleKind.STANDARD:
            return _edit(change)
        case _:
            return None


def _edit(change: Update) -> str | None:
    """Say why the product would not allow this edit of a standard role, None where it would."""
    name = change.live.content.name
    if change.live.kind is not RoleKind.STANDARD:
        return f'"{name}" is declared as a standard role, but somebody made it in the tenant. Take out standard: true.'
    if not change.role.standard:
        return f'"{name}" is a standard role of the product. Declare it with standard: true.'
    if name != change.content.name:
        return f'"{name}" is a standard role and cannot be renamed. Keep its name.'
    if not change.live.editable:
        return (
            f'"{name}" cannot be edited in the product. Make the file equal to the live role, and put what you need '
            "into a role of your own (based_on copies it)."
        )
    return None
