"""Chatwoot's quirks over real HTTP: one answer for two reasons, ids nobody checks, edits that clear, names twice."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

import pytest
from fakes.chatwoot.api import ADA, BEN, EVE, Reply
from fakes.chatwoot.server import Desk, a_chatwoot_desk

from reconciler.errors import (
    LiveIncomplete,
    TenantAnswerUnusable,
    TenantFaulted,
    TenantForbade,
    TenantRefusedKey,
    TenantRejected,
    UsageProblem,
    WriteConflict,
    WriteRefused,
    WriteUnclear,
)
from reconciler.model.permission import PermissionSet
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.ports import TenantReader
from reconciler.tenants.chatwoot import KIND
from reconciler.tenants.chatwoot_table import PLAIN_AGENT
from reconciler.tenants.connection import Key

pytestmark = pytest.mark.sockets

ADMINISTRATOR, AGENT = RoleId("administrator"), RoleId("agent")
PROFILE, LIST, AGENTS = "GET /profile 200", "GET /custom_roles 200", "GET /agents 200"
PAGE = Reply(404, b"<!DOCTYPE html>", {"Content-Type": "text/html"})


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Give a fresh account that is being served."""
    with a_chatwoot_desk() as served:
        yield served


def role(tenant: TenantReader, name: str) -> LiveRole:
    """Give the one role of a name."""
    (found,) = (role for role in tenant.roles() if role.content.name == name)
    return found


def person(tenant: TenantReader, number: int) -> Person:
    """Give somebody who is there."""
    found = tenant.person(PersonId(str(number)))
    assert found is not None
    return found


def content(name: str, *permissions: str, description: str = "") -> RoleContent:
    """Give what a role is to be."""
    return RoleContent(name=name, description=description, permissions=frozenset(permissions))


def permitted(tenant: TenantReader, name: str) -> PermissionSet:
    """Give what the one role of a name permits."""
    return role(tenant, name).content.permissions


# Reading


def test_token_goes_in_its_own_header_and_nowhere_else(desk: Desk) -> None:
    """A token that the server does not know is a refused key."""
    with desk.reader(key=Key("cw_nobody_Zm9v-bar_baz~quux04")) as tenant, pytest.raises(TenantRefusedKey) as raised:
        tenant.identity()

    assert "Invalid Access Token" in raised.value.detail


@pytest.mark.parametrize("account", [None, "", "one", "01", "1/2", "\u0661"])
def test_account_is_a_number(desk: Desk, account: str | None) -> None:
    """It becomes part of every address, so nothing else is taken."""
    with pytest.raises(UsageProblem, match="do not say which"), desk.reader(account=account):
        pass


def test_address_has_no_path(desk: Desk) -> None:
    """A copied address of a page of the product is told at once."""
    with pytest.raises(UsageProblem, match="no path"), desk.writer(url=f"{desk.url}/app/accounts/1"):
        pass


def test_strongest_rank_counts_alone(desk: Desk) -> None:
    """A weaker word beside a stronger one adds nothing, and the ranks contain each other."""
    desk.account.add_role("Both", ["conversation_participating_manage", "conversation_manage"])
    desk.account.add_role("Top", ["conversation_manage"])
    desk.account.add_role("Low", ["conversation_participating_manage"])
    desk.account.add_role("Nothing", [])

    with desk.reader() as tenant:
        assert permitted(tenant, "Both") == permitted(tenant, "Top")
        assert permitted(tenant, "Low") < permitted(tenant, "Night Shift") - {"areas.contact_manage"}
        assert permitted(tenant, "Nothing") == frozenset()
        assert permitted(tenant, "Agent") == PLAIN_AGENT == permitted(tenant, "Top") | {"areas.contact_manage"}
        assert permitted(tenant, "Administrator") == tenant.catalogue().keys


