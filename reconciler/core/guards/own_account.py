"""The `self` guard: the key's own account would lose what the reconciler needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.facts import Facts
from reconciler.core.wording import listing
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.permission import PermissionSet
from reconciler.model.role import RoleId


def find(facts: Facts) -> Iterator[Finding]:
    """Block where the account behind the key can do less of what the reconciler needs after the plan."""
    account = facts.live.account
    before = _allowed(facts.access.before, account.role_ids)
    after = _allowed(facts.access.after, account.role_ids)
    lost = (before - after) & account.needs
    if lost:
        yield Finding(
            guard=Guard.SELF,
            level=FindingLevel.BLOCK,
            role=None,
            message=(
                f"The account behind the key would lose {listing(lost)}, and the reconciler could not finish or "
                "undo its own work. Give the account another role with these permissions first."
            ),
        )


def _allowed(sides: Mapping[RoleId, PermissionSet], role_ids: frozenset[RoleId]) -> PermissionSet:
    return frozenset(p for role_id in role_ids for p in sides.get(role_id, frozenset()))
