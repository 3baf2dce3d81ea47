"""Explain a role, a person and a permission; every number of people comes from the grouping that plans use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.core.access import Effects, effects
from reconciler.core.impact import impact
from reconciler.core.known import Crowd, Known, crowd
from reconciler.core.pairs import RolePair
from reconciler.model.change import key_of
from reconciler.model.explanation import (
    Given,
    GivingRole,
    Headcount,
    HeldPermission,
    HeldRole,
    KeptPermission,
    PermissionEffect,
    PermissionExplanation,
    PersonEffect,
    PersonExplanation,
    RoleCategory,
    RoleEffect,
    RoleExplanation,
    RoleName,
    RolePermission,
    RoleStanding,
)
from reconciler.model.permission import Catalogue, Category, CategoryForm
from reconciler.model.person import People, Person
from reconciler.model.role import DesiredRole, RetiredRole, RoleId, RoleKey

_NOBODY = Headcount(people=0, exact=True)


def explain_role(found: Known, pair: RolePair, people: People, *, what_if: bool) -> RoleExplanation:
    """Explain one role; `people` has its holders, as far as they can be listed."""
    chain = _chain(found, pair)
    group = crowd(found, people)
    holders = _NOBODY if pair.live is None else group.holders(pair.live)
    file = pair.file
    return RoleExplanation(
        role=pair.role,
        standing=_standing(found, pair),
        origin=pair.place,
        chain=tuple(role.key for role in chain),
        owner=None if file is None else file.owner,
        retired=isinstance(file, RetiredRole),
        successor=file.move_users_to if isinstance(file, RetiredRole) else None,
        holders=None if found.live is None else holders,
        categories=tuple(_categories(found, pair, {role.origin.path: role.key for role in chain})),
        what_if=_role_effect(found, pair, people, group, holders) if what_if else None,
    )


def _chain(found: Known, pair: RolePair) -> tuple[DesiredRole, ...]:
    """Give the role and its bases, nearest first."""
    declared = {role.key: role for role in found.desired.roles}
    chain: list[DesiredRole] = []
    step = pair.file if isinstance(pair.file, DesiredRole) else None
    while step is not None:
        chain.append(step)
        step = None if step.based_on is None else declared.get(step.based_on)
    return tuple(chain)


def _standing(found: Known, pair: RolePair) -> RoleStanding:
    if found.live is None:
        return RoleStanding.UNREAD
    if pair.file is None:
        return RoleStanding.UNMANAGED
    if isinstance(pair.file, RetiredRole):
        return RoleStanding.RETIRED if pair.live is None else RoleStanding.RETIRING
    return RoleStanding.MISSING if pair.live is None else RoleStanding.MANAGED


def _categories(found: Known, pair: RolePair, sources: dict[str, RoleKey]) -> Iterator[RoleCategory]:
    def permission(key: str) -> RolePermission:
        origin = pair.origin(key)
        return RolePermission(
            permission=found.labelled(key),
            mark=pair.mark(key),
            origin=origin,
            source=None if origin is None else sources.get(origin.path),
        )

    there = pair.before | pair.after
    for category in found.desired.catalogue.categories:
        keys = [p.key for p in category.permissions if p.key in there]
        yield RoleCategory(
            key=category.key,
            label=category.name,
            permissions=tuple(map(permission, keys)),
            off=len(category.permissions) - len(keys),
            level=_level(found.desired.catalogue, category, pair),
        )
    unknown = sorted(there - found.desired.catalogue.keys)
    if unknown:
        yield RoleCategory(key="", label="", permissions=tuple(map(permission, unknown)), off=0)


def _level(lock: Catalogue, category: Category, pair: RolePair) -> tuple[str, ...]:
    """Give what one word says of a category, live and by the file."""
    if category.form is not CategoryForm.LEVELS:
        return ()
    words = (lock.level(category, side) for side in (pair.before, pair.after))
    return tuple(dict.fromkeys(" and ".join(word) or "none" for word in words))


def _role_effect(found: Known, pair: RolePair, people: People, group: Crowd, holders: Headcount) -> RoleEffect:
    """Measure the pending change of one role as the plan does."""
    live = found.live
    change = next((c for c in found.changes if pair.file is not None and key_of(c) == pair.file.key), None)
    if live is None or change is None:
        return RoleEffect(losing=_NOBODY, gaining=_NOBODY)
    measured = impact(found.changes, group.reached, people, live.roles, live.headcount).by_role[key_of(change)]
    if holders.people is None and not measured.exact:
        return RoleEffect(losing=holders, gaining=holders)
    return RoleEffect(
        losing=Headcount(people=measured.losing, exact=measured.exact),
        gaining=Headcount(people=measured.gaining, exact=measured.exact),
    )


def explain_person(found: Known, person: Person, *, what_if: bool) -> PersonExplanation:
    """Explain one person; what somebody suspended could do is told as if they were active."""
    by_id = {pair.live.id: pair for pair in found.pairs if pair.live is not None}
    held = [by_id[role_id] for role_id in sorted(person.role_ids) if role_id in by_id]
    late = [
        HeldRole(role=RoleName(key=None, id=role_id, name=role_id), origin=None)
        for role_id in sorted(person.role_ids - by_id.keys())
    ]  # assigned after the roles were listed: nothing more is known of it
    can = frozenset().union(*(pair.before for pair in held))
    roles = [HeldRole(role=pair.role, origin=pair.place) for pair in held]
    return PersonExplanation(
        id=person.id,
        active=person.active,
        human=person.human,
        roles=(*sorted(roles, key=lambda h: (h.role.name.casefold(), h.role.id or "")), *late),
        permissions=tuple(_held(found, key, held) for key in found.in_order(can)),
        what_if=_person_effect(found, person, held) if what_if else None,
    )


def _held(found: Known, key: str, through: Iterable[RolePair], *, after: bool = False) -> HeldPermission:
    return HeldPermission(permission=found.labelled(key), through=_given(key, through, after=after))


def _given(key: str, through: Iterable[RolePair], *, after: bool) -> tuple[Given, ...]:
    """Give the roles that give a permission, each once, by name."""
    given = {
        pair.role: Given(role=pair.role, origin=pair.origin(key))
        for pair in through
        if key in (pair.after if after else pair.before)
    }
    return tuple(sorted(given.values(), key=lambda g: (g.role.name.casefold(), g.role.id or "")))


def _person_effect(found: Known, person: Person, held: list[RolePair]) -> PersonEffect:
    """Say what one person loses, gains and keeps, from the group of people that they alone make up."""
    reached = effects(found.access, People(people=(replace(person, active=True, human=True),)))
    (group,) = reached.groups
    later = [_successor(found, pair) for pair in held]
    taken = {
        key: tuple(pair.role for pair in held if pair.live is not None and key in _taken(found, pair.live.id))
        for key in _named(reached, group.before & group.after)
    }
    return PersonEffect(
        lost=tuple(_held(found, key, held) for key in found.in_order(_named(reached, group.lost))),
        gained=tuple(_held(found, key, later, after=True) for key in found.in_order(_named(reached, group.gained))),
        kept=tuple(
            KeptPermission(permission=found.labelled(key), taken_by=taken[key], through=_given(key, later, after=True))
            for key in found.in_order([key for key, roles in taken.items() if roles])
        ),
    )


def _named(reached: Effects, mask: int) -> list[str]:
    return [key for key, bit in reached.bits.items() if bit & mask]


def _taken(found: Known, role_id: RoleId) -> frozenset[str]:
    return found.access.before[role_id] - found.access.after[role_id]


def _successor(found: Known, pair: RolePair) -> RolePair:
    """Give the role that a holder has afterwards."""
    target = pair.file.move_users_to if isinstance(pair.file, RetiredRole) else None
    if target is None:
        return pair
    return next((p for p in found.pairs if p.file is not None and p.file.key == target), pair)


def giving(found: Known, key: str) -> tuple[RoleId, ...]:
    """Give the live roles that give a permission before or after the plan and that somebody holds, sorted."""
    sides = (found.access.before, found.access.after)
    ids = {role_id for side in sides for role_id, permissions in side.items() if key in permissions}
    held = {role_id for role_id, role in found.live_roles.items() if role.user_count != 0}
    return tuple(sorted(ids & held))


def explain_permission(found: Known, key: str, people: People, *, what_if: bool) -> PermissionExplanation:
    """Explain one permission; `people` has the holders of the roles that `giving` names."""
    catalogue = found.desired.catalogue
    permission = catalogue.by_key.get(key)
    group = crowd(found, people)
    bit = group.reached.mask((key,))
    now = [role_id for role_id, permissions in found.access.before.items() if key in permissions]
    return PermissionExplanation(
        permission=found.labelled(key),
        category=next((c.name for c in catalogue.categories for p in c.permissions if p.key == key), ""),
        level=None if permission is None else permission.level,
        requires=() if permission is None else permission.requires,
        required_by=tuple(p.key for p in catalogue.by_key.values() if key in p.requires),
        roles=tuple(
            GivingRole(
                role=pair.role,
                mark=pair.mark(key),
                origin=pair.origin(key),
                holders=None if found.live is None else _NOBODY if pair.live is None else group.holders(pair.live),
            )
            for pair in found.pairs
            if key in pair.before | pair.after
        ),
        people=None if found.live is None else group.count(now, lambda g: g.before & bit),
        services=None if found.live is None else sum(g.people for g in group.reached.services if g.before & bit),
        what_if=_permission_effect(found, key, group) if what_if else None,
    )


def _permission_effect(found: Known, key: str, group: Crowd) -> PermissionEffect:
    before = {role_id for role_id, permissions in found.access.before.items() if key in permissions}
    after = {role_id for role_id, permissions in found.access.after.items() if key in permissions}
    bit = group.reached.mask((key,))
    return PermissionEffect(
        people=group.count(after, lambda g: g.after & bit),
        losing=group.count(before - after, lambda g: g.lost & bit),
        gaining=group.count(after - before, lambda g: g.gained & bit),
    )
