"""Every call of the API answers as its contract says, and every refusal is JSON with a stable code."""

from __future__ import annotations

import base64
import logging

import pytest
from unit.sandbox.sandbox_client import SECRET, Desk, a_desk

from reconciler.sandbox.endpoints import ROUTES
from reconciler.sandbox.keys import ApiKey
from reconciler.sandbox.wire import BODY_LIMIT

NEW = {"name": "Quality Reviewer", "description": "Reads along", "permissions": ["conversations.view", "notes.view"]}


def made(desk: Desk) -> dict[str, str]:
    """Make a role over the API and give its document."""
    answer = desk.call("POST", "/roles", NEW)
    assert answer.status == 201
    return dict(answer.json())


def test_sandbox_api_me_tells_the_key_about_itself(desk: Desk) -> None:
    """The key learns its desk, its scopes and tier, and its user, the first Owner."""
    answer = desk.get("/me")

    assert answer.status == 200
    assert answer.json() == {
        "tenant": {"id": "ten_sandbox", "name": "Sandbox Support Desk", "environment": "sandbox"},
        "key": {
            "prefix": "sa_test_",
            "scopes": ["analytics:read", "settings:write", "users:write"],
            "tier": "enterprise",
        },
        "user": {"id": answer.json()["user"]["id"], "role_ids": [desk.role("Owner").id]},
    }


def test_sandbox_api_me_has_no_user_behind_a_key_of_the_desk() -> None:
    """A key that belongs to nobody says so, and its writes are logged under its own name."""
    with a_desk(owned=False) as desk:
        made(desk)

        assert desk.get("/me").json()["user"] is None
        assert desk.get("/audit-log").json()["data"][0]["actor"] == "api-key"


def test_sandbox_api_lists_the_catalogue(desk: Desk) -> None:
    """All 66 permissions come in 8 categories with level, sensitivity and dependencies."""
    categories = desk.get("/permissions").json()["categories"]

    assert len(categories) == 8
    assert sum(len(category["permissions"]) for category in categories) == 66
    assert categories[2]["permissions"][3] == {
        "key": "contacts.delete",
        "name": "Delete contacts",
        "level": "act",
        "sensitive": True,
        "requires": ["contacts.view"],
    }


@pytest.mark.parametrize("path", ["/roles", "/users"])
@pytest.mark.parametrize("limit", ["1", "3", "100"])
def test_sandbox_api_pages_add_up(desk: Desk, path: str, limit: str) -> None:
    """Following the cursors gives every entry once, and each page names the same total."""
    seen: list[str] = []
    totals = set()
    query = {"limit": limit}
    while True:
        page = desk.get(path, query=query).json()
        desk.clock.advance(1)
        seen += [entry["id"] for entry in page["data"]]
        totals.add(page["total"])
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert totals == {len(seen)}
    assert len(set(seen)) == len(seen) == {"/roles": 8, "/users": 250}[path]


def test_sandbox_api_page_has_fifty_entries_unless_told(desk: Desk) -> None:
    """Without a limit a page has 50 entries."""
    assert len(desk.get("/users").json()["data"]) == 50


def test_sandbox_api_lists_the_users_of_a_role(desk: Desk) -> None:
    """The filter gives everyone assigned, suspended people and service accounts too."""
    analysts = desk.get("/users", query={"role_id": desk.role("Analytics").id}).json()
    readers = desk.get("/users", query={"role_id": desk.role("Reader").id, "limit": "100"}).json()

    assert analysts["total"] == len(analysts["data"]) == 15
    assert [user["kind"] for user in analysts["data"]].count("service") == 1
    assert readers["total"] == len(readers["data"]) == 78
    assert sum(not user["active"] for user in readers["data"]) == 3


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"limit": ""},
        {"limit": "1.0"},
        {"limit": "\u0661"},
        {"cursor": ""},
        {"cursor": "nonsense"},
        {"cursor": "\u00e9"},
        {"cursor": base64.urlsafe_b64encode(b"users/5").decode().rstrip("=")},
        {"cursor": base64.urlsafe_b64encode(b"roles/5").decode() + "="},
        {"cursor": base64.urlsafe_b64encode(b"roles/005").decode().rstrip("=")},
        {"cursor": base64.urlsafe_b64encode(b"roles/99999999999999999999").decode().rstrip("=")},
        {"page": "2"},
        "limit=1&limit=2",
        "limit=%ff",
    ],
)
def test_sandbox_api_refuses_garbage_in_a_query(desk: Desk, query: dict[str, str] | str) -> None:
    """A limit, cursor or parameter that makes no sense is a 422, never the first page."""
    answer = desk.get("/roles", query=query)

    assert (answer.status, answer.code) == (422, "invalid")


