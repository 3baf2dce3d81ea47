"""Writes to a Zammad: by name, lists whole, after a second look, and nothing that it would not understand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.zammad.api import Asked
from fakes.zammad.calls import Reply, Token
from fakes.zammad.server import SECRET, Desk, a_zammad_desk

from reconciler.errors import WriteConflict, WriteRefused, WriteUnclear
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.tenants.strict_json import Json
from reconciler.tenants.zammad_reading import ZammadReader

pytestmark = pytest.mark.sockets

VERSIONS = [(5, 5), (6, 5), (7, 3)]
FULL = frozenset(f"groups/Users.{word}" for word in ("read", "create", "change", "overview", "full"))


def role(tenant: ZammadReader, name: str) -> LiveRole:
    """Give the role of a name."""
    return next(role for role in tenant.roles() if role.content.name == name)


def ben(desk: Desk, tenant: ZammadReader) -> Person:
    """Give the one on the night shift."""
    person = tenant.person(PersonId(str(desk.ben)))
    assert person is not None
    return person


def written(desk: Desk) -> list[Asked]:
    """Give every request that could have changed something."""
    return [asked for asked in desk.api.log if asked.method != "GET"]


def changed(live: LiveRole, *, add: frozenset[str] = frozenset(), take: frozenset[str] = frozenset()) -> RoleContent:
    """Give the content of a role with some permissions more or less."""
    return replace(live.content, permissions=(live.content.permissions | add) - take)


def test_only_the_fields_that_differ_are_sent() -> None:
    """The name alone, the note alone, the permissions alone, the groups alone; equal content sends nothing."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        for change in (
            {"name": "Late Shift"},
            {"description": "Works late"},
            {"permissions": frozenset({"ticket.agent", "groups/Users.read"})},
            {"permissions": frozenset({"ticket.agent"}) | FULL},
            {},
        ):
            live = role(tenant, "Late Shift" if written(desk) else "Unused")
            tenant.update_role(live, replace(live.content, **change))

        assert [asked.body for asked in written(desk)] == [
            {"name": "Late Shift"},
            {"note": "Works late"},
            {"permissions": ["ticket.agent"]},
            {"groups": {"Users": ["full"]}},
        ]
        assert {asked.target.partition("?")[2] for asked in written(desk)} == {"expand=true"}


@pytest.mark.parametrize("version", VERSIONS)
def test_baseline_is_what_is_read_after_a_change_of_groups(version: tuple[int, int]) -> None:
    """The reply shows an old moment of change, which decides nothing: the next write goes on from what is read."""
    with a_zammad_desk(version) as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        tenant.update_role(live, changed(live, add=frozenset({"groups/Sales.read"})))
        again = tenant.role(live.id)
        assert again is not None
        tenant.update_role(again, changed(again, add=frozenset({"groups/Sales.change"})))
        assert desk.server.named("Unused").groups == {1: ["read"], 2: ["change", "read"]}
        with pytest.raises(WriteConflict):
            tenant.update_role(again, changed(again, add=frozenset({"groups/Sales.create"})))


def test_whole_tree_is_one_name_and_what_was_written_beside_it_stays() -> None:
    """Taking away a name that another covers would meet the guard of the last administrator for nothing."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        ids = desk.server.permissions
        desk.server.named("Admin").permissions |= {ids["admin.user"]}
        admin = role(tenant, "Admin")
        tenant.update_role(admin, changed(admin, add=frozenset({"ticket.customer"})))
        (put,) = written(desk)
        assert put.body == {
            "permissions": [
                "admin",
                "admin.user",
                "knowledge_base.editor",
                "report",
                "ticket.customer",
                "user_preferences",
            ]
        }


def test_permission_that_is_switched_off_stays_written() -> None:
    """It permits nothing now; who switches it on again finds it where it was."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        ids = desk.server.permissions
        desk.server.inactive = {"admin.trigger"}
        desk.server.named("Unused").permissions |= {ids["admin.trigger"]}
        live = role(tenant, "Unused")
        tenant.update_role(live, changed(live, take=frozenset({"chat.agent"})))
        assert desk.server.names(desk.server.named("Unused")) == ["admin.trigger", "ticket.agent"]


