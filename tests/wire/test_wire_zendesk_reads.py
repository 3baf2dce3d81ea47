"""What Zendesk answers to a look is proved whole or refused, in the fewest requests."""

from __future__ import annotations

import copy

import pytest
from fakes.clock import FakeClock
from fakes.zendesk.api import Reply, ZendeskApi
from fakes.zendesk.recorded import ADMIN, LISTED, RECORDED_HEADERS, list_reply, role_reply
from fakes.zendesk.server import LEAST, Desk, a_zendesk_desk, served
from fakes.zendesk.state import Object, an_account

from reconciler.errors import LiveIncomplete, TenantAnswerUnusable, TenantError, TenantRejected
from reconciler.model.person import PersonId
from reconciler.model.role import RoleId, RoleKind
from reconciler.tenants.shape import Part
from reconciler.tenants.zendesk import KIND
from reconciler.tenants.zendesk_replies import complaint

pytestmark = pytest.mark.sockets

ROLES = "GET /api/v2/custom_roles 200"
EVERYBODY = "GET /api/v2/users?role%5B%5D=admin&role%5B%5D=agent&page%5Bsize%5D=100"


def test_recorded_replies_are_read_as_they_came() -> None:
    """The list of 2021 and the Admin of 2023, with their headers: kinds, what can be edited, counts and gaps."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "custom_roles$", Reply(200, list_reply(), RECORDED_HEADERS), times=9)
        desk.api.interfere("GET", f"custom_roles/{ADMIN.id}", Reply(200, role_reply(), RECORDED_HEADERS))
        catalogue = tenant.catalogue()
        roles = {role.content.name: role for role in tenant.roles()}
        admin = tenant.role(RoleId(str(ADMIN.id)))

    plain = {"Advisor", "Staff", "Team lead"}
    # No role of type 4 is in that list, so the administrators have one that is made up.
    assert set(roles) == {recorded.name for recorded in LISTED} | {"Admin"}
    assert {name for name, role in roles.items() if role.editable} == plain
    assert {name for name, role in roles.items() if role.kind is RoleKind.CUSTOM} == plain
    assert {role.name for role in catalogue.standard_roles} == set(roles) - plain
    assert all(role.content.permissions <= catalogue.keys for role in roles.values())
    assert roles["Advisor"].content.description == LISTED[0].description
    assert [role.user_count for role in roles.values() if role.content.name != "Admin"] == [0] * 6
    assert "manage_roles.all-except-self" in roles["Billing admin"].content.permissions
    assert roles["Admin"].content.permissions == catalogue.keys - {
        key for key in catalogue.keys if key.startswith("unstated.")
    }
    assert admin is not None
    # Nobody counts the administrators who hold another role, or none.
    assert (admin.content.name, admin.user_count, admin.editable) == ("Admin", None, False)
    assert "manage_roles.all" in admin.content.permissions


def test_recorded_error_shapes_are_understood() -> None:
    """Each form that was seen gives its words; anything else is no error of the product."""
    forms: list[tuple[object, tuple[str, str] | None]] = [
        ({"error": "RecordNotFound", "description": "Not found"}, ("RecordNotFound", "Not found")),
        (
            {
                "error": "RecordInvalid",
                "description": "Wrong",
                "details": {"name": [{"description": "taken"}, 3], "x": 1},
            },
            ("RecordInvalid", "Wrong; taken"),
        ),
        ({"errors": [{"title": "Forbidden", "detail": "No access"}]}, ("Forbidden", "No access")),
        ({"error": {"title": "Invalid", "message": "Not there"}}, ("Invalid", "Not there")),
        ({"error": {"title": "Invalid"}}, ("Invalid", "")),
        ({"error": "invalid_token", "error_description": "Ended"}, ("invalid_token", "Ended")),
        ({"error": {"message": "Not there"}}, None),
        ({"errors": ["no object"]}, None),
        ({"errors": []}, None),
        ({"error": ""}, None),
        ([], None),
        (None, None),
    ]
    for body, told in forms:
        found = complaint(body)
        assert (None if found is None else (found.code, found.message)) == told


def test_a_look_costs_what_is_promised() -> None:
    """One request for all roles, counts and the catalogue; 250 holders of one role are three pages, and so are all."""
    with a_zendesk_desk() as desk:
        for number in range(249):
            desk.account.add_user(f"Agent {number}", desk.night)
        night, unused = (RoleId(str(desk.account.named(name)["id"])) for name in ("Night Shift", "Unused"))
        with desk.reader() as tenant:
            tenant.identity()
            tenant.catalogue()
            counts = {role.id: role.user_count for role in tenant.roles()}
            holders = tenant.holders(night)
            assert tenant.holders(unused) == ()
            assert tenant.headcount() is None
            assert holders is not None
            assert (counts[night], len(holders), len({person.id for person in holders})) == (250, 250, 250)
            lines = desk.api.lines()
            assert lines[:3] == ["POST /oauth/tokens 200", "GET /api/v2/users/me 200", ROLES]
            assert [line.partition("&page%5Bafter")[0].removesuffix(" 200") for line in lines[3:]] == [EVERYBODY] * 3

            assert tenant.roles()
            assert desk.api.lines()[len(lines) :] == [ROLES]


def test_people_are_listed_anew_once_a_role_was_read_by_itself() -> None:
    """A count right before a write is of now, and not of the listing that the plan was made from."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        night = RoleId(str(desk.night))
        tenant.roles()
        before = tenant.holders(night)
        desk.account.users[desk.ben]["suspended"] = True

        tenant.role(night)
        after = tenant.holders(night)

        assert before is not None
        assert after is not None
        assert [person.active for person in (*before, *after)] == [True, False]


