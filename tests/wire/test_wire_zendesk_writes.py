"""Writes to Zendesk: what differs and nothing else, after a second look, and every answer told for what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.clock import FakeClock
from fakes.zendesk.api import Asked, Reply
from fakes.zendesk.recorded import ADMIN, LISTED
from fakes.zendesk.server import LEAST, Desk, a_zendesk_desk
from fakes.zendesk.state import Object

from reconciler.errors import WriteConflict, WriteRefused, WriteUnclear
from reconciler.model.permission import PermissionSet
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.tenants.zendesk import ZendeskWriter
from reconciler.tenants.zendesk_reading import ZendeskReader

pytestmark = pytest.mark.sockets


def role(tenant: ZendeskReader, name: str) -> LiveRole:
    """Give the role of a name."""
    return next(role for role in tenant.roles() if role.content.name == name)


def written(desk: Desk) -> list[Asked]:
    """Give every request that could have changed something."""
    return [asked for asked in desk.api.log if asked.method != "GET" and not asked.target.startswith("/oauth")]


def with_permissions(live: LiveRole, *added: str) -> RoleContent:
    """Give the content of a role with more permissions."""
    permissions: PermissionSet = live.content.permissions | frozenset(added)
    return replace(live.content, permissions=permissions)


def test_only_what_differs_is_sent_and_everything_else_stays() -> None:
    """The name alone; then two keys alone, beside keys nobody knows and keys that the role never stated."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        configuration = desk.account.roles[LISTED[1].id]["configuration"]
        assert isinstance(configuration, dict)
        configuration |= {"later": "some", "custom_objects": {"a": {"scopes": ["read"]}}}
        kept = dict(configuration)
        staff = role(tenant, "Staff")
        tenant.update_role(staff, replace(staff.content, name="Employees"))
        staff = role(tenant, "Employees")
        tenant.update_role(staff, with_permissions(staff, "tickets.ticket_merge", "explore_access.edit"))
        staff = role(tenant, "Employees")
        tenant.update_role(staff, staff.content)

        sent: Object = {"explore_access": "edit", "ticket_merge": True}
        assert [asked.body for asked in written(desk)] == [
            {"custom_role": {"name": "Employees"}},
            {"custom_role": {"configuration": sent}},
        ]
        assert desk.account.named("Employees")["configuration"] == {**kept, **sent}


@pytest.mark.parametrize("merges", [True, False])
def test_custom_objects_end_as_wanted_whether_they_merge_or_not(merges: bool) -> None:
    """Sent whole, with no scopes for what is to be gone."""
    with a_zendesk_desk(nested_merges=merges) as desk, desk.writer() as tenant:
        configuration = desk.account.roles[desk.night]["configuration"]
        assert isinstance(configuration, dict)
        configuration["custom_objects"] = {"a": {"scopes": ["read", "update"]}, "b": {"scopes": ["read"]}}
        live = role(tenant, "Night Shift")
        wanted = live.content.permissions - {"custom_objects/a.update", "custom_objects/b.read"}
        tenant.update_role(live, replace(live.content, permissions=wanted))

        assert role(tenant, "Night Shift").content.permissions == wanted
        (put,) = written(desk)
        assert put.body == {
            "custom_role": {"configuration": {"custom_objects": {"a": {"scopes": ["read"]}, "b": {"scopes": []}}}}
        }


@pytest.mark.parametrize("status", [200, 201])
def test_a_role_is_created_with_every_key_that_the_account_states(status: int) -> None:
    """Both statuses that the vendor's pages promise count; no read-only key is sent, so none can be refused."""
    with a_zendesk_desk(created_status=status, read_only_refused=True) as desk, desk.writer() as tenant:
        content = replace(role(tenant, "Unused").content, name="Evening", description="Late")
        role_id = tenant.create_role(content)

        created = tenant.role(role_id)
        assert created is not None
        assert created.content == content
        (post,) = written(desk)
        sent = {key: value for key, value in LEAST.items() if key != "organization_notes_editing"}
        assert post.body == {"custom_role": {"name": "Evening", "description": "Late", "configuration": sent}}


def test_a_new_writer_reads_what_it_needs_to_create() -> None:
    """Which keys the account states is read first where nothing was read yet."""
    with a_zendesk_desk() as desk:
        with desk.reader() as reader:
            content = replace(role(reader, "Unused").content, name="Evening")
        with desk.writer() as tenant:
            tenant.create_role(content)

        assert desk.account.named("Evening")["team_member_count"] == 0


