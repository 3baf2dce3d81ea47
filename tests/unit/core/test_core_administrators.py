"""Which roles give administration after some of the writes, and which write may take it from somebody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import ADMIN, VIEW, a_content, a_live_role, a_person

from reconciler.core.administrators import Administrators
from reconciler.model.role import RoleId, RoleKey
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write

CHIEF, DESK = a_live_role("Chief", grants=(VIEW, ADMIN)), a_live_role("Desk")
FOUND = Administrators(
    permission=ADMIN,
    roles=frozenset({CHIEF.id}),
    ids={RoleKey("chief"): CHIEF.id, RoleKey("desk"): DESK.id},
    holders=(),
)

CREATE = CreateRole(role=RoleKey("fresh"), content=a_content("Fresh", ADMIN))
WIDEN = UpdateRole(role=RoleKey("desk"), live=DESK, content=a_content("Desk", VIEW, ADMIN))
NARROW = UpdateRole(role=RoleKey("chief"), live=CHIEF, content=a_content("Chief", VIEW))
DESCRIBE = UpdateRole(role=RoleKey("chief"), live=CHIEF, content=a_content("Chief", VIEW, ADMIN, description="New"))
MOVE = MoveHolder(role=RoleKey("chief"), person=a_person("u1", "Chief"), leaves=CHIEF.id, joins=RoleKey("desk"))
DELETE = DeleteRole(role=RoleKey("chief"), live=CHIEF)
MOVE_ON = MoveHolder(role=RoleKey("desk"), person=a_person("u1", "Desk"), leaves=DESK.id, joins=RoleKey("chief"))


@pytest.mark.parametrize(
    ("done", "giving"),
    [
        ((), {CHIEF.id}),
        ((DESCRIBE, MOVE), {CHIEF.id}),
        ((CREATE, WIDEN), {CHIEF.id, DESK.id, (RoleKey("fresh"),)}),
        ((WIDEN, NARROW), {DESK.id}),
        ((MOVE, DELETE), set()),
    ],
)
def test_roles_that_give_administration_follow_the_writes(
    done: tuple[Write, ...], giving: set[RoleId | tuple[RoleKey]]
) -> None:
    """Creating, widening, narrowing and deleting a role change the picture; a move and a text do not."""
    assert FOUND.giving(done) == giving


@pytest.mark.parametrize(
    ("write", "done", "takes"),
    [
        (NARROW, (), True),
        (MOVE, (), True),
        (DELETE, (), True),
        (DESCRIBE, (), False),
        (CREATE, (), False),
        (WIDEN, (), False),
        (MOVE_ON, (), False),
        (MOVE_ON, (WIDEN,), True),
        (NARROW, (NARROW,), False),
    ],
)
def test_a_write_may_take_administration_where_its_role_gives_it(
    write: Write, done: tuple[Write, ...], *, takes: bool
) -> None:
    """Narrowing, leaving or deleting a role that gives it at that moment may, and nothing else."""
    assert FOUND.may_take(write, FOUND.giving(done)) is takes


def test_administrator_whose_role_is_deleted_is_one_no_more() -> None:
    """A product that deletes a role in use leaves its holders without it."""
    held = replace(FOUND, holders=(a_person("u1", "Chief"), a_person("u2", "Desk")))

    assert held.lowest((DELETE,)) == 0


def test_administrator_who_moves_to_another_live_role_that_gives_it_stays_one() -> None:
    """A role of a file is the live role that the file means."""
    held = replace(FOUND, roles=frozenset({CHIEF.id, DESK.id}), holders=(a_person("u1", "Chief"),))

    assert held.lowest((MOVE, DELETE)) == 1
