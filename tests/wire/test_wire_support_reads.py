"""The support adapter asks exactly these questions and reads exactly these replies."""

from __future__ import annotations

import pytest
from fakes.support import (
    a_connection,
    a_reader,
    error_json,
    me_json,
    page_json,
    permissions_json,
    quick,
    role_json,
    user_json,
)
from fakes.wire import ScriptedServer, Step, reply

from reconciler.errors import (
    LiveAmbiguous,
    LiveIncomplete,
    TenantAnswerUnusable,
    TenantForbade,
)
from reconciler.model.permission import Permission, PermissionLevel
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind
from reconciler.model.state import Account, Tenant
from reconciler.tenants.support import SupportKind

pytestmark = pytest.mark.sockets
ROLE = RoleId("rol_1")


def test_identity_names_the_tenant_and_the_account_behind_the_key() -> None:
    """One request tells which tenant it is and what the key's own user holds and needs."""
    with ScriptedServer(Step(request="GET /me", reply=reply(200, me_json()))) as server:
        tenant, account = a_reader(server.url).identity()

    assert tenant == Tenant(name="desk", id="ten_1", title="Desk")
    assert account == Account(
        person_id=PersonId("usr_1"),
        role_ids=frozenset({ROLE}),
        needs=frozenset({"settings.roles", "settings.view", "users.view", "users.assign_roles"}),
    )


def test_identity_of_a_key_without_a_user_holds_no_roles() -> None:
    """A key that belongs to nobody cannot be locked out by a role change."""
    with ScriptedServer(Step(request="GET /me", reply=reply(200, me_json(user=None)))) as server:
        _, account = a_reader(server.url).identity()

    assert (account.person_id, account.role_ids) == (None, frozenset())


def test_capabilities_after_identity_cost_no_request() -> None:
    """What the key may do comes from the reply that identity had."""
    with ScriptedServer(Step(request="GET /me", reply=reply(200, me_json()))) as server:
        reader = a_reader(server.url)
        reader.identity()
        told = reader.capabilities()

    assert told.scopes == ("settings:write", "users:read")
    assert (told.reads_roles, told.writes_roles, told.reads_people, told.writes_people) == (True, True, True, False)
    assert (told.environment, told.key_prefix, told.tier) == ("production", "sa_live_ab", "starter")


def test_capabilities_alone_cost_one_request() -> None:
    """Without an earlier identity, the reply is asked for."""
    with ScriptedServer(Step(request="GET /me", reply=reply(200, me_json()))) as server:
        told = a_reader(server.url).capabilities()

    assert told.key_prefix == "sa_live_ab"


def test_catalogue_keeps_the_products_order() -> None:
    """Permissions come as the product lists them, with level, sensitivity and requirements."""
    with ScriptedServer(Step(request="GET /permissions", reply=reply(200, permissions_json()))) as server:
        catalogue = a_reader(server.url).catalogue()

    assert catalogue.version == 3
    assert catalogue.categories[0].permissions[1] == Permission(
        key="notes.add", name="Add", level=PermissionLevel.ACT, sensitive=True, requires=("notes.view",)
    )


def test_roles_of_two_pages_cost_two_requests_and_come_sorted() -> None:
    """The promise is one request per hundred roles, and an order that does not depend on the pages."""
    many = [role_json(f"rol_{number:03}") for number in range(100, 0, -1)]
    with ScriptedServer(
        Step(request="GET /roles?limit=100", reply=reply(200, page_json(many, total=101, cursor="a/b c"))),
        Step(
            request="GET /roles?limit=100&cursor=a%2Fb%20c",
            reply=reply(200, page_json([role_json("rol_000")], total=101)),
        ),
    ) as server:
        roles = a_reader(server.url).roles()

    assert [role.id for role in roles] == [f"rol_{number:03}" for number in range(101)]


def test_a_role_is_read_with_every_field() -> None:
    """Duplicates in the permissions count once; the entity tag is the version."""
    document = role_json(
        "a/ü", permissions=["b", "a", "b"], user_count=4, kind="custom", editable=False, etag='W/"7"', extra={}
    )
    with ScriptedServer(Step(request="GET /roles/a%2F%C3%BC", reply=reply(200, document))) as server:
        role = a_reader(server.url).role(RoleId("a/ü"))

    assert role == LiveRole(
        id=RoleId("a/ü"),
        content=RoleContent(name="Role a/ü", description="", permissions=frozenset({"a", "b"})),
        kind=RoleKind.CUSTOM,
        editable=False,
        version='W/"7"',
        user_count=4,
    )


@pytest.mark.parametrize("read", ["role", "person"])
def test_a_clear_404_means_that_it_does_not_exist(read: str) -> None:
    """Only the product's own error body counts as "there is none"."""
    target = {"role": "/roles/gone", "person": "/users/gone"}[read]
    with ScriptedServer(Step(request=f"GET {target}", reply=reply(404, error_json("not_found")))) as server:
        found = getattr(a_reader(server.url), read)("gone")

    assert found is None