@pytest.mark.parametrize(
    "name", ["AGENT", "light-agent", "Administrator", "night shift", "Night-Shift", "contributor "]
)
def test_reserved_and_near_names_are_refused_before_the_call(name: str) -> None:
    """Whatever the case and whatever stands between the letters."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        content = role(tenant, "Unused").content
        with pytest.raises(WriteRefused, match=r"Zendesk (keeps the name|has a role)"):
            tenant.create_role(replace(content, name=name))
        with pytest.raises(WriteRefused, match=r"Zendesk (keeps the name|has a role)"):
            tenant.update_role(role(tenant, "Staff"), replace(role(tenant, "Staff").content, name=name))

        assert written(desk) == []


def test_a_name_may_change_in_form_only() -> None:
    """A role is not too near to itself."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Night Shift")
        tenant.update_role(live, replace(live.content, name="NIGHT-SHIFT"))

        assert desk.account.named("NIGHT-SHIFT")["id"] == desk.night


def test_a_role_near_a_system_role_keeps_its_description() -> None:
    """Until it is renamed; its permissions can change."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        desk.account.add_role("Light Agent!", LEAST)
        live = role(tenant, "Light Agent!")
        with pytest.raises(WriteRefused, match="takes no new description"):
            tenant.update_role(live, replace(live.content, description="New"))
        tenant.update_role(live, with_permissions(live, "tickets.ticket_merge"))

        assert len(written(desk)) == 1


@pytest.mark.parametrize("recorded", [ADMIN, LISTED[3], LISTED[5]], ids=lambda recorded: recorded.name)
def test_system_roles_are_never_written_to(recorded: object) -> None:
    """Neither changed nor deleted, and not even asked."""
    assert isinstance(recorded, type(ADMIN))
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, recorded.name)
        with pytest.raises(WriteRefused, match="role of the product"):
            tenant.update_role(live, replace(live.content, description="Other"))
        with pytest.raises(WriteRefused, match="role of the product"):
            tenant.delete_role(live)

        assert written(desk) == []


def test_a_conflict_is_seen_in_the_keys_that_nobody_knows_too() -> None:
    """Whatever somebody wrote meanwhile is kept, also there and back."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        number = int(live.id)
        desk.account.update(number, {"configuration": {"later": "some"}})
        with pytest.raises(WriteConflict):
            tenant.update_role(live, replace(live.content, description="Late"))
        with pytest.raises(WriteConflict):
            tenant.delete_role(live)
        live = role(tenant, "Unused")
        desk.account.update(number, {"name": "Other"})
        desk.account.update(number, {"name": "Unused"})
        with pytest.raises(WriteConflict):
            tenant.update_role(live, replace(live.content, description="Late"))

        assert written(desk) == []


@pytest.mark.parametrize("touches", [True, False])
def test_a_role_is_deleted_once_its_people_are_elsewhere(touches: bool) -> None:
    """Whether or not moving them touches the moment of its last change."""
    with a_zendesk_desk(moving_touches_role=touches) as desk, desk.writer() as tenant:
        night, unused = role(tenant, "Night Shift"), role(tenant, "Unused")
        ben = tenant.person(PersonId(str(desk.ben)))
        assert ben is not None
        with pytest.raises(WriteRefused, match="in use: 1 people"):
            tenant.delete_role(night)
        tenant.assign_roles(ben, frozenset({unused.id}))
        tenant.delete_role(night)

        assert desk.night not in desk.account.roles
        assert [asked.line for asked in written(desk)] == [
            f"PUT /api/v2/users/{desk.ben} 200",
            f"DELETE /api/v2/custom_roles/{desk.night} 204",
        ]
        assert written(desk)[0].body == {"user": {"custom_role_id": int(unused.id)}}


@pytest.mark.parametrize("status", [422, 400, 403])
def test_a_role_that_got_somebody_at_the_last_moment_is_kept(status: int) -> None:
    """The product's own refusal is a clear no, whatever its status."""
    with a_zendesk_desk(in_use_status=status) as desk, desk.writer() as tenant:
        night = role(tenant, "Night Shift")
        shown = {**desk.account.named("Night Shift"), "team_member_count": 0}
        desk.api.interfere("GET", f"custom_roles/{desk.night}", Reply(200, {"custom_role": shown}))
        with pytest.raises(WriteRefused, match="assigned to one or more agents"):
            tenant.delete_role(night)

        assert desk.night in desk.account.roles