def test_sandbox_api_cursor_belongs_to_its_filter(desk: Desk) -> None:
    """A cursor of one filter does not continue another."""
    agents = desk.get("/users", query={"role_id": desk.role("Agent").id, "limit": "1"}).json()

    answer = desk.get("/users", query={"cursor": agents["next_cursor"]})

    assert (answer.status, answer.code) == (422, "invalid")


def test_sandbox_api_refuses_to_list_the_users_of_no_role(desk: Desk) -> None:
    """A filter by a role that does not exist is an error, never an empty list."""
    answer = desk.get("/users", query={"role_id": "rol_moon"})

    assert (answer.status, answer.code) == (422, "unknown_role")


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


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{}{}",
        b'{"name": NaN}',
        b'{"name": "a", "name": "b", "permissions": []}',
        b"\xff",
        b"[" * 100_000,
        b"1" * 5000,
    ],
)
def test_sandbox_api_refuses_what_is_no_json(desk: Desk, raw: bytes) -> None:
    """A body that two readers could understand differently, or not at all, is a 400."""
    answer = desk.call("POST", "/roles", raw=raw)

    assert (answer.status, answer.code) == (400, "malformed_json")


def test_sandbox_api_refuses_a_body_of_another_type(desk: Desk) -> None:
    """Only application/json is read, with or without parameters."""
    form = desk.call("POST", "/roles", NEW, content_type="application/x-www-form-urlencoded")
    labelled = desk.call("POST", "/roles", NEW, content_type="Application/JSON; charset=utf-8")

    assert (form.status, form.code) == (415, "unsupported_media_type")
    assert labelled.status == 201


def test_sandbox_api_refuses_an_oversized_body(desk: Desk) -> None:
    """A body above the limit is a 413 and not parsed."""
    answer = desk.call("POST", "/roles", raw=b" " * (BODY_LIMIT + 1))

    assert (answer.status, answer.code) == (413, "body_too_large")


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


def test_sandbox_api_audit_log_tells_who_and_when(desk: Desk) -> None:
    """Each write is listed with the key's user, and `since` leaves out what came before."""
    first = made(desk)
    desk.clock.advance(60)
    desk.call("PATCH", f"/roles/{first['id']}", {"description": "Newer"}, etag=first["etag"])

    whole = desk.get("/audit-log").json()
    later = desk.get("/audit-log", query={"since": "2026-03-02T09:00:30+01:00"}).json()

    assert [entry["action"] for entry in whole["data"]] == ["role.created", "role.updated"]
    assert whole["data"][0]["actor"] == desk.get("/me").json()["user"]["id"]
    assert (whole["data"][0]["before"], whole["data"][0]["after"]) == (None, first)
    assert whole["next_cursor"] is None
    assert later["data"] == whole["data"][1:]


def test_sandbox_api_audit_log_has_pages(desk: Desk) -> None:
    """The log comes in pages of 100 entries."""
    user = desk.get("/me").json()["user"]
    for _ in range(51):
        etag = desk.get(f"/users/{user['id']}").json()["etag"]
        more = {"role_ids": [*user["role_ids"], desk.role("Agent").id]}
        etag = desk.call("PATCH", f"/users/{user['id']}", more, etag=etag).headers["ETag"]
        desk.call("PATCH", f"/users/{user['id']}", {"role_ids": user["role_ids"]}, etag=etag)
        desk.clock.advance(1)

    first = desk.get("/audit-log").json()
    second = desk.get("/audit-log", query={"cursor": first["next_cursor"]}).json()

    assert (len(first["data"]), len(second["data"]), second["next_cursor"]) == (100, 2, None)


@pytest.mark.parametrize(
    "since", ["yesterday", "2026-03-02", "2026-03-02T09:00:30", "2026-13-02T09:00:30Z", "0001-01-01T00:00:00+23:59"]
)
def test_sandbox_api_refuses_a_time_it_cannot_read(desk: Desk, since: str) -> None:
    """A `since` that is no time is a 422, never the whole log."""
    answer = desk.get("/audit-log", query={"since": since})

    assert (answer.status, answer.code) == (422, "invalid")


@pytest.mark.parametrize("secret", [None, "", "sa_test_other", "sk_test_of_the_first_owner", SECRET + "x"])
def test_sandbox_api_needs_a_key(desk: Desk, secret: str | None) -> None:
    """Without a key, or with one that was never given out, everything is 401 in the same words."""
    answers = [desk.call(route.method, route.path, secret=secret) for route in ROUTES]

    assert {(answer.status, answer.code) for answer in answers} == {(401, "unauthorized")}
    assert len({answer.body for answer in answers}) == 1
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"


