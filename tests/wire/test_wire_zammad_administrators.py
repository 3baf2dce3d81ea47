"""The last administrator of a Zammad: foreseen over all writes of a plan, from what reading has told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.zammad.calls import Token
from fakes.zammad.server import SECRET, Desk, a_zammad_desk

from reconciler.errors import WriteRefused
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleId, RoleKey
from reconciler.model.write import DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.tenants.zammad_reading import ZammadReader

pytestmark = pytest.mark.sockets

SEARCH = "GET /users/search 200"
ADA = Person(id=PersonId("3"), role_ids=frozenset({RoleId("1"), RoleId("2")}), active=True, human=True, version="")


def role(tenant: ZammadReader, name: str) -> LiveRole:
    """Give the role of a name."""
    return next(role for role in tenant.roles() if role.content.name == name)


def retired(live: LiveRole) -> Write:
    """Give the write that retires a role."""
    return DeleteRole(role=RoleKey(live.content.name.lower()), live=live)


def without(live: LiveRole, *gone: str) -> Write:
    """Give the write that takes permissions from a role."""
    content = replace(live.content, permissions=live.content.permissions - set(gone))
    return UpdateRole(role=RoleKey(live.content.name.lower()), live=live, content=content)


def crowd(desk: Desk) -> None:
    """Let there be too many people to list them at once."""
    for number in range(600):
        desk.server.add_user(f"U{number}", "Customer")


def test_role_is_taken_only_where_somebody_active_has_another_one() -> None:
    """No other active role, nobody in it, or nobody active in it: told in the plan, as the server would refuse it."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        desk.server.add_role("Gone", ("admin.user",), active=False)
        desk.server.add_user("Dan", "Gone")
        for name, active, told in ((None, True, 1), ("Nobody", True, 1), ("Eve", False, 1), ("Fay", True, 0)):
            if name == "Nobody":
                desk.server.add_role("Second", ("admin.user",))
            elif name:
                desk.server.add_user(name, "Second", active=active)
            admin = role(tenant, "Admin")
            tenant.holders(admin.id)
            for write in (retired(admin), without(admin, "admin.everything")):
                assert len(tenant.objections_together((write,), {})) == told, (name, write)
            if told:
                with pytest.raises(WriteRefused, match="needs to have admin permissions"):
                    tenant.delete_role(admin)
        assert tenant.objections_together((without(admin, "admin.role", "report.access"),), {}) == ()
        tenant.delete_role(admin)
        assert not desk.server.named("Admin").active


def test_nothing_is_foreseen_before_anything_was_read() -> None:
    """What is not known does not stand against a plan, and no request is made to know it."""
    with a_zammad_desk() as desk, desk.reader() as reader, desk.writer() as tenant:
        admin = role(reader, "Admin")
        desk.api.log.clear()
        assert tenant.objections_together((retired(admin),), {}) == ()
        assert desk.api.log == []


@pytest.mark.parametrize("version", [(5, 5), (7, 3)])
def test_only_administrator_is_moved_nowhere(version: tuple[int, int]) -> None:
    """The server counts before it moves, so not even to a role that has the same; with two people it does."""
    with a_zammad_desk(version) as desk, desk.writer() as tenant:
        second = RoleId(str(desk.server.add_role("Second", ("admin.user", "admin.role"))))
        for told in (1, 0):
            admin = role(tenant, "Admin")
            (ada,) = (person for person in tenant.holders(admin.id) or () if person.id == "3")
            move = MoveHolder(role=RoleKey("admin"), person=ada, leaves=admin.id, joins=RoleKey("second"))
            live = {RoleKey("second"): role(tenant, "Second")}
            tenant.holders(admin.id)
            found = tenant.objections_together((move, retired(admin)), live)
            assert [("fewer than two active people" in words) for words in found] == [True] * told
            wanted = ada.role_ids - {admin.id} | {second}
            if told:
                with pytest.raises(WriteRefused, match="needs to have admin permissions"):
                    tenant.assign_roles(ada, wanted)
                desk.server.add_user("Eve", "Second")
            else:
                tenant.assign_roles(ada, wanted)
                tenant.delete_role(admin)


@pytest.mark.parametrize("version", [(5, 5), (6, 5)])
def test_many_people_are_listed_by_the_roles_that_matter(version: tuple[int, int]) -> None:
    """Where a role with the right is asked for, the others with it are listed along, once, and nothing else is."""
    with a_zammad_desk(version) as desk, desk.reader() as tenant:
        crowd(desk)
        desk.server.add_role("Second", ("admin.user",))
        desk.server.add_role("Third", ("admin.user", "admin.role"))
        admin, unused, third = role(tenant, "Admin"), role(tenant, "Unused"), role(tenant, "Third")
        desk.api.log.clear()
        tenant.holders(unused.id)
        assert desk.api.lines() == ["GET /users 200", SEARCH]
        tenant.holders(admin.id)
        assert desk.api.lines()[2:] == [SEARCH] * 3
        tenant.holders(third.id)
        assert desk.api.lines()[5:] == []
        assert len(tenant.objections_together((retired(admin),), {})) == 1

        desk.server.add_user("Eve", "Second")
        tenant.roles()
        tenant.holders(admin.id)
        assert tenant.objections_together((retired(admin),), {}) == ()

        assert tenant.role(admin.id) == admin
        desk.api.log.clear()
        tenant.holders(admin.id)
        tenant.holders(admin.id)
        assert desk.api.lines() == ["GET /users 200", SEARCH, SEARCH]


def test_what_cannot_be_known_is_objected_to() -> None:
    """A key that may read nobody does not say who has another role; a plan without such a loss needs no answer."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.server.add_role("Second", ("admin.user",))
        desk.api.tokens[SECRET] = Token(3, ("admin.role", "admin.group", "user_preferences.access_token"))
        admin, second, unused = role(tenant, "Admin"), role(tenant, "Second"), role(tenant, "Unused")
        assert tenant.holders(admin.id) is None
        move = MoveHolder(role=RoleKey("unused"), person=ADA, leaves=admin.id, joins=RoleKey("second"))
        for write in (retired(admin), move):
            (told,) = tenant.objections_together((write,), {})
            assert "was not told" in told
        other = replace(move, leaves=unused.id)
        assert tenant.objections_together((other,), {RoleKey("second"): second}) == ()
