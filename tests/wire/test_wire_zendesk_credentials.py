"""Zendesk's two credentials over real HTTP: tokens that end in the middle, refused clients, and the legacy token."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.clock import FakeClock
from fakes.zendesk.api import API_TOKEN, CLIENT, EMAIL, SECRET, Reply
from fakes.zendesk.server import LEAST, a_zendesk_desk

from reconciler.errors import TenantError, TenantForbade, TenantRefusedKey, TenantRejected, UsageProblem, WriteRefused
from reconciler.model.role import LiveRole, RoleId
from reconciler.tenants.connection import Key
from reconciler.tenants.remarks import DEPRECATED
from reconciler.tenants.zendesk_reading import ZendeskReader

pytestmark = pytest.mark.sockets

TOKEN = "POST /oauth/tokens 200"
REFUSED = Reply(401, {"error": "invalid_token", "error_description": "The access token is expired or revoked"})


def role(tenant: ZendeskReader, name: str) -> LiveRole:
    """Give the role of a name."""
    return next(role for role in tenant.roles() if role.content.name == name)


def test_a_token_that_ends_mid_run_is_replaced_and_the_read_repeated() -> None:
    """One 401, one new token, and the answer; the run does not notice."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        before = tenant.roles()
        desk.api.expire_tokens()

        assert tenant.roles() == before
        lists = "GET /api/v2/custom_roles"
        assert desk.api.lines() == [TOKEN, f"{lists} 200", f"{lists} 401", TOKEN, f"{lists} 200"]


def test_a_token_is_renewed_before_it_ends() -> None:
    """With half an hour of life it is replaced after 29 minutes, and no request meets a 401."""
    clock = FakeClock()
    with a_zendesk_desk(clock) as desk, desk.reader() as tenant:
        for _ in range(4):
            tenant.roles()
            clock.advance(1000)

        assert [line for line in desk.api.lines() if "oauth" in line] == [TOKEN, TOKEN]
        assert not [line for line in desk.api.lines() if line.endswith("401")]


def test_a_write_that_met_a_401_is_sent_once_more_with_a_new_token() -> None:
    """A refused token means that nothing happened, so the write is not lost; it takes effect once."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        desk.api.interfere("PUT", "custom_roles", REFUSED)

        tenant.update_role(live, replace(live.content, description="Seen twice"))

        path = f"/api/v2/custom_roles/{live.id}"
        assert desk.api.lines()[-4:] == [f"GET {path} 200", f"PUT {path} 401", TOKEN, f"PUT {path} 200"]


def test_a_write_is_never_sent_a_third_time() -> None:
    """A second 401 is a clear no."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        desk.api.interfere("PUT", "custom_roles", REFUSED, times=9)

        with pytest.raises(WriteRefused, match="401: invalid_token"):
            tenant.update_role(live, replace(live.content, description="Seen twice"))

        assert [line.partition(" ")[0] for line in desk.api.lines()].count("PUT") == 2


def test_a_write_whose_token_cannot_be_renewed_is_refused_unsent() -> None:
    """The client was revoked in the middle of a run: what is not sent is not applied, and the secret stays unsaid."""
    with a_zendesk_desk() as desk, desk.writer() as tenant:
        live = role(tenant, "Unused")
        desk.api.interfere("PUT", "custom_roles", REFUSED)
        gone = Reply(401, {"error": "invalid_client", "error_description": f"Client with {SECRET} failed"})
        desk.api.interfere("POST", "oauth", gone)

        with pytest.raises(WriteRefused, match="invalid_client") as caught:
            tenant.update_role(live, replace(live.content, description="Never"))

        assert SECRET not in caught.value.detail
        assert desk.account.named("Unused")["description"] == ""


def test_tokens_are_asked_for_again_where_the_tenant_is_busy() -> None:
    """A 429 and a 503 on the way to a token are waited out like those of any read."""
    clock = FakeClock()
    with a_zendesk_desk(clock) as desk, desk.reader() as tenant:
        desk.api.interfere("POST", "oauth", Reply(429, {"error": "TooManyRequests"}, {"Retry-After": "7"}))
        desk.api.interfere("POST", "oauth", Reply(503))

        assert tenant.roles()

        assert max(clock.sleeps) == 7.0


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(401, {"error": "invalid_client", "error_description": "Unknown client"}), TenantRefusedKey),
        (Reply(400, {"error": "invalid_scope", "error_description": "Unknown scope"}), TenantRejected),
        (Reply(404, {"error": "RecordNotFound", "description": "Not found"}), TenantRejected),
        (Reply(403), TenantForbade),
    ],
)
def test_a_client_that_gets_no_token_reads_nothing(reply: Reply, error: type[TenantError]) -> None:
    """The error is that of the request for the token, and nothing else was asked."""
    with a_zendesk_desk() as desk, desk.reader() as tenant:
        desk.api.interfere("POST", "oauth", reply)
        with pytest.raises(error, match="POST /oauth/tokens"):
            tenant.roles()

        assert len(desk.api.log) == 1


