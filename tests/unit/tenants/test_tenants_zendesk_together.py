"""What Zendesk has against a plan as a whole is told once, and only where no single change tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import a_content, a_live_role, a_person

from reconciler.model.person import Person
from reconciler.model.role import LiveRole, RoleKey, RoleKind
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.tenants.zendesk_table import ADMINISTERS
from reconciler.tenants.zendesk_together import objections_together

LATE, NIGHT = a_live_role("Late"), a_live_role("Night")
LIVE = {role.id: role for role in (LATE, NIGHT)}


def renamed(live: LiveRole, name: str, was: str | None = None) -> UpdateRole:
    """Give the write that renames a role, which has another name by then where `was` says so."""
    found = live if was is None else replace(live, content=replace(live.content, name=was))
    return UpdateRole(role=RoleKey("any"), live=found, content=replace(live.content, name=name))


def created(name: str) -> CreateRole:
    """Give the write that creates a role."""
    return CreateRole(role=RoleKey(name.casefold()), content=a_content(name))


@pytest.mark.parametrize(
    ("writes", "near"),
    [
        ((created("Watch 1"), created("Watch-1")), ('"Watch 1"', '"Watch-1"')),
        ((renamed(LATE, "Watch 1"), created("watch1")), ('"Watch 1"', '"watch1"')),
        ((renamed(LATE, "Watch"), renamed(NIGHT, "WATCH!")), ('"Watch"', '"WATCH!"')),
        ((renamed(LATE, "Late 0"), created("Late0"), renamed(LATE, "Early", "Late 0")), ('"Late 0"', '"Late0"')),
    ],
)
def test_names_near_each_other_within_a_plan_are_told(writes: tuple[Write, ...], near: tuple[str, str]) -> None:
    """Created or given by a rename, at the end or only on the way."""
    (told,) = objections_together(writes, {}, LIVE)

    assert all(name in told for name in near)


@pytest.mark.parametrize(
    "writes",
    [
        (),
        (created("LATE"),),
        (renamed(LATE, "NIGHT"),),
        (renamed(LATE, "late!"),),
        (renamed(LATE, "On the way"), renamed(NIGHT, "Late"), renamed(LATE, "Night", "On the way")),
        (DeleteRole(role=RoleKey("late"), live=LATE), created("Watch")),
        (replace(renamed(LATE, "Late"), content=replace(LATE.content, description="Later")),),
    ],
)
def test_what_stands_alone_or_harms_nothing_is_not_told(writes: tuple[Write, ...]) -> None:
    """A name near one that is live is told by its own change; a swap and a role that goes stand in nobody's way."""
    assert objections_together(writes, {}, LIVE) == ()


def test_roles_that_do_not_fit_together_are_told_once() -> None:
    """Of 196 roles the 197th fits, and the next ones do not."""
    full = {role.id: role for role in (a_live_role(f"Role {number}") for number in range(196))}

    assert objections_together((created("One"),), {}, full) == ()
    (told,) = objections_together((created("One"), created("Two"), created("Three")), {}, full)
    assert "at most 197 custom roles" in told


def moved(who: Person, joins: str) -> MoveHolder:
    """Give the write that moves somebody out of the night shift."""
    return MoveHolder(role=RoleKey("night"), person=who, leaves=NIGHT.id, joins=RoleKey(joins))


def test_moves_that_zendesk_makes_itself_are_told() -> None:
    """Into a role of administrators, and of people who are no agents; with numbers and without names."""
    agent, *others = (
        replace(a_person(name, "Night"), version=f"{role} 1")
        for name, role in (("a", "agent"), ("b", "admin"), ("c", "end-user"))
    )
    admin = replace(
        a_live_role("Admin"),
        kind=RoleKind.STANDARD,
        content=a_content("Admin", ADMINISTERS),
    )
    roles = {RoleKey("admin"): admin, RoleKey("late"): LATE}

    assert objections_together((moved(agent, "late"), moved(agent, "new")), roles, LIVE) == ()
    (target,) = objections_together((moved(agent, "admin"),), roles, LIVE)
    assert '"Admin" makes administrators' in target
    (one,) = objections_together((moved(others[0], "late"),), roles, LIVE)
    assert one.startswith('1 person with "Night" are')
    (both,) = objections_together(tuple(moved(other, "late") for other in others), roles, {})
    assert both.startswith(f'2 people with "{NIGHT.id}" are')
