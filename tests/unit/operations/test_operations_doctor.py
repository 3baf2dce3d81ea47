"""What doctor looks at, and that it calls good only what it has seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    KEYS,
    NOBODY,
    TENANT,
    VIEW,
    a_catalogue,
    a_live_role,
    a_person,
    some_people,
)
from fakes.tenant import CAPABILITIES, FakeTenant

from reconciler.errors import TenantRefusedKey
from reconciler.model.check import Check, Standing
from reconciler.model.person import PersonId
from reconciler.model.state import Capabilities
from reconciler.operations.doctor import examine

BOSS = a_live_role("Boss", grants=(ADMIN,))
CHIEF = a_live_role("Chief", grants=(ADMIN,))
TWO = replace(ANYTHING_GOES, min_administrators=2)
LOCK = a_catalogue()


def a_desk(
    capabilities: Capabilities = CAPABILITIES, *, catalogue: tuple[str, ...] = KEYS, bosses: int = 2
) -> FakeTenant:
    """Give a tenant with two administrator roles, some holders, a suspended one and a service account."""
    people = (
        *some_people(bosses, "Boss", "Chief"),
        a_person("s", "Boss", active=False),
        a_person("r", "Chief", human=False),
    )
    return FakeTenant(
        catalogue=a_catalogue(*catalogue),
        roles=(BOSS, CHIEF, a_live_role("Agent")),
        people=people,
        account=replace(NOBODY, person_id=PersonId("r")),
        tenant=TENANT,
        capabilities=capabilities,
    )


def checks(tenant: FakeTenant) -> dict[str, Check]:
    """Give what doctor says, by subject."""
    return {check.subject: check for check in examine(tenant, LOCK, TWO)}


def test_doctor_finds_everything_in_order() -> None:
    """Each subject once, in its order, all good but what cannot be seen from here."""
    found = examine(a_desk(), LOCK, TWO)

    assert [check.subject for check in found] == [
        "tenant",
        "key",
        "reads roles",
        "reads people",
        "writes roles",
        "moves people",
        "own account",
        "role list",
        "catalogue",
        "administrators",
        "other writers",
    ]
    assert {c.subject for c in found if c.standing is not Standing.GOOD} == {"other writers"}
    assert found[0].detail == "Desk (ten_1), environment sandbox"
    assert found[1].detail == "sa_test_fake… with settings:write, users:write, rate tier enterprise"
    assert found[6].detail == "user r"
    assert found[7].detail == "3 roles, proved complete"
    assert found[9].detail == "2 people can administer roles; 2 are required"


def test_doctor_says_only_what_the_tenant_tells_of_the_key() -> None:
    """Where a product says nothing of it, neither does a text with gaps."""
    told = replace(CAPABILITIES, key_prefix="", scopes=(), tier="")

    assert checks(a_desk(told))["key"].detail == "with rights that the product does not tell"


@pytest.mark.parametrize(
    ("right", "subject", "need"),
    [
        ("reads_roles", "reads roles", "plan needs it"),
        ("reads_people", "reads people", "upper bound"),
        ("writes_roles", "writes roles", "better without"),
        ("writes_people", "moves people", "retiring a role"),
    ],
)
def test_doctor_says_what_a_missing_right_means(right: str, subject: str, need: str) -> None:
    """A right the key lacks is missing, and what needs it is told."""
    found = checks(a_desk(replace(CAPABILITIES, **{right: False})))[subject]

    assert Standing.MISSING is found.standing
    assert need in found.detail


def test_doctor_reads_no_roles_where_the_key_may_not() -> None:
    """It asks for nothing that would be refused."""
    tenant = a_desk(replace(CAPABILITIES, reads_roles=False))

    assert "role list" not in checks(tenant)
    assert "roles" not in [call.method for call in tenant.calls]


def test_doctor_cannot_verify_administrators_without_reading_people() -> None:
    """Not looked at is not good."""
    found = checks(a_desk(replace(CAPABILITIES, reads_people=False)))["administrators"]

    assert Standing.UNVERIFIED is found.standing


def test_doctor_cannot_verify_administrators_it_could_not_list() -> None:
    """Not listed is not nobody."""
    tenant = a_desk()
    tenant.lists_holders = False

    assert Standing.UNVERIFIED is checks(tenant)["administrators"].standing


@pytest.mark.parametrize(("bosses", "standing"), [(1, Standing.MISSING), (2, Standing.GOOD)])
def test_doctor_counts_active_humans_once(bosses: int, standing: Standing) -> None:
    """Suspended people, service accounts and second roles add nobody."""
    assert standing is checks(a_desk(bosses=bosses))["administrators"].standing


@pytest.mark.parametrize("catalogue", [(VIEW, ADMIN), (*KEYS, "labs.preview")])
def test_doctor_names_how_the_catalogue_differs(catalogue: tuple[str, ...]) -> None:
    """Permissions on one side only are named, whichever side."""
    found = checks(a_desk(catalogue=catalogue))["catalogue"]

    assert Standing.MISSING is found.standing
    assert found.detail.startswith("differs from the lock in ")


def test_doctor_says_when_the_key_belongs_to_nobody() -> None:
    """Then the self guard has nobody to protect."""
    tenant = a_desk()
    tenant._account = NOBODY

    assert Standing.UNVERIFIED is checks(tenant)["own account"].standing


def test_doctor_has_no_administrators_where_the_lock_names_no_permission() -> None:
    """A lock that does not say what administers roles finds nobody who does."""
    found = {c.subject: c for c in examine(a_desk(), replace(LOCK, role_administration=None), TWO)}

    assert Standing.MISSING is found["administrators"].standing


def test_doctor_raises_when_the_tenant_does_not_answer() -> None:
    """A refused key is an error and no check."""
    tenant = a_desk()
    tenant.fail_read(1, TenantRefusedKey("401"))

    with pytest.raises(TenantRefusedKey):
        examine(tenant, LOCK, TWO)


def test_doctor_writes_nothing() -> None:
    """Looking leaves no write behind."""
    tenant = a_desk()

    examine(tenant, LOCK, TWO)

    assert tenant.writes == []
