"""Which roles' holders must be read to say what a plan does to people; every role named here costs requests."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.access import Access
from reconciler.model.change import Change, Create, Direction, Retire, direction_of
from reconciler.model.role import LiveRole, RoleId


def reach(
    changes: Iterable[Change], allowed: Access, roles: Iterable[LiveRole], administration: Iterable[str]
) -> tuple[RoleId, ...]:
    """Give the ids of the roles to read, sorted.

    They are the roles whose permissions change and that somebody holds. Only when a role loses
    a permission that means role administration, every role that gives it before or after is read too: the
    lock-out guard must know who would be left.
    """
    wanted = {change.live for change in changes if not isinstance(change, Create) and _reaches_people(change)}
    ids = {role.id for role in wanted}
    for permission in administration:
        if administration_at_stake(allowed, permission):
            ids |= {
                role_id
                for side in (allowed.before, allowed.after)
                for role_id, permissions in side.items()
                if permission in permissions
            }
    held = {role.id for role in roles if role.user_count != 0}
    return tuple(sorted(ids & held))


def administration_at_stake(allowed: Access, permission: str) -> bool:
    """Say whether any role loses `permission` through the plan."""
    return any(
        permission in permissions and permission not in allowed.after[role_id]
        for role_id, permissions in allowed.before.items()
    )


def _reaches_people(change: Change) -> bool:
    """Say whether holders of the role are affected; a retirement moves them even if nothing else changes."""
    return isinstance(change, Retire) or direction_of(change) is not Direction.COSMETIC
