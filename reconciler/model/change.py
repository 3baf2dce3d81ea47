"""A change: one intended difference for one role, with all that carrying it out needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from reconciler.model.permission import PermissionSet
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleContent, RoleKey


class Action(StrEnum):
    """What happens to the role."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    RETIRE = "retire"


class Direction(StrEnum):
    """What happens to what holders can do."""

    WIDEN = "widen"
    NARROW = "narrow"
    MIXED = "mixed"
    COSMETIC = "cosmetic"

    @staticmethod
    def between(before: PermissionSet, after: PermissionSet) -> Direction:
        """Classify a step from one permission set to another; `narrow` grants nothing, `widen` revokes nothing."""
        if before == after:
            return Direction.COSMETIC
        if before <= after:
            return Direction.WIDEN
        return Direction.NARROW if after <= before else Direction.MIXED


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A difference outside the permissions, such as the description."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """A role that git declares and the tenant lacks."""

    role: DesiredRole

    @property
    def before(self) -> RoleContent | None:
        """Nothing: the role does not exist yet."""
        return None

    @property
    def after(self) -> RoleContent | None:
        """What the role will be."""
        return self.role.content


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A live role that differs from its file."""

    role: DesiredRole
    live: LiveRole
    content: RoleContent
    """What the role will be: its file, plus live permissions that the lock does not know and nobody may drop unseen."""
    fields: tuple[FieldChange, ...]
    renamed: bool
    """Whether the live role was found by an earlier name."""
    temporary: str | None = None
    """The name it goes through first, where names go round in a circle and this role is the one to begin."""

    @property
    def before(self) -> RoleContent | None:
        """What the role is now."""
        return self.live.content

    @property
    def after(self) -> RoleContent | None:
        """What the role will be."""
        return self.content


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """A live role that its file declares retired; holders are moved first where a target is named."""

    role: RetiredRole
    live: LiveRole
    successor: PermissionSet = frozenset()
    """What the role that holders get instead will permit; empty where no role is named."""

    @property
    def before(self) -> RoleContent | None:
        """What the role is now."""
        return self.live.content

    @property
    def after(self) -> RoleContent | None:
        """Nothing: the role will be gone."""
        return None


Change = Create | Update | Retire


def key_of(change: Change) -> RoleKey:
    """Give the key of the role that a change is about."""
    return change.role.key


def action_of(change: Change) -> Action:
    """Give the action of a change; an update found by an earlier name is a rename."""
    match change:
        case Create():
            return Action.CREATE
        case Update(renamed=True):
            return Action.RENAME
        case Update():
            return Action.UPDATE
        case Retire():
            return Action.RETIRE
        case _:
            assert_never(change)


def permissions_of(content: RoleContent | None) -> PermissionSet:
    """Give the permissions of a role that may not exist."""
    return frozenset() if content is None else content.permissions


def permissions_after(change: Change) -> PermissionSet:
    """Give what holders of the role will have through it, or through its successor."""
    return change.successor if isinstance(change, Retire) else permissions_of(change.after)


def grants_of(change: Change) -> PermissionSet:
    """Give the permissions a change gives to those who hold its role, or will."""
    return permissions_after(change) - permissions_of(change.before)


def revokes_of(change: Change) -> PermissionSet:
    """Give the permissions a change takes from those who hold its role."""
    return permissions_of(change.before) - permissions_after(change)


def direction_of(change: Change) -> Direction:
    """Classify a change by what it does to those who hold its role."""
    return Direction.between(permissions_of(change.before), permissions_after(change))
