"""The support adapter sends exactly these writes and tells their end as the ports promise."""

from __future__ import annotations

import pytest
from fakes.support import (
    SECRET,
    a_writer,
    error_json,
    role_json,
    user_json,
)
from fakes.wire import ScriptedServer, Step, reply

from reconciler.errors import (
    WriteConflict,
    WriteRefused,
    WriteUnclear,
)
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind

pytestmark = pytest.mark.sockets
ROLE = RoleId("rol_1")
LIVE = LiveRole(
    id=ROLE,
    content=RoleContent(name="Night", description="Watches", permissions=frozenset({"b.two", "a.one"})),
    kind=RoleKind.CUSTOM,
    editable=True,
    version='"rol_1-1"',
    user_count=0,
)
PERSON = Person(id=PersonId("usr_1"), role_ids=frozenset({ROLE}), active=True, human=True, version='"usr_1-1"')


def test_create_sends_every_field_sorted_and_gives_the_id() -> None:
    """One POST with the whole content."""
    body = {"name": "Night", "description": "Watches", "permissions": ["a.one", "b.two"]}
    with ScriptedServer(
        Step(
            request="POST /roles",
            body=body,
            headers={"content-type": "application/json", "authorization": f"Bearer {SECRET}"},
            reply=reply(201, role_json("rol_9")),
        )
    ) as server:
        assert a_writer(server.url).create_role(LIVE.content) == "rol_9"


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (RoleContent(name="Day", description="Watches", permissions=LIVE.content.permissions), {"name": "Day"}),
        (RoleContent(name="Night", description="", permissions=LIVE.content.permissions), {"description": ""}),
        (
            RoleContent(name="Night", description="Watches", permissions=frozenset({"c", "a.one"})),
            {"permissions": ["a.one", "c"]},
        ),
    ],
)
def test_update_sends_only_what_differs_and_the_version(content: RoleContent, body: object) -> None:
    """One PATCH with the differing fields, bound to the version that was read."""
    with ScriptedServer(
        Step(
            request="PATCH /roles/rol_1",
            body=body,
            headers={"if-match": '"rol_1-1"'},
            reply=reply(200, role_json("rol_1")),
        )
    ) as server:
        a_writer(server.url).update_role(LIVE, content)


def test_update_without_a_difference_sends_nothing() -> None:
    """An equal role costs no request."""
    with ScriptedServer() as server:
        a_writer(server.url).update_role(LIVE, LIVE.content)


def test_delete_sends_the_version() -> None:
    """One DELETE, bound to the version that was read."""
    with ScriptedServer(
        Step(request="DELETE /roles/rol_1", headers={"if-match": '"rol_1-1"'}, reply=reply(204, Content_Length=""))
    ) as server:
        a_writer(server.url).delete_role(LIVE)


def test_assigning_roles_replaces_the_whole_sorted_list() -> None:
    """One PATCH of the user, bound to the version that was read."""
    with ScriptedServer(
        Step(
            request="PATCH /users/usr_1",
            body={"role_ids": ["rol_1", "rol_2"]},
            headers={"if-match": '"usr_1-1"'},
            reply=reply(200, user_json("usr_1")),
        )
    ) as server:
        a_writer(server.url).assign_roles(PERSON, frozenset({RoleId("rol_2"), ROLE}))


@pytest.mark.parametrize("code", ["name_taken", "role_in_use", "sole_owner"])
def test_a_409_about_what_was_asked_is_a_refusal(code: str) -> None:
    """A clear no about meaning is told with the tenant's reason, not as a state that moved."""
    step = Step(request="DELETE /roles/rol_1", reply=reply(409, error_json(code, "3 users have it")))
    with ScriptedServer(step) as server, pytest.raises(WriteRefused, match=f"{code}: 3 users have it"):
        a_writer(server.url).delete_role(LIVE)


@pytest.mark.parametrize(("status", "code"), [(409, "something_else"), (412, "changed"), (412, "role_in_use")])
def test_a_state_that_moved_is_a_conflict(status: int, code: str) -> None:
    """412 and a 409 without a known meaning say that the newer value was kept."""
    step = Step(request="DELETE /roles/rol_1", reply=reply(status, error_json(code)))
    with ScriptedServer(step) as server, pytest.raises(WriteConflict):
        a_writer(server.url).delete_role(LIVE)


@pytest.mark.parametrize("body", [error_json("odd"), {}, [], role_json("")])
def test_a_created_role_without_an_id_is_unclear(body: object) -> None:
    """The status alone is not believed: success needs the object that was promised."""
    step = Step(request="POST /roles", body=_document(), reply=reply(201, body))
    with ScriptedServer(step) as server, pytest.raises(WriteUnclear):
        a_writer(server.url).create_role(LIVE.content)


def test_an_update_that_shows_another_role_is_unclear() -> None:
    """A reply about something else does not prove the write."""
    changed = RoleContent(name="Day", description="Watches", permissions=LIVE.content.permissions)
    step = Step(request="PATCH /roles/rol_1", body={"name": "Day"}, reply=reply(200, role_json("rol_2")))
    with ScriptedServer(step) as server, pytest.raises(WriteUnclear, match="something else"):
        a_writer(server.url).update_role(LIVE, changed)


def _document() -> dict[str, object]:
    return {"name": "Night", "description": "Watches", "permissions": ["a.one", "b.two"]}
