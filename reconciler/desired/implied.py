"""What permissions of one category bring of the same category, for saying a set of them in the fewest words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.model.permission import Category, Permission, PermissionSet


def tops(category: Category, some: Sequence[Permission]) -> list[Permission]:
    """Give those of some permissions that no other one of them brings; they bring the rest."""
    below = _below(category)
    brought_by_others = frozenset().union(*(below.get(p.key, frozenset()) - {p.key} for p in some))
    return [p for p in some if p.key not in brought_by_others]


def bottoms(category: Category, some: Sequence[Permission]) -> list[Permission]:
    """Give those of some permissions that bring no other one of them; without these the rest cannot be."""
    below, keys = _below(category), {p.key for p in some}
    return [p for p in some if not (below.get(p.key, frozenset()) - {p.key}) & keys]


def brought(category: Category, some: Sequence[Permission]) -> list[Permission]:
    """Give some permissions and those of the category that they bring, in its order."""
    below = _below(category)
    keys = {p.key for p in some}.union(*(below.get(p.key, frozenset()) for p in some))
    return [p for p in category.permissions if p.key in keys]


def _below(category: Category) -> Mapping[str, PermissionSet]:
    """Give, for each permission that brings others of the category, itself and those."""
    implied = {p.key: p.implies for p in category.permissions if p.implies}
    if not implied:
        return {}
    keys = {p.key for p in category.permissions}
    found: dict[str, PermissionSet] = {}
    for key in implied:
        reached, waiting = {key}, [key]
        while waiting:
            new = set(implied.get(waiting.pop(), ())) & keys - reached
            reached |= new
            waiting.extend(new)
        found[key] = frozenset(reached)
    return found