def test_the_198th_role_is_refused_by_both() -> None:
    """Here where the list tells it, and by the product where somebody was faster."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        content = role(tenant, "Unused").content
        own = sum(one["role_type"] == 0 for one in desk.account.roles.values())
        for number in range(197 - own):
            desk.account.add_role(f"Extra {number}", LEAST)
        with pytest.raises(WriteRefused, match="422: RecordInvalid"):
            tenant.create_role(replace(content, name="Evening"))
        tenant.roles()
        with pytest.raises(WriteRefused, match="at most 197"):
            tenant.create_role(replace(content, name="Evening"))

        assert len(written(desk)) == 1


def test_what_no_configuration_says_is_refused_unsent() -> None:
    """A permission nobody knows, and a key that would be left out again."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        for permission in ("tickets.teleport", "ticket_access.as-0123456789ab", "custom_objects/new.fly"):
            with pytest.raises(WriteRefused, match="no permission"):
                tenant.update_role(live, with_permissions(live, permission))
            with pytest.raises(WriteRefused, match="no permission"):
                tenant.create_role(replace(with_permissions(live, permission), name="Evening"))
        with pytest.raises(WriteRefused, match="cannot be taken back"):
            tenant.update_role(live, with_permissions(live, "unstated.ticket_merge"))

        assert written(desk) == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(409, {"error": "DatabaseConflict", "description": "Two writes met"}), WriteUnclear),
        (Reply(503, {"error": "Down"}, {"Retry-After": "9"}), WriteUnclear),
        (Reply(429, {"error": "TooManyRequests"}, {"Retry-After": "9"}), WriteUnclear),
        (None, WriteUnclear),
        (Reply(200, {"custom_role": {"id": 1}}), WriteUnclear),
        (Reply(200, {}), WriteUnclear),
        (Reply(202, {}), WriteUnclear),
        (Reply(422, {"error": "RecordInvalid", "description": "No"}), WriteRefused),
        (Reply(403), WriteRefused),
        (Reply(404, {"error": "RecordNotFound", "description": "Not found"}), WriteRefused),
    ],
)
@pytest.mark.parametrize("call", ["update", "create", "delete", "assign"])
def test_every_answer_to_a_write_is_told_for_what_it_is(call: str, reply: Reply | None, error: type[Exception]) -> None:
    """Two writes that met, a busy product, no answer and an odd one are unclear; the others are a clear no."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        ben = tenant.person(PersonId(str(desk.ben)))
        assert ben is not None
        for method in ("PUT", "POST", "DELETE"):
            desk.api.interfere(method, "api", reply)
        writes = {
            "update": lambda: tenant.update_role(live, replace(live.content, description="Late")),
            "create": lambda: tenant.create_role(replace(live.content, name="Evening")),
            "delete": lambda: tenant.delete_role(live),
            "assign": lambda: tenant.assign_roles(ben, frozenset({live.id})),
        }
        with pytest.raises(error) as caught:
            writes[call]()

        assert len(written(desk)) == 1
        if reply is not None and "Retry-After" in reply.headers:
            assert isinstance(caught.value, WriteUnclear)
            assert caught.value.retry_after == 9.0


def test_what_cannot_be_read_before_a_write_refuses_it() -> None:
    """Nothing was sent, so it is no unclear answer."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        desk.api.interfere("GET", "custom_roles", Reply(403))
        with pytest.raises(WriteRefused, match="403"):
            tenant.update_role(live, replace(live.content, description="Late"))
        desk.account.delete(int(live.id))
        with pytest.raises(WriteRefused, match="gone"):
            tenant.delete_role(live)

        assert written(desk) == []


