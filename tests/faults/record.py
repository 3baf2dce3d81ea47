"""What the harness knows of one apply: the world it began in, every request, and the tenant at every instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from builders import MemoryJournal

from reconciler.model.outcome import Report
from reconciler.model.role import DesiredRole, RetiredRole
from reconciler.operations.plan import Planned

ADMIN = "settings.roles"
UNKNOWN = "modules.monitor"
"""The tenant has it and the lock does not know it."""

Files = tuple[DesiredRole | RetiredRole, ...]


@dataclass(frozen=True)
class Somebody:
    """A user of the tenant."""

    roles: frozenset[str]
    """Names."""
    active: bool = True
    human: bool = True


@dataclass(frozen=True)
class World:
    """Live roles and people beside files, small enough to read."""

    roles: Mapping[str, frozenset[str]]
    people: tuple[Somebody, ...]
    files: Files


@dataclass(frozen=True)
class State:
    """What the tenant is at one moment."""

    roles: Mapping[str, tuple[str, str, frozenset[str]]]
    """Name, description and permissions by id."""
    people: Mapping[str, tuple[bool, frozenset[str]]]
    """By id: whether they count as a person who is there, and the ids of their roles."""

    def can(self, person: str) -> frozenset[str]:
        """Give what the roles of somebody permit."""
        return frozenset().union(*(self.roles[role][2] for role in self.people[person][1]))

    def administrators(self, own: str) -> int:
        """Count the active people, without the key's own, who can administer roles."""
        return sum(1 for who, (counts, _) in self.people.items() if counts and who != own and ADMIN in self.can(who))


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request as it left, and the tenant after it."""

    number: int
    method: str
    path: str
    origin: str
    headers: Mapping[str, str]
    payload: bytes
    before: State
    """The tenant when it arrived, with what somebody else had just done."""
    after: State
    effect: bool
    others: frozenset[str]
    """Ids of what somebody else has written since the run began, up to this request's effect."""
    lagged: bool = False
    """Whether it was answered from an earlier moment."""
    landed: bool = False
    """Whether this is the effect alone, of a request that the client had given up before."""


@dataclass
class Run:
    """One apply: what was planned, sent, journaled and told."""

    before: State
    own: str
    sent: list[Sent] = field(default_factory=list)
    expected: str | None = None
    """The digest that was reviewed."""
    planned: Planned | None = None
    """What the run itself announced; None where it stopped before."""
    report: Report | None = None
    code: int | None = None
    """None for a process that was killed."""
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    superseded_at: int | None = None
    """The request before which a newer commit was merged; None where there was none."""

    @property
    def arrivals(self) -> int:
        """How many requests left."""
        return sum(1 for sent in self.sent if not sent.landed)

    @property
    def writes(self) -> list[Sent]:
        """The requests that ask for a change."""
        return [sent for sent in self.sent if sent.method != "GET" and not sent.landed]

    @property
    def steps(self) -> list[tuple[State, Sent]]:
        """Every request with the tenant before it."""
        return list(zip(self.states, self.sent, strict=False))

    @property
    def states(self) -> list[State]:
        """The tenant at every instant."""
        return [self.before, *(sent.after for sent in self.sent)]

    @property
    def others(self) -> frozenset[str]:
        """Ids of what somebody else wrote while it ran."""
        return self.sent[-1].others if self.sent else frozenset()
