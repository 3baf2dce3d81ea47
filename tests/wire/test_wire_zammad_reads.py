"""Reading a Zammad: what it hides is told apart from what is not there, and its lists are proved whole."""

from __future__ import annotations

import pytest
from fakes.clock import FakeClock
from fakes.support import quick
from fakes.zammad.calls import Reply, Token
from fakes.zammad.server import NEEDED, SECRET, a_connection, a_zammad_desk

from reconciler.errors import (
    LiveIncomplete,
    TenantAnswerUnusable,
    TenantForbade,
    TenantRefusedKey,
    TenantRejected,
    UsageProblem,
)
from reconciler.model.permission import WHOLE
from reconciler.model.person import PersonId
from reconciler.model.role import LiveRole, RoleId
from reconciler.tenants.strict_json import Json
from reconciler.tenants.zammad import kind
from reconciler.tenants.zammad_reading import ZammadReader

pytestmark = pytest.mark.sockets

VERSIONS = [(5, 5), (6, 5), (7, 3)]
USERS, SEARCH, ROLES = "GET /users 200", "GET /users/search 200", "GET /roles 200"


def role(tenant: ZammadReader, name: str) -> LiveRole:
    """Give the role of a name."""
    return next(role for role in tenant.roles() if role.content.name == name)


def test_plan_costs_five_requests_and_one_for_all_people() -> None:
    """However many roles are asked for, one list of everybody serves them all, where that is less than 500 people."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        tenant.identity()
        tenant.catalogue()
        roles = tenant.roles()
        for live in roles:
            assert tenant.holders(live.id) is not None
        tenant.headcount()
        assert desk.api.lines() == [
            "GET /users/me 200",
            "GET /user_access_token 200",
            "GET /version 403",
            "GET /groups 200",
            ROLES,
            USERS,
        ]


def test_people_are_listed_anew_after_a_role_was_read_anew() -> None:
    """Whoever counts administrators again before a write is told who is one now."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        admin = role(tenant, "Admin")
        assert [person.id for person in tenant.holders(admin.id) or ()] == ["3"]
        desk.server.add_user("Eve", "Admin")
        assert [person.id for person in tenant.holders(admin.id) or ()] == ["3"]
        assert tenant.role(admin.id) == admin
        assert [person.id for person in tenant.holders(admin.id) or ()] == ["3", "5"]


@pytest.mark.parametrize("version", VERSIONS)
def test_people_of_a_large_server_are_listed_by_role(version: tuple[int, int]) -> None:
    """Of more than 500 only those with the role, 200 at a time; one request says that there are so many."""
    with a_zammad_desk(version) as desk, desk.reader() as tenant:
        server = desk.server
        for number in range(700):
            server.add_user(f"U{number}", "Night Shift" if number % 3 == 0 else "Customer")
        night, unused = role(tenant, "Night Shift"), role(tenant, "Unused")
        desk.api.log.clear()
        holders = tenant.holders(night.id)
        assert tenant.holders(unused.id) == ()
        assert holders is not None
        assert len(holders) == 1 + 234
        assert [person.id for person in holders] == sorted(person.id for person in holders)
        assert desk.api.lines() == [USERS, SEARCH, SEARCH, SEARCH]


@pytest.mark.parametrize(("people", "pages"), [(40, 1), (60, 2), (498, 2)])
def test_list_that_may_have_been_cut_is_proved_by_what_is_behind_it(people: int, pages: int) -> None:
    """Fewer than 50 are never cut; of more, the place behind the last is asked for."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        for number in range(people - len(desk.server.users)):
            desk.server.add_user(f"U{number}", "Night Shift")
        night = role(tenant, "Night Shift")
        desk.api.log.clear()
        holders = tenant.holders(night.id)
        assert holders is not None
        assert (len(holders), desk.api.lines()) == (people - 3, [USERS] * pages)


@pytest.mark.parametrize("name", ["roles", "groups"])
def test_list_that_is_cut_is_read_in_small_pages(name: str) -> None:
    """A server that gives 60 at once has all its roles and groups listed."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.api.most[name] = 60
        for number in range(140):
            desk.server.add_role(f"Extra {number}")
            desk.server.groups[number + 3] = f"Group {number}"
        assert len(tenant.roles()) == 145
        assert len([c for c in tenant.catalogue().categories if c.family == "groups"]) == 142


def test_people_are_searched_where_the_list_of_everybody_is_cut() -> None:
    """Nobody is taken to be missing because a list was."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.api.most |= {"users": 60, "search": 55}
        for number in range(140):
            desk.server.add_user(f"U{number}", "Night Shift")
        holders = tenant.holders(role(tenant, "Night Shift").id)
        assert holders is not None
        assert len(holders) == 141
        found = tenant.find_person("u139@example.com")
        assert found is not None


def test_list_that_cannot_be_proved_whole_is_an_error() -> None:
    """Something that is listed twice, and a page with more than was asked for, are never taken for the list."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        for number in range(600):
            desk.server.add_role(f"Extra {number}")
        shown: Json = [{"id": 1}, {"id": 1}]
        desk.api.interfere("GET", "/groups", Reply(200, shown), times=2)
        with pytest.raises(LiveIncomplete, match="came twice"):
            tenant.roles()
        desk.api.most["roles"] = 55
        desk.api.interfere("GET", "page=2$", Reply(200, [{"id": 1}]), times=1)
        with pytest.raises(LiveIncomplete):
            tenant.roles()
    with a_zammad_desk() as desk, desk.reader() as tenant:
        many: Json = [{"id": number} for number in range(501)]
        desk.api.interfere("GET", "/roles", Reply(200, many), times=2)
        with pytest.raises(LiveIncomplete, match="a page of 500 has 501"):
            tenant.roles()


