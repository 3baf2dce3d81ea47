"""Roles by permissions: what each file grants, beside what the live role has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.permission import PermissionSet
from reconciler.model.role import Origin, RoleId, RoleKey


class Mark(StrEnum):
    """What file and live role say of one permission; where only one side is known it is on or off."""

    ON = "on"
    OFF = "off"
    GRANT = "to grant"
    """The file grants it and the live role does not have it yet."""
    REVOKE = "to revoke"
    """The live role has it and the file does not grant it."""

    @property
    def sign(self) -> str:
        """The one character that stands for it; never left to a colour alone."""
        return _SIGNS[self]

    @staticmethod
    def of(permission: str, live: PermissionSet, file: PermissionSet) -> Mark:
        """Compare the two sides in one permission."""
        if permission in file:
            return Mark.ON if permission in live else Mark.GRANT
        return Mark.REVOKE if permission in live else Mark.OFF


_SIGNS = {Mark.ON: "x", Mark.OFF: ".", Mark.GRANT: "+", Mark.REVOKE: "-"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRole:
    """One role of the matrix and how many permissions bear which mark."""

    key: RoleKey | None
    """None for a live role that no file means."""
    id: RoleId | None
    """None for a role that is not live, or where the tenant was not read."""
    name: str
    """Foreign text where the role is not managed."""
    origin: Origin | None
    on: int
    to_grant: int
    to_revoke: int
    live_name: str | None = None
    """The name of the live role, where the file gives it another; foreign text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One permission and its mark in each role, in the order of the roles."""

    permission: str
    label: str
    sensitive: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixGroup:
    """The permissions of one category, in the product's order."""

    category: str
    label: str
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Every role and every permission."""

    compared: bool
    """Whether the tenant was read; without it every mark is what the files say."""
    roles: tuple[MatrixRole, ...]
    """Managed ones by key, then those that no file means, by name."""
    groups: tuple[MatrixGroup, ...]
    """The lock's categories, then what only the tenant knows, as a category without a key."""

    @property
    def differing(self) -> int:
        """How many roles differ from live."""
        return sum(1 for role in self.roles if role.to_grant or role.to_revoke or role.live_name)

    @property
    def permissions(self) -> int:
        """How many permissions there are."""
        return sum(len(group.rows) for group in self.groups)
