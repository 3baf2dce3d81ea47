"""The contract of giving people roles."""

from __future__ import annotations

import dataclasses

import pytest

from reconciler.errors import WriteConflict, WriteRefused
from reconciler.model.role import RoleId
from reconciler.testing.desk import Desk
from reconciler.testing.reading import NOBODY, NOWHERE


class AssigningContract:
    """What `TenantWriter` promises of people."""

    def test_assigned_roles_are_exactly_those(self, desk: Desk) -> None:
        """The whole set is replaced, the holders follow, and no role changes."""
        before, contents = desk.person(), desk.contents()
        wanted = _instead(desk, before.role_ids)

        desk.tenant.assign_roles(before, wanted)

        after = desk.person()
        assert dataclasses.replace(after, version=before.version) == dataclasses.replace(before, role_ids=wanted)
        assert desk.contents() == contents
        if desk.tenant.product().reads_holders:
            left = desk.tenant.holders(desk.role(desk.used).id)
            assert left is not None
            assert {person.id for person in left} == desk.colleagues
            assert desk.tenant.holders(desk.role(desk.unused).id) == (after,)

    def test_person_has_as_many_roles_as_the_product_allows(self, desk: Desk) -> None:
        """A second custom role comes beside the first, or is refused where a person has one; nothing is dropped."""
        before = desk.person()
        wanted = before.role_ids | {desk.role(desk.unused).id}
        most = desk.tenant.product().roles_per_person

        if most is None or len(wanted) <= most:
            desk.tenant.assign_roles(before, wanted)
            assert desk.person().role_ids == wanted
        else:
            with pytest.raises(WriteRefused):
                desk.tenant.assign_roles(before, wanted)
            assert desk.person() == before

    def test_assigning_to_a_stale_person_is_a_conflict(self, desk: Desk) -> None:
        """Somebody else's newer assignment is kept."""
        stale = desk.person()
        desk.tenant.assign_roles(stale, _instead(desk, stale.role_ids))
        newer = desk.person()

        with pytest.raises(WriteConflict):
            desk.tenant.assign_roles(stale, stale.role_ids)

        assert desk.person() == newer

    def test_unknown_role_is_not_assigned(self, desk: Desk) -> None:
        """A role that does not exist is refused, and the person keeps what they have."""
        before = desk.person()

        with pytest.raises(WriteRefused):
            desk.tenant.assign_roles(before, frozenset({NOWHERE}))

        assert desk.person() == before

    def test_nobody_is_assigned_nothing(self, desk: Desk) -> None:
        """A person who does not exist is refused."""
        stranger = dataclasses.replace(desk.person(), id=NOBODY)

        with pytest.raises((WriteRefused, WriteConflict)):
            desk.tenant.assign_roles(stranger, frozenset({desk.role(desk.unused).id}))


def _instead(desk: Desk, role_ids: frozenset[RoleId]) -> frozenset[RoleId]:
    """Give the roles of a person with the unused custom role in place of the used one."""
    return (role_ids - {desk.role(desk.used).id}) | {desk.role(desk.unused).id}
