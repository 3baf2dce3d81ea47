"""What stands against moving people in Chatwoot: a move neither makes nor unmakes an administrator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from reconciler.model.role import LiveRole, RoleId, RoleKey
from reconciler.model.write import MoveHolder, Write
from reconciler.tenants.chatwoot_replies import ADMINISTRATORS, PLAIN


def move_objections(writes: tuple[Write, ...], roles: Mapping[RoleKey, LiveRole]) -> tuple[str, ...]:
    """Say which moves Chatwoot has no write for, once for each retired role, sorted; `roles` as in `TenantReader`."""
    stuck: Counter[tuple[RoleKey, RoleId]] = Counter()
    for write in writes:
        if not isinstance(write, MoveHolder) or write.joins not in roles:
            continue
        target, administers = roles[write.joins].id, ADMINISTRATORS in write.person.role_ids
        if (target == ADMINISTRATORS and not administers) or (target == PLAIN and administers):
            stuck[write.role, target] += 1
    return tuple(
        _made(key, count) if target == ADMINISTRATORS else _unmade(key, count)
        for (key, target), count in sorted(stuck.items())
    )


def _made(key: RoleKey, count: int) -> str:
    return (
        f"`move_users_to` of {key} would make administrators of {_holders(count)}, and administrators are made in "
        "Chatwoot itself: name a custom role, or leave `move_users_to` out, which leaves plain agents."
    )


def _unmade(key: RoleKey, count: int) -> str:
    return (
        f"Administrators have the role of {key} ({_holders(count)}), and none can be a plain agent besides: leave "
        "`move_users_to` out, as a deletion leaves agents without a role and administrators what they are."
    )


def _holders(count: int) -> str:
    return f"{count:,} of its holders"
