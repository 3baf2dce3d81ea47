"""The contract of creating, changing and deleting roles."""

from __future__ import annotations

import dataclasses

import pytest

from reconciler.errors import WriteConflict, WriteRefused
from reconciler.model.role import RoleContent, RoleKind
from reconciler.testing.desk import Desk


class RolesContract:
    """What `TenantWriter` promises of roles."""

    def test_created_role_is_custom_and_empty(self, desk: Desk) -> None:
        """The id that comes back is that of the new role, which is exactly as wanted, and nothing else moved."""
        before = desk.contents()
        wanted = desk.content("Evening watch", description="Looks on in the evening", permissions=desk.more)

        role_id = desk.tenant.create_role(wanted)

        role = desk.tenant.role(role_id)
        assert role is not None
        assert (role.content, role.kind, role.editable) == (wanted, RoleKind.CUSTOM, True)
        assert role.user_count in {0, None}
        assert desk.contents() == {**before, role_id: wanted}

    def test_second_role_of_a_name_is_refused_or_another_role(self, desk: Desk) -> None:
        """Where names are unique nothing is created; else the new role has an id of its own and the old one stays."""
        before = desk.contents()
        wanted = desk.content(desk.unused, permissions=desk.more)

        if desk.tenant.product().unique_names:
            with pytest.raises(WriteRefused):
                desk.tenant.create_role(wanted)
            assert desk.contents() == before
        else:
            role_id = desk.tenant.create_role(wanted)
            assert desk.contents() == {**before, role_id: wanted}

    def test_unknown_permission_is_refused_on_creation(self, desk: Desk) -> None:
        """Nothing is created with a permission that the product does not have, whatever the product would do."""
        before = desk.contents()

        with pytest.raises(WriteRefused):
            desk.tenant.create_role(desk.content("Evening watch", permissions=desk.few | {desk.stranger}))

        assert desk.contents() == before

    @pytest.mark.parametrize("field", ["name", "description", "more", "fewer", "all"])
    def test_updated_role_equals_the_content(self, desk: Desk, field: str) -> None:
        """Every field is as wanted, and no other role moved; its holders keep it and whatever else they have."""
        role, before, holder = desk.role(desk.used), desk.contents(), desk.person()
        if field == "fewer":
            desk.tenant.update_role(role, dataclasses.replace(role.content, permissions=desk.more))
            role = desk.role(desk.used)
        wanted = _changed(desk, role.content, field)

        desk.tenant.update_role(role, wanted)

        assert desk.contents() == {**before, role.id: wanted}
        assert dataclasses.replace(desk.person(), version=holder.version) == holder

    def test_permission_that_no_table_knows_stays_when_the_role_changes(self, desk: Desk) -> None:
        """Nobody has asked to take it away."""
        role = desk.role(desk.odd)
        wanted = dataclasses.replace(role.content, description="Looks on, and tries what is new")

        desk.tenant.update_role(role, wanted)

        assert desk.role(desk.odd).content == wanted

    def test_equal_update_changes_nothing(self, desk: Desk) -> None:
        """A role that is already as wanted stays as it is, version and all."""
        before = desk.tenant.roles()

        desk.tenant.update_role(desk.role(desk.used), desk.role(desk.used).content)

        assert desk.tenant.roles() == before

    def test_update_of_a_stale_role_is_a_conflict(self, desk: Desk) -> None:
        """Somebody else's newer value is kept."""
        stale = desk.role(desk.used)
        newer = dataclasses.replace(stale.content, permissions=desk.more)
        desk.tenant.update_role(stale, newer)

        with pytest.raises(WriteConflict):
            desk.tenant.update_role(stale, dataclasses.replace(stale.content, description="Too late"))

        assert desk.role(desk.used).content == newer

    def test_unknown_permission_is_refused_on_update(self, desk: Desk) -> None:
        """No field of the role moves."""
        role = desk.role(desk.used)
        wanted = desk.content("Evening watch", description="New", permissions=desk.more | {desk.stranger})

        with pytest.raises(WriteRefused):
            desk.tenant.update_role(role, wanted)

        assert desk.role(desk.used).content == role.content

    def test_retired_role_is_gone(self, desk: Desk) -> None:
        """It is neither read nor listed, deleted or inactive, and no other role moved."""
        gone, before = desk.role(desk.unused), desk.contents()

        desk.tenant.delete_role(gone)

        assert desk.tenant.role(gone.id) is None
        assert desk.contents() == {role_id: content for role_id, content in before.items() if role_id != gone.id}

    def test_name_of_a_deleted_role_is_free(self, desk: Desk) -> None:
        """A new role of that name is another role; where nothing is deleted, the name stays taken."""
        gone = desk.role(desk.unused)
        desk.tenant.delete_role(gone)

        if desk.tenant.product().deletes:
            assert desk.tenant.create_role(desk.content(desk.unused)) != gone.id
        else:
            with pytest.raises(WriteRefused):
                desk.tenant.create_role(desk.content(desk.unused))

    def test_role_in_use_is_kept_or_its_holders_lose_it(self, desk: Desk) -> None:
        """A product either refuses to retire it, or its holders have it no longer."""
        role = desk.role(desk.used)

        if desk.tenant.product().deletes_in_use:
            desk.tenant.delete_role(role)
            assert desk.tenant.role(role.id) is None
            assert role.id not in desk.person().role_ids
        else:
            with pytest.raises(WriteRefused):
                desk.tenant.delete_role(role)
            assert desk.role(desk.used).content == role.content
            assert role.id in desk.person().role_ids

    def test_retiring_a_stale_role_is_a_conflict(self, desk: Desk) -> None:
        """A role that somebody has just changed is not retired unseen."""
        stale = desk.role(desk.unused)
        desk.tenant.update_role(stale, dataclasses.replace(stale.content, permissions=desk.more))

        with pytest.raises(WriteConflict):
            desk.tenant.delete_role(stale)

        assert desk.role(desk.unused).content.permissions == desk.more

    def test_what_is_gone_is_not_written_to(self, desk: Desk) -> None:
        """A role that was retired is neither changed nor retired again, and stays gone."""
        gone = desk.role(desk.unused)
        desk.tenant.delete_role(gone)

        with pytest.raises((WriteRefused, WriteConflict)):
            desk.tenant.update_role(gone, dataclasses.replace(gone.content, permissions=desk.more))
        with pytest.raises((WriteRefused, WriteConflict)):
            desk.tenant.delete_role(gone)

        assert desk.tenant.role(gone.id) is None

    def test_standard_role_is_kept(self, desk: Desk) -> None:
        """What the product ships is never retired; a product without such roles lists none."""
        if desk.standard is None:
            assert {role.kind for role in desk.tenant.roles()} == {RoleKind.CUSTOM}
            return
        role = desk.role(desk.standard)

        with pytest.raises(WriteRefused):
            desk.tenant.delete_role(role)

        assert role.kind is RoleKind.STANDARD
        assert desk.role(desk.standard).content == role.content


def _changed(desk: Desk, content: RoleContent, field: str) -> RoleContent:
    """Give the content with one field changed, or all of them."""
    everything = desk.content("Evening watch", description="Looks on in the evening", permissions=desk.more)
    return {
        "name": dataclasses.replace(content, name=everything.name),
        "description": dataclasses.replace(content, description=everything.description),
        "more": dataclasses.replace(content, permissions=desk.more),
        "fewer": dataclasses.replace(content, permissions=desk.few),
        "all": everything,
    }[field]