def test_words_that_are_not_known_are_kept_as_permissions(desk: Desk) -> None:
    """What a later version or a fork has is listed, sensitive, part of what administrators have, and written back."""
    desk.account.switches.more = frozenset({"campaign_manage"})
    desk.account.update(desk.night, {"permissions": ["campaign_manage", "contact_manage"]})

    with desk.writer() as tenant:
        live = role(tenant, "Night Shift")
        assert live.content.permissions == {"more.campaign_manage", "areas.contact_manage"}
        assert tenant.catalogue().is_sensitive("more.campaign_manage")
        assert "more.campaign_manage" in permitted(tenant, "Administrator")
        wanted = dataclasses.replace(live.content, permissions=live.content.permissions | {"areas.report_manage"})
        tenant.update_role(live, wanted)

    assert desk.account.roles[desk.night]["permissions"] == ["campaign_manage", "contact_manage", "report_manage"]


@pytest.mark.parametrize("word", ["a.b", "", "all", "Über", "x" * 81])
def test_word_that_no_file_could_say_is_an_error(desk: Desk, word: str) -> None:
    """It is not left out."""
    desk.account.roles[desk.night]["permissions"] = [word]

    with desk.reader() as tenant, pytest.raises(TenantAnswerUnusable, match="role files cannot say"):
        tenant.catalogue()


def test_everybody_is_counted_by_one_request(desk: Desk) -> None:
    """One list of agents says who has which role; whoever was invited and has not confirmed counts for nobody yet."""
    desk.account.add_agent("Dora", custom=desk.night, confirmed=False)

    with desk.reader() as tenant:
        tenant.identity()
        tenant.catalogue()
        roles = {role.id: role.user_count for role in tenant.roles()}
        holders = {role_id: tenant.holders(role_id) or () for role_id in roles}
        assert tenant.headcount() == 4

    assert desk.api.lines() == [PROFILE, LIST, AGENTS]
    assert roles == {ADMINISTRATOR: 1, AGENT: 1, "1": 2, "2": 0}
    assert {role_id: [each.id for each in found] for role_id, found in holders.items()} == {
        ADMINISTRATOR: ["1"],
        AGENT: ["3"],
        "1": ["2", "4"],
        "2": [],
    }
    assert [each.counts for each in holders[RoleId("1")]] == [True, False]


def test_administrator_with_a_custom_role_holds_both(desk: Desk) -> None:
    """Administration is not taken by a custom role beside it."""
    desk.account.agents[1]["custom_role_id"] = desk.night

    with desk.reader() as tenant:
        assert person(tenant, 1).role_ids == {ADMINISTRATOR, str(desk.night)}
        assert tenant.identity()[1].role_ids == {ADMINISTRATOR}


def test_role_of_elsewhere_is_not_guessed(desk: Desk) -> None:
    """Chatwoot stores any id; what somebody with an unknown one may do is not known, so nothing is planned."""
    desk.account.agents[3]["custom_role_id"] = 77

    with desk.reader() as tenant, pytest.raises(LiveIncomplete, match="agent 3 has custom role 77"):
        tenant.roles()


def test_no_role_is_asked_for_by_its_id(desk: Desk) -> None:
    """Chatwoot would answer 500 for one that is not there; the list says so without harm."""
    with desk.reader() as tenant:
        assert tenant.role(RoleId("99")) is None
        assert tenant.role(RoleId("1")) is not None
        assert tenant.role(AGENT) == dataclasses.replace(role(tenant, "Agent"), user_count=None)

    assert {line for line in desk.api.lines() if "custom_roles" in line} == {LIST}


def test_people_are_found_by_address(desk: Desk) -> None:
    """Ignoring case; nobody is an answer, and two are an error."""
    with desk.reader() as tenant:
        assert tenant.find_person("BEN@example.com") == person(tenant, 2)
        assert tenant.find_person("zoe@example.com") is None
        desk.account.agents[3]["email"] = "ben@example.com"
        with pytest.raises(TenantAnswerUnusable, match="two agents"):
            tenant.find_person("ben@example.com")