def test_looking_asks_for_a_token_that_cannot_write() -> None:
    """Reader and writer hold different scopes, and the account says which were given."""
    with a_zendesk_desk() as desk, desk.reader() as reader, desk.writer() as writer:
        told = reader.capabilities(), writer.capabilities()

    assert [capabilities.scopes for capabilities in told] == [("read",), ("read", "write")]
    assert {capabilities.key_prefix for capabilities in told} == {CLIENT}


def test_the_legacy_token_works_with_a_remark_about_its_end() -> None:
    """No token is fetched, the owner stands before the key, and the date of its end is told."""
    told: list[tuple[str, str]] = []
    with (
        a_zendesk_desk() as desk,
        desk.reader(key=Key(API_TOKEN), client_id=None, email=EMAIL, remark=lambda *it: told.append(it)) as tenant,
    ):
        assert tenant.capabilities().scopes == ()
        assert desk.api.lines() == ["GET /api/v2/users/me 200"]

    ((code, sentence),) = told
    assert code == DEPRECATED
    assert "2027-04-30" in sentence


def test_a_refused_legacy_token_is_not_tried_again() -> None:
    """There is nothing to renew."""
    with a_zendesk_desk() as desk, desk.reader(key=Key("another-token"), client_id=None, email=EMAIL) as tenant:
        with pytest.raises(TenantRefusedKey):
            tenant.roles()

        assert len(desk.api.log) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": None}, "settings say not which"),
        ({"email": EMAIL}, "settings say not which"),
        ({"key": None}, "needs a key"),
        ({"url": "https://desk.zendesk.com/api/v2"}, "has no path"),
        ({"url": None}, "needs an address"),
    ],
)
def test_settings_that_open_nothing_are_a_usage_problem(changes: dict[str, object], words: str) -> None:
    """Nothing is sent."""
    with a_zendesk_desk() as desk:
        with pytest.raises(UsageProblem, match=words), desk.reader(**changes):
            pass
        with pytest.raises(UsageProblem, match=words), desk.writer(**changes):
            pass

        assert desk.api.log == []


def test_a_key_of_an_agent_who_may_not_is_told() -> None:
    """A 404 or 403 where the list has the role is a right that is missing, and `doctor` says which."""
    with a_zendesk_desk() as desk:
        desk.api.me = desk.ben
        with desk.reader() as tenant:
            told = tenant.capabilities()
            assert (told.writes_roles, told.writes_people) == (False, False)
            with pytest.raises(TenantForbade):
                tenant.role(RoleId(str(desk.night)))
            desk.api.interfere("GET", f"custom_roles/{desk.night}", Reply(404, {"error": "RecordNotFound"}))
            with pytest.raises(TenantForbade, match="the list has the role"):
                tenant.role(RoleId(str(desk.night)))


@pytest.mark.parametrize("me", [None, "Eve"])
def test_a_key_of_nobody_who_works_there_reads_no_identity(me: str | None) -> None:
    """An anonymous user and an end user are no account that could be locked out."""
    with a_zendesk_desk() as desk:
        desk.api.me = None if me is None else max(desk.account.users)
        with desk.reader() as tenant, pytest.raises(TenantForbade, match="nobody who works"):
            tenant.identity()


def test_an_agent_with_a_role_that_manages_roles_may_and_cannot_touch_their_own() -> None:
    """Their own role is refused beforehand; other roles are theirs to change."""
    with a_zendesk_desk() as desk:
        configuration = {**LEAST, "manage_roles": "all-except-self", "manage_team_members": "all-with-self-restriction"}
        desk.api.me = desk.account.add_user("Lea", desk.account.add_role("Leads", configuration))
        with desk.writer() as tenant:
            own = role(tenant, "Leads")
            told = tenant.capabilities()
            assert (told.writes_roles, told.writes_people) == (True, True)
            with pytest.raises(WriteRefused, match="edit the role they hold"):
                tenant.update_role(own, replace(own.content, description="Mine"))
            assert "edit the role they hold" in tenant.objections(own.content, None)[0]
            assert tenant.objections(own.content, own.content) == ()
            other = role(tenant, "Unused")
            assert tenant.objections(other.content, None) == ()
            tenant.update_role(other, replace(other.content, description="Not mine"))
