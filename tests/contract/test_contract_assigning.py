"""What the port promises of assigning roles, kept alike by the fake tenant and by the adapter over real HTTP."""

from __future__ import annotations

import dataclasses

import pytest
from fakes.sides import Side

from reconciler.errors import WriteConflict, WriteRefused
from reconciler.model.person import PersonId
from reconciler.model.role import RoleId

NOWHERE = RoleId("rol_nowhere")


def test_assigned_roles_are_exactly_those(side: Side) -> None:
    """The whole set is replaced, the version is new, the counts follow, and no role gets another version."""
    before = side.user("Ben")
    versions = {role.id: role.version for role in side.tenant.roles()}
    wanted = frozenset({side.role("Unused").id, side.role("Agent").id})
    side.tenant.assign_roles(before, wanted)

    after = side.user("Ben")
    assert after.version != before.version
    assert dataclasses.replace(after, version=before.version) == dataclasses.replace(before, role_ids=wanted)
    assert side.role("Unused").user_count == 1
    assert side.role("Night Shift").user_count == 0
    assert {role.id: role.version for role in side.tenant.roles()} == versions


def test_assigning_to_a_stale_user_is_a_conflict(side: Side) -> None:
    """Somebody else's newer assignment is kept."""
    stale = side.user("Ben")
    newer = frozenset({side.role("Unused").id})
    side.tenant.assign_roles(stale, newer)
    with pytest.raises(WriteConflict):
        side.tenant.assign_roles(stale, frozenset({side.role("Agent").id}))

    assert side.user("Ben").role_ids == newer


def test_a_user_keeps_at_least_one_role(side: Side) -> None:
    """Nobody is left without a role."""
    before = side.user("Ben")
    with pytest.raises(WriteRefused, match="no_roles"):
        side.tenant.assign_roles(before, frozenset())

    assert side.user("Ben") == before


def test_the_last_owner_stays(side: Side) -> None:
    """The only active user with Owner cannot lose it, until another active one has it too."""
    before = side.user("Ada")
    agent, owner = side.role("Agent").id, side.role("Owner").id
    side.tenant.assign_roles(side.user("Cem"), frozenset({owner}))
    with pytest.raises(WriteRefused, match="sole_owner"):
        side.tenant.assign_roles(before, frozenset({agent}))
    assert side.user("Ada") == before

    side.tenant.assign_roles(side.user("Ben"), frozenset({owner}))
    side.tenant.assign_roles(before, frozenset({agent}))
    assert side.user("Ada").role_ids == {agent}


def test_an_unknown_role_is_not_assigned(side: Side) -> None:
    """A role that does not exist is refused, and the user keeps what they have."""
    before = side.user("Ben")
    with pytest.raises(WriteRefused, match="unknown_role"):
        side.tenant.assign_roles(before, frozenset({NOWHERE}))

    assert side.user("Ben") == before


def test_nobody_is_assigned_nothing(side: Side) -> None:
    """A user who does not exist is refused."""
    stranger = dataclasses.replace(side.user("Ben"), id=PersonId("usr_nowhere"))
    with pytest.raises(WriteRefused, match="404"):
        side.tenant.assign_roles(stranger, frozenset({side.role("Agent").id}))


def test_the_keys_own_account_follows(side: Side) -> None:
    """A changed assignment shows in the identity too."""
    wanted = frozenset({side.role("Owner").id, side.role("Agent").id})
    side.tenant.assign_roles(side.user("Ada"), wanted)

    assert side.tenant.identity()[1].role_ids == wanted
