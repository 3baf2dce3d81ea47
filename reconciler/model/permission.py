"""Permissions and the catalogue they are listed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

PermissionSet = frozenset[str]
"""Atomic permission keys in which "more access" is exactly "superset"."""


class PermissionLevel(StrEnum):
    """How far a permission reaches; `view` is what the word `view` in a role file selects."""

    VIEW = "view"
    ACT = "act"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One permission that the tenant's roles can grant."""

    key: str
    """Full key, `category.short_name`."""
    name: str
    """The label people see in the product."""
    level: PermissionLevel
    sensitive: bool = False
    """Granting it to anyone is flagged for confirmation."""
    requires: tuple[str, ...] = ()
    """Full keys without which this permission is useless, sorted."""
    implies: tuple[str, ...] = ()
    """Full keys that whoever holds this one has too, sorted; what those imply comes along and need not be listed."""

    @property
    def short(self) -> str:
        """The name inside its category, as role files write it."""
        return self.key.partition(".")[2]


class CategoryForm(StrEnum):
    """How role files say what a role has of a category."""

    TOGGLES = "toggles"
    """Permissions are on or off one by one."""
    LEVELS = "levels"
    """One word says how far it goes; the permissions are the levels, and a level implies those below it."""


WHOLE = "everything"
"""Short name of a grant of a whole category at once, now and in future; `all` lists the others and leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A group of permissions, in the product's own order."""

    key: str
    """A word; in a family, the word of the family, a slash and the member (see `reconciler.model.member`)."""
    name: str
    permissions: tuple[Permission, ...]
    form: CategoryForm = CategoryForm.TOGGLES
    family: str | None = None
    """The word under which role files write categories of one kind, such as one for each group of the tenant."""

    @property
    def member(self) -> str:
        """What role files call the category inside its family; the key where it has none."""
        return self.key if self.family is None else self.key.removeprefix(f"{self.family}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardRole:
    """A role that the product ships; it can be neither created, renamed nor retired."""

    name: str
    editable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every permission of a tenant: live as the tenant lists it, or pinned as the lock in git."""

    version: int
    categories: tuple[Category, ...]
    role_administration: str | None = None
    """The permission that means "can administer roles"; None in a live catalogue where nobody knows."""
    standard_roles: tuple[StandardRole, ...] = ()
    """The product's own roles; empty in a live catalogue, where the role list says it."""
    by_key: Mapping[str, Permission] = field(init=False, repr=False, compare=False)
    """Every permission by its full key."""
    by_category: Mapping[str, Category] = field(init=False, repr=False, compare=False)
    """Every category by its key."""
    below: Mapping[str, PermissionSet] = field(init=False, repr=False, compare=False)
    """For each permission that implies others, itself and all of them, however far down."""
    above: Mapping[str, PermissionSet] = field(init=False, repr=False, compare=False)
    """For each permission that others imply, itself and all of them, however far up."""

    def __post_init__(self) -> None:
        permissions = {p.key: p for c in self.categories for p in c.permissions}
        below = {key: _reached(key, permissions) for key, p in permissions.items() if p.implies}
        above: dict[str, set[str]] = {}
        for key, reached in below.items():
            for lower in reached - {key}:
                above.setdefault(lower, {lower}).add(key)
        object.__setattr__(self, "by_key", MappingProxyType(permissions))
        object.__setattr__(self, "by_category", MappingProxyType({c.key: c for c in self.categories}))
        object.__setattr__(self, "below", MappingProxyType(below))
        object.__setattr__(self, "above", MappingProxyType({key: frozenset(above[key]) for key in above}))

    @property
    def keys(self) -> PermissionSet:
        """Every permission key."""
        return frozenset(self.by_key)

    def is_sensitive(self, key: str) -> bool:
        """Whether granting `key` needs a confirmation; a permission the catalogue does not know always does."""
        permission = self.by_key.get(key)
        return permission is None or permission.sensitive

    def closed(self, keys: Iterable[str]) -> PermissionSet:
        """Give permissions with everything they imply; one that the catalogue does not know implies nothing."""
        given = frozenset(keys)
        if not self.below:
            return given
        return given.union(*(self.below[key] for key in given if key in self.below))

    def maxima(self, keys: PermissionSet) -> PermissionSet:
        """Give the fewest of some permissions that imply the others; of two that imply each other both stay."""
        if not self.below:
            return keys
        return frozenset(key for key in keys if not any(self._over(other, key) for other in keys))

    def level(self, category: Category, keys: PermissionSet) -> tuple[str, ...]:
        """Give the short names of the highest levels that some permissions reach in a category, in its order."""
        top = self.maxima(keys.intersection(p.key for p in category.permissions))
        return tuple(p.short for p in category.permissions if p.key in top)

    def covers(self, more: Iterable[str], less: Iterable[str]) -> bool:
        """Whether whoever has `more` can do everything that whoever has `less` can."""
        return self.closed(less) <= self.closed(more)

    def _over(self, upper: str, lower: str) -> bool:
        """Whether one permission implies another and not the other way round."""
        return lower in self.below.get(upper, ()) and upper not in self.below.get(lower, {lower: ()})


def _reached(key: str, permissions: Mapping[str, Permission]) -> PermissionSet:
    """Follow what a permission implies to the end; circles end too."""
    reached = {key}
    waiting = [key]
    while waiting:
        permission = permissions.get(waiting.pop())
        new = set() if permission is None else set(permission.implies) - reached
        reached |= new
        waiting.extend(new)
    return frozenset(reached)
