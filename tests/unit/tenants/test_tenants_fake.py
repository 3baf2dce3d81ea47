"""The fake tenant's script: faults and second writers strike exactly the write or read of their number."""

from __future__ import annotations

import pytest
from fakes.desk import USERS, a_fake_desk
from fakes.tenant import Call, FakeTenant, Fault

from reconciler.errors import LiveIncomplete, TenantError, WriteConflict, WriteRefused, WriteUnclear
from reconciler.model.person import PersonId
from reconciler.model.role import RoleContent

NEW = RoleContent(name="New", description="", permissions=frozenset({"conversations.view"}))
ERRORS = {
    Fault.REFUSED: WriteRefused,
    Fault.CONFLICT: WriteConflict,
    Fault.UNCLEAR_WITHOUT_EFFECT: WriteUnclear,
    Fault.UNCLEAR_WITH_EFFECT: WriteUnclear,
}


def write(desk: FakeTenant, method: str) -> None:
    """Do the one write that has an effect on a fresh desk."""
    if method == "create_role":
        desk.create_role(NEW)
    elif method == "update_role":
        desk.update_role(desk.live("Night Shift"), NEW)
    elif method == "delete_role":
        desk.delete_role(desk.live("Unused"))
    else:
        desk.assign_roles(desk.user(PersonId("usr_2")), frozenset({desk.live("Unused").id}))


def state(desk: FakeTenant) -> object:
    """Give everything that a write could change."""
    people = [desk.user(PersonId(f"usr_{number}")) for number in range(1, len(USERS) + 1)]
    return [desk.live(name) for name in desk.names()], people


@pytest.mark.parametrize("method", ["create_role", "update_role", "delete_role", "assign_roles"])
@pytest.mark.parametrize("fault", Fault)
def test_a_scripted_fault_strikes_with_the_effect_it_names(method: str, fault: Fault) -> None:
    """Only an unclear write with effect changes the tenant; all are recorded as sent."""
    desk = a_fake_desk()
    before = state(desk)
    desk.fail(1, fault)
    with pytest.raises(ERRORS[fault]):
        write(desk, method)

    assert (state(desk) != before) is (fault is Fault.UNCLEAR_WITH_EFFECT)
    assert [call.method for call in desk.writes] == [method]


def test_only_the_write_of_the_number_fails() -> None:
    """Other writes go through."""
    desk = a_fake_desk()
    desk.fail(2, Fault.REFUSED)
    write(desk, "create_role")
    with pytest.raises(WriteRefused):
        write(desk, "delete_role")
    write(desk, "delete_role")

    assert desk.names() == ("Agent", "New", "Night Shift", "Owner")


def test_a_second_writer_acts_just_before_the_write() -> None:
    """What it changed makes the write stale."""
    desk = a_fake_desk()
    night = desk.live("Night Shift")
    desk.before_write(1, lambda: desk.edit_by_hand(night.id, NEW))
    with pytest.raises(WriteConflict):
        desk.update_role(night, RoleContent(name="Mine", description="", permissions=frozenset()))

    assert desk.live("New").id == night.id


def test_people_change_meanwhile() -> None:
    """Suspending makes the user stale, and a removed role is gone; neither is recorded."""
    desk = a_fake_desk()
    ben = desk.user(PersonId("usr_2"))
    desk.set_active(ben.id, active=False)
    desk.remove_by_hand(desk.live("Unused").id)

    assert not desk.user(ben.id).active
    assert "Unused" not in desk.names()
    assert (desk.calls, desk.writes) == ([], [])
    with pytest.raises(WriteConflict):
        desk.assign_roles(ben, frozenset({desk.live("Agent").id}))


def test_reads_fail_by_number_and_are_recorded() -> None:
    """A scripted error strikes once, and every call is remembered with its arguments."""
    desk = a_fake_desk()
    error: TenantError = LiveIncomplete("41 of 42")
    desk.fail_read(2, error)
    desk.identity()
    with pytest.raises(LiveIncomplete):
        desk.roles()
    desk.role(desk.live("Agent").id)

    assert desk.calls == [Call("identity"), Call("roles"), Call("role", (desk.live("Agent").id,))]


def test_a_key_without_the_scope_lists_no_holders() -> None:
    """None is "unknown", as the port says."""
    desk = a_fake_desk()
    desk.lists_holders = False

    assert desk.holders(desk.live("Agent").id) is None
