"""Answers of `explain`: where a permission comes from, who has it, and through which role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.matrix import Mark
from reconciler.model.permission import PermissionLevel
from reconciler.model.person import PersonId
from reconciler.model.role import Origin, RoleId, RoleKey


class Subject(StrEnum):
    """What can be explained."""

    ROLE = "role"
    PERSON = "person"
    PERMISSION = "permission"


class RoleStanding(StrEnum):
    """How a role stands between its file and the tenant."""

    UNREAD = "tenant not read"
    MANAGED = "managed"
    MISSING = "not live yet"
    UNMANAGED = "unmanaged"
    RETIRING = "to be retired"
    RETIRED = "retired"
    """Its file says so and the tenant no longer has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """A number of active people."""

    people: int | None
    """None where neither a listing nor any count is to be had."""
    exact: bool
    """False for an upper bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleName:
    """Which role is meant."""

    key: RoleKey | None
    """None where no file means it."""
    id: RoleId | None
    """None where it is not live."""
    name: str
    """The one that people see in the product, and that of the file where it is not live."""
    becomes: str | None = None
    """The name that its file gives it, where the live role has another."""

    @property
    def told(self) -> str:
        """The name as sentences use it."""
        return self.name if self.becomes is None else f'{self.name} (to be "{self.becomes}")'


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A role that gives a permission, and the line of the file that says so."""

    role: RoleName
    origin: Origin | None
    """None where no file says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A permission as people see it in the product."""

    key: str
    label: str
    """Empty where the lock does not know it."""
    sensitive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePermission:
    """A permission that a file grants or its live role has."""

    permission: Labelled
    mark: Mark
    origin: Origin | None
    """The line that put it there; None where no file does."""
    source: RoleKey | None
    """The role whose file that is: the role itself, or one of its bases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCategory:
    """What a role has of one category, in the product's order, and how many it leaves off."""

    key: str
    """Empty for permissions that the lock does not know."""
    label: str
    permissions: tuple[RolePermission, ...]
    off: int
    level: tuple[str, ...] = ()
    """Where one word says it: the word for now and, where that differs, the one for later; empty for toggles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEffect:
    """What the pending change of a role does to its holders, with the whole plan in place."""

    losing: Headcount
    gaining: Headcount


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleExplanation:
    """What a role permits and why."""

    role: RoleName
    standing: RoleStanding
    origin: Origin | None
    chain: tuple[RoleKey, ...]
    """From the role to its last base; empty where no file means it."""
    owner: str | None
    retired: bool
    """Whether its file says so."""
    successor: RoleKey | None
    """Where the holders of a retired role go."""
    holders: Headcount | None
    """None where the tenant was not read."""
    categories: tuple[RoleCategory, ...]
    what_if: RoleEffect | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role that somebody holds."""

    role: RoleName
    origin: Origin | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPermission:
    """A permission that somebody has, with every role it comes through."""

    permission: Labelled
    through: tuple[Given, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPermission:
    """A permission that a role takes and another one still gives."""

    permission: Labelled
    taken_by: tuple[RoleName, ...]
    through: tuple[Given, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEffect:
    """What the pending plan does to one person, over all the roles they hold."""

    lost: tuple[HeldPermission, ...]
    """With the roles it comes through now."""
    gained: tuple[HeldPermission, ...]
    """With the roles it will come through."""
    kept: tuple[KeptPermission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonExplanation:
    """What a person can do and why; without a name or an address."""

    id: PersonId
    active: bool
    human: bool
    roles: tuple[HeldRole, ...]
    permissions: tuple[HeldPermission, ...]
    what_if: PersonEffect | None

    @property
    def counts(self) -> bool:
        """Whether every number of people counts them: an active human."""
        return self.active and self.human


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingRole:
    """A role that gives the permission, or will."""

    role: RoleName
    mark: Mark
    origin: Origin | None
    holders: Headcount | None
    """None where the tenant was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionEffect:
    """What the pending plan does to the people who have one permission."""

    people: Headcount
    """How many will have it."""
    losing: Headcount
    gaining: Headcount


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionExplanation:
    """What a permission is, which roles give it, and who has it."""

    permission: Labelled
    category: str
    """The label of its category; empty where the lock does not know it."""
    level: PermissionLevel | None
    """None where the lock does not know it."""
    requires: tuple[str, ...]
    required_by: tuple[str, ...]
    roles: tuple[GivingRole, ...]
    people: Headcount | None
    """Over all roles, everybody once; None where the tenant was not read."""
    services: int | None
    """Active service accounts that have it too, among those that were read; None where the tenant was not read."""
    what_if: PermissionEffect | None


Explanation = RoleExplanation | PersonExplanation | PermissionExplanation
