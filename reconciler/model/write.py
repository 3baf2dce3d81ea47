"""One request that changes the tenant; a plan is carried out as an ordered list of these."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.person import Person
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRole:
    """Create a role."""

    role: RoleKey
    content: RoleContent


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRole:
    """Make a live role equal to `content`; only what differs is sent."""

    role: RoleKey
    live: LiveRole
    """As it will be found; the version is that of the plan, also where an earlier write of it comes before."""
    content: RoleContent


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHolder:
    """Give one holder of a retired role its successor instead; their other roles stay."""

    role: RoleKey
    """The retired role."""
    person: Person
    leaves: RoleId
    joins: RoleKey
    """The role they get; it may be created by an earlier write of the same plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRole:
    """Delete a role that nobody holds any more."""

    role: RoleKey
    live: LiveRole


Write = CreateRole | UpdateRole | MoveHolder | DeleteRole