def test_feature_that_is_off_is_told_from_a_missing_right(desk: Desk) -> None:
    """Chatwoot answers both with the same 401; the profile tells which it is."""
    desk.account.switches.enabled = False
    with desk.reader() as tenant, pytest.raises(TenantForbade, match="switched off") as raised:
        tenant.catalogue()
    assert "`custom_roles`" in raised.value.fix

    with desk.reader(key=Key(BEN)) as tenant:
        with pytest.raises(TenantForbade, match="no administrator"):
            tenant.catalogue()
        told = tenant.capabilities()
        assert (told.reads_roles, told.writes_roles, told.reads_people, told.writes_people) == (
            False,
            False,
            True,
            False,
        )
        assert tenant.identity()[1].role_ids == {AGENT}


def test_older_server_answers_whatever_the_feature_says(desk: Desk) -> None:
    """Until the middle of 2026 nothing looked at it."""
    desk.account.switches.enabled = desk.account.switches.gated = False

    with desk.reader() as tenant:
        assert len(tenant.roles()) == 4


def test_stranger_to_the_account_is_told(desk: Desk) -> None:
    """The profile lists the accounts of a token, so nothing else is asked."""
    with desk.reader(key=Key(EVE)) as tenant, pytest.raises(TenantForbade, match="no member of account 1"):
        tenant.identity()
    with desk.reader(account="2") as tenant, pytest.raises(TenantForbade, match="no member of account 2"):
        tenant.capabilities()

    assert desk.api.lines() == [PROFILE, PROFILE]


def test_build_without_custom_roles_is_recognised(desk: Desk) -> None:
    """Neither roles nor agents with a role: the code is not there, and that is no empty list."""
    desk.account.switches.enterprise = False

    with desk.reader() as tenant, pytest.raises(TenantRejected, match="without the enterprise code"):
        tenant.catalogue()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (PAGE, TenantRejected),
        (Reply(400, ["of no known form"]), TenantRejected),
        (Reply(500, {"status": 500, "error": "Internal Server Error"}), TenantFaulted),
        (Reply(200, {"data": []}), TenantAnswerUnusable),
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), TenantAnswerUnusable),
    ],
)
def test_other_failures_stay_what_they_are(desk: Desk, reply: Reply, error: type[Exception]) -> None:
    """Where agents have a custom role, the code is there and something else is wrong."""
    desk.api.interfere("GET", "custom_roles$", reply, times=9)

    with desk.reader() as tenant, pytest.raises(error) as raised:
        tenant.catalogue()

    assert "enterprise" not in str(raised.value)


@pytest.mark.parametrize(("path", "listed"), [("custom_roles", "role"), ("agents", "somebody")])
def test_list_with_one_twice_is_not_believed(desk: Desk, path: str, listed: str) -> None:
    """Without pages and totals that is the one thing a list can be caught at."""
    items = [*desk.account.roles.values()] if path == "custom_roles" else [*desk.account.agents.values()]
    desk.api.interfere("GET", f"{path}$", Reply(200, [*items, items[0]]))

    with desk.reader() as tenant, pytest.raises(LiveIncomplete, match=f"lists (a )?{listed} twice"):
        tenant.roles()


def test_membership_with_a_new_word_is_an_error(desk: Desk) -> None:
    """Whoever is neither agent nor administrator is not taken for one of them."""
    desk.account.agents[3]["role"] = "supervisor"

    with desk.reader() as tenant, pytest.raises(TenantAnswerUnusable, match="administrator or agent"):
        tenant.roles()


# Writing


def test_change_sends_what_differs(desk: Desk) -> None:
    """One PATCH with one field, whose list is whole; a word that counts for nothing stays."""
    desk.account.update(desk.night, {"permissions": ["conversation_participating_manage", "conversation_manage"]})
    with desk.writer() as tenant:
        live = role(tenant, "Night Shift")
        desk.api.log.clear()
        wanted = dataclasses.replace(live.content, permissions=live.content.permissions | {"areas.report_manage"})
        tenant.update_role(live, wanted)

    words = ["conversation_manage", "conversation_participating_manage", "report_manage"]
    assert [asked.body for asked in desk.api.log] == [None, {"custom_role": {"permissions": words}}]
    assert desk.api.lines() == [LIST, "PATCH /custom_roles/1 200"]