@pytest.mark.parametrize("version", VERSIONS)
def test_role_without_tickets_has_no_groups(version: tuple[int, int]) -> None:
    """A new one is refused in every version; one that an old version keeps may be written to there."""
    with a_zammad_desk(version) as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        lost = changed(live, take=frozenset({"ticket.agent"}))
        with pytest.raises(WriteRefused, match=r"counts only with `ticket\.agent`"):
            tenant.update_role(live, lost)
        with pytest.raises(WriteRefused, match=r"counts only with `ticket\.agent`"):
            tenant.create_role(replace(lost, name="New"))
        assert written(desk) == []
        tenant.update_role(live, replace(live.content, permissions=frozenset({"chat.agent"})))
        assert desk.server.named("Unused").groups == {}

        desk.server.named("Unused").groups = {1: ["read"]}
        old = role(tenant, "Unused")
        described = replace(old.content, description="Keeps what it has")
        if version < (6, 0):
            tenant.update_role(old, described)
            assert desk.server.named("Unused").groups == {1: ["read"]}
        else:
            with pytest.raises(WriteRefused):
                tenant.update_role(old, described)


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ("groups/Users.fly", "no permission groups/Users.fly"),
        ("groups/Nowhere.read", "no permission groups/Nowhere.read"),
        ("ticket.everything", "no permission ticket.everything"),
        ("admin.teleport", "no permission admin.teleport"),
    ],
)
def test_what_the_server_does_not_have_is_refused_here(added: str, words: str) -> None:
    """The server would store an unknown word of access, and answer 500 to a permission that only groups others."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        with pytest.raises(WriteRefused, match=words):
            tenant.update_role(live, changed(live, add=frozenset({added})))
        with pytest.raises(WriteRefused, match=words):
            tenant.create_role(replace(changed(live, add=frozenset({added})), name="New"))
        assert written(desk) == []


def test_what_one_role_has_and_no_other_can_get_is_only_kept() -> None:
    """An unknown word, and a permission that only groups others, stay where they are and go nowhere else."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        night = desk.server.named("Night Shift")
        night.groups = {1: ["fly", "read"]}
        night.permissions |= {desk.server.permissions["cti"]}
        live, unused = role(tenant, "Night Shift"), role(tenant, "Unused")
        fly, whole = frozenset({"groups/Users.fly"}), frozenset({"cti.everything", "cti.agent"})
        assert fly | whole <= live.content.permissions
        with pytest.raises(WriteRefused, match="no access that Zammad knows"):
            tenant.update_role(unused, changed(unused, add=fly))
        with pytest.raises(WriteRefused, match=r"gives `cti\.everything` to no role"):
            tenant.update_role(unused, changed(unused, add=whole))
        with pytest.raises(WriteRefused, match="no other access beside `full`"):
            tenant.update_role(live, changed(live, add=FULL))
        tenant.update_role(live, changed(live, add=frozenset({"groups/Users.change"})))
        assert night.groups == {1: ["change", "fly", "read"]}


def test_notes_that_would_not_come_back_are_refused() -> None:
    """Too long, or HTML; a note that is there already may stay as it is."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        for note, words in (
            ("n" * 251, "and these are 251"),
            ("a <b>bold</b> note", "cleans it"),
            ("an &copy; sign", "cleans it"),
        ):
            with pytest.raises(WriteRefused, match=words):
                tenant.update_role(live, replace(live.content, description=note))
        desk.server.named("Unused").note = "1 > 0"
        live = role(tenant, "Unused")
        tenant.update_role(live, replace(live.content, name="Still Unused"))
        assert desk.server.named("Still Unused").note == "1 > 0"
        live = role(tenant, "Still Unused")
        tenant.update_role(live, replace(live.content, description="Questions & answers"))
        assert desk.server.named("Still Unused").note == "Questions &amp; answers"
        assert role(tenant, "Still Unused").content.description == "Questions & answers"


@pytest.mark.parametrize("version", VERSIONS)
def test_name_of_an_inactive_role_is_taken(version: tuple[int, int]) -> None:
    """In any case, for a new role and for a rename; the server says the same, though later."""
    with a_zammad_desk(version) as desk, desk.writer() as tenant:
        desk.server.add_role("Old Shift", active=False)
        live = role(tenant, "Unused")
        for refused in (
            lambda: tenant.create_role(replace(live.content, name="OLD shift")),
            lambda: tenant.update_role(live, replace(live.content, name="OLD shift")),
        ):
            with pytest.raises(WriteRefused, match='an inactive role "Old Shift"'):
                refused()
        assert written(desk) == []


def test_nothing_is_objected_to_before_anything_was_read() -> None:
    """What is not known does not stand against a change; what needs no knowledge does."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        admin = RoleContent(name="Admin", description="", permissions=frozenset({"admin.user"}))
        assert tenant.objections(admin, None) == ()
        assert tenant.objections(None, replace(admin, description="n" * 251)) != ()
        assert desk.api.log == []


