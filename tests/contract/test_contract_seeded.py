"""The contract is tested too: an adapter that breaks one of its promises is found."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable

import pytest
from fakes.sides import NOVELTY, a_fake_contract_desk
from fakes.tenant import FakeTenant

from reconciler.errors import ReconcilerError
from reconciler.model.person import Person
from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.testing.contract import TenantContract

Break = Callable[[FakeTenant], None]
_FIELDS = ("name", "description", "more", "fewer", "all")


def failing(break_it: Break) -> set[str]:
    """Give the names of the promises that a broken tenant does not keep."""
    found = set()
    for name, test in inspect.getmembers(TenantContract, inspect.isfunction):
        if not name.startswith("test_"):
            continue
        for field in _FIELDS if "field" in inspect.signature(test).parameters else (None,):
            with a_fake_contract_desk(break_it) as desk:
                try:
                    test(TenantContract(), desk, *(() if field is None else (field,)))
                except (AssertionError, pytest.fail.Exception, ReconcilerError, StopIteration, ValueError):
                    found.add(name)
    return found


def instead(method: str, changed: Callable[..., object]) -> Break:
    """Let a method give something else; `changed` is given the method and what it was called with."""

    def break_it(tenant: FakeTenant) -> None:
        right = getattr(tenant, method)
        setattr(tenant, method, lambda *given: changed(right, *given))

    return break_it


def with_content(role: LiveRole, **fields: object) -> LiveRole:
    """Give a role with other content."""
    return dataclasses.replace(role, content=dataclasses.replace(role.content, **fields))


def forgotten(right: Callable[[], tuple[LiveRole, ...]]) -> tuple[LiveRole, ...]:
    """Give roles without what no table knows."""
    return tuple(with_content(role, permissions=role.content.permissions - {NOVELTY}) for role in right())


def titled(right: Callable[[], tuple[LiveRole, ...]]) -> tuple[LiveRole, ...]:
    """Give roles with their names in another spelling."""
    return tuple(with_content(role, name=role.content.name.title()) for role in right())


def awake(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Give people as if none of them were suspended."""
    return tuple(dataclasses.replace(person, active=True) for person in people)


def adding(right: Callable[[LiveRole, RoleContent], None], live: LiveRole, content: RoleContent) -> None:
    """Change a role without taking any permission from it."""
    right(live, dataclasses.replace(content, permissions=content.permissions | live.content.permissions))


def grasping(tenant: FakeTenant) -> None:
    """Let a changed role take all other roles of its people."""
    right = tenant.update_role

    def update_role(live: LiveRole, content: RoleContent) -> None:
        right(live, content)
        for person in tenant.holders(live.id) or ():
            tenant.assign_roles(person, frozenset({live.id}))

    tenant.update_role = update_role


BUGS: dict[str, tuple[Break, str]] = {
    "lists one holder of several": (
        instead("holders", lambda right, role_id: right(role_id)[:1]),
        "test_holders_are_everyone_assigned",
    ),
    "leaves suspended people out": (
        instead("holders", lambda right, role_id: tuple(p for p in right(role_id) if p.active)),
        "test_holders_are_everyone_assigned",
    ),
    "takes suspended people for active": (
        instead("holders", lambda right, role_id: awake(right(role_id))),
        "test_holders_are_everyone_assigned",
    ),
    "forgets what no table knows": (
        instead("roles", forgotten),
        "test_permission_that_no_table_knows_is_not_lost",
    ),
    "spells names otherwise": (
        instead("roles", titled),
        "test_created_role_is_custom_and_empty",
    ),
    "does not say what administers": (
        instead("catalogue", lambda right: dataclasses.replace(right(), role_administration=None)),
        "test_catalogue_says_what_administers_and_that_it_is_sensitive",
    ),
    "needs nothing": (
        instead("identity", lambda right: (right()[0], dataclasses.replace(right()[1], needs=frozenset()))),
        "test_account_needs_what_it_must_not_lose",
    ),
    "objects to every retirement": (
        instead("objections", lambda _, __, after: () if after else ("No.",)),
        "test_traits_and_objections_cost_no_request",
    ),
    "finds people by a part of their address": (
        instead("find_person", lambda right, who: right(who) or right(f"b{who}")),
        "test_person_is_found_by_id_and_by_address_and_by_no_part_of_them",
    ),
    "takes the other roles of a changed role's people": (
        grasping,
        "test_updated_role_equals_the_content",
    ),
    "only adds permissions": (
        instead("update_role", adding),
        "test_updated_role_equals_the_content",
    ),
    "keeps the roles that are taken": (
        instead("assign_roles", lambda right, person, role_ids: right(person, role_ids | person.role_ids)),
        "test_assigned_roles_are_exactly_those",
    ),
    "reads a role that is not there": (
        instead("role", lambda right, role_id: right(role_id) or right(RoleId("rol_1"))),
        "test_what_does_not_exist_is_none",
    ),
}


def test_good_adapter_fails_nothing() -> None:
    """Without a bug there is nothing to find."""
    assert failing(lambda _: None) == set()


@pytest.mark.parametrize("bug", BUGS)
def test_broken_adapter_is_found_by_the_promise_that_it_breaks(bug: str) -> None:
    """Each way of being wrong about people or permissions fails the test that says so."""
    break_it, promise = BUGS[bug]

    assert promise in failing(break_it)