@pytest.mark.parametrize("read", ["role", "person"])
def test_another_id_than_asked_for_is_unusable(read: str) -> None:
    """An answer about something else is never taken for the answer."""
    target, document = {"role": ("/roles/x", role_json("y")), "person": ("/users/x", user_json("y"))}[read]
    with (
        ScriptedServer(Step(request=f"GET {target}", reply=reply(200, document))) as server,
        pytest.raises(TenantAnswerUnusable, match=r"\$\.id"),
    ):
        getattr(a_reader(server.url), read)("x")


def test_a_person_is_read_without_name_or_address() -> None:
    """Suspended people and service accounts are told apart; nothing personal is kept."""
    document = user_json("x", active=False, kind="service", role_ids=["rol_2", "rol_1"])
    with ScriptedServer(Step(request="GET /users/x", reply=reply(200, document))) as server:
        person = a_reader(server.url).person(PersonId("x"))

    assert person == Person(
        id=PersonId("x"),
        role_ids=frozenset({RoleId("rol_1"), RoleId("rol_2")}),
        active=False,
        human=False,
        version='"x-1"',
    )


def test_holders_are_everyone_assigned_sorted() -> None:
    """One request per hundred holders of the role that is asked for."""
    people = [user_json("usr_2"), user_json("usr_1")]
    with ScriptedServer(
        Step(request="GET /users?role_id=rol_1&limit=100", reply=reply(200, page_json(people)))
    ) as server:
        holders = a_reader(server.url).holders(ROLE)

    assert holders is not None
    assert [person.id for person in holders] == ["usr_1", "usr_2"]


def test_holders_are_unknown_without_the_scope() -> None:
    """A key that may not list users gives None, never an empty list."""
    with ScriptedServer(
        Step(request="GET /users?role_id=rol_1&limit=100", reply=reply(403, error_json("missing_scope")))
    ) as server:
        assert a_reader(server.url).holders(ROLE) is None


def test_a_list_that_ignores_the_filter_is_unusable() -> None:
    """Somebody without the role proves that the list is not the role's holders."""
    with (
        ScriptedServer(
            Step(
                request="GET /users?role_id=rol_1&limit=100",
                reply=reply(200, page_json([user_json(role_ids=["rol_2"])])),
            )
        ) as server,
        pytest.raises(TenantAnswerUnusable, match="does not hold the role"),
    ):
        a_reader(server.url).holders(ROLE)


def test_no_headcount_and_no_request_for_one() -> None:
    """No reply that a plan needs says how many users there are."""
    with ScriptedServer() as server:
        assert a_reader(server.url).headcount() is None


def test_roles_without_a_standard_role_are_incomplete() -> None:
    """Every tenant has the product's own roles, so a list without them was filtered."""
    custom = page_json([role_json(kind="custom")])
    with (
        ScriptedServer(Step(request="GET /roles?limit=100", reply=reply(200, custom))) as server,
        pytest.raises(LiveIncomplete, match="none of the product's own"),
    ):
        a_reader(server.url).roles()


@pytest.mark.parametrize("other", ["night shift", "Night Shift", "NIGHT SHIFT", "Night\u00a0Shift"])
def test_names_equal_but_for_case_or_form_are_ambiguous(other: str) -> None:
    """No role file can mean one of two roles that look alike; both ids are named."""
    roles = page_json([role_json("rol_17", name="Night Shift"), role_json("rol_23", name=other)])
    with (
        ScriptedServer(Step(request="GET /roles?limit=100", reply=reply(200, roles))) as server,
        pytest.raises(LiveAmbiguous, match="rol_17 and rol_23"),
    ):
        a_reader(server.url).roles()


def test_a_lacking_scope_is_named_as_the_tenant_names_it() -> None:
    """403 says which right the key lacks, in the tenant's words."""
    body = error_json("missing_scope", "This needs settings:read")
    with (
        ScriptedServer(Step(request="GET /roles?limit=100", reply=reply(403, body))) as server,
        pytest.raises(TenantForbade, match="settings:read"),
    ):
        a_reader(server.url).roles()


@pytest.mark.parametrize("opening", ["open_reader", "open_writer"])
def test_the_kind_opens_both_sides(opening: str) -> None:
    """What the entry point names opens a reader or a writer and closes it again."""
    with ScriptedServer(Step(request="GET /me", reply=reply(200, me_json()))) as server:
        kind = SupportKind(quick())
        with getattr(kind, opening)(a_connection(server.url)) as tenant:
            assert tenant.identity()[0].id == "ten_1"


def test_a_reader_has_no_way_to_write() -> None:
    """Whoever only looks is given an object without a single writing method."""
    with SupportKind().open_reader(a_connection("http://127.0.0.1:1/api")) as reader:
        writes = {"create_role", "update_role", "delete_role", "assign_roles", "post", "patch", "put", "delete"}
        assert not writes & {*dir(reader), *dir(reader._http)}