def test_edit_of_somebody_always_carries_their_role(desk: Desk) -> None:
    """Chatwoot clears what is left out, so `custom_role_id` is at the top of every edit, null where none is meant."""
    with desk.writer() as tenant:
        tenant.assign_roles(person(tenant, 2), frozenset({AGENT}))
        assert person(tenant, 2).role_ids == {AGENT}
        tenant.assign_roles(person(tenant, 2), frozenset({RoleId("2")}))
        assert person(tenant, 2).role_ids == {"2"}
        desk.account.agents[1]["custom_role_id"] = desk.night
        tenant.assign_roles(person(tenant, 1), frozenset({ADMINISTRATOR, RoleId("2")}))
        assert person(tenant, 1).role_ids == {ADMINISTRATOR, "2"}

    edits = [asked.body for asked in desk.api.log if asked.method == "PATCH"]
    assert edits == [
        {"role": "agent", "custom_role_id": None},
        {"role": "agent", "custom_role_id": 2},
        {"role": "administrator", "custom_role_id": 2},
    ]


@pytest.mark.parametrize(
    ("number", "wanted", "words"),
    [
        (2, {ADMINISTRATOR}, "made and unmade in Chatwoot itself"),
        (1, {AGENT}, "made and unmade in Chatwoot itself"),
        (2, {AGENT, "1"}, "one role"),
        (2, set(), "one role"),
        (2, {"1", "2"}, "one role"),
        (2, {"77"}, "not in the account"),
    ],
)
def test_what_a_membership_cannot_be_is_refused_before(desk: Desk, number: int, wanted: set[str], words: str) -> None:
    """Chatwoot itself would store any id and drop what it cannot say."""
    with desk.writer() as tenant:
        read = person(tenant, number)
        with pytest.raises(WriteRefused, match=words):
            tenant.assign_roles(read, frozenset(map(RoleId, wanted)))

    assert not [asked for asked in desk.api.log if asked.method != "GET"]


def test_role_that_came_with_the_name_meanwhile_is_a_conflict(desk: Desk) -> None:
    """Chatwoot would make a second one."""
    with desk.writer() as tenant:
        tenant.roles()
        desk.account.add_role("late shift")
        with pytest.raises(WriteConflict, match="has come since"):
            tenant.create_role(content("Late Shift"))

    assert not [asked for asked in desk.api.log if asked.method == "POST"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (content("Late Shift", "areas.teleport"), "no permission areas.teleport"),
        (content("Late Shift", "administration.administrator"), "makes an administrator"),
        (content("Late Shift", description="x" * 256), "255 characters"),
    ],
)
def test_what_the_product_would_refuse_is_not_sent(desk: Desk, wanted: RoleContent, words: str) -> None:
    """Its own words would say less."""
    with desk.writer() as tenant, pytest.raises(WriteRefused, match=words):
        tenant.create_role(wanted)

    assert not [asked for asked in desk.api.log if asked.method == "POST"]


def test_limits_of_the_double_are_those_of_the_adapter(desk: Desk) -> None:
    """255 characters are taken."""
    with desk.writer() as tenant:
        role_id = tenant.create_role(content("Late Shift", description="x" * 255))

    assert desk.account.roles[int(role_id)]["description"] == "x" * 255


@pytest.mark.parametrize("reply", [Reply(200, {"id": "seven"}), Reply(200, b""), Reply(200, [])])
def test_reply_to_a_write_that_says_nothing_is_unclear(desk: Desk, reply: Reply) -> None:
    """It may have happened, so it is read back by whoever asked."""
    desk.api.interfere("POST", "custom_roles$", reply, takes_effect=True)
    desk.api.interfere("PATCH", "agents/2$", reply)

    with desk.writer() as tenant:
        with pytest.raises(WriteUnclear):
            tenant.create_role(content("Late Shift"))
        with pytest.raises(WriteUnclear):
            tenant.assign_roles(person(tenant, 2), frozenset({AGENT}))


