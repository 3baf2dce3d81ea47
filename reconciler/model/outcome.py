"""What became of each planned change; reports are folded from outcomes, never from the plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.change import Action
from reconciler.model.role import RoleKey


class Result(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one change; every planned change has exactly one."""

    role: RoleKey
    name: str
    action: Action
    result: Result
    detail: str = ""
    """Why, where it was not applied; foreign text in it is not yet escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The end of one apply."""

    digest: str
    outcomes: tuple[Outcome, ...]
    """In the order of the plan."""
    writes: int
    """Requests to write that were sent, repeated ones counted each time, and one for many people once."""
    proved: int = 0
    """Writes that were read back as done."""
    interrupted: bool = False
    stale: bool = False
    """Whether it stopped because the tenant had moved."""
    unread: bool = False
    """Whether it stopped because something could not be read again that a write depends on."""

    @property
    def complete(self) -> bool:
        """Whether every change was applied."""
        return all(o.result is Result.APPLIED for o in self.outcomes)
