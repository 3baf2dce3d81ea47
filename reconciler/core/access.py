"""Effective access: who can do what before and after a plan, over all the roles they hold.

People are grouped by the set of roles they hold and permissions are bits of an integer, so the cost
follows the number of distinct role combinations and not the number of people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.model.change import Change, Create, permissions_after
from reconciler.model.permission import PermissionSet
from reconciler.model.person import People
from reconciler.model.role import LiveRole, RoleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What each live role permits before and after the plan; a retired role permits what its successor will."""

    before: Mapping[RoleId, PermissionSet]
    after: Mapping[RoleId, PermissionSet]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who hold the same roles, and what the plan does to them."""

    role_ids: frozenset[RoleId]
    people: int
    before: int
    """What they can do now, as bits."""
    after: int
    """What they will be able to do, as bits."""

    @property
    def lost(self) -> int:
        """What they effectively lose, as bits."""
        return self.before & ~self.after

    @property
    def gained(self) -> int:
        """What they effectively gain, as bits."""
        return self.after & ~self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a plan does to the people whose roles were read."""

    bits: Mapping[str, int]
    """The bit of every permission that occurs."""
    groups: tuple[Group, ...]
    """Active humans, sorted by their role ids."""
    services: tuple[Group, ...]
    """Active service accounts, sorted by their role ids."""
    role_after: Mapping[RoleId, int]
    """What each live role will permit, as bits."""

    def mask(self, permissions: Iterable[str]) -> int:
        """Give permissions as bits; one that occurs nowhere has no bit."""
        mask = 0
        for permission in permissions:
            mask |= self.bits.get(permission, 0)
        return mask


def access(changes: Iterable[Change], roles: Iterable[LiveRole]) -> Access:
    """Give what each live role permits before and after `changes`."""
    before = {role.id: role.content.permissions for role in roles}
    after = {change.live.id: permissions_after(change) for change in changes if not isinstance(change, Create)}
    return Access(before=before, after={**before, **after})


def effects(allowed: Access, people: People) -> Effects:
    """Group people by their roles and say what each group can do before and after."""
    occurring = {p for side in (allowed.before, allowed.after) for permissions in side.values() for p in permissions}
    bits = {permission: 1 << position for position, permission in enumerate(sorted(occurring))}
    before = {role: _mask(bits, permissions) for role, permissions in allowed.before.items()}
    after = {role: _mask(bits, permissions) for role, permissions in allowed.after.items()}

    def grouped(*, human: bool) -> tuple[Group, ...]:
        counted = Counter(p.role_ids for p in people.people if p.active and p.human is human)
        return tuple(
            Group(
                role_ids=role_ids,
                people=number,
                before=_union(before, role_ids),
                after=_union(after, role_ids),
            )
            for role_ids, number in sorted(counted.items(), key=lambda item: sorted(item[0]))
        )

    return Effects(bits=bits, groups=grouped(human=True), services=grouped(human=False), role_after=after)


def _mask(bits: Mapping[str, int], permissions: PermissionSet) -> int:
    mask = 0
    for permission in permissions:
        mask |= bits[permission]
    return mask


def _union(masks: Mapping[RoleId, int], role_ids: frozenset[RoleId]) -> int:
    """Give the union over roles; a role that was assigned after the roles were listed permits nothing we know."""
    union = 0
    for role_id in role_ids:
        union |= masks.get(role_id, 0)
    return union
