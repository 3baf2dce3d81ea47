"""How many people effectively lose or gain what: per change, per permission, and once over the whole plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.core.access import Effects, Group
from reconciler.model.change import Change, Create, grants_of, key_of, permissions_of, revokes_of
from reconciler.model.person import People
from reconciler.model.plan import PermissionImpact
from reconciler.model.role import LiveRole, RoleId, RoleKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeImpact:
    """What one change does to the holders of its role, with the whole plan in place."""

    holders: int
    losing: int
    gaining: int
    exact: bool
    per_permission: tuple[PermissionImpact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a plan does to people; everybody is counted once, however many of their roles move."""

    effects: Effects
    by_role: Mapping[RoleKey, ChangeImpact]
    changes: Mapping[RoleKey, Change]
    bounds: Mapping[RoleId, int]
    """For each changed role whose holders are not known, the most they can be."""
    people_read: int
    """How many different users were read, suspended people and service accounts too."""

    def losing(self, keys: Iterable[RoleKey] | None = None) -> int:
        """Count the people who lose something through the named changes, by default through any."""
        return self._count(keys, lost=True, gained=False)

    def gaining(self) -> int:
        """Count the people who gain anything."""
        return self._count(None, lost=False, gained=True)

    def affected(self) -> int:
        """Count the people who lose or gain anything."""
        return self._count(None, lost=True, gained=True)

    def _count(self, keys: Iterable[RoleKey] | None, *, lost: bool, gained: bool) -> int:
        """Count people over the named changes as one set; unread roles add their upper bounds."""
        chosen = self.changes if keys is None else {key: self.changes[key] for key in keys}
        touched = _touched(chosen.values(), self.effects)
        total = 0
        for group in self.effects.groups:
            moved = 0
            for role_id in group.role_ids:
                revoked, granted = touched.get(role_id, (0, 0))
                moved |= (group.lost & revoked if lost else 0) | (group.gained & granted if gained else 0)
            total += group.people if moved else 0
        for role_id in touched.keys() & self.bounds.keys():
            revoked, granted = touched[role_id]
            total += self.bounds[role_id] if (lost and revoked) or (gained and granted) else 0
        return total


def _touched(changes: Iterable[Change], reached: Effects) -> dict[RoleId, tuple[int, int]]:
    """Give for each role the bits that its holders may lose and gain through its change.

    Holders of a retired role get its successor, so they may lose and gain what the two differ in.
    """
    touched = {}
    for change in changes:
        if not isinstance(change, Create):
            before, after = reached.mask(permissions_of(change.before)), reached.role_after[change.live.id]
            touched[change.live.id] = (before & ~after, after & ~before)
    return touched


def impact(
    changes: tuple[Change, ...], reached: Effects, people: People, roles: Iterable[LiveRole], headcount: int | None
) -> Impact:
    """Measure what `changes` do to people.

    Where the holders of a changed role are not among `people`, the role's own count is taken as an upper
    bound for every number, and the numbers are marked as not exact; without a count it is `headcount`.
    """
    unlisted = {
        role.id: role.user_count if role.user_count is not None else headcount or 0
        for role in roles
        if role.id not in people.listed and role.user_count != 0
    }
    touched = {change.live.id for change in changes if not isinstance(change, Create)}
    by_holder: dict[RoleId, list[Group]] = {role_id: [] for role_id in touched}
    for group in reached.groups:
        for role_id in group.role_ids & touched:
            by_holder[role_id].append(group)
    return Impact(
        effects=reached,
        by_role={key_of(c): _measure(c, reached, by_holder, unlisted) for c in changes},
        changes={key_of(c): c for c in changes},
        bounds={role_id: bound for role_id, bound in unlisted.items() if role_id in touched},
        people_read=len(people.people),
    )


def _measure(
    change: Change, reached: Effects, by_holder: Mapping[RoleId, list[Group]], unlisted: Mapping[RoleId, int]
) -> ChangeImpact:
    """Measure one change."""
    grants, revokes = grants_of(change), revokes_of(change)
    if isinstance(change, Create):
        zero = tuple(PermissionImpact(permission=p, holders=0) for p in sorted(grants))
        return ChangeImpact(holders=0, losing=0, gaining=0, exact=True, per_permission=zero)
    revoked, granted = _touched((change,), reached)[change.live.id]
    if change.live.id in unlisted:
        moving = {p: reached.mask((p,)) for p in sorted(grants | revokes)}
        return _bounded(unlisted[change.live.id], moving, revoked, granted)
    groups = by_holder[change.live.id]
    holders = _people(groups)
    per_permission = [
        PermissionImpact(
            permission=permission,
            holders=holders,
            losing=_people(g for g in groups if g.lost & reached.mask((permission,))),
            gaining=_people(g for g in groups if g.gained & reached.mask((permission,))),
        )
        for permission in sorted(grants | revokes)
    ]
    return ChangeImpact(
        holders=holders,
        losing=_people(g for g in groups if g.lost & revoked),
        gaining=_people(g for g in groups if g.gained & granted),
        exact=True,
        per_permission=tuple(per_permission),
    )


def _people(groups: Iterable[Group]) -> int:
    return sum(group.people for group in groups)


def _bounded(bound: int, moving: Mapping[str, int], revoked: int, granted: int) -> ChangeImpact:
    """Give the upper bounds of a change whose holders could not be listed; `moving` has the bit of each permission."""
    return ChangeImpact(
        holders=bound,
        losing=bound if revoked else 0,
        gaining=bound if granted else 0,
        exact=not moving,
        per_permission=tuple(
            PermissionImpact(
                permission=permission,
                holders=bound,
                losing=bound if bit & revoked else 0,
                gaining=bound if bit & granted else 0,
            )
            for permission, bit in moving.items()
        ),
    )
