"""Permissions and the catalogue they are listed in."""

from __future__ import annotations

from collections.abc import Mapping
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

    @property
    def short(self) -> str:
        """The name inside its category, as role files write it."""
        return self.key.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A group of permissions, in the product's own order."""

    key: str
    name: str
    permissions: tuple[Permission, ...]


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
    """The permission that means "can administer roles"; None in a live catalogue, which does not say."""
    standard_roles: tuple[StandardRole, ...] = ()
    """The product's own roles; empty in a live catalogue, where the role list says it."""
    by_key: Mapping[str, Permission] = field(init=False, repr=False, compare=False)
    """Every permission by its full key."""
    by_category: Mapping[str, Category] = field(init=False, repr=False, compare=False)
    """Every category by its key."""

    def __post_init__(self) -> None:
        permissions = {p.key: p for c in self.categories for p in c.permissions}
        object.__setattr__(self, "by_key", MappingProxyType(permissions))
        object.__setattr__(self, "by_category", MappingProxyType({c.key: c for c in self.categories}))

    @property
    def keys(self) -> PermissionSet:
        """Every permission key."""
        return frozenset(self.by_key)

    def is_sensitive(self, key: str) -> bool:
        """Whether granting `key` needs a confirmation; a permission the catalogue does not know always does."""
        permission = self.by_key.get(key)
        return permission is None or permission.sensitive
