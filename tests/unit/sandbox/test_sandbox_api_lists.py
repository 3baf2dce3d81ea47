"""Lists come in pages that add up, and never answer a question that was not asked."""

from __future__ import annotations

import base64

import pytest
from unit.sandbox.sandbox_client import Desk

NEW = {"name": "Quality Reviewer", "description": "Reads along", "permissions": ["conversations.view", "notes.view"]}


def made(desk: Desk) -> dict[str, str]:
    """Make a role over the API and give its document."""
    answer = desk.call("POST", "/roles", NEW)
    assert answer.status == 201
    return dict(answer.json())


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
