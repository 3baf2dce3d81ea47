"""Adoption: live roles, the files that would say them, and the roles that no file can say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.role import DesiredRole, LiveRole, RoleKey
from reconciler.model.state import Tenant


class Effect(StrEnum):
    """What adopting a role does to its file."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A live role and the file that speaks for it, or would."""

    live: LiveRole
    key: RoleKey
    path: str
    """Seen from the root of the repository."""
    declared: DesiredRole | None
    """What the file says before the adoption; None where there is no file yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Another role that differs in few permissions, so that `based_on` would say the same shorter."""

    base: RoleKey
    grants: tuple[str, ...]
    """What the role has and the base lacks, in the order of the catalogue."""
    revokes: tuple[str, ...]
    """What the base has and the role lacks, in the order of the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The file of one adopted role, not yet written."""

    subject: Subject
    before: bytes | None
    """None where there is no file yet."""
    after: bytes
    unknown: tuple[str, ...] = ()
    """Live permissions that the lock does not know: no file can say them, and the planner keeps them. Sorted."""
    offer: Offer | None = None
    used: bool = False
    """Whether the file is written on top of the offered base."""

    @property
    def effect(self) -> Effect:
        """What writing this file would do."""
        if self.before is None:
            return Effect.CREATE
        return Effect.UNCHANGED if self.before == self.after else Effect.UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that keeps a role from being adopted."""

    code: str
    """A problem code of docs/errors.md."""
    message: str
    fix: str
    """What to do, most often in the product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A live role that stays as it is, because no role file can say it faithfully."""

    live: LiveRole
    key: RoleKey
    """The key it has, or would have."""
    path: str | None
    """Its file, where it has one."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Every live role: either with a key and a file to be, or refused."""

    subjects: tuple[Subject, ...]
    """Roles without a file first, then by key."""
    refusals: tuple[Refusal, ...]
    """By name, then id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """The files of an adoption; together with the other files they load, and say exactly what is live."""

    drafts: tuple[Draft, ...]
    """In the order of the subjects."""
    refusals: tuple[Refusal, ...] = ()
    followers: tuple[DesiredRole, ...] = ()
    """Roles that are not adopted here and mean something else afterwards, because a base of theirs changes. Sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What was adopted, or could be."""

    tenant: Tenant
    drafts: tuple[Draft, ...]
    """Roles without a file first, then by key."""
    refusals: tuple[Refusal, ...]
    """By name."""
    followers: tuple[DesiredRole, ...]
    """Roles that mean something else afterwards, because a base of theirs changes. Sorted."""
    written: bool
    """False where it was only looked, or where a role that was asked for by name is refused."""
