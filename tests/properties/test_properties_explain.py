"""Explanations, against a slow oracle that walks over every person with plain sets."""

from __future__ import annotations

from builders import KEYS, UNKNOWN, Silence, a_plan, a_state
from fakes.tenant import FakeTenant
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import World, worlds

from reconciler.desired.words import nearest
from reconciler.model.explanation import (
    Explanation,
    Headcount,
    PermissionExplanation,
    PersonExplanation,
    RoleExplanation,
    Subject,
)
from reconciler.model.matrix import Mark
from reconciler.model.permission import PermissionSet
from reconciler.model.person import Person
from reconciler.model.role import RetiredRole
from reconciler.operations.explain import Question, explain
from reconciler.operations.matrix import matrix

permissions = st.sampled_from((*KEYS, UNKNOWN))


def told(world: World, word: str, subject: Subject, tenant: FakeTenant | None = None) -> Explanation:
    """Explain one word with the pending plan."""
    question = Question(word=word, subject=subject, what_if=True)
    return explain(question, a_state(*world.files), tenant or world.tenant(), nearest, Silence()).explanation


def can(world: World, person: Person) -> PermissionSet:
    """Give what somebody can do now."""
    held = (role.content.permissions for role in world.live if role.id in person.role_ids)
    return frozenset().union(*held)


def exactly(number: int) -> Headcount:
    """Give a number that is known."""
    return Headcount(people=number, exact=True)


def known_permission(world: World, permission: str) -> bool:
    """Say whether the word means anything: a permission of the lock, or one that a live role has."""
    return permission in KEYS or any(permission in role.content.permissions for role in world.live)


@given(worlds(), permissions)
def test_permission_has_the_people_who_have_it(world: World, permission: str) -> None:
    """Everybody is counted once, now and after the plan, and so is who loses and who gains it."""
    if not known_permission(world, permission):
        return
    found = told(world, permission, Subject.PERMISSION)
    assert isinstance(found, PermissionExplanation)
    assert found.what_if is not None

    people = [person for person in world.people if person.counts]
    now = {p.id for p in people if permission in can(world, p)}
    lost = {p.id for p in people if permission in world.lost(p)}
    gained = {p.id for p in people if permission in world.gained(p)}
    robots = [p for p in world.people if p.active and not p.human and permission in can(world, p)]
    assert exactly(len(now)) == found.people
    assert exactly(len((now - lost) | gained)) == found.what_if.people
    assert (exactly(len(lost)), exactly(len(gained))) == (found.what_if.losing, found.what_if.gaining)
    assert len(robots) == found.services
    holders = {role.id: len(world.holders(role)) for role in world.live}
    for giving in found.roles:
        assert exactly(holders.get(giving.role.id, 0)) == giving.holders


@given(worlds(), permissions)
def test_permission_bounds_are_never_below_the_truth(world: World, permission: str) -> None:
    """A key that may not list holders never makes a number smaller."""
    if not known_permission(world, permission):
        return
    blind = world.tenant()
    blind.lists_holders = False

    exact = told(world, permission, Subject.PERMISSION)
    bounded = told(world, permission, Subject.PERMISSION, blind)

    assert isinstance(exact, PermissionExplanation)
    assert isinstance(bounded, PermissionExplanation)
    assert exact.what_if is not None
    assert bounded.what_if is not None
    for less, more in (
        (exact.people, bounded.people),
        (exact.what_if.people, bounded.what_if.people),
        (exact.what_if.losing, bounded.what_if.losing),
        (exact.what_if.gaining, bounded.what_if.gaining),
    ):
        assert less is not None
        assert more is not None
        assert (less.people or 0) <= (more.people or 0)


@given(worlds())
def test_person_loses_gains_and_keeps_what_their_roles_say(world: World) -> None:
    """What is told of one person is what plain sets over their roles say."""
    live = {role.id: role for role in world.live}
    for person in world.people:
        found = told(world, person.id, Subject.PERSON)
        assert isinstance(found, PersonExplanation)
        assert found.what_if is not None

        effect = found.what_if
        assert can(world, person) == {held.permission.key for held in found.permissions}
        assert world.lost(person) == {held.permission.key for held in effect.lost}
        assert world.gained(person) == {held.permission.key for held in effect.gained}
        held_roles = [live[role_id] for role_id in person.role_ids]
        taken = frozenset().union(*(role.content.permissions - world.after(role) for role in held_roles))
        assert taken - world.lost(person) == {kept.permission.key for kept in effect.kept}
        for held in found.permissions:
            giving = {role.id for role in held_roles if held.permission.key in role.content.permissions}
            assert giving == {given.role.id for given in held.through}
        assert all(held.through for held in (*effect.gained, *effect.kept))


@given(worlds())
def test_role_loses_and_gains_as_the_plan_says(world: World) -> None:
    """One role explained has the numbers that the whole plan has for it."""
    for change in a_plan(world.request(), world.tenant()).changes:
        found = told(world, change.role, Subject.ROLE)
        assert isinstance(found, RoleExplanation)
        assert found.what_if is not None

        assert exactly(change.people_losing) == found.what_if.losing
        assert exactly(change.people_gaining) == found.what_if.gaining


@given(worlds())
def test_matrix_marks_are_what_the_plan_grants_and_revokes(world: World) -> None:
    """Signs and plan agree: plus is what an apply would grant, minus what it would revoke, in every role that stays."""
    made = matrix(a_state(*world.files), world.tenant(), Silence(), unmanaged=True)

    signs: dict[str, dict[Mark, set[str]]] = {
        role.key: {mark: set() for mark in Mark} for role in made.roles if role.key is not None
    }
    for row in (row for group in made.groups for row in group.rows):
        for role, mark in zip(made.roles, row.marks, strict=True):
            if role.key is not None:
                signs[role.key][mark].add(row.permission)
            else:
                assert mark in {Mark.ON, Mark.OFF}
    changes = {change.role: change for change in a_plan(world.request(), world.tenant()).changes}
    for role in world.live:
        if isinstance(world.file_of(role), RetiredRole):
            assert role.content.permissions == signs.pop(role.id[-1])[Mark.REVOKE]  # the whole column goes
    for key, marked in signs.items():
        assert marked[Mark.GRANT] == (set(changes[key].grants) if key in changes else set())
        assert marked[Mark.REVOKE] == (set(changes[key].revokes) if key in changes else set())
