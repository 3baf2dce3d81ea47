"""The matrix of roles by permissions: who is in it, in which order, and what each mark says."""

from __future__ import annotations

from dataclasses import replace

from builders import (
    ADMIN,
    CLOSE,
    KEYS,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    Silence,
    a_live_role,
    a_retired_role,
    a_role,
    a_state,
    a_tenant,
)
from fakes.tenant import FakeTenant

from reconciler.model.matrix import Mark, Matrix
from reconciler.model.state import DesiredState
from reconciler.operations.matrix import matrix

AGENT = a_live_role("Agent", grants=(VIEW, CLOSE))
NIGHT = a_live_role("Night", grants=(VIEW,))
FILES = a_state(a_role("agent", grants=(VIEW, REPLY)), a_role("new", grants=(TAG,)))


def made(tenant: FakeTenant | None, desired: DesiredState = FILES, *, unmanaged: bool = False) -> Matrix:
    """Lay the roles out."""
    return matrix(desired, tenant, Silence(), unmanaged=unmanaged)


def column(found: Matrix, name: str) -> dict[str, Mark]:
    """Give the marks of one role that are not off."""
    at = [role.name for role in found.roles].index(name)
    rows = (row for group in found.groups for row in group.rows)
    return {row.permission: row.marks[at] for row in rows if row.marks[at] is not Mark.OFF}


def test_matrix_marks_what_differs_from_live() -> None:
    """Granted, to grant and to revoke are told apart, and a role that is not live yet has all to grant."""
    found = made(a_tenant(AGENT, NIGHT))

    assert ["Agent", "New"] == [role.name for role in found.roles]
    assert {VIEW: Mark.ON, REPLY: Mark.GRANT, CLOSE: Mark.REVOKE} == column(found, "Agent")
    assert {TAG: Mark.GRANT} == column(found, "New")
    assert [(1, 1, 1), (0, 1, 0)] == [(role.on, role.to_grant, role.to_revoke) for role in found.roles]
    assert (True, 2) == (found.compared, found.differing)


def test_matrix_has_every_permission_of_the_lock_in_its_categories() -> None:
    """Nothing is left out because nobody has it."""
    found = made(a_tenant(AGENT))

    assert sorted(KEYS) == sorted(row.permission for group in found.groups for row in group.rows)
    assert len(KEYS) == found.permissions
    assert ["Analytics", "Settings", "Tickets"] == [group.label for group in found.groups]
    assert [ADMIN] == [row.permission for row in found.groups[1].rows if row.sensitive]


def test_matrix_has_roles_without_a_file_only_when_asked() -> None:
    """They come last, and a role that no file means differs from nothing."""
    found = made(a_tenant(AGENT, NIGHT), unmanaged=True)

    assert ["Agent", "New", "Night"] == [role.name for role in found.roles]
    assert (None, None, "rol_night") == (found.roles[-1].key, found.roles[-1].origin, found.roles[-1].id)
    assert {VIEW: Mark.ON} == column(found, "Night")


def test_matrix_shows_a_role_to_be_retired_until_it_is_gone() -> None:
    """What it has is to be revoked; once it is gone it has no column."""
    desired = a_state(a_retired_role("agent"))

    assert {VIEW: Mark.REVOKE, CLOSE: Mark.REVOKE} == column(made(a_tenant(AGENT), desired), "Agent")
    assert () == made(a_tenant(NIGHT), desired).roles
    assert () == made(None, desired).roles


def test_matrix_has_what_only_the_tenant_knows_in_a_last_group() -> None:
    """A permission that no file can say is kept by a plan, and shown as it is."""
    odd = replace(AGENT, content=replace(AGENT.content, permissions=frozenset({UNKNOWN, VIEW, REPLY})))

    found = made(a_tenant(odd))

    assert ("", "", [UNKNOWN]) == (
        found.groups[-1].category,
        found.groups[-1].label,
        [row.permission for row in found.groups[-1].rows],
    )
    assert {VIEW: Mark.ON, REPLY: Mark.ON, UNKNOWN: Mark.ON} == column(found, "Agent")
    assert found.groups[-1].rows[0].sensitive


def test_matrix_offline_is_the_files_alone() -> None:
    """Without a tenant nothing is to grant or to revoke."""
    found = made(None)

    assert (False, 0) == (found.compared, found.differing)
    assert {VIEW: Mark.ON, REPLY: Mark.ON} == column(found, "Agent")
    assert [None, None] == [role.id for role in found.roles]


def test_matrix_reads_roles_and_nobody() -> None:
    """Three requests, whatever the number of people."""
    tenant = a_tenant(AGENT, NIGHT)

    made(tenant, unmanaged=True)

    assert ["identity", "catalogue", "roles"] == [call.method for call in tenant.calls]
