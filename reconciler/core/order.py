"""In which order the writes happen; the order is a safety property.

    1  administrator grants without which some prefix would lock everyone out
    2  narrowings (and changes that both narrow and widen)
    3  creations, widenings, renames, texts
    4  moves of users off retired roles
    5  retirements

Narrowing before widening means that a failure in between never leaves anybody with more than both ends
allow. The one exception is phase 1, and it holds as few changes as possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import combinations
from typing import assert_never

from reconciler.core.administrators import Administrators
from reconciler.core.naming import name_key
from reconciler.model.change import (
    Change,
    Create,
    Direction,
    Retire,
    Update,
    direction_of,
    grants_of,
    key_of,
)
from reconciler.model.person import People
from reconciler.model.role import RoleKey
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write

EXHAUSTIVE = 10
"""Up to this many candidates the fewest are found by trying every combination; above, one at a time."""


class Phase(IntEnum):
    """The phases of an apply, in order."""

    ADMINISTRATORS = 1
    NARROW = 2
    WIDEN = 3
    RETIRE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Changes in the order of their writes."""

    changes: tuple[Change, ...]
    hoisted: tuple[RoleKey, ...]
    """The administrator grants that go first, sorted."""


def phase_of(change: Change) -> Phase:
    """Give the phase a change belongs to when it need not go first."""
    match change:
        case Create():
            return Phase.WIDEN
        case Retire():
            return Phase.RETIRE
        case Update():
            narrows = direction_of(change) in {Direction.NARROW, Direction.MIXED}
            return Phase.NARROW if narrows else Phase.WIDEN
        case _:
            assert_never(change)


def order(changes: Iterable[Change], people: People, administrators: Iterable[Administrators], minimum: int) -> Ordered:
    """Order changes so that no prefix has too few administrators, if any order with phases can.

    Where none can, the plain order comes back and the lock-out guard says so.
    """
    plain = sorted(changes, key=lambda c: (phase_of(c), key_of(c)))
    counted = tuple(administrators)
    permissions = {each.permission for each in counted}
    grants = [c for c in plain if isinstance(c, Update) and permissions & grants_of(c)]
    for hoisted in _choices(grants):
        candidate = _names_freed([*hoisted, *(c for c in plain if c not in hoisted)])
        if all(each.suffice(writes(candidate, people), minimum) for each in counted):
            return Ordered(changes=tuple(candidate), hoisted=tuple(key_of(c) for c in hoisted))
    return Ordered(changes=tuple(_names_freed(plain)), hoisted=())


def _names_freed(changes: list[Change]) -> list[Change]:
    """Put the rename that frees a name before the one that takes it; a tenant allows each name once.

    This may bring a widening before a narrowing. The names leave no other way, and a failure in between still
    leaves nobody with more than both ends allow. A role that goes through a temporary name frees its own before
    it gets another, so nothing waits for it.
    """
    held = {name_key(c.live.content.name): c for c in changes if isinstance(c, Update) and c.temporary is None}
    ordered: list[Change] = []
    seen: set[RoleKey] = set()

    def add(change: Change) -> None:
        if key_of(change) in seen:
            return
        seen.add(key_of(change))
        if isinstance(change, Update) and change.renamed:
            taken = held.get(name_key(change.content.name))
            if taken is not None:
                add(taken)
        ordered.append(change)

    for change in changes:
        add(change)
    return ordered


def _choices(grants: list[Update]) -> Iterator[tuple[Update, ...]]:
    """Give the sets of changes that could go first, the smallest first."""
    if len(grants) <= EXHAUSTIVE:
        for size in range(len(grants) + 1):
            yield from combinations(grants, size)
    else:
        for size in range(len(grants) + 1):
            yield tuple(grants[:size])


def writes(changes: Iterable[Change], people: People) -> tuple[Write, ...]:
    """Give the requests that carry out ordered changes; every move comes before every deletion.

    Where names go round in a circle, the role to begin takes its temporary name just before its own is taken.
    """
    changes = tuple(changes)
    aside = {name_key(c.live.content.name): step for c in changes if isinstance(c, Update) for step in _steps_aside(c)}
    there = {step.role: replace(step.live, content=step.content) for step in aside.values()}
    roles: list[Write] = []
    moves: list[Write] = []
    deletions: list[Write] = []
    for change in changes:
        match change:
            case Create():
                roles.append(CreateRole(role=change.role.key, content=change.role.content))
            case Update():
                step = aside.get(name_key(change.content.name)) if aside else None
                live = there.get(change.role.key, change.live)
                roles.extend(() if step is None else (step,))
                roles.append(UpdateRole(role=change.role.key, live=live, content=change.content))
            case Retire():
                moves.extend(_moves(change, people))
                deletions.append(DeleteRole(role=change.role.key, live=change.live))
            case _:
                assert_never(change)
    return (*roles, *moves, *deletions)


def _steps_aside(change: Update) -> Iterator[UpdateRole]:
    """Give the write that takes a role to its temporary name and changes nothing else, where it has one."""
    if change.temporary is not None:
        content = replace(change.live.content, name=change.temporary)
        yield UpdateRole(role=change.role.key, live=change.live, content=content)


def _moves(change: Retire, people: People) -> Iterator[MoveHolder]:
    """Give the moves of a retirement, by person; everyone assigned moves, suspended or not."""
    target = change.role.move_users_to
    if target is None:
        return
    for person in people.people:
        if change.live.id in person.role_ids:
            yield MoveHolder(role=change.role.key, person=person, leaves=change.live.id, joins=target)
