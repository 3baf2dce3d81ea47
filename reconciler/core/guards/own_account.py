"""The `self` guard: the key's own account would lose what the reconciler needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.facts import Facts
from reconciler.core.wording import listing
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.permission import PermissionSet
from reconciler.model.role import RoleId


def find(facts: Facts) -> Iterator[Finding]:
    """Block where the account behind the key loses something that the reconciler needs, be it for one write only.

    What no single role keeps all the way through is lost half way, and the next write would be refused;
    what another role of the account keeps is never missed.
    """
    account = facts.live.account
    before = _allowed(facts.access.before, account.role_ids)
    after = _allowed(facts.access.after, account.role_ids)
    throughout = frozenset(
        permission
        for role_id in account.role_ids & facts.access.before.keys()
        for permission in facts.access.before[role_id] & facts.access.after[role_id]
    )
    lost = (before - throughout) & account.needs
    if lost:
        when = "lose" if lost - after else "lose, half way through the plan,"
        yield Finding(
            guard=Guard.SELF,
            level=FindingLevel.BLOCK,
            role=None,
            message=(
                f"The account behind the key would {when} {listing(lost)}, and the reconciler could not finish or "
                "undo its own work. Give the account another role with these permissions first."
            ),
        )


def _allowed(sides: Mapping[RoleId, PermissionSet], role_ids: frozenset[RoleId]) -> PermissionSet:
    return frozenset(p for role_id in role_ids for p in sides.get(role_id, frozenset()))
