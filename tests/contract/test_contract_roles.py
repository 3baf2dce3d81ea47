"""What the port promises of writing roles, kept alike by the fake tenant and by the adapter over real HTTP."""

from __future__ import annotations

import dataclasses

import pytest
from fakes.sides import Side, a_content

from reconciler.errors import WriteConflict, WriteRefused
from reconciler.model.role import RoleContent, RoleKind


def test_a_created_role_is_custom_and_empty(side: Side) -> None:
    """The id that comes back is that of the new role."""
    wanted = a_content("New", "conversations.view", "settings.view", description="Fresh")
    role_id = side.tenant.create_role(wanted)

    role = side.tenant.role(role_id)
    assert role is not None
    assert (role.content, role.kind, role.editable, role.user_count) == (wanted, RoleKind.CUSTOM, True, 0)
    assert role in side.tenant.roles()


@pytest.mark.parametrize("name", ["Agent", "AGENT", "night shift"])
def test_a_taken_name_is_refused_ignoring_case(side: Side, name: str) -> None:
    """No two roles get the same name, and nothing is created."""
    before = side.tenant.roles()
    with pytest.raises(WriteRefused, match="name_taken"):
        side.tenant.create_role(a_content(name))

    assert side.tenant.roles() == before


def test_an_unknown_permission_is_refused_on_creation(side: Side) -> None:
    """Nothing is created with a permission that the product does not have."""
    before = side.tenant.roles()
    with pytest.raises(WriteRefused, match="unknown_permission"):
        side.tenant.create_role(a_content("New", "conversations.teleport"))

    assert side.tenant.roles() == before


@pytest.mark.parametrize(
    "wanted",
    [
        a_content("Late Shift", description="Watches at night"),
        a_content("NIGHT SHIFT", description="Watches at night"),
        a_content("Night Shift", description=""),
        a_content("Night Shift", "conversations.reply", "users.view", description="Watches at night"),
        a_content("Other", "settings.view", description="All at once"),
    ],
)
def test_an_updated_role_equals_the_content(side: Side, wanted: RoleContent) -> None:
    """Every field is as wanted, the version is new, and nothing else moved."""
    before = side.role("Night Shift")
    others = [role for role in side.tenant.roles() if role.id != before.id]
    side.tenant.update_role(before, wanted)

    after = side.tenant.role(before.id)
    assert after is not None
    assert after.version != before.version
    assert dataclasses.replace(after, version=before.version) == dataclasses.replace(before, content=wanted)
    assert [role for role in side.tenant.roles() if role.id != before.id] == others


def test_an_equal_update_changes_nothing(side: Side) -> None:
    """A role that is already as wanted keeps its version."""
    before = side.role("Night Shift")
    side.tenant.update_role(before, before.content)

    assert side.tenant.role(before.id) == before


def test_an_update_of_a_stale_role_is_a_conflict(side: Side) -> None:
    """Somebody else's newer value is kept."""
    stale = side.role("Night Shift")
    newer = a_content("Night Shift", "settings.view")
    side.tenant.update_role(stale, newer)
    with pytest.raises(WriteConflict):
        side.tenant.update_role(stale, a_content("Night Shift", "users.view"))

    assert side.role("Night Shift").content == newer


def test_there_and_back_is_still_another_version(side: Side) -> None:
    """A version stands for a moment, not for a content."""
    first = side.role("Night Shift")
    side.tenant.update_role(first, a_content("Night Shift"))
    side.tenant.update_role(side.role("Night Shift"), first.content)
    with pytest.raises(WriteConflict):
        side.tenant.update_role(first, a_content("Night Shift", "users.view"))

    assert side.role("Night Shift").content == first.content


@pytest.mark.parametrize(
    ("name", "wanted", "reason"),
    [
        ("Owner", a_content("Owner"), "standard_role"),
        ("Agent", a_content("Assistant", "conversations.view", "conversations.reply"), "standard_role"),
        ("Night Shift", a_content("agent"), "name_taken"),
        ("Night Shift", a_content("Night Shift", "conversations.teleport"), "unknown_permission"),
    ],
)
def test_an_update_against_the_rules_is_refused(side: Side, name: str, wanted: RoleContent, reason: str) -> None:
    """The product's rules hold, the reason is told, and nothing changed."""
    before = side.tenant.roles()
    with pytest.raises(WriteRefused, match=reason):
        side.tenant.update_role(side.role(name), wanted)

    assert side.tenant.roles() == before


def test_an_editable_standard_role_takes_permissions(side: Side) -> None:
    """Only its name is fixed."""
    wanted = a_content("Agent", "conversations.view", description="Answers")
    side.tenant.update_role(side.role("Agent"), wanted)

    assert side.role("Agent").content == wanted


def test_an_update_of_a_deleted_role_is_refused(side: Side) -> None:
    """What is gone is neither changed nor made again."""
    gone = side.role("Unused")
    side.tenant.delete_role(gone)
    with pytest.raises(WriteRefused, match="404"):
        side.tenant.update_role(gone, a_content("Unused", "users.view"))

    assert side.tenant.role(gone.id) is None


def test_a_deleted_role_is_gone_and_its_name_is_free(side: Side) -> None:
    """It is neither read nor listed, and a new role of its name has another id."""
    gone = side.role("Unused")
    side.tenant.delete_role(gone)

    assert side.tenant.role(gone.id) is None
    assert gone.id not in {role.id for role in side.tenant.roles()}
    assert side.tenant.create_role(a_content("Unused")) != gone.id


def test_a_role_in_use_is_kept(side: Side) -> None:
    """Deleting is refused with the number of users."""
    role = side.role("Night Shift")
    with pytest.raises(WriteRefused, match=r"role_in_use: 1 user"):
        side.tenant.delete_role(role)

    assert side.tenant.role(role.id) == role


def test_a_role_can_be_deleted_once_nobody_holds_it(side: Side) -> None:
    """Moving the holders away does not make the version of the role stale."""
    role = side.role("Night Shift")
    side.tenant.assign_roles(side.user("Ben"), frozenset({side.role("Agent").id}))
    side.tenant.delete_role(role)

    assert side.tenant.role(role.id) is None


def test_a_standard_role_is_kept(side: Side) -> None:
    """The product's own roles cannot be deleted."""
    role = side.role("Agent")
    with pytest.raises(WriteRefused, match="standard_role"):
        side.tenant.delete_role(role)

    assert side.tenant.role(role.id) == role


def test_deleting_a_stale_role_is_a_conflict(side: Side) -> None:
    """A role that somebody has just changed is not deleted unseen."""
    stale = side.role("Unused")
    side.tenant.update_role(stale, a_content("Unused", "users.view"))
    with pytest.raises(WriteConflict):
        side.tenant.delete_role(stale)

    assert side.tenant.role(stale.id) is not None


def test_deleting_twice_is_refused(side: Side) -> None:
    """The second time there is nothing to delete."""
    gone = side.role("Unused")
    side.tenant.delete_role(gone)
    with pytest.raises(WriteRefused, match="404"):
        side.tenant.delete_role(gone)
