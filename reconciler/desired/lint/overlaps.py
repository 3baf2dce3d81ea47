"""Lint roles against one another: two with equal permissions, and one contained in another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice

from reconciler.core.wording import listing
from reconciler.desired.form import adjusting_form
from reconciler.desired.lint.subject import Advice, Subject
from reconciler.desired.text import shown
from reconciler.desired.words import listed
from reconciler.model.permission import PermissionSet
from reconciler.model.role import DesiredRole, RoleKey

MOST_APART = 3
"""With more permissions between them, two roles are two roles."""

_Groups = Mapping[PermissionSet, list[DesiredRole]]


def _groups(subject: Subject) -> _Groups:
    """Give the roles by their permissions, in each group standard roles first, then by key.

    Drafts are left out: what they have is an example yet.
    """
    groups: dict[PermissionSet, list[DesiredRole]] = defaultdict(list)
    for role in sorted(subject.roles, key=lambda role: (not role.standard, role.key)):
        if subject.is_draft(role):
            continue
        groups[role.content.permissions].append(role)
    return groups


def equal_permissions(subject: Subject) -> Iterator[Advice]:
    """Find roles that grant exactly what another one grants, told at every one but the first.

    A role based on the other says on purpose that the two are equal.
    """
    for first, *others in _groups(subject).values():
        there = {role.key for role in (first, *others)}
        seen = {_origin(subject, first, there)}
        for role in others:
            origin = _origin(subject, role, there)
            if origin not in seen and not role.standard:
                yield Advice(
                    subject.written(role).place("name"),
                    f"{shown(role.content.name)} has exactly the permissions of {_named(first)}",
                    f"Keep one: write `retired: true` and `move_users_to: {first.key}` in this file; or, if both are "
                    f"meant and are to stay equal, `based_on: {first.key}`",
                )
            seen.add(origin)


def _origin(subject: Subject, role: DesiredRole, among: set[RoleKey]) -> RoleKey:
    """Give the last role among these that a role comes from through `based_on`, or itself."""
    return [key for key in subject.bases(role) if key in among][-1]


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
    forms = {
        category.key: adjusting_form(category, role.content.permissions, other.content.permissions)
        for category in subject.catalogue.categories
    }
    only = listed(f"{key}: {form.flow}" for key, form in forms.items() if form is not None)
    return Advice(
        subject.written(role).place("name"),
        f"{shown(role.content.name)} is {_named(other)} {how} {between}",
        f"Say so: write `based_on: {other.key}` and, below `permissions`, only {only}",
    )


def _named(role: DesiredRole) -> str:
    return f"{shown(role.content.name)} ({role.origin.path})"
