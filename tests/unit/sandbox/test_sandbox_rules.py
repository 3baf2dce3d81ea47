"""The product's rules hold in the store, whoever asks."""

from __future__ import annotations

import datetime as dt

import pytest
from unit.sandbox.sandbox_client import Desk

from reconciler.sandbox.records import Author, RoleDraft, RoleEdit
from reconciler.sandbox.refusals import Refused

AUTHOR = Author(actor="usr_tester", at=dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC))
VIEW = frozenset({"conversations.view"})


def a_draft(name: str = "Quality Reviewer", permissions: frozenset[str] = VIEW) -> RoleDraft:
    """Give a custom role to be made."""
    return RoleDraft(name=name, description="Reads along", permissions=permissions)


def owners(desk: Desk) -> list[str]:
    """Give the ids of the Owners."""
    return [user.id for user in desk.store.users.page(after=0, limit=9, role_id=desk.role("Owner").id).entries]


def without_other_owners(desk: Desk) -> str:
    """Suspend all Owners but the first, whose id it gives."""
    first, *others = owners(desk)
    for other in others:
        desk.store.users.set_active(other, AUTHOR, active=False)
    return first


def test_sandbox_rules_new_role_has_no_users(desk: Desk) -> None:
    """A role starts with nobody in it."""
    assert desk.store.roles.create(a_draft(), AUTHOR).user_count == 0


