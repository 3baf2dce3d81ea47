"""Lint roles against one another: two with equal permissions, and one contained in another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice

from reconciler.core.wording import listing
from reconciler.desired.lint.subject import Advice, Subject
from reconciler.desired.text import shown
from reconciler.model.permission import PermissionSet
from reconciler.model.role import DesiredRole

MOST_APART = 3
"""With more permissions between them, two roles are two roles."""

_Groups = Mapping[PermissionSet, list[DesiredRole]]


def _groups(subject: Subject) -> _Groups:
    """Give the roles by their permissions, in each group standard roles first, then by key."""
    groups: dict[PermissionSet, list[DesiredRole]] = defaultdict(list)
    for role in sorted(subject.roles, key=lambda role: (not role.standard, role.key)):
        groups[role.content.permissions].append(role)
    return groups


def equal_permissions(subject: Subject) -> Iterator[Advice]:
    """Find roles that grant exactly what another one grants, told at every one but the first."""
    for first, *others in _groups(subject).values():
        for role in others:
            if not role.standard:
                yield Advice(
                    subject.written(role).place("name"),
                    f"{shown(role.content.name)} has exactly the permissions of {_named(first)}",
                    "Keep one of them, or write down in both descriptions what tells them apart",
                )


def contained_role(subject: Subject) -> Iterator[Advice]:
    """Find roles that have all but a few permissions of another one they are not based on."""
    groups = _groups(subject)
    bits = {key: 1 << n for n, key in enumerate(sorted(subject.catalogue.keys))}
    by_size: dict[int, list[tuple[int, PermissionSet]]] = defaultdict(list)
    for permissions in groups:
        by_size[len(permissions)].append((sum(bits[p] for p in permissions), permissions))
    for size, smaller in by_size.items():
        # Of a role of two permissions, one with three more is another role; most of it must be shared.
        larger = [entry for apart in range(1, min(MOST_APART, size - 1) + 1) for entry in by_size.get(size + apart, ())]
        for mask, permissions in smaller:
            around = [whole for other, whole in larger if mask & other == mask]
            yield from _contained(subject, groups[permissions], [role for whole in around for role in groups[whole]])


def _contained(subject: Subject, inner: list[DesiredRole], outer: list[DesiredRole]) -> Iterator[Advice]:
    """Tell each custom role of the nearest one around it; of a standard role inside, every custom one around it."""
    nearest = sorted(outer, key=lambda role: (len(role.content.permissions), not role.standard, role.key))
    for role in inner:
        around = (other for other in nearest if not subject.related(role, other))
        if role.standard:
            yield from (_advice(subject, other, "and", role) for other in around if not other.standard)
        else:
            yield from (_advice(subject, role, "without", other) for other in islice(around, 1))


def _advice(subject: Subject, role: DesiredRole, how: str, other: DesiredRole) -> Advice:
    between = listing(role.content.permissions ^ other.content.permissions)
    return Advice(
        subject.written(role).place("name"),
        f"{shown(role.content.name)} is {_named(other)} {how} {between}",
        f"Write `based_on: {other.key}` and only what differs, if that is what it means; "
        "or write down in the description what tells them apart",
    )


def _named(role: DesiredRole) -> str:
    return f"{shown(role.content.name)} ({role.origin.path})"
