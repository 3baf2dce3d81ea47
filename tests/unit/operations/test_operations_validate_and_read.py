"""Checking files alone, and reading the live side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import REPLY, VIEW, Silence, a_live_role, a_person, a_plan, a_request, a_role, a_tenant
from fakes.tenant import FakeTenant

from reconciler.errors import InputRejected, LiveIncomplete, Problem, TenantError, UsageProblem
from reconciler.model.person import Person
from reconciler.model.role import RoleId
from reconciler.operations.reading import read_live, read_people
from reconciler.operations.validate import validate

ONE = Problem(path="roles/a.yaml", line=2, column=1, code="x", message="m", fix="f")
TWO = replace(ONE, line=1)
OTHER = replace(ONE, path="roles/b.yaml")


def rejected(*problems: Problem) -> Callable[[], object]:
    """Give a loader that rejects its files."""

    def load() -> object:
        raise InputRejected(problems)

    return load


def test_validate_collects_the_problems_of_every_loader_sorted() -> None:
    """One run shows all there is to correct."""
    loads = (rejected(OTHER), lambda: "fine", rejected(ONE, TWO))

    assert validate(loads) == (TWO, ONE, OTHER)


def test_validate_finds_nothing_in_files_that_are_in_order() -> None:
    """No problem is no problem."""
    assert validate((lambda: "fine",)) == ()


def test_validate_raises_what_is_no_matter_of_content() -> None:
    """A missing folder is no problem in a file."""

    def missing() -> object:
        raise UsageProblem("no folder")

    with pytest.raises(UsageProblem):
        validate((missing,))


class Pages(FakeTenant):
    """Answers a second listing differently from the first."""

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """Give the holders, seen later with another version."""
        listed = super().holders(role_id)
        return None if listed is None else tuple(replace(p, version=f"{role_id} {p.version}") for p in listed)


def test_reading_keeps_somebody_met_twice_once_as_met_last() -> None:
    """A person with two changed roles is one person."""
    tenant = Pages(
        catalogue=a_tenant().catalogue(),
        roles=(a_live_role("A"), a_live_role("B")),
        people=(a_person("x", "A", "B"), a_person("a", "B")),
        account=a_tenant().identity()[1],
    )

    found = read_people(tenant, (RoleId("rol_a"), RoleId("rol_b")), Silence())

    assert [(p.id, p.version.split()[0]) for p in found.people] == [("a", "rol_b"), ("x", "rol_b")]
    assert found.listed == {"rol_a", "rol_b"}


def test_reading_leaves_a_role_unlisted_whose_holders_may_not_be_listed() -> None:
    """Not listed is kept apart from listed and empty."""
    tenant = a_tenant(a_live_role("A"), people=(a_person("x", "A"),))
    tenant.lists_holders = False

    found = read_people(tenant, (RoleId("rol_a"),), Silence())

    assert (found.people, found.listed) == ((), frozenset())


@pytest.mark.parametrize("read", [1, 2, 3])
def test_reading_returns_nothing_rather_than_less_than_everything(read: int) -> None:
    """Identity, catalogue and roles are read, or the error is raised."""
    tenant = a_tenant(a_live_role("A"))
    tenant.fail_read(read, LiveIncomplete("a page is missing"))

    with pytest.raises(LiveIncomplete):
        read_live(tenant, Silence())


@pytest.mark.parametrize("read", [1, 2, 3, 4])
def test_plan_is_made_from_everything_or_not_at_all(read: int) -> None:
    """A fault on any read gives an error and never a different plan."""
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), people=(a_person("x", "Agent"),))
    tenant.fail_read(read, LiveIncomplete("a page is missing"))

    with pytest.raises(TenantError):
        a_plan(a_request(a_role("agent")), tenant)