def test_people_get_one_role_that_agents_can_have() -> None:
    """Not two, not none, none that makes administrators, none that is gone; and administrators keep theirs."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        unused, admin = role(tenant, "Unused"), role(tenant, "Admin")
        ben, ada = (tenant.person(PersonId(str(number))) for number in (desk.ben, min(desk.account.users)))
        assert ben is not None
        assert ada is not None
        refused = [
            (ben, {unused.id, *ben.role_ids}, "exactly one role"),
            (ben, set(), "exactly one role"),
            (ben, {admin.id}, "makes administrators"),
            (ben, {RoleId("12")}, "not in the account"),
            (ada, {unused.id}, "no agent"),
        ]
        for person, role_ids, words in refused:
            with pytest.raises(WriteRefused, match=words):
                tenant.assign_roles(person, frozenset(role_ids))
        assert written(desk) == []

        tenant.assign_roles(ben, frozenset({role(tenant, "Light agent").id}))
        assert desk.account.named("Light agent")["team_member_count"] == 1


@pytest.mark.parametrize("may", ["none", "readonly"])
def test_agent_who_does_not_manage_the_team_moves_nobody(may: str) -> None:
    """To manage roles is not to give them: one person and many are refused, and stay as they were."""
    with a_zendesk_desk() as desk:
        leads = {**LEAST, "manage_roles": "all-except-self", "manage_team_members": may}
        desk.api.me = desk.account.add_user("Lea", desk.account.add_role("Leads", leads))
        with desk.writer() as tenant:
            unused, people = role(tenant, "Unused"), holders(tenant, "Night Shift")

            with pytest.raises(WriteRefused):
                tenant.assign_roles(people[0], frozenset({unused.id}))
            with pytest.raises(WriteRefused):
                tenant.assign_many(people, unused.id)

            assert [asked.status for asked in written(desk)] == [403, 403]
            assert holders(tenant, "Night Shift") == people


def crowd(desk: Desk, number: int) -> None:
    """Put more people on the night shift."""
    for index in range(number):
        desk.account.add_user(f"Agent {index}", desk.night)


def holders(tenant: ZendeskWriter, name: str) -> tuple[Person, ...]:
    """Give the people with a role."""
    found = tenant.holders(role(tenant, name).id)
    assert found is not None
    return found


def test_many_are_moved_with_one_request_and_its_job() -> None:
    """The job is asked for until it is done, at growing distances; the people are listed before."""
    clock = FakeClock()
    with a_zendesk_desk(clock, job_polls=6) as desk, desk.writer() as tenant:
        crowd(desk, 2)
        unused, people = role(tenant, "Unused"), holders(tenant, "Night Shift")
        desk.api.log.clear()
        tenant.assign_many(people, unused.id)

        assert desk.account.named("Unused")["team_member_count"] == 3
        lines = [asked.line.partition("?")[0] for asked in desk.api.log]
        assert lines == [
            "GET /api/v2/users",
            "PUT /api/v2/users/update_many",
            *["GET /api/v2/job_statuses/job1 200"] * 7,
        ]
        assert clock.sleeps[-7:] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0]
        assert written(desk)[0].body == {"user": {"custom_role_id": int(unused.id)}}


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"job_fails": True}, "its job failed; some people may have the role"),
        ({"job_polls": 10_000}, "its job was not done after 300 seconds"),
    ],
)
def test_a_job_that_fails_or_never_ends_is_no_answer(switches: dict[str, object], words: str) -> None:
    """Whoever asked reads back; the wait has an end."""
    with a_zendesk_desk(**switches) as desk, desk.writer() as tenant:
        unused, people = role(tenant, "Unused"), holders(tenant, "Night Shift")
        with pytest.raises(WriteUnclear, match=words):
            tenant.assign_many(people, unused.id)

        assert len(desk.api.log) < 60


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, {"error": "RecordNotFound"}),
        Reply(200, {"job_status": {"id": "job1"}}),
        Reply(200, {}),
        Reply(500),
    ],
)
def test_a_job_that_cannot_be_followed_is_no_answer(reply: Reply) -> None:
    """It may be done all the same."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        unused, people = role(tenant, "Unused"), holders(tenant, "Night Shift")
        desk.api.interfere("GET", "job_statuses", reply, times=9)
        with pytest.raises(WriteUnclear, match="its job cannot be followed"):
            tenant.assign_many(people, unused.id)


def test_people_who_moved_meanwhile_stop_all() -> None:
    """Nobody is moved where one of them is not as they were read, or may not be listed, or is no agent."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        crowd(desk, 1)
        unused, people = role(tenant, "Unused"), holders(tenant, "Night Shift")
        number = desk.account.named("Staff")["id"]
        assert isinstance(number, int)
        desk.account.update_user(desk.ben, {"custom_role_id": number})
        with pytest.raises(WriteConflict, match=str(desk.ben)):
            tenant.assign_many(people, unused.id)
        desk.api.interfere("GET", "/users", Reply(403))
        with pytest.raises(WriteRefused, match="may not list people"):
            tenant.assign_many(people, unused.id)
        with pytest.raises(WriteRefused, match="no agents"):
            tenant.assign_many(holders(tenant, "Admin"), unused.id)
        with pytest.raises(WriteRefused, match="makes administrators"):
            tenant.assign_many(people, role(tenant, "Admin").id)

        assert written(desk) == []
