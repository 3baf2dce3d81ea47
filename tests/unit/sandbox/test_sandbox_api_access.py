"""Who may call what, and everything that is answered before an endpoint is reached."""

from __future__ import annotations

import logging

import pytest
from unit.sandbox.sandbox_client import SECRET, Desk, a_desk

from reconciler.sandbox.endpoints import ROUTES, Route
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
def test_sandbox_api_names_the_scope_that_is_missing(route: Route) -> None:
    """A key with every other surface gets 403 that names the scope, and nothing happens."""
    surface, _, verb = str(route.scope).partition(":")
    others = tuple(f"{other}:write" for other in ("analytics", "settings", "users") if other != surface)
    scopes = others if verb == "read" else (*others, f"{surface}:read")

    with a_desk(scopes=scopes) as desk:
        answer = desk.call(route.method, route.path, {})

        assert (answer.status, answer.code) == (403, "missing_scope")
        assert answer.json()["error"]["details"] == {"scope": route.scope}
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