def test_token_that_may_read_nobody_is_not_believed() -> None:
    """200 with the own user alone: holders are unknown, not nobody; an address cannot be looked for."""
    with a_zammad_desk(token=("admin.role", "admin.group", "user_preferences.access_token")) as desk:
        with desk.reader() as tenant:
            night = role(tenant, "Night Shift")
            assert tenant.holders(night.id) is None
            assert tenant.contacts(night.id) is None
            told = tenant.capabilities()
            assert (told.reads_people, told.writes_people) == (False, False)
            with pytest.raises(TenantForbade):
                tenant.find_person("ben@example.com")
        assert [line for line in desk.api.lines() if line == USERS] == [USERS]


@pytest.mark.parametrize("lacking", ["admin.role", "admin.group", "user_preferences.access_token"])
def test_missing_right_is_named(lacking: str) -> None:
    """The server only says that one is missing; the fix says which."""
    with a_zammad_desk(token=tuple(name for name in NEEDED if name != lacking)) as desk, desk.reader() as tenant:
        with pytest.raises(TenantForbade) as told:
            tenant.catalogue()
        assert lacking in told.value.fix


@pytest.mark.parametrize("version", [(5, 4), (4, 9), (8, 0)])
def test_unknown_version_is_refused(version: tuple[int, int]) -> None:
    """Where the token may ask for it."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "/version", Reply(200, {"version": f"{version[0]}.{version[1]}.0"}))
        with pytest.raises(TenantRejected, match=f"this is Zammad {version[0]}.{version[1]}"):
            tenant.roles()


def test_version_that_is_none_is_refused() -> None:
    """A text without numbers says nothing."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "/version", Reply(200, {"version": "stable"}))
        with pytest.raises(TenantAnswerUnusable, match="a version"):
            tenant.roles()


def test_server_that_shows_no_version_at_all_is_refused() -> None:
    """Neither the version nor a permission by which one could tell."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "/user_access_token", Reply(200, {"permissions": []}))
        with pytest.raises(TenantRejected, match="say which Zammad this is"):
            tenant.roles()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("token", [NEEDED, (*NEEDED, "admin")])
def test_catalogue_is_that_of_the_version(version: tuple[int, int], token: tuple[str, ...]) -> None:
    """By the version that is told, or by what is listed: the same permissions, and the hidden one for customers."""
    with a_zammad_desk(version, token=token) as desk, desk.reader() as tenant:
        catalogue = tenant.catalogue()
        assert ("GET /version 200" in desk.api.lines()) is ("admin" in token)
        plain = {key for key in catalogue.keys if "/" not in key}
        names = {name for name in desk.server.permissions if name not in {"ticket", "chat", "cti", "knowledge_base"}}
        whole = {"admin": f"admin.{WHOLE}", "user_preferences": f"user_preferences.{WHOLE}", "report": "report.access"}
        assert plain == {whole.get(name, name) for name in names}
        assert catalogue.role_administration == "admin.role"


def test_permission_that_is_switched_off_permits_nothing() -> None:
    """It is not listed though the account has what is above it; one that was made here is listed and sensitive."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.server.extra = {"admin.moon": 900, "admin.moon.far": 901, "sun": 902}
        desk.server.inactive = {"admin.trigger"}
        desk.server.add_role("Odd", ("admin.trigger", "admin.moon", "sun"))
        catalogue = tenant.catalogue()
        assert role(tenant, "Odd").content.permissions == {"admin.moon", "admin.moon-far", "sun.access"}
        assert "admin.trigger" not in catalogue.keys
        assert catalogue.is_sensitive("admin.moon")
        assert catalogue.by_key["admin.moon"].implies == ("admin.moon-far",)


@pytest.mark.parametrize("name", ["Admin.User", "groups.all", "groups", "admin.mo on", "admin.a-b.c"])
def test_permission_that_no_file_can_say_is_an_error(name: str) -> None:
    """Nothing is left out without a word."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.server.extra = {name: 900, "admin.a.b-c": 901, "admin.a-b-c": 902}
        desk.server.add_role("Odd", (name, "admin.a-b-c"))
        with pytest.raises(TenantAnswerUnusable):
            tenant.roles()


def test_inactive_role_is_no_live_role_and_people_have_nothing_through_it() -> None:
    """It is left out of the list, of what one person holds, and is None alone."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        night, customer = desk.server.named("Night Shift"), desk.server.named("Customer")
        desk.server.users[desk.ben].roles.add(customer.id)
        night.active = False
        assert "Night Shift" not in [live.content.name for live in tenant.roles()]
        assert tenant.role(RoleId(str(night.id))) is None
        ben = tenant.person(PersonId(str(desk.ben)))
        assert ben is not None
        assert ben.role_ids == {str(customer.id)}


