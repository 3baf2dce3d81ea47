"""The plan document: what would happen, to how many people, and what the guards say; equals its JSON."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.change import Action, Direction, FieldChange
from reconciler.model.finding import Finding, FindingLevel
from reconciler.model.role import RoleKey

FORMAT = 1
"""Version of the plan document."""

ACTIVE = "active"
"""The field that a retirement changes where the product cannot delete a role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionImpact:
    """What one granted or revoked permission means to the holders of its role."""

    permission: str
    holders: int
    losing: int = 0
    gaining: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """One change as the plan tells it."""

    action: Action
    role: RoleKey
    name: str
    file: str
    line: int
    direction: Direction
    grants: tuple[str, ...]
    revokes: tuple[str, ...]
    fields: tuple[FieldChange, ...]
    holders: int
    """Active people with the role now; everyone assigned where they were not listed.

    They are not where the tenant cannot, and where no permission moves, so that a new text costs no request.
    """
    people_losing: int
    """Holders who effectively lose something that this change revokes, over the whole plan."""
    people_gaining: int
    """Holders who effectively gain something that this change grants, over the whole plan."""
    people_exact: bool
    """False when the numbers of people losing and gaining are upper bounds."""
    per_permission: tuple[PermissionImpact, ...]
    """Sorted by permission."""
    owner: str | None
    introduced_by: str | None
    """`this change`, `already pending`, or None where no base revision is known."""
    before: str | None
    """Digest of the live role; None for a creation."""
    temporary: str | None = None
    """The name it goes through first, by one write more; only where names go round in a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The numbers of a plan; people are counted once, however many roles move."""

    create: int
    update: int
    rename: int
    retire: int
    unchanged: int
    unmanaged: int
    people_losing: int
    people_gaining: int
    block: int
    confirm: int
    """Findings that need a confirmation, confirmed or not."""
    warn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTenant:
    """Which tenant the plan is for."""

    name: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole document; `digest` binds what was reviewed to what is applied."""

    tenant: PlanTenant
    commit: str | None
    digest: str
    complete: bool
    summary: Summary
    changes: tuple[PlannedChange, ...]
    """In the order of the writes."""
    findings: tuple[Finding, ...]
    """Sorted: blocks first, then by guard and role."""
    unmanaged: tuple[str, ...]
    """Names of live roles that no file declares, sorted; foreign text."""
    notes: tuple[str, ...]
    """Worth telling, changes nothing; foreign text in them is not yet escaped."""

    @property
    def blocked(self) -> bool:
        """Whether a guard refuses this plan."""
        return any(f.level is FindingLevel.BLOCK for f in self.findings)

    @property
    def unconfirmed(self) -> tuple[Finding, ...]:
        """The findings that still need a confirmation."""
        return tuple(f for f in self.findings if f.level is FindingLevel.CONFIRM and not f.confirmed)
