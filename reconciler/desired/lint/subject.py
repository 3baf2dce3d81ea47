"""What a lint rule looks at, and how it says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from reconciler.desired.language import Reading, Written
from reconciler.desired.scaffold_text import DESCRIPTION
from reconciler.model.permission import Catalogue
from reconciler.model.role import DesiredRole, Origin, RoleKey


class Advice(NamedTuple):
    """One thing a rule found."""

    place: Origin
    message: str
    fix: str


@dataclass(frozen=True)
class Subject:
    """A repository of roles in order, with the questions that several rules ask about it."""

    reading: Reading

    @property
    def catalogue(self) -> Catalogue:
        """The lock."""
        return self.reading.desired.catalogue

    @property
    def roles(self) -> tuple[DesiredRole, ...]:
        """Every role that stays, sorted by key."""
        return self.reading.desired.roles

    def written(self, role: DesiredRole) -> Written:
        """Say how the file of a role is written."""
        return self.reading.written[role.key]

    @cached_property
    def by_key(self) -> Mapping[RoleKey, DesiredRole]:
        """The roles by key."""
        return {role.key: role for role in self.roles}

    def bases(self, role: DesiredRole) -> tuple[RoleKey, ...]:
        """Give the role's own key and everything it is based on, the nearest first."""
        chain = [role.key]
        while (base := self.by_key[chain[-1]].based_on) is not None:
            chain.append(base)
        return tuple(chain)

    def is_draft(self, role: DesiredRole) -> bool:
        """Whether a role grants nothing yet, or has the description that `new` writes in place of one."""
        return not role.content.permissions or role.content.description == DESCRIPTION

    def related(self, one: DesiredRole, other: DesiredRole) -> bool:
        """Whether two roles come from the same one through `based_on`."""
        return self.bases(one)[-1] == self.bases(other)[-1]


Rule = Callable[[Subject], Iterator[Advice]]
"""Looks at all roles and says what it found, in any order."""


def tolerated(code: str) -> Rule:
    """Give the rule that tells what the reader found and the settings let be."""

    def rule(subject: Subject) -> Iterator[Advice]:
        for problem in subject.reading.tolerated:
            if problem.code == code:
                yield Advice(Origin(problem.path, problem.line, problem.column), problem.message, problem.fix)

    return rule
