"""A review: what the people who approved a change were shown, small enough to travel beside its commit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.change import Action
from reconciler.model.role import RoleKey


class Verdict(StrEnum):
    """How a plan for a change ended; the last two mean that none could be made."""

    NO_CHANGES = "no-changes"
    READY = "ready"
    """Changes, and nothing that stops them."""
    UNCONFIRMED = "unconfirmed"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    """The files of the change are wrong."""
    FAILED = "failed"
    """Something else stood in the way, such as a tenant that did not answer."""

    @property
    def planned(self) -> bool:
        """Whether a plan was made, and so has a digest."""
        return self not in {Verdict.REJECTED, Verdict.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ReviewedChange:
    """One change of a plan by digests alone, so that it can be compared with what is planned later."""

    role: RoleKey
    action: Action
    before: str | None
    """Digest of the live role; None for a creation."""
    after: str | None
    """Digest of what the files ask for; None for a retirement that moves nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What was reviewed; holds no text of the change or of the tenant."""

    digest: str | None
    """Of the plan; None exactly where the verdict says that none was made."""
    base: str | None
    """Commit that the change was compared with."""
    head: str | None
    """Commit that was reviewed."""
    verdict: Verdict
    title: str
    """One line of counts."""
    labels: tuple[str, ...] = ()
    """Labels that the plan deserves, sorted."""
    changes: tuple[ReviewedChange, ...] | None = None
    """Sorted by role; None where there is no plan, or where they were too many to travel."""