def test_a_small_role_of_a_large_account_is_asked_for_alone() -> None:
    """One page by role, where everybody would be three."""
    with a_zendesk_desk() as desk:
        unused = desk.account.named("Unused")["id"]
        for number in range(249):
            desk.account.add_user(f"Agent {number}", desk.night)
        with desk.reader() as tenant:
            tenant.roles()
            assert tenant.holders(RoleId(str(unused))) == ()

        assert desk.api.lines()[2:] == [f"GET /api/v2/users?permission_set={unused}&page%5Bsize%5D=100 200"]


ADMINS = "GET /api/v2/users?role%5B%5D=admin&page%5Bsize%5D=100 200"


def test_administrators_of_a_large_account_are_asked_for_alone() -> None:
    """One page by what they are and not by the role that they were given; everybody would be three."""
    with a_zendesk_desk() as desk:
        for number in range(249):
            desk.account.add_user(f"Agent {number}", desk.night)
        added = [desk.account.add_user(name, role, role="admin") for name, role in (("Root", None), ("Bo", desk.night))]
        with desk.reader() as tenant:
            tenant.roles()
            admins = tenant.holders(RoleId(str(ADMIN.id)))

        assert admins is not None
        assert {str(number) for number in added} < {person.id for person in admins}
        assert len(admins) == 3
        assert all(RoleId(str(ADMIN.id)) in person.role_ids for person in admins)
        assert desk.api.lines()[2:] == [ADMINS]


def test_agent_who_was_given_the_role_of_administrators_has_it() -> None:
    """The role counts one more than are administrators, so those who were given it are asked for, too."""
    with a_zendesk_desk() as desk:
        for number in range(249):
            desk.account.add_user(f"Agent {number}", desk.night)
        odd = desk.account.add_user("Odd", ADMIN.id)
        with desk.reader() as tenant:
            tenant.roles()
            admins = tenant.holders(RoleId(str(ADMIN.id)))

        assert admins is not None
        assert str(odd) in {person.id for person in admins}
        assert len(admins) == 2
        assert desk.api.lines()[2:] == [ADMINS, f"GET /api/v2/users?permission_set={ADMIN.id}&page%5Bsize%5D=100 200"]


def test_197_roles_are_listed_and_one_more_is_refused_here() -> None:
    """The list of a full account is one page; a further role is told before it is asked for."""
    with a_zendesk_desk() as desk:
        own = sum(role["role_type"] == 0 for role in desk.account.roles.values())
        for number in range(197 - own):
            desk.account.add_role(f"Extra {number}", LEAST)
        with desk.reader() as tenant:
            roles = tenant.roles()
            content = next(role.content for role in roles if role.content.name == "Unused")
            assert len([role for role in roles if role.kind is RoleKind.CUSTOM]) == 197
            (objection,) = tenant.objections(
                None, content.__class__(name="New", description="", permissions=content.permissions)
            )
            assert "at most 197 custom roles" in objection


def test_a_list_of_several_pages_is_one_list() -> None:
    """Undocumented, and followed where the product does it all the same."""
    with a_zendesk_desk(roles_page=4) as desk, desk.reader() as tenant:
        assert len(tenant.roles()) == 9
        assert desk.api.lines()[1:] == [ROLES, *(f"GET /api/v2/custom_roles?page={n} 200" for n in (2, 3))]


def test_a_list_without_a_count_is_believed_when_it_names_no_further_page() -> None:
    """`count` is recorded but not documented."""
    with a_zendesk_desk(page_names_total=False) as desk, desk.reader() as tenant:
        assert len(tenant.roles()) == 9


LISTED_ONCE = list_reply()


