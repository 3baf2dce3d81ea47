"""What a plan takes from people, as they are told it: one notice per role, and one row per person and role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.change import Action
from reconciler.model.role import RoleKey


class Beside(StrEnum):
    """What else the plan does to the people of a notice; the last member promises them least."""

    NOTHING = "nothing"
    GAINS = "gains"
    LOSSES = "losses"
    """At least one of them loses something through another role too, or nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One permission that somebody effectively loses, in the product's own words."""

    permission: str
    label: str
    """The label people see in the product; the key where no catalogue knows the permission."""
    category: str
    """The label of its category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the holders of one role who lose something are told; names nobody."""

    role: RoleKey
    name: str
    """The role's name as its holders know it now; foreign text."""
    action: Action
    becomes: str | None
    """The new name of a renamed role, the role that holders of a retired one get, None for neither."""
    people: int
    """The holders who effectively lose something through this role, as the plan counts them."""
    exact: bool
    """False when the number of people is an upper bound."""
    losses: tuple[Loss, ...]
    """What at least one of them loses, in the order of the catalogue."""
    alike: bool
    """Whether every one of them loses all of it."""
    beside: Beside
    """What else happens to any of them, over the whole plan."""
    owner: str | None
    """Whom to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """One person who effectively loses something through one role; for a mail merge, and part of no plan."""

    name: str
    email: str
    role: str
    """The role's name as its holders know it now."""
    losses: tuple[Loss, ...]
    """What this person loses through it, in the order of the catalogue."""
