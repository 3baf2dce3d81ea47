"""Drift in reading order: a plan told from the tenant's side, what goes beyond the files first.

A plan says what would be done; drift says what is there. So what a plan would revoke is what the tenant allows
beyond the files, and the people who would lose it are those who have it today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.facts import Facts
from reconciler.core.notes import unknown_permissions
from reconciler.core.wording import people, roles
from reconciler.model.change import Action
from reconciler.model.permission import PermissionSet
from reconciler.model.plan import Plan, PlannedChange
from reconciler.model.role import RoleKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftView:
    """What every sink tells about drift."""

    plan: Plan
    unknown: Mapping[str, tuple[str, ...]]
    """By the name of a live role, what it permits that no file can say, because the lock does not know it."""
    sensitive: Mapping[RoleKey, PermissionSet]
    """What a role has beyond its file that any side calls sensitive."""
    verdict: str
    beyond: str
    """The sentence about what the tenant allows beyond the files; empty where it allows nothing."""
    changes: tuple[PlannedChange, ...]
    """Sensitive widening first, then other widening, then the largest effect on people."""

    @property
    def moved(self) -> bool:
        """Whether there is any drift."""
        return bool(self.plan.changes or self.unknown)

    def is_sensitive(self, change: PlannedChange, permission: str) -> bool:
        """Say whether a permission beyond the file of a role is sensitive."""
        return permission in self.sensitive.get(change.role, frozenset())


def drift_view(plan: Plan, facts: Facts) -> DriftView:
    """Tell a plan from the tenant's side; `facts` are what it was made from."""
    unknown = unknown_permissions(facts)
    sensitive = {change.role: frozenset(p for p in change.revokes if facts.is_sensitive(p)) for change in plan.changes}
    moved = len(plan.changes) + len(unknown.keys() - {change.name for change in plan.changes})
    return DriftView(
        plan=plan,
        unknown=unknown,
        sensitive=sensitive,
        verdict=_verdict(moved),
        beyond=_beyond(plan),
        changes=tuple(
            sorted(
                plan.changes,
                key=lambda c: (not sensitive[c.role], not c.revokes, -c.people_losing, -c.people_gaining, c.role),
            )
        ),
    )


def is_there(change: PlannedChange) -> bool:
    """Say whether a role stands in the files and in the tenant, so that what it permits can be compared."""
    return change.action not in {Action.CREATE, Action.RETIRE}


def standing(change: PlannedChange) -> str:
    """Say in words how a live role stands to its file."""
    if change.action is Action.CREATE:
        return "is missing in the tenant"
    if change.action is Action.RETIRE:
        return "is retired in the files and still in the tenant"
    counted = ((len(change.revokes), "more than the file says"), (len(change.grants), "less"))
    parts = [f"{number:,} {what}" for number, what in counted if number]
    return ", ".join([*parts, *(["other texts"] if change.fields else [])])


def _verdict(moved: int) -> str:
    if not moved:
        return "No drift: the tenant is as the files say"
    return f"{roles(moved)} differ from the files" if moved > 1 else "1 role differs from its file"


def _beyond(plan: Plan) -> str:
    beyond = [change for change in plan.changes if change.revokes]
    if not beyond:
        return ""
    verb = "allows" if len(beyond) == 1 else "allow"
    bound = "" if all(change.people_exact for change in beyond) else "at most "
    number = people(plan.summary.people_losing)
    return f"{roles(len(beyond))} {verb} more than the files say; {bound}{number} can use it through no other role"