def altered(**fields: object) -> Object:
    """Give the recorded list with other fields."""
    return {**copy.deepcopy(LISTED_ONCE), **fields}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (altered(count=7), LiveIncomplete),
        (altered(next_page="https://desk.zendesk.com/api/v2/custom_roles.json?page=2"), LiveIncomplete),
        (altered(custom_roles=[LISTED[0].role()] * 2, count=2), LiveIncomplete),
        (altered(custom_roles={}), TenantAnswerUnusable),
        ({"custom_roles": []}, TenantAnswerUnusable),
        (altered(custom_roles=[{**LISTED[0].role(), "team_member_count": None}], count=1), TenantAnswerUnusable),
        (altered(custom_roles=[{**LISTED[0].role(), "configuration": None}], count=1), TenantAnswerUnusable),
        (altered(custom_roles=[{**LISTED[0].role(), "id": "7"}], count=1), TenantAnswerUnusable),
    ],
)
def test_a_list_that_does_not_prove_itself_is_refused(body: Object, error: type[TenantError]) -> None:
    """Fewer roles than counted, the same page again and again, a role twice, or another shape: nothing is guessed."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "custom_roles", Reply(200, body), times=50)
        with pytest.raises(error):
            tenant.roles()


def test_an_account_without_custom_roles_is_told_so() -> None:
    """The plan of the account lacks them."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "custom_roles", Reply(404, {"error": "RecordNotFound", "description": "Not found"}))
        with pytest.raises(TenantRejected, match="Enterprise"):
            tenant.roles()


def test_null_texts_and_absent_addresses_are_empty() -> None:
    """A role without a description and a user without an address are still a role and a user."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        desk.account.roles[desk.night]["description"] = None
        desk.account.users[desk.ben]["email"] = None
        night = tenant.role(RoleId(str(desk.night)))
        assert night is not None
        assert night.content.description == ""
        contacts = tenant.contacts(night.id)
        assert contacts is not None
        assert [(contact.name, contact.email) for contact in contacts] == [("Ben", "")]


def test_suspended_people_hold_their_role_and_do_not_count() -> None:
    """They can do nothing, and keep what they have."""
    with a_zendesk_desk() as desk:
        desk.account.users[desk.ben]["suspended"] = True
        with desk.reader() as tenant:
            holders = tenant.holders(RoleId(str(desk.night)))

    assert holders is not None
    assert [(person.id, person.counts) for person in holders] == [(PersonId(str(desk.ben)), False)]


def users(*numbers: int, more: bool = False, after: str = "x") -> Reply:
    """Give a page of people who have the night shift."""
    page = [
        {"id": n, "name": "A", "email": None, "role": "agent", "custom_role_id": 7, "active": True, "suspended": False}
        for n in numbers
    ]
    return Reply(200, {"users": page, "meta": {"has_more": more, "after_cursor": after}})


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([users(1, 2, more=True), users(2, 3)], "somebody came twice"),
        ([users(1, more=True), users(2, more=True)], "round in a circle"),
        ([users(1, more=True), users(more=True, after="y")], "round in a circle"),
    ],
)
def test_pages_that_do_not_add_up_are_read_once_more_and_refused(pages: list[Reply], words: str) -> None:
    """A listing that goes wrong twice is incomplete; one that goes wrong once is read again."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        tenant.roles()
        for page in pages * 2:
            desk.api.interfere("GET", "/users", page)
        with pytest.raises(LiveIncomplete, match=words):
            tenant.find_person("nobody@desk.example")
        for page in pages:
            desk.api.interfere("GET", "/users", page)
        assert tenant.find_person("nobody@desk.example") is None


def test_endless_pages_end_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages are promised."""
    monkeypatch.setattr("reconciler.tenants.zendesk_people.MAX_PAGES", 3)
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        for number in range(6):
            desk.api.interfere("GET", "/users", users(number, more=True, after=f"c{number}"))
        with pytest.raises(LiveIncomplete, match="more than 3 pages"):
            tenant.find_person("nobody@desk.example")


def test_somebody_with_another_role_in_a_listing_by_role_is_refused() -> None:
    """Then the filter was not applied."""
    with a_zendesk_desk() as desk:
        unused = desk.account.named("Unused")["id"]
        for number in range(249):
            desk.account.add_user(f"Agent {number}", desk.night)
        with desk.reader() as tenant:
            tenant.roles()
            desk.api.interfere("GET", "permission_set", users(5))
            with pytest.raises(TenantAnswerUnusable, match="does not hold"):
                tenant.holders(RoleId(str(unused)))


def test_fewer_people_than_the_role_counts_are_not_everybody() -> None:
    """Read again against a new count; a role that lost somebody meanwhile is no fault."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        tenant.roles()
        night = RoleId(str(desk.night))
        empty = Reply(200, {"users": [], "meta": {"has_more": False, "after_cursor": None}})
        desk.api.interfere("GET", "/users", empty, times=2)
        with pytest.raises(LiveIncomplete, match="counts 1 people"):
            tenant.holders(night)

        number = desk.account.named("Unused")["id"]
        assert isinstance(number, int)
        desk.account.update_user(desk.ben, {"custom_role_id": number})
        assert tenant.holders(night) == ()
        desk.account.delete(desk.night)
        tenant._people.forget()
        assert tenant.holders(night) == ()


