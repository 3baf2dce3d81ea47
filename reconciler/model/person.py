"""People and the roles they hold, without a name or an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

from reconciler.model.role import RoleId

PersonId = NewType("PersonId", str)
"""Identifies a user in the tenant; opaque text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user of the tenant with every role they are assigned."""

    id: PersonId
    role_ids: frozenset[RoleId]
    active: bool
    """False for suspended people, who keep their roles but can do nothing."""
    human: bool
    """False for service accounts, which are nobody's access to lose."""
    version: str
    """The tenant's precondition for a write; empty where the product has none."""

    @property
    def counts(self) -> bool:
        """Whether this is a holder in the sense of the plan: an active human."""
        return self.active and self.human


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How to reach a user; read only when somebody asks for names, and part of no plan."""

    id: PersonId
    name: str
    email: str
    counts: bool
    """Whether this is an active human."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everyone assigned to the roles whose holders were read."""

    people: tuple[Person, ...] = ()
    """Sorted by id, each once, each with all their roles."""
    listed: frozenset[RoleId] = frozenset()
    """The roles whose every assigned user is among `people`."""
