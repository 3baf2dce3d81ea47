"""The Zammad adapter on what a real server of version 5.5 answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fakes.clock import FakeClock
from fakes.support import quick
from fakes.zammad.calls import Reply
from fakes.zammad.recordings import Recorded, Replay, recordings
from fakes.zammad.server import a_connection, a_zammad_desk, served

from reconciler.errors import (
    TenantError,
    TenantFaulted,
    TenantForbade,
    TenantRefusedKey,
    TenantRejected,
    WriteRefused,
    WriteUnclear,
)
from reconciler.model.role import RoleContent, RoleId
from reconciler.tenants.zammad import ZammadWriter, kind

pytestmark = pytest.mark.sockets

NAMES = RoleContent(
    name="Names",
    description="",
    permissions=frozenset(
        {
            "ticket.agent",
            "report.access",
            "groups/Users.read",
            *(f"groups/Sales.{word}" for word in ("read", "create", "change", "overview", "full")),
        }
    ),
)
AGENT = frozenset({"ticket.agent", "chat.agent", "cti.agent", "knowledge_base.reader"})


@contextmanager
def replayed() -> Iterator[tuple[Replay, ZammadWriter]]:
    """Open the adapter on the recorded replies."""
    replay, clock = Replay(), FakeClock()
    with served(replay) as url, kind(quick()).open_writer(a_connection(url, clock)) as tenant:
        yield replay, tenant


def at(replay: Replay, target: str, status: int, number: int) -> int:
    """Give the number of the recorded write of this target and status, counted from 0."""
    calls = [call for call in replay.calls if call.method != "GET" and (call.target, call.status) == (target, status)]
    return calls[number].number


def test_recorded_roles_are_understood() -> None:
    """What the built-in Agent permits, closed below `user_preferences`; an unknown id is no role."""
    with replayed() as (_, tenant):
        (agent,) = tenant.roles()
        profile = {key for key in tenant.catalogue().keys if key.startswith("user_preferences.")}
        assert (agent.id, agent.content.name, agent.content.description) == ("2", "Agent", "To work on Tickets.")
        assert agent.content.permissions == AGENT | profile
        assert tenant.role(RoleId("2")) == agent
        assert tenant.role(RoleId("999")) is None


def test_recorded_list_of_permissions_gives_the_catalogue_of_that_version() -> None:
    """65 were listed, four of which only group others; the one for customers, which was not shown, is there too."""
    with replayed() as (_, tenant):
        catalogue = tenant.catalogue()
        plain = {key for key in catalogue.keys if "/" not in key}
        assert len(plain) == 65 - 4 + 1
        assert {"admin.everything", "admin.setting_system", "report.access", "ticket.customer"} <= plain
        assert {"admin.audit_log", "ticket.everything"}.isdisjoint(plain)


def test_recorded_creation_and_clearing_of_groups_are_what_the_adapter_sends() -> None:
    """By names, each list whole; the reply to a change of groups has an old moment and is still believed right."""
    with replayed() as (replay, tenant):
        role_id = tenant.create_role(NAMES)
        created = tenant.role(role_id)
        assert created is not None
        assert (role_id, created.content) == ("12", NAMES)

        replay.last = at(replay, "/roles/12?expand=true", 200, 1)
        emptied = tenant.role(role_id)
        assert emptied is not None
        assert {key.partition("/")[0] for key in emptied.content.permissions} == {"groups"}
        tenant.update_role(emptied, replace(emptied.content, permissions=frozenset()))
        bare = tenant.role(role_id)
        assert bare is not None
        assert bare.content.permissions == frozenset()
        assert [(method, path) for method, path, _ in replay.log if method != "GET"] == [
            ("POST", "/roles"),
            ("PUT", "/roles/12"),
        ]


def test_grant_of_a_whole_tree_and_of_a_part_of_it_is_the_tree() -> None:
    """A role that was given `admin` and `admin.user` permits what `admin` permits."""
    with replayed() as (replay, tenant):
        replay.last = at(replay, "/roles/12?expand=true", 200, -1)
        role = tenant.role(RoleId("12"))
        assert role is not None
        whole = tenant.catalogue().closed({"admin.everything", "ticket.agent", "ticket.customer"})
        assert role.content.permissions == whole


READ = {401: TenantRefusedKey, 403: TenantForbade, 404: TenantRejected, 422: TenantRejected, 500: TenantFaulted}
WRITTEN = {401: WriteRefused, 403: WriteRefused, 404: WriteRefused, 422: WriteRefused, 500: WriteUnclear}
REFUSALS = [call for call in recordings() if call.error is not None]


@pytest.mark.parametrize("call", REFUSALS, ids=lambda call: f"{call.number}-{call.method}-{call.status}")
def test_recorded_refusal_of_a_read_is_told_for_what_it_is(call: Recorded) -> None:
    """Only the product's own word that a thing is not there means so; an address that leads nowhere does not."""
    with a_zammad_desk() as desk, desk.reader() as tenant:
        role_id = tenant.roles()[0].id
        desk.api.interfere("GET", f"/roles/{role_id}", Reply(call.status, call.reply), times=99)
        if call.error is not None and call.error.startswith("Couldn't find"):
            assert tenant.role(role_id) is None
            return
        with pytest.raises(READ[call.status]):
            tenant.role(role_id)


@pytest.mark.parametrize("call", REFUSALS, ids=lambda call: f"{call.number}-{call.method}-{call.status}")
def test_recorded_refusal_of_a_write_is_told_for_what_it_is(call: Recorded) -> None:
    """A refusal had no effect; a 500 may have had one, and is read back."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        role = next(role for role in tenant.roles() if role.content.name == "Unused")
        desk.api.interfere("PUT", "/roles/", Reply(call.status, call.reply))
        with pytest.raises(TenantError) as told:
            tenant.update_role(role, replace(role.content, name="Late Shift"))
        assert type(told.value) is WRITTEN[call.status]
        assert tenant.role(role.id) == role