def test_people_whom_the_key_may_not_list_are_unknown() -> None:
    """A 403 is None, and never nobody."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "/users", Reply(403, {"errors": [{"title": "Forbidden", "detail": "No"}]}), times=2)

        assert tenant.holders(RoleId(str(desk.night))) is None
        assert tenant.contacts(RoleId(str(desk.night))) is None


def test_holders_of_no_role_are_an_error() -> None:
    """A role that does not exist has no list of holders, not an empty one."""
    with a_zendesk_desk() as desk, desk.reader() as tenant, pytest.raises(TenantRejected, match="not in the account"):
        tenant.holders(RoleId("12"))


def test_people_are_found_by_address_and_twice_is_nobody() -> None:
    """Ignoring case; an address that two people have is an error."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        found = tenant.find_person("BEN@desk.example")
        assert found is not None
        assert found.id == str(desk.ben)
        desk.account.users[desk.account.add_user("Ben Two", desk.night)]["email"] = "ben@desk.example"
        tenant._people.forget()
        with pytest.raises(TenantAnswerUnusable, match="two users"):
            tenant.find_person("ben@desk.example")


def test_another_thing_than_was_asked_for_is_unusable() -> None:
    """A role or a user with another id is no answer."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "custom_roles/1", Reply(200, role_reply()))
        with pytest.raises(TenantAnswerUnusable, match="id that was asked for"):
            tenant.role(RoleId("1"))
        user = {**desk.account.users[desk.ben]}
        desk.api.interfere("GET", "users/1", Reply(200, {"user": user}))
        with pytest.raises(TenantAnswerUnusable, match="id that was asked for"):
            tenant.person(PersonId("1"))
        assert tenant.person(PersonId("ben")) is None
        assert tenant.role(RoleId("night")) is None


def test_administrators_without_a_role_of_the_list_are_counted() -> None:
    """An account from before Admin was listed: its administrators hold a role that is made up, which nobody edits."""
    account = an_account()
    del account.roles[ADMIN.id]
    ada = account.add_user("Ada", None, role="admin")
    account.add_user("Old", None)
    with served(ZendeskApi(account, FakeClock(), ada)) as (api, url):
        desk = Desk(api, url, api.clock, 0, ada)
        with desk.reader() as tenant:
            _, own = tenant.identity()
            admin = next(role for role in tenant.roles() if role.content.name == "Admin")
            assert own.role_ids == {admin.id}
            assert (admin.kind, admin.editable, admin.user_count) == (RoleKind.STANDARD, False, None)
            assert tenant.role(admin.id) == admin
            holders = tenant.holders(admin.id)
            assert holders is not None
            assert [person.id for person in holders] == [str(ada)]


def test_the_kind_ships_the_table() -> None:
    """A lock to start from, without a tenant."""
    catalogue = KIND.shipped_catalogue()

    assert catalogue is not None
    assert catalogue.role_administration in catalogue.keys
    assert {"ticket_access.all", "tickets.ticket_merge", "unstated.ticket_merge"} <= catalogue.keys


def test_the_limit_is_never_met() -> None:
    """Many more reads than a minute allows, and not one 429; where others use the limit up, the wait is obeyed."""
    clock = FakeClock()
    with a_zendesk_desk(clock, per_minute=20) as desk, desk.reader() as tenant:
        for _ in range(60):
            tenant.person(PersonId(str(desk.ben)))
        assert {asked.status for asked in desk.api.log} == {200}

        desk.api.interfere("GET", "users", Reply(429, {"error": "TooManyRequests"}, {"Retry-After": "40"}))
        tenant.person(PersonId(str(desk.ben)))
        assert 40.0 in clock.sleeps


@pytest.mark.parametrize("status", [409, 503])
def test_conflicts_and_faults_of_reads_are_tried_again(status: int) -> None:
    """Both pass by themselves."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("GET", "custom_roles", Reply(status, {"error": "DatabaseConflict"}))

        assert tenant.roles()


def test_what_is_null_and_what_is_absent_can_be_left_open() -> None:
    """Some keys of a reply are optional, and null says as little."""
    part = Part({"a": None, "b": 1}, "a test")

    assert part.optional("a") is None
    assert part.optional("c") is None
