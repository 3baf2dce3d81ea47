"""Roles: what git says (`DesiredRole`, `RetiredRole`) and what the tenant says (`LiveRole`) are different types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from reconciler.model.permission import PermissionSet

RoleKey = NewType("RoleKey", str)
"""Identifies a role in git (the stem of its file); never reaches the tenant."""

RoleId = NewType("RoleId", str)
"""Identifies a role in the tenant; opaque text."""

LONGEST_NAME = 80
"""Characters that the name of a role may have in a file."""

MOST_EARLIER_NAMES = 20
"""Earlier names that a file may give its role."""


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a file of the repository; line and column count from 1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleContent:
    """What desired and live roles are compared in: everything we manage of a role."""

    name: str
    description: str
    permissions: PermissionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredRole:
    """A role that a file declares, expanded to the permissions it means."""

    key: RoleKey
    content: RoleContent
    origin: Origin
    provenance: Mapping[str, Origin] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """For each permission of the content, the file and line that put it there."""
    standard: bool = False
    based_on: RoleKey | None = None
    previously: tuple[str, ...] = ()
    """Earlier names, as written."""
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredRole:
    """A role that a file declares `retired: true`: delete it if it is live."""

    key: RoleKey
    name: str
    origin: Origin
    standard: bool = False
    previously: tuple[str, ...] = ()
    move_users_to: RoleKey | None = None
    owner: str | None = None


class RoleKind(StrEnum):
    """Whether the product ships the role or somebody made it."""

    STANDARD = "standard"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRole:
    """A role as the tenant answered it at one moment."""

    id: RoleId
    content: RoleContent
    kind: RoleKind
    editable: bool
    version: str
    """The tenant's precondition for a write (an ETag); empty where the product has none."""
    user_count: int | None
    """Everyone assigned, suspended people and service accounts too; None where the tenant does not count."""