def test_role_of_new_accounts_gets_nothing_that_is_closed_to_them() -> None:
    """By what the server lists, and by the table for what it does not show."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        customer = role(tenant, "Customer")
        with pytest.raises(WriteRefused, match=r"have no report, ticket\.agent"):
            tenant.update_role(customer, changed(customer, add=frozenset({"ticket.agent", "report.access"})))
        assert written(desk) == []
        tenant.update_role(customer, changed(customer, add=frozenset({"user_preferences.device"})))
        assert "user_preferences.device" in desk.server.names(desk.server.named("Customer"))


def test_roles_of_a_person_are_replaced_whole_and_inactive_ones_stay() -> None:
    """Nobody loses a role that is only switched off."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        server = desk.server
        old = server.add_role("Old Shift", active=False)
        server.users[desk.ben].roles.add(old)
        person = ben(desk, tenant)
        unused = role(tenant, "Unused").id
        tenant.assign_roles(person, frozenset({unused, "3"}))
        (put,) = written(desk)
        assert put.body == {"role_ids": [3, int(unused), old]}
        assert ben(desk, tenant).role_ids == {unused, "3"}
        with pytest.raises(WriteRefused, match="not there, or inactive"):
            tenant.assign_roles(ben(desk, tenant), frozenset({RoleId(str(old))}))


@pytest.mark.parametrize("version", VERSIONS)
def test_nobody_is_left_without_a_role_where_the_server_would_fill_it(version: tuple[int, int]) -> None:
    """5.5 leaves somebody with none; later versions give them those of new accounts, so that is refused."""
    with a_zammad_desk(version) as desk, desk.writer() as tenant:
        person = ben(desk, tenant)
        if version < (6, 0):
            tenant.assign_roles(person, frozenset())
            assert ben(desk, tenant).role_ids == frozenset()
        else:
            with pytest.raises(WriteRefused, match="roles of new accounts"):
                tenant.assign_roles(person, frozenset())
            assert written(desk) == []


def test_roles_that_were_dropped_without_a_word_are_told() -> None:
    """An agent without admin.user is answered 200, and nothing happened."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        needed = ("admin.role", "admin.group", "ticket.agent", "user_preferences.access_token")
        desk.api.tokens[SECRET] = Token(3, needed)
        person, unused = ben(desk, tenant), role(tenant, "Unused").id
        with pytest.raises(WriteRefused, match=r"lacks admin\.user"):
            tenant.assign_roles(person, frozenset({unused}))
        assert ben(desk, tenant) == person


def test_last_administrator_is_not_taken_by_an_assignment() -> None:
    """The server refuses it, and nothing moved."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        ada = tenant.person(PersonId("3"))
        assert ada is not None
        with pytest.raises(WriteRefused, match="needs to have admin permissions"):
            tenant.assign_roles(ada, frozenset({RoleId("2")}))
        assert tenant.person(PersonId("3")) == ada


@pytest.mark.parametrize("shown", [None, [], {}, {"id": 1, "name": 3}])
def test_reply_that_cannot_be_understood_is_unclear(shown: Json) -> None:
    """It was done, or not: the read-back tells."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        live, person = role(tenant, "Unused"), ben(desk, tenant)
        desk.api.interfere("PUT", "/", Reply(200, shown), times=2)
        desk.api.interfere("POST", "/", Reply(201, shown))
        with pytest.raises(WriteUnclear):
            tenant.update_role(live, replace(live.content, name="Late Shift"))
        with pytest.raises(WriteUnclear):
            tenant.assign_roles(person, frozenset({live.id}))
        with pytest.raises(WriteUnclear):
            tenant.create_role(replace(live.content, name="New"))


def test_reply_about_another_role_is_unclear() -> None:
    """It may be that of somebody else's write."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        other = {"id": 77, "name": "A", "note": None, "active": True, "default_at_signup": False}
        desk.api.interfere("PUT", "/roles", Reply(200, {**other, "permissions": [], "groups": {}}))
        with pytest.raises(WriteUnclear, match="something else"):
            tenant.update_role(live, replace(live.content, name="Late Shift"))


def test_what_cannot_be_read_before_is_not_written_to() -> None:
    """A server that answers nothing is sent no write."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        live, person = role(tenant, "Unused"), ben(desk, tenant)
        desk.api.interfere("GET", "/", Reply(403, {"error": "Not authorized (token)!"}), times=99)
        for refused in (
            lambda: tenant.update_role(live, replace(live.content, name="Late Shift")),
            lambda: tenant.delete_role(live),
            lambda: tenant.assign_roles(person, frozenset({live.id})),
        ):
            with pytest.raises(WriteRefused):
                refused()
        assert written(desk) == []


def test_roles_can_be_written_before_anything_was_listed() -> None:
    """The list is read on the way, as it says what permissions there are."""
    with a_zammad_desk() as desk:
        with desk.writer() as tenant:
            role_id = tenant.create_role(RoleContent(name="New", description="", permissions=frozenset({"chat.agent"})))
        with desk.writer() as tenant:
            live = tenant.role(role_id)
            assert live is not None
        with desk.writer() as tenant:
            tenant.update_role(live, replace(live.content, name="Newer"))
        with desk.writer() as tenant:
            tenant.delete_role(replace(live, content=replace(live.content, name="Newer"), version=_version(desk)))
        assert not desk.server.named("Newer").active


def _version(desk: Desk) -> str:
    with desk.reader() as tenant:
        return role(tenant, "Newer").version
