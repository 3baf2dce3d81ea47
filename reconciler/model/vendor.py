"""What the vendor changed: a tenant's catalogue beside its lock, and what role files would mean under a new one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import Problem
from reconciler.model.permission import Catalogue, CategoryForm, Permission
from reconciler.model.role import RoleKey


class Aspect(StrEnum):
    """In what way a permission differs."""

    ADDED = "added"
    REMOVED = "removed"
    LEVEL = "level"
    SENSITIVE = "sensitive"
    REQUIRES = "requires"
    IMPLIES = "implies"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionDifference:
    """One permission that the lock and the tenant do not say the same of."""

    key: str
    pinned: Permission | None
    """As the lock has it; None where the vendor added it."""
    live: Permission | None
    """As the tenant has it; None where the vendor removed it."""
    perhaps: tuple[str, ...] = ()
    """The permissions of the other side with its name and category and another key, sorted: perhaps it was renamed."""
    roles: tuple[RoleKey, ...] = ()
    """The roles whose files mean it, or would after an update, sorted; none where only its name differs."""

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """In what ways it differs, the weightiest first."""
        if self.pinned is None:
            return (Aspect.ADDED,)
        if self.live is None:
            return (Aspect.REMOVED,)
        differs = {
            Aspect.LEVEL: self.pinned.level is not self.live.level,
            Aspect.SENSITIVE: self.pinned.sensitive is not self.live.sensitive,
            Aspect.REQUIRES: set(self.pinned.requires) != set(self.live.requires),
            Aspect.IMPLIES: set(self.pinned.implies) != set(self.live.implies),
            Aspect.NAME: self.pinned.name != self.live.name,
        }
        return tuple(aspect for aspect, different in differs.items() if different)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDifference:
    """A category that is called or written otherwise."""

    key: str
    pinned: str
    """Its name in the lock."""
    live: str
    """Its name in the tenant."""
    form: CategoryForm | None = None
    """How role files are to write it, where that is another form than the lock has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardRoleDifference:
    """A role of the product of which lock and tenant do not say the same."""

    name: str
    pinned: bool | None
    """Whether it can be edited, as the lock says; None where it does not list the role."""
    live: bool | None
    """Whether it can be edited, as the tenant says; None where it has no such role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEffect:
    """What a new lock does to the meaning of one role file, though nobody edits the file."""

    role: RoleKey
    name: str
    file: str
    grants: tuple[str, ...]
    """Sorted; through `all` or `view`."""
    revokes: tuple[str, ...]
    """Sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLoss:
    """What a managed live role has and its file does not say, and only an update makes known.

    While the lock does not know a permission, no plan takes it; the first plan after the update does.
    """

    role: RoleKey
    name: str
    file: str
    permissions: tuple[str, ...]
    """Sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueComparison:
    """The lock beside the live catalogue; every part sorted."""

    lock: Catalogue
    proposed: Catalogue
    """What an update pins; the very lock where no permission differs."""
    permissions: tuple[PermissionDifference, ...]
    categories: tuple[CategoryDifference, ...]
    standard_roles: tuple[StandardRoleDifference, ...]
    """An update takes them over where the tenant's catalogue names its standard roles; else this is told only."""
    effects: tuple[RoleEffect, ...]
    losses: tuple[RoleLoss, ...] | None
    """None where nobody can say which live roles the files mean."""
    problems: tuple[Problem, ...]
    """What `validate` would say of the role files after an update."""

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.permissions or self.categories or self.standard_roles or self.proposed is not self.lock)