def test_reply_about_another_one_is_unclear(desk: Desk) -> None:
    """What answered is not what was written to."""
    with desk.writer() as tenant:
        live = role(tenant, "Night Shift")
        desk.api.interfere("PATCH", "custom_roles/1$", Reply(200, desk.account.roles[2]))
        with pytest.raises(WriteUnclear, match="something else"):
            tenant.update_role(live, dataclasses.replace(live.content, name="Evening"))
        desk.api.interfere("PATCH", "agents/2$", Reply(200, {"id": 3}))
        with pytest.raises(WriteUnclear, match="something else"):
            tenant.assign_roles(person(tenant, 2), frozenset({AGENT}))


def test_feature_that_goes_off_meanwhile_refuses_the_write(desk: Desk) -> None:
    """What cannot be read before a write is a refusal: nothing was sent."""
    with desk.writer() as tenant:
        live = role(tenant, "Night Shift")
        desk.account.switches.enabled = False
        with pytest.raises(WriteRefused, match="switched off"):
            tenant.update_role(live, dataclasses.replace(live.content, name="Evening"))

    assert desk.account.roles[desk.night]["name"] == "Night Shift"


@pytest.mark.parametrize("custom", [None, 2])
def test_account_without_the_feature_ignores_the_role_of_an_edit(desk: Desk, custom: int | None) -> None:
    """Who has which role stays as it is, whatever an edit of a person says of it, or leaves out."""
    desk.account.switches.enabled = False
    body = json.dumps({"role": "agent", "custom_role_id": custom}).encode()

    reply = desk.api.answer("PATCH", f"/api/v1/accounts/1/agents/{desk.ben}", {"api_access_token": ADA}, body)

    assert reply is not None
    assert reply.status == 200
    assert desk.account.agents[desk.ben]["custom_role_id"] == desk.night


def test_custom_roles_leave_no_trace_in_the_audit_log(desk: Desk) -> None:
    """Neither an edit of a role nor who has it is recorded there, so the journal of an apply is the only record."""
    with desk.writer() as tenant:
        live = role(tenant, "Night Shift")
        tenant.update_role(live, dataclasses.replace(live.content, name="Evening"))
        tenant.assign_roles(person(tenant, 2), frozenset({AGENT}))

    reply = desk.api.answer("GET", "/api/v1/accounts/1/audit_logs?page=1", {"api_access_token": ADA}, b"")
    assert reply is not None
    assert isinstance(reply.body, dict)
    assert reply.body["audit_logs"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "custom_roles", b"{}", 422),
        ("POST", "custom_roles", b'{"custom_role": {"name": " "}}', 422),
        ("POST", "custom_roles", b'{"name": "Flat", "permissions": ["fly"]}', 422),
        ("POST", "custom_roles", b'{"name": "Flat"}', 200),
        ("DELETE", "custom_roles/77", b"", 500),
        ("PUT", "custom_roles/1", b'{"custom_role": {"name": "Put"}}', 200),
        ("PATCH", "agents/77", b"{}", 404),
        ("PATCH", "agents/2", b'{"agent": {"role": "agent", "custom_role_id": 2}}', 200),
        ("GET", "nothing", b"", 404),
    ],
)
def test_double_answers_as_the_sources_say(desk: Desk, method: str, path: str, body: bytes, status: int) -> None:
    """What the adapter never asks for is there too, so that a mistake of ours would show."""
    reply = desk.api.answer(method, f"/api/v1/accounts/1/{path}", {"api_access_token": ADA}, body)

    assert reply is not None
    assert reply.status == status
    if path == "agents/2":
        assert desk.account.agents[2]["custom_role_id"] is None


def test_lock_to_start_from_is_the_table() -> None:
    """It needs no account, and names what administers and the two roles of memberships."""
    lock = KIND.shipped_catalogue()

    assert lock is not None
    assert len(lock.keys) == 7
    assert lock.role_administration == "administration.administrator"
    assert [(r.name, r.editable) for r in lock.standard_roles] == [("Administrator", False), ("Agent", False)]
