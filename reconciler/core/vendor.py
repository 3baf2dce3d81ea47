"""Compare the catalogue lock with the tenant's catalogue, and say what an update would pin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.core.match import Match
from reconciler.model.permission import Catalogue, Category, Permission, PermissionSet
from reconciler.model.role import DesiredRole, LiveRole, RoleKey, RoleKind
from reconciler.model.state import DesiredState
from reconciler.model.vendor import (
    Aspect,
    CategoryDifference,
    PermissionDifference,
    RoleEffect,
    RoleLoss,
    StandardRoleDifference,
)


def propose(lock: Catalogue, live: Catalogue) -> Catalogue:
    """Give what an update pins: the tenant's permissions in its order, and the lock's own knowledge of the product.

    What administers roles, and which roles are standard, is the tenant's word where its catalogue says it. Gives
    `lock` itself where they say the same; an order of its own is no difference.
    """
    categories = tuple(_plain(category) for category in live.categories if category.permissions)
    proposed = replace(
        lock,
        categories=lock.categories if _said(lock.categories) == _said(categories) else categories,
        role_administration=live.role_administration or lock.role_administration,
        standard_roles=live.standard_roles or lock.standard_roles,
    )
    return lock if proposed == lock else replace(proposed, version=lock.version + 1)


def _plain(category: Category) -> Category:
    permissions = tuple(
        replace(p, requires=tuple(sorted(set(p.requires))), implies=tuple(sorted(set(p.implies))))
        for p in category.permissions
    )
    return replace(category, permissions=permissions)


def _said(categories: Iterable[Category]) -> Mapping[str, object]:
    return {c.key: (c.name, c.form, c.family, {p.key: p for p in _plain(c).permissions}) for c in categories}


def bridge(lock: Catalogue, proposed: Catalogue) -> Catalogue:
    """Give a catalogue under which every file of today can be read: the proposed one and what it no longer has."""
    gone = [_only(category, lock.keys - proposed.keys) for category in lock.categories]
    lost = {category.key: category for category in gone if category.permissions}
    kept = tuple(
        replace(c, permissions=(*c.permissions, *lost.pop(c.key).permissions)) if c.key in lost else c
        for c in proposed.categories
    )
    return replace(proposed, categories=(*kept, *lost.values()))


def _only(category: Category, keys: PermissionSet) -> Category:
    return replace(category, permissions=tuple(p for p in category.permissions if p.key in keys))


def permission_differences(
    lock: Catalogue, proposed: Catalogue, before: DesiredState, after: DesiredState
) -> Iterator[PermissionDifference]:
    """Give every permission that differs, sorted by key, with the roles it touches.

    `before` is what the files mean under the lock, `after` under the bridge from it to `proposed`.
    """
    touched = _touched(before.roles, after.roles)
    removed = _labels(lock, lock.keys - proposed.keys)
    added = _labels(proposed, proposed.keys - lock.keys)
    for key in sorted(lock.keys | proposed.keys):
        pinned, live = lock.by_key.get(key), proposed.by_key.get(key)
        found = PermissionDifference(key=key, pinned=pinned, live=live, roles=touched.get(key, ()))
        if pinned is None:
            yield replace(found, perhaps=_namesakes(live, removed))
        elif live is None:
            yield replace(found, perhaps=_namesakes(pinned, added))
        elif found.aspects:
            yield replace(found, roles=()) if found.aspects == (Aspect.NAME,) else found


def _touched(*sides: tuple[DesiredRole, ...]) -> Mapping[str, tuple[RoleKey, ...]]:
    """Give the roles that mean each permission on any side."""
    roles: dict[str, set[RoleKey]] = {}
    for role in (role for side in sides for role in side):
        for permission in role.content.permissions:
            roles.setdefault(permission, set()).add(role.key)
    return {permission: tuple(sorted(keys)) for permission, keys in roles.items()}


def _labels(catalogue: Catalogue, keys: PermissionSet) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Give the keys by category and name."""
    labels: dict[tuple[str, str], tuple[str, ...]] = {}
    for key in sorted(keys):
        label = _label(catalogue.by_key[key])
        labels[label] = (*labels.get(label, ()), key)
    return labels


def _label(permission: Permission) -> tuple[str, str]:
    return permission.key.partition(".")[0], permission.name.casefold()


def _namesakes(permission: Permission | None, labels: Mapping[tuple[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    return () if permission is None else labels.get(_label(permission), ())


def category_differences(lock: Catalogue, proposed: Catalogue) -> Iterator[CategoryDifference]:
    """Give every category on both sides that is called or written otherwise, sorted by key."""
    for key in sorted(lock.by_category.keys() & proposed.by_category.keys()):
        pinned, live = lock.by_category[key], proposed.by_category[key]
        form = None if pinned.form is live.form else live.form
        if pinned.name != live.name or form is not None:
            yield CategoryDifference(key=key, pinned=pinned.name, live=live.name, form=form)


def standard_role_differences(lock: Catalogue, live: Iterable[LiveRole]) -> Iterator[StandardRoleDifference]:
    """Give every role of the product that only one side has, or that only one side says can be edited."""
    pinned = {role.name: role.editable for role in lock.standard_roles}
    shipped = {role.content.name: role.editable for role in live if role.kind is RoleKind.STANDARD}
    for name in sorted(pinned.keys() | shipped.keys()):
        if pinned.get(name) is not shipped.get(name):
            yield StandardRoleDifference(name=name, pinned=pinned.get(name), live=shipped.get(name))


def role_effects(before: DesiredState, after: DesiredState, proposed: Catalogue) -> Iterator[RoleEffect]:
    """Give every role whose file means something else under the new lock, sorted by key.

    A permission that the tenant no longer has is taken from whoever has it.
    """
    meant = {role.key: role.content.permissions for role in after.roles}
    for role in before.roles:
        now = role.content.permissions
        then = meant.get(role.key, now) & proposed.keys
        if now != then:
            yield RoleEffect(
                role=role.key,
                name=role.content.name,
                file=role.origin.path,
                grants=tuple(sorted(then - now)),
                revokes=tuple(sorted(now - then)),
            )


def role_losses(lock: Catalogue, proposed: Catalogue, matched: Iterable[Match]) -> Iterator[RoleLoss]:
    """Give every live role that the first plan after an update narrows, though nobody edits its file, sorted by key.

    `matched` has the files as they will be read, each with the live role it means. Until then the lock does not know
    these permissions, and what it does not know is kept.
    """
    news = proposed.keys - lock.keys
    for found in sorted(matched, key=lambda m: m.role.key):
        lost = (found.live.content.permissions & news) - found.role.content.permissions
        if lost:
            yield RoleLoss(
                role=found.role.key,
                name=found.live.content.name,
                file=found.role.origin.path,
                permissions=tuple(sorted(lost)),
            )
