"""Every write over the API does what its contract says, and every refusal has its code and no effect."""

from __future__ import annotations

import pytest
from unit.sandbox.sandbox_client import Desk

NEW = {"name": "Quality Reviewer", "description": "Reads along", "permissions": ["conversations.view", "notes.view"]}


def made(desk: Desk) -> dict[str, str]:
    """Make a role over the API and give its document."""
    answer = desk.call("POST", "/roles", NEW)
    assert answer.status == 201
    return dict(answer.json())


def test_sandbox_api_creates_a_role(desk: Desk) -> None:
    """A new role comes back whole, with the tag it is stored under and its permissions sorted."""
    answer = desk.call("POST", "/roles", {**NEW, "permissions": ["notes.view", "conversations.view"]})

    role = answer.json()
    assert answer.status == 201
    assert answer.headers["ETag"] == role["etag"]
    assert role["permissions"] == ["conversations.view", "notes.view"]
    assert (role["user_count"], role["kind"], role["editable"]) == (0, "custom", True)
    assert role["updated_at"] == "2026-03-02T08:00:00.000000Z"
    assert desk.get(f"/roles/{role['id']}").json() == role


def test_sandbox_api_description_may_be_left_out_of_a_new_role(desk: Desk) -> None:
    """A role without a description has an empty one."""
    answer = desk.call("POST", "/roles", {"name": "Bare", "permissions": []})

    assert answer.json()["description"] == ""


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**NEW, "name": "AGENT"}, 409, "name_taken"),
        ({**NEW, "permissions": ["moon.fly"]}, 422, "unknown_permission"),
        ({**NEW, "permissions": None}, 422, "invalid"),
        ({**NEW, "permissions": "notes.view"}, 422, "invalid"),
        ({**NEW, "permissions": ["notes.view", "notes.view"]}, 422, "invalid"),
        ({**NEW, "permissions": ["notes.view", 1]}, 422, "invalid"),
        ({**NEW, "permissions": [str(number) for number in range(1001)]}, 422, "invalid"),
        ({**NEW, "name": ""}, 422, "invalid"),
        ({**NEW, "name": "  "}, 422, "invalid"),
        ({**NEW, "name": "n" * 81}, 422, "invalid"),
        ({**NEW, "name": None}, 422, "invalid"),
        ({**NEW, "name": True}, 422, "invalid"),
        ({**NEW, "description": "d" * 501}, 422, "invalid"),
        ({**NEW, "description": None}, 422, "invalid"),
        ({**NEW, "description": "\ud800"}, 422, "invalid"),
        ({**NEW, "scope": "team"}, 422, "invalid"),
        ({"name": "Alone"}, 422, "invalid"),
        ([], 422, "invalid"),
        ("text", 422, "invalid"),
    ],
)
def test_sandbox_api_refuses_a_role_of_another_shape(desk: Desk, body: object, status: int, code: str) -> None:
    """A body that is not exactly a new role is refused and makes none."""
    answer = desk.call("POST", "/roles", body)

    assert (answer.status, answer.code) == (status, code)
    assert desk.app.writes == ()
    assert desk.store.roles.page(after=0, limit=1).total == 8


def test_sandbox_api_edit_replaces_what_is_sent(desk: Desk) -> None:
    """A PATCH replaces the keys it has and leaves the others; the tag is a new one in header and body."""
    role = made(desk)

    answer = desk.call("PATCH", f"/roles/{role['id']}", {"permissions": []}, etag=role["etag"])

    edited = answer.json()
    assert answer.status == 200
    assert answer.headers["ETag"] == edited["etag"] != role["etag"]
    assert {**role, "permissions": [], "etag": edited["etag"]} == edited


def test_sandbox_api_edit_of_a_listed_role_needs_no_further_read(desk: Desk) -> None:
    """The tag in a list is enough to write against."""
    listed = desk.get("/roles").json()["data"][2]

    answer = desk.call("PATCH", f"/roles/{listed['id']}", {"description": "Newer"}, etag=listed["etag"])

    assert answer.status == 200


def test_sandbox_api_edit_that_changes_nothing_has_no_effect(desk: Desk) -> None:
    """An empty or equal PATCH is answered with the role as it is, and counts as no write."""
    role = made(desk)

    empty = desk.call("PATCH", f"/roles/{role['id']}", {}, etag=role["etag"])
    equal = desk.call("PATCH", f"/roles/{role['id']}", NEW, etag=role["etag"])

    assert empty.json() == equal.json() == role
    assert [request.method for request in desk.app.writes] == ["POST"]


@pytest.mark.parametrize("etag", ["*", 'W/"a"', "unquoted", '"old"', '"a", "b"'])
def test_sandbox_api_write_against_another_tag_is_refused(desk: Desk, etag: str) -> None:
    """Only the one tag that was read matches; there is no way to write blindly."""
    role = made(desk)

    for answer in (
        desk.call("PATCH", f"/roles/{role['id']}", {"name": "Other"}, etag=etag),
        desk.call("DELETE", f"/roles/{role['id']}", etag=etag),
        desk.call("PATCH", f"/users/{desk.get('/me').json()['user']['id']}", {"role_ids": [role["id"]]}, etag=etag),
    ):
        assert (answer.status, answer.code) == (412, "changed")


