"""Somebody is suspended between plan and write, and the last administrators stay, through the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import pytest
from acceptance.desk import Desk
from acceptance.test_acceptance_requests import asked, served

from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.records import Author
from reconciler.sandbox.store import Store

pytestmark = pytest.mark.sockets

GIVEN, TAKEN = "settings: [view, snippets, roles]", "settings: [view, snippets]"
SOMEBODY = Author(actor="usr_1", at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
PLANNED = ["GET /me", "GET /permissions", "GET /roles", *["GET /users"] * 2]
COUNTED = ["GET /roles/{owner}", "GET /users"]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Give a desk whose curators administer roles, and files that take that from them again."""
    desk.replace("roles/knowledge-curator.yaml", TAKEN, GIVEN)
    desk.settle()
    desk.replace("roles/knowledge-curator.yaml", GIVEN, TAKEN)
    desk.confirm_all()
    return desk


def set_owner_active(store: Store, *, active: bool) -> None:
    """Suspend the second of the three Owners, the first of whom has the key, or bring them back."""
    owner = store.roles.named("Owner")
    assert owner is not None
    second = store.users.page(after=0, limit=3, role_id=owner.id).entries[1]
    store.users.set_active(second.id, SOMEBODY, active=active)


def before_role_is_read(monkeypatch: pytest.MonkeyPatch, number: int, deed: Callable[[], None]) -> None:
    """Let somebody act when a single role is about to be read for the time of this number."""
    answer, left = SandboxApp.__call__, [number]

    def answered(app: SandboxApp, environ: dict[str, object], start_response: object) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and str(environ["PATH_INFO"]).startswith("/api/v1/roles/"):
            left[0] -= 1
            if left[0] == 0:
                deed()
        return answer(app, environ, start_response)

    monkeypatch.setattr(SandboxApp, "__call__", answered)


def named(app: SandboxApp, name: str) -> str:
    """Give the id of a role."""
    role = app.store.roles.named(name)
    assert role is not None
    return role.id


def told(app: SandboxApp) -> list[str]:
    """Give what was asked for, in order, with names for the ids of two roles."""
    ids = {"{owner}": app.store.roles.named("Owner"), "{curator}": app.store.roles.named("Knowledge Curator")}
    lines = asked(app)
    for name, role in ids.items():
        lines = lines if role is None else [line.replace(role.id, name) for line in lines]
    return lines


WHY = (
    "not sent: counted again, 1 of 2 required administrators would be left: "
    "since the plan was made somebody was suspended or lost settings.roles"
)


def test_administrator_suspended_between_plan_and_write_stops_the_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written: exit 6, and the outcome says why; the guard says it from then on, until they are back."""
    with served(desk, monkeypatch) as app:
        with monkeypatch.context() as patch:
            before_role_is_read(patch, 1, lambda: set_owner_active(app.store, active=False))
            ran = desk.run("apply", "--yes")

        assert (ran.code, app.writes) == (6, ())
        assert f"failed        update Knowledge Curator: {WHY}" in ran.out
        assert "0 writes sent" in ran.out
        refused = desk.run("apply", "--yes")
        assert refused.code == 4
        assert "[lockout] 1 of 2 required administrators would be left" in refused.err
        set_owner_active(app.store, active=True)
        assert desk.run("apply", "--yes").code == 0


def test_administrator_suspended_after_the_first_write_stops_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before is told as applied, and the run ends with 8."""
    desk.replace("roles/billing-specialist.yaml", "notes: all", "notes: view")
    desk.confirm_all()
    with served(desk, monkeypatch) as app:
        before_role_is_read(monkeypatch, 2, lambda: set_owner_active(app.store, active=False))
        ran = desk.run("apply", "--yes", "--format", "json")

        assert (ran.code, len(app.writes)) == (8, 1)
        report = ran.data["report"]
        assert [(o["role"], o["result"], o["detail"]) for o in report["outcomes"]] == [
            ("billing-specialist", "applied", ""),
            ("knowledge-curator", "failed", WHY),
        ]
        assert (report["stale"], report["writes"]) == (True, 1)


def test_counting_again_costs_two_requests(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The role is counted before its narrowing, one that still gives it is read with its holders, and nothing more."""
    with served(desk, monkeypatch) as app:
        assert desk.run("apply", "--yes").code == 0

        written = ["PATCH /roles/{curator}", "GET /roles/{curator}"]
        assert told(app) == [*PLANNED, "GET /roles/{curator}", *COUNTED, *written]


def test_counting_again_for_each_person_who_moves_costs_two_requests(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of twelve people who leave a role that administers roles each is moved after a count; the deletion needs none."""
    desk.write(
        "roles/knowledge-curator.yaml",
        "name: Knowledge Curator\ndescription: Is part of other work by now\nretired: true\n"
        "move_users_to: billing-specialist\n",
    )
    desk.confirm_all()
    with served(desk, monkeypatch) as app:
        curator = named(app, "Knowledge Curator")
        people = [person.id for person in app.store.users.page(after=0, limit=100, role_id=curator).entries]
        assert desk.run("apply", "--yes").code == 0

        moves = [[*COUNTED, f"PATCH /users/{person}", f"GET /users/{person}"] for person in sorted(people)]
        assert len(moves) == 12
        deletion = [f"DELETE /roles/{curator}", f"GET /roles/{curator}"]
        assert told(app) == [*PLANNED, *(request for move in moves for request in move), *deletion]