@pytest.mark.parametrize("name", ["agent", "AGENT", "Night shift"])
def test_sandbox_rules_names_are_unique_ignoring_case(desk: Desk, name: str) -> None:
    """A name that differs in case only is taken, for a new role, a copy and a renamed one."""
    custom = desk.store.roles.create(a_draft(), AUTHOR)

    for attempt in (
        lambda: desk.store.roles.create(a_draft(name), AUTHOR),
        lambda: desk.store.roles.duplicate(custom.id, name, AUTHOR),
        lambda: desk.store.roles.edit(custom.id, RoleEdit(name=name), AUTHOR),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert (caught.value.status, caught.value.code) == (409, "name_taken")


def test_sandbox_rules_role_may_change_the_case_of_its_own_name(desk: Desk) -> None:
    """A role does not stand in its own way."""
    role = desk.role("Night Shift")

    written = desk.store.roles.edit(role.id, RoleEdit(name="NIGHT SHIFT"), AUTHOR, etag=role.etag)

    assert written.record.name == "NIGHT SHIFT"


def test_sandbox_rules_unknown_permissions_are_named(desk: Desk) -> None:
    """A permission that the product lacks is refused with its key."""
    with pytest.raises(Refused) as caught:
        desk.store.roles.create(a_draft(permissions=VIEW | {"moon.fly", "a.b"}), AUTHOR)

    assert (caught.value.status, caught.value.code) == (422, "unknown_permission")
    assert caught.value.details == {"permissions": ["a.b", "moon.fly"]}


def test_sandbox_rules_owner_cannot_be_edited(desk: Desk) -> None:
    """Nothing about Owner changes, not even its description."""
    with pytest.raises(Refused, match="cannot be edited") as caught:
        desk.store.roles.edit(desk.role("Owner").id, RoleEdit(description="Everything"), AUTHOR)

    assert (caught.value.status, caught.value.code) == (403, "standard_role")


@pytest.mark.parametrize("name", ["Owner", "Team Lead", "Agent", "Reader", "Analytics"])
def test_sandbox_rules_standard_roles_are_neither_deleted_nor_renamed(desk: Desk, name: str) -> None:
    """A standard role keeps its name and its existence."""
    role = desk.role(name)

    for attempt in (
        lambda: desk.store.roles.delete(role.id, AUTHOR),
        lambda: desk.store.roles.edit(role.id, RoleEdit(name="Other"), AUTHOR),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert (caught.value.status, caught.value.code) == (403, "standard_role")


def test_sandbox_rules_standard_role_other_than_owner_can_be_edited(desk: Desk) -> None:
    """Permissions of a standard role can change, and sending its own name is no renaming."""
    role = desk.role("Agent")

    written = desk.store.roles.edit(role.id, RoleEdit(name="Agent", permissions=VIEW), AUTHOR, etag=role.etag)

    assert written.changed
    assert written.record.permissions == ("conversations.view",)


def test_sandbox_rules_role_with_users_is_not_deleted(desk: Desk) -> None:
    """A role that somebody has stays, and the refusal says how many have it."""
    with pytest.raises(Refused) as caught:
        desk.store.roles.delete(desk.role("Knowledge Curator").id, AUTHOR)

    assert (caught.value.status, caught.value.code) == (409, "role_in_use")
    assert caught.value.details == {"users": 12}


def test_sandbox_rules_deleted_id_is_never_given_again(desk: Desk) -> None:
    """A role that is made after another was deleted has a new id."""
    gone = desk.store.roles.create(a_draft(), AUTHOR)
    desk.store.roles.delete(gone.id, AUTHOR, etag=gone.etag)

    assert desk.store.roles.create(a_draft(), AUTHOR).id != gone.id


def test_sandbox_rules_copy_is_independent(desk: Desk) -> None:
    """A copy has the permissions of that moment; later edits of the original do not follow."""
    original = desk.role("Agent")
    copy = desk.store.roles.duplicate(original.id, "Agent, no bulk", AUTHOR)

    desk.store.roles.edit(original.id, RoleEdit(permissions=VIEW), AUTHOR)

    assert desk.store.roles.read(copy.id).permissions == original.permissions
    assert (copy.kind, copy.editable, copy.user_count) == ("custom", True, 0)


def test_sandbox_rules_entity_tag_changes_with_every_writable_field(desk: Desk) -> None:
    """Name, description and permissions each give a new tag, and so does changing back."""
    role = desk.store.roles.create(a_draft(), AUTHOR)
    edits = (RoleEdit(name="Other"), RoleEdit(description="Other"), RoleEdit(permissions=frozenset()))
    back = RoleEdit(name=role.name, description=role.description, permissions=VIEW)

    tags = [role.etag, *(desk.store.roles.edit(role.id, edit, AUTHOR).record.etag for edit in (*edits, back))]

    assert len(set(tags)) == 5


def test_sandbox_rules_assignments_leave_the_tag_of_the_role_alone(desk: Desk) -> None:
    """Who has a role is no field of the role, only its count moves."""
    before = desk.role("Reader")
    user = desk.store.users.page(after=0, limit=1, role_id=desk.role("Team Lead").id).entries[0]

    desk.store.users.assign(user.id, frozenset({before.id}), AUTHOR)

    after = desk.role("Reader")
    assert (after.etag, after.user_count) == (before.etag, before.user_count + 1)


def test_sandbox_rules_stale_tag_changes_nothing(desk: Desk) -> None:
    """Edits, deletions and assignments that carry an old tag are refused."""
    role = desk.store.roles.create(a_draft(), AUTHOR)
    desk.store.roles.edit(role.id, RoleEdit(description="Newer"), AUTHOR)
    user = owners(desk)[0]

    for attempt in (
        lambda: desk.store.roles.edit(role.id, RoleEdit(description="Older"), AUTHOR, etag=role.etag),
        lambda: desk.store.roles.delete(role.id, AUTHOR, etag=role.etag),
        lambda: desk.store.users.assign(user, frozenset({role.id}), AUTHOR, etag='"old"'),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert (caught.value.status, caught.value.code) == (412, "changed")
    assert desk.store.roles.read(role.id).description == "Newer"


def test_sandbox_rules_user_keeps_a_role(desk: Desk) -> None:
    """Nobody is left without any role."""
    with pytest.raises(Refused) as caught:
        desk.store.users.assign(owners(desk)[0], frozenset(), AUTHOR)

    assert (caught.value.status, caught.value.code) == (422, "no_roles")


def test_sandbox_rules_last_active_owner_stays(desk: Desk) -> None:
    """The last active Owner can neither lose the role nor be suspended nor be deleted."""
    last = without_other_owners(desk)
    agent = desk.role("Agent").id

    for attempt in (
        lambda: desk.store.users.assign(last, frozenset({agent}), AUTHOR),
        lambda: desk.store.users.set_active(last, AUTHOR, active=False),
        lambda: desk.store.users.delete(last, AUTHOR),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert (caught.value.status, caught.value.code) == (409, "sole_owner")
    assert desk.store.users.read(last).role_ids == (desk.role("Owner").id,)
    assert desk.role("Owner").user_count == 3


def test_sandbox_rules_owner_may_leave_while_another_is_active(desk: Desk) -> None:
    """An Owner who is not the last can change roles, and be deleted."""
    first, second, _ = owners(desk)

    desk.store.users.assign(first, frozenset({desk.role("Agent").id}), AUTHOR)
    desk.store.users.delete(second, AUTHOR)

    assert desk.role("Owner").user_count == 1
    assert desk.role("Agent").user_count == 127


def test_sandbox_rules_suspended_people_keep_their_roles(desk: Desk) -> None:
    """Suspending and reactivating touch no role and no count, but the entity tag."""
    user = owners(desk)[0]
    before = desk.store.users.read(user)

    suspended = desk.store.users.set_active(user, AUTHOR, active=False).record
    again = desk.store.users.set_active(user, AUTHOR, active=False)

    assert suspended.role_ids == before.role_ids
    assert suspended.etag != before.etag
    assert desk.role("Owner").user_count == 3
    assert not again.changed
    assert desk.store.users.set_active(user, AUTHOR, active=True).record.active


def test_sandbox_rules_people_have_the_union_of_their_roles(desk: Desk) -> None:
    """Someone with two roles is listed under both, with both."""
    agent, night = desk.role("Agent").id, desk.role("Night Shift").id

    both = desk.store.users.page(after=0, limit=200, role_id=night).entries

    assert {user.role_ids for user in both} == {tuple(sorted((agent, night)))}
    assert {user.id for user in both} <= {
        user.id for user in desk.store.users.page(after=0, limit=200, role_id=agent).entries
    }


def test_sandbox_rules_unknown_roles_are_named(desk: Desk) -> None:
    """Assigning or filtering by a role that does not exist is refused with its id."""
    for attempt in (
        lambda: desk.store.users.assign(owners(desk)[0], frozenset({"rol_moon"}), AUTHOR),
        lambda: desk.store.users.page(after=0, limit=1, role_id="rol_moon"),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert (caught.value.code, caught.value.details) == ("unknown_role", {"role_ids": ["rol_moon"]})


def test_sandbox_rules_missing_things_are_not_found(desk: Desk) -> None:
    """A role or a user that does not exist is a 404."""
    for attempt in (lambda: desk.store.roles.read("rol_moon"), lambda: desk.store.users.read("usr_moon")):
        with pytest.raises(Refused) as caught:
            attempt()
        assert (caught.value.status, caught.value.code) == (404, "not_found")
    assert desk.store.roles.named("Moon") is None