def test_sandbox_api_write_without_a_tag_is_refused(desk: Desk) -> None:
    """A write to something that exists has to say what was read."""
    role = made(desk)

    for answer in (
        desk.call("PATCH", f"/roles/{role['id']}", {"name": "Other"}),
        desk.call("DELETE", f"/roles/{role['id']}"),
        desk.call("PATCH", f"/users/{desk.get('/me').json()['user']['id']}", {"role_ids": [role["id"]]}),
    ):
        assert (answer.status, answer.code) == (428, "precondition_required")


@pytest.mark.parametrize("body", [{"name": None}, {"permissions": None}, {"kind": "custom"}, {"editable": True}])
def test_sandbox_api_edit_refuses_null_and_other_keys(desk: Desk, body: dict[str, object]) -> None:
    """Null is no way to clear a field, and what the product decides cannot be sent."""
    role = made(desk)

    answer = desk.call("PATCH", f"/roles/{role['id']}", body, etag=role["etag"])

    assert (answer.status, answer.code) == (422, "invalid")


def test_sandbox_api_protects_standard_roles(desk: Desk) -> None:
    """Editing Owner, renaming Agent and deleting Reader are 403 with the same code."""
    owner, agent, reader = (desk.role(name) for name in ("Owner", "Agent", "Reader"))

    for answer in (
        desk.call("PATCH", f"/roles/{owner.id}", {"permissions": []}, etag=owner.etag),
        desk.call("PATCH", f"/roles/{agent.id}", {"name": "Operator"}, etag=agent.etag),
        desk.call("DELETE", f"/roles/{reader.id}", etag=reader.etag),
    ):
        assert (answer.status, answer.code) == (403, "standard_role")


def test_sandbox_api_deletes_a_role_nobody_has(desk: Desk) -> None:
    """A deleted role answers 204 without a body, and 404 from then on."""
    role = made(desk)

    answer = desk.call("DELETE", f"/roles/{role['id']}", etag=role["etag"])

    assert (answer.status, answer.body) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert desk.get(f"/roles/{role['id']}").code == "not_found"


def test_sandbox_api_keeps_a_role_in_use(desk: Desk) -> None:
    """Deleting a role that people have is 409 with their number."""
    role = desk.role("Night Shift")

    answer = desk.call("DELETE", f"/roles/{role.id}", etag=role.etag)

    assert (answer.status, answer.code) == (409, "role_in_use")
    assert answer.json()["error"]["details"] == {"users": 60}


def test_sandbox_api_duplicates_a_role(desk: Desk) -> None:
    """A copy is a custom role with a name of its own, even of Owner."""
    answer = desk.call("POST", f"/roles/{desk.role('Owner').id}/duplicate", {"name": "Deputy"})

    assert answer.status == 201
    assert answer.headers["ETag"] == answer.json()["etag"]
    assert (answer.json()["kind"], len(answer.json()["permissions"])) == ("custom", 66)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/roles/rol_moon/duplicate", {"name": "Deputy"}, 404, "not_found"),
        ("/roles/{agent}/duplicate", {"name": "reader"}, 409, "name_taken"),
        ("/roles/{agent}/duplicate", {}, 422, "invalid"),
        ("/roles/{agent}/duplicate", {"name": "Deputy", "permissions": []}, 422, "invalid"),
    ],
)
def test_sandbox_api_refuses_to_duplicate(desk: Desk, path: str, body: object, status: int, code: str) -> None:
    """A copy needs an original, a free name and nothing else."""
    answer = desk.call("POST", path.format(agent=desk.role("Agent").id), body)

    assert (answer.status, answer.code) == (status, code)


def test_sandbox_api_assigns_roles(desk: Desk) -> None:
    """A user's roles are replaced whole, and the counts of both roles follow."""
    user = desk.get("/users", query={"role_id": desk.role("Reader").id, "limit": "1"}).json()["data"][0]
    ids = sorted((desk.role("Agent").id, desk.role("Analytics").id))

    answer = desk.call("PATCH", f"/users/{user['id']}", {"role_ids": ids}, etag=user["etag"])

    assert answer.status == 200
    assert answer.json()["role_ids"] == ids
    assert answer.headers["ETag"] == answer.json()["etag"] != user["etag"]
    assert desk.get(f"/users/{user['id']}").json() == answer.json()
    assert (desk.role("Reader").user_count, desk.role("Agent").user_count) == (77, 127)


@pytest.mark.parametrize(
    ("role_ids", "code"),
    [([], "no_roles"), (["rol_moon"], "unknown_role"), (None, "invalid"), ("rol_moon", "invalid"), ([None], "invalid")],
)
def test_sandbox_api_refuses_an_assignment(desk: Desk, role_ids: object, code: str) -> None:
    """No roles, unknown roles and other shapes are 422 and leave the user alone."""
    user = desk.get("/users", query={"limit": "1"}).json()["data"][0]

    answer = desk.call("PATCH", f"/users/{user['id']}", {"role_ids": role_ids}, etag=user["etag"])

    assert (answer.status, answer.code) == (422, code)
    assert desk.get(f"/users/{user['id']}").json() == user


def test_sandbox_api_keeps_the_sole_owner(desk: Desk) -> None:
    """Of three Owners two may go; the last one is 409."""
    owners = desk.get("/users", query={"role_id": desk.role("Owner").id}).json()["data"]
    body = {"role_ids": [desk.role("Reader").id]}

    answers = [desk.call("PATCH", f"/users/{owner['id']}", body, etag=owner["etag"]) for owner in owners]

    assert [answer.status for answer in answers] == [200, 200, 409]
    assert answers[2].code == "sole_owner"
