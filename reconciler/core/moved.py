"""Says what moved between a review and now: the tenant, the files, or both, role by role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.core.digest import digest, role_digest
from reconciler.model.change import Change, Retire, action_of, key_of
from reconciler.model.review import Review, ReviewedChange
from reconciler.model.role import RoleKey


class Movement(StrEnum):
    """What kind of move it was."""

    TENANT = "the tenant moved"
    FILES = "the files moved"
    BOTH = "the tenant and the files moved"
    NEW = "new since the review"
    SETTLED = "no longer needed"
    ELSEWHERE = "no role moved"
    UNTOLD = "cannot be told by role"


_SAID = {
    Movement.TENANT: "the live role is not the one that was reviewed",
    Movement.FILES: "they ask for something else than was reviewed",
    Movement.BOTH: "neither is what was reviewed",
    Movement.NEW: "the review has no change of it",
    Movement.SETTLED: "the review has a change of it, and there is nothing left to do",
    Movement.ELSEWHERE: "the guard settings, the lock, the tenant itself or the id of a live role differ",
    Movement.UNTOLD: "the review does not list its changes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One difference between what was reviewed and what would happen now."""

    role: RoleKey | None
    """None where no role can be named."""
    movement: Movement

    @property
    def sentence(self) -> str:
        """Say it in one sentence without foreign text."""
        subject = "" if self.role is None else f"{self.role}: "
        return f"{subject}{self.movement}; {_SAID[self.movement]}"


def reviewed_changes(changes: Iterable[Change]) -> tuple[ReviewedChange, ...]:
    """Give the changes of a plan as a review keeps them, sorted by role."""
    return tuple(sorted(_reviewed(change) for change in changes))


def moved(review: Review, changes: Iterable[Change]) -> tuple[Moved, ...]:
    """Compare a review with the changes of a plan that has another digest; sorted by role and never empty."""
    if review.changes is None:
        return (Moved(role=None, movement=Movement.UNTOLD),)
    then = {change.role: change for change in review.changes}
    now = {change.role: change for change in reviewed_changes(changes)}
    found = ((role, _movement(then.get(role), now.get(role))) for role in sorted(then.keys() | now.keys()))
    told = tuple(Moved(role=role, movement=movement) for role, movement in found if movement is not None)
    return told or (Moved(role=None, movement=Movement.ELSEWHERE),)


def _movement(then: ReviewedChange | None, now: ReviewedChange | None) -> Movement | None:
    if then is None:
        return Movement.NEW
    if now is None:
        return Movement.SETTLED
    files = (then.action, then.after) != (now.action, now.after)
    if then.before != now.before:
        return Movement.BOTH if files else Movement.TENANT
    return Movement.FILES if files else None


def _reviewed(change: Change) -> ReviewedChange:
    return ReviewedChange(
        role=key_of(change), action=action_of(change), before=role_digest(change.before), after=_after(change)
    )


def _after(change: Change) -> str | None:
    """Give the digest of what the files ask for; where holders of a retired role go is part of it."""
    if isinstance(change, Retire):
        return None if change.role.move_users_to is None else digest(["move users to", change.role.move_users_to])
    return role_digest(change.after)