def test_sandbox_api_needs_the_bearer_scheme(desk: Desk) -> None:
    """The right key under another scheme is a 401; the scheme's case does not matter."""
    basic = desk.get("/me", secret=None, extra={"HTTP_AUTHORIZATION": f"Basic {SECRET}"})
    lower = desk.get("/me", secret=None, extra={"HTTP_AUTHORIZATION": f"bearer {SECRET}"})

    assert (basic.status, lower.status) == (401, 200)


def test_sandbox_api_refuses_a_revoked_key() -> None:
    """A key that was taken back is as good as none."""
    with a_desk(revoked=True) as desk:
        assert desk.get("/me").status == 401


@pytest.mark.parametrize("route", [route for route in ROUTES if route.scope], ids=lambda r: f"{r.method} {r.path}")
def test_sandbox_api_names_the_scope_that_is_missing(route: object) -> None:
    """A key with every other surface gets 403 that names the scope, and nothing happens."""
    surface, _, verb = route.scope.partition(":")  # type: ignore[attr-defined]  # pytest hides the type
    others = tuple(f"{other}:write" for other in ("analytics", "settings", "users") if other != surface)
    scopes = others if verb == "read" else (*others, f"{surface}:read")

    with a_desk(scopes=scopes) as desk:
        answer = desk.call(route.method, route.path, {})  # type: ignore[attr-defined]  # as above

        assert (answer.status, answer.code) == (403, "missing_scope")
        assert answer.json()["error"]["details"] == {"scope": route.scope}  # type: ignore[attr-defined]  # as above
        assert desk.app.writes == ()


def test_sandbox_api_scope_to_write_includes_the_one_to_read() -> None:
    """A key with nothing but `settings:write` can list roles."""
    with a_desk(scopes=("settings:write",)) as desk:
        assert desk.get("/roles").status == 200


def test_sandbox_api_key_without_scopes_may_ask_for_itself() -> None:
    """`/me` needs a valid key and no scope."""
    with a_desk(scopes=()) as desk:
        assert desk.get("/me").json()["key"]["scopes"] == []


@pytest.mark.parametrize("path", ["/", "/moon", "/roles/", "/roles/a/b", "/roles/rol_moon", "/users/\u00ff"])
def test_sandbox_api_unknown_addresses_are_json(desk: Desk, path: str) -> None:
    """What does not exist is a 404 with a JSON body."""
    answer = desk.get(path)

    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/json"


def test_sandbox_api_unknown_methods_are_json(desk: Desk) -> None:
    """A method that an address does not have is a 405 that names those it has."""
    answer = desk.call("PUT", f"/roles/{desk.role('Agent').id}", NEW)

    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "DELETE, GET, PATCH"


def test_sandbox_api_head_is_get_without_the_body(desk: Desk) -> None:
    """HEAD has the headers of GET, its length included."""
    path = f"/roles/{desk.role('Agent').id}"
    head, get = desk.call("HEAD", path), desk.get(path)

    assert (head.status, head.body) == (200, b"")
    assert (head.headers["ETag"], head.headers["Content-Length"]) == (get.headers["ETag"], str(len(get.body)))


def test_sandbox_api_bug_of_ours_is_a_500_without_a_trace(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """When the store breaks, the client learns nothing about it, and the log has the reason."""
    desk.store.close()

    with caplog.at_level(logging.ERROR):
        answer = desk.get("/roles")

    assert (answer.status, answer.code) == (500, "internal")
    assert b"sqlite" not in answer.body.lower()
    assert "closed database" in caplog.text


def test_sandbox_api_logs_every_request(desk: Desk) -> None:
    """The log has number, method, path, status and effect of each request."""
    role = made(desk)
    desk.call("PATCH", f"/roles/{role['id']}", {"name": "Agent"}, etag=role["etag"])

    assert [(r.number, r.method, r.path, r.status, r.effect) for r in desk.app.requests] == [
        (1, "POST", "/roles", 201, True),
        (2, "PATCH", f"/roles/{role['id']}", 409, False),
    ]


@pytest.mark.parametrize("secret", ["sa_test_", "sa_prod_abc", "sa_test_a b", "sa_test_abc\n"])
def test_sandbox_api_keys_have_a_shape(secret: str) -> None:
    """A key of another shape cannot be given out."""
    with pytest.raises(ValueError, match="a key is"):
        ApiKey(secret=secret)


@pytest.mark.parametrize("scope", ["settings", "settings:admin", "settings:read\n", ""])
def test_sandbox_api_scopes_have_a_shape(scope: str) -> None:
    """A scope is a surface and one of two verbs, and no key shows its secret by accident."""
    with pytest.raises(ValueError, match="a scope is"):
        ApiKey(secret=SECRET, scopes=(scope,))
    assert SECRET not in repr(ApiKey(secret=SECRET))