def test_access_word_that_nobody_knows_is_kept_and_told() -> None:
    """The server stores any word; the catalogue has it, and a word that is no key goes by a digest."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.server.named("Unused").groups = {1: ["read", "fly"], 2: ["Fly Far", "everything"]}
        found = {key for key in role(tenant, "Unused").content.permissions if key.startswith("groups/")}
        assert {"groups/Users.read", "groups/Users.fly"} <= found
        assert len([key for key in found if key.startswith("groups/Sales.as-")]) == 2
        assert found <= tenant.catalogue().keys


def test_groups_are_members_by_name_and_inactive_ones_are_left_out() -> None:
    """A dot in a name is no dot in a key; a group that is inactive counts for nothing."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.server.groups |= {3: "Sales::Tier 1", 4: "v1.2/EU", 5: "Old"}
        desk.server.inactive_groups = {5}
        desk.server.named("Unused").groups = {4: ["full"], 5: ["read"]}
        found = {key for key in role(tenant, "Unused").content.permissions if key.startswith("groups/")}
        assert found == {f"groups/v1%2E2%2FEU.{word}" for word in ("read", "create", "change", "overview", "full")}
        keys = [category.key for category in tenant.catalogue().categories if category.family]
        assert keys == ["groups/Sales", "groups/Sales::Tier 1", "groups/Users", "groups/v1%2E2%2FEU"]


def test_person_is_found_by_address_and_told_by_name() -> None:
    """In any case; two with one address are an error, and the product's own user has none."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        found = tenant.find_person("BEN@example.com")
        assert found is not None
        assert found.id == str(desk.ben)
        assert tenant.find_person("nobody@example.com") is None
        assert tenant.find_person("nobody") is None
        contacts = tenant.contacts(role(tenant, "Night Shift").id)
        assert contacts is not None
        assert [(contact.name, contact.email) for contact in contacts] == [("Ben", "ben@example.com")]
        desk.server.add_user("Ben", "Unused")
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.server.add_user("Ben", "Unused")
        with pytest.raises(TenantAnswerUnusable, match="two users"):
            tenant.find_person("ben@example.com")


@pytest.mark.parametrize(("path", "shown"), [("/roles/4", {"id": 5}), ("/users/4", {"id": 5})])
def test_something_else_than_was_asked_for_is_an_error(path: str, shown: Json) -> None:
    """A role or a person of another id is not taken for the one."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        full = {"name": "A", "note": None, "active": True, "default_at_signup": False, "permissions": [], "groups": {}}
        desk.api.interfere("GET", path, Reply(200, {**full, **(shown if isinstance(shown, dict) else {})}))
        with pytest.raises(TenantAnswerUnusable, match="id"):
            tenant.role(RoleId("4")) if "roles" in path else tenant.person(PersonId("4"))


def test_search_that_answers_others_is_an_error() -> None:
    """Somebody without the role is not taken for a holder."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        for number in range(600):
            desk.server.add_user(f"U{number}", "Customer")
        night = role(tenant, "Night Shift")
        desk.api.interfere("GET", "/users/search", Reply(200, [{"id": 7, "role_ids": [1], "active": True}]))
        with pytest.raises(TenantAnswerUnusable, match="without the role"):
            tenant.holders(night.id)


def test_list_of_permissions_with_one_twice_is_an_error() -> None:
    """It could mean two things."""
    entry: Json = {"name": "admin", "active": True, "allow_signup": False, "preferences": {}}
    with a_zammad_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "/user_access_token", Reply(200, {"permissions": [entry, entry]}))
        with pytest.raises(TenantAnswerUnusable, match="comes twice"):
            tenant.roles()


def test_key_that_is_refused_and_address_with_a_path_are_told() -> None:
    """The key is in no text, and an address that would lead past the interface is refused before anything is asked."""
    with a_zammad_desk() as desk:
        wrong = a_connection(desk.url, FakeClock(), "zm_token_another_one_0123")
        with kind(quick()).open_reader(wrong) as tenant, pytest.raises(TenantRefusedKey) as told:
            tenant.identity()
        assert "another_one" not in told.value.detail
        path = a_connection(f"{desk.url}/api/v1", FakeClock())
        with pytest.raises(UsageProblem, match="no path"), kind(quick()).open_reader(path):
            pass


def test_agent_of_an_organization_sees_part_of_it_and_is_not_believed() -> None:
    """A list with others in it, and without the user that every server has, is not everybody."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        night = role(tenant, "Night Shift")
        some: Json = [{"id": 3, "role_ids": [1], "active": True}, {"id": 4, "role_ids": [4], "active": True}]
        desk.api.interfere("GET", "/users", Reply(200, some))
        assert tenant.holders(night.id) is None
        assert desk.api.tokens[SECRET] == Token(3, NEEDED)
