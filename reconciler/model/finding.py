"""What guards answer, the settings they judge by, and the confirmations that lift some of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from reconciler.model.permission import Catalogue
from reconciler.model.role import Origin, RoleContent, RoleId, RoleKey


class Guard(StrEnum):
    """Every guard; each has a module of its name in core/guards."""

    NARROWING = "narrowing"
    SENSITIVE_GRANT = "sensitive-grant"
    LOCKOUT = "lockout"
    SELF = "self"
    IN_USE = "in-use"
    STANDARD = "standard"
    PRODUCT = "product"
    ADOPTION = "adoption"
    SWAP = "swap"
    MASS_CHANGE = "mass-change"
    INCOMPLETE = "incomplete"
    SEPARATION = "separation"
    CATALOGUE = "catalogue"
    SETTINGS = "settings"


class FindingLevel(StrEnum):
    """How a finding stops a plan: always, until confirmed, or not."""

    BLOCK = "block"
    CONFIRM = "confirm"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a guard found; part of the plan document."""

    guard: Guard
    level: FindingLevel
    role: RoleKey | None
    """The role it is about; None when it is about the whole plan."""
    message: str
    """What was found and the way out, in full sentences; foreign text in it is not yet escaped."""
    confirmation: str | None = None
    """The id that a confirmation must name; set exactly when the level is `confirm`."""
    people: int = 0
    """How many people it is about: losing for narrowing, gaining for grants, affected for mass changes."""
    confirmed: bool = False


class SensitiveGrant(StrEnum):
    """What to do when a sensitive permission reaches a role; the stricter member comes first."""

    CONFIRM = "confirm"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number, or a share in percent of a whole."""

    value: int
    percent: bool

    def allows(self, count: int, whole: int) -> bool:
        """Whether `count` of `whole` stays within the limit; integers only, so no rounding can hide one more."""
        return count * 100 <= self.value * whole if self.percent else count <= self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """What the guards judge by; the defaults are those of the documentation."""

    narrowing_people: int = 10
    """This many people losing anything need a confirmation; at least 1."""
    sensitive_grant: SensitiveGrant = SensitiveGrant.CONFIRM
    min_administrators: int = 2
    """Active humans who can administer roles after every single write; at least 1."""
    mass_change_roles: Limit = Limit(value=30, percent=True)
    mass_change_people: Limit = Limit(value=25, percent=True)
    never_together: tuple[tuple[str, str], ...] = ()
    """Pairs of permissions that no person may hold at once; each pair and the tuple sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A recorded yes to exactly one finding."""

    id: str
    people_at_most: int
    """One more than this at apply time and it no longer counts."""
    reason: str
    expires: dt.date
    """The last day, in UTC, on which it counts."""
    origin: Origin | None = None
    """Where it is written; None when it was given on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRevision:
    """What the guards need to know of the revision a change starts from."""

    name: str
    """As it was asked for, such as `origin/main`."""
    names: frozenset[str]
    """Every name and earlier name that its files give a role, retired ones too: the live roles it managed.

    Files may be moved and their keys used again, so a key does not say which live role was managed.
    """
    unpinned: frozenset[str] | None = None
    """Those of `names` that stand in files without a pinned id; None for all of them."""
    pins: Mapping[RoleKey, RoleId] = field(default_factory=lambda: MappingProxyType({}))
    """The ids that its files pinned: where names are not unique, what such a file meant, whatever it was called."""
    contents: Mapping[RoleKey, RoleContent | None]
    """What its files declare, expanded; None for a retired role."""
    guards: GuardSettings
    catalogue: Catalogue
    """The lock of then."""
    pinned: bool = True
    """Whether it had one; else `catalogue` is the one of the program's version."""
