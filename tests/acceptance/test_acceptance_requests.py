"""How many requests each command makes, counted by the tenant."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from acceptance.desk import PROJECT, Desk

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.language import load_desired
from reconciler.model.finding import GuardSettings
from reconciler.operations.apply import Apply, apply
from reconciler.operations.plan import Request, plan
from reconciler.ports import Unwatched
from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.server import serving
from reconciler.sandbox.tenant import new_secret, opened_app, opened_store
from reconciler.tenants import support
from reconciler.tenants.clock import SystemClock
from reconciler.tenants.connection import Connection, Key

pytestmark = pytest.mark.sockets


class NoJournal:
    """Keeps nothing."""

    def write(self, entry: Mapping[str, object]) -> None:
        """Take an entry."""


@contextmanager
def tenant(folder: Path) -> Iterator[tuple[SandboxApp, Connection]]:
    """Serve a fresh embedded tenant and say how to reach it."""
    clock, secret = SystemClock(), new_secret()
    with opened_store(folder) as store, opened_app(store, clock, secret=secret) as app, serving(app) as url:
        yield app, Connection(name="sandbox", url=url, key=Key(secret), state_folder=folder, clock=clock)


def request_for(*, without: str = "") -> Request:
    """Ask for a plan of this repository's roles, leaving out one file."""
    catalogue = load_catalogue(PROJECT)
    desired = load_desired(PROJECT, "roles", catalogue)
    roles = tuple(role for role in desired.roles if role.key != without)
    return Request(
        desired=type(desired)(roles=roles, retired=desired.retired, catalogue=catalogue), settings=GuardSettings()
    )


def asked(app: SandboxApp) -> list[str]:
    """Give what was asked for, in order, without the query's cursor."""
    return [f"{request.method} {request.path}" for request in app.requests]


def test_first_plan_makes_six_requests(tmp_path: Path) -> None:
    """Identity, catalogue, a page of roles, two pages of agents, one of curators, and nothing more."""
    with tenant(tmp_path) as (app, connection), support.KIND.open_reader(connection) as reader:
        plan(request_for(), reader, connection.clock, Unwatched())

        assert asked(app) == [
            "GET /me",
            "GET /permissions",
            "GET /roles",
            "GET /users",
            "GET /users",
            "GET /users",
        ]


def test_plan_reads_no_holders_of_roles_that_stay(tmp_path: Path) -> None:
    """Without the role that many people hold, its two pages are not asked for."""
    with tenant(tmp_path) as (app, connection), support.KIND.open_reader(connection) as reader:
        plan(request_for(without="agent"), reader, connection.clock, Unwatched())

        assert len(app.requests) == 4
        assert app.writes == ()


def test_apply_makes_one_write_and_one_read_back_for_each_change(tmp_path: Path) -> None:
    """Five changes cost the plan's own requests and twice five more, the narrowing one besides; none is sent twice."""
    settings = GuardSettings(narrowing_people=1_000)
    request = replace(request_for(), settings=settings)
    how = Apply(expect=None, announce=lambda _: True, open_journal=lambda _: NoJournal(), stopped=lambda: False)
    with tenant(tmp_path) as (app, connection), support.KIND.open_writer(connection) as writer:
        done = apply(request, writer, how, connection.clock, Unwatched())

        assert done.report is not None
        assert done.report.complete
        assert [(r.method, r.effect) for r in app.requests[6:]] == [
            ("GET", False),
            ("PATCH", True),
            ("GET", False),
            ("POST", True),
            ("GET", False),
            ("POST", True),
            ("GET", False),
            ("PATCH", True),
            ("GET", False),
            ("POST", True),
            ("GET", False),
        ]


@contextmanager
def served(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxApp]:
    """Serve the embedded tenant of a desk and point its settings there."""
    secret = new_secret()
    monkeypatch.setenv("SERVED_KEY", secret)
    with (
        opened_store(desk.folder / ".reconciler") as store,
        opened_app(store, SystemClock(), secret=secret) as app,
        serving(app) as url,
    ):
        told = f"{{kind: support, url: '{url}', key: 'env:SERVED_KEY'}}"
        desk.replace("reconciler.yaml", "sandbox: {kind: sandbox}", f"sandbox: {told}")
        yield app


ALWAYS = ["GET /me", "GET /permissions", "GET /roles"]
PAGE = "GET /users"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("plan --notice", [*ALWAYS, *[PAGE] * 3]),
        ("plan --notice --names .reconciler/people.csv", [*ALWAYS, *[PAGE] * 5]),
        ("drift", [*ALWAYS, *[PAGE] * 3]),
        ("confirm narrowing-agent-f762b4cfc92c --reason Announced", [*ALWAYS, *[PAGE] * 3]),
        ("adopt", ALWAYS),
        ("adopt night-shift", ALWAYS),
        ("adopt --all --overwrite --based-on", ALWAYS),
        ("matrix --all", ALWAYS),
        ("explain agent", [*ALWAYS, PAGE, PAGE]),
        ("explain agent --what-if", [*ALWAYS, PAGE, PAGE]),
        ("explain beta-tester", ALWAYS),
        ("explain usr_288c0f9b1c7d --what-if", [*ALWAYS, "GET /users/usr_288c0f9b1c7d"]),
        ("explain --as person nobody@desk.example", [*ALWAYS, *[PAGE] * 3]),
        ("explain bulk_close --what-if", [*ALWAYS, *[PAGE] * 5]),
        ("catalogue", ["GET /permissions", "GET /roles"]),
        ("catalogue --update", ["GET /permissions", "GET /roles"]),
        ("doctor", ["GET /me", "GET /roles", "GET /permissions", PAGE]),
        ("validate", []),
        ("new 'Night Watchers'", []),
        ("init elsewhere", []),
        ("catalogue --schema", []),
        ("matrix --offline", []),
        ("explain agent --offline", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_command_makes_the_requests_of_the_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, command: str, expected: list[str]
) -> None:
    """What the page of requests says of a command is what the tenant was asked for, in order, and nothing more."""
    with served(desk, monkeypatch) as app:
        desk.run(*shlex.split(command))

        assert asked(app) == expected
        assert app.writes == ()


def test_init_adopts_with_three_requests(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tenant of settings that are there already is read once, and the role files follow."""
    shutil.rmtree(desk.folder / "roles")
    with served(desk, monkeypatch) as app:
        ran = desk.run("init", "--adopt")

        assert (ran.code, asked(app)) == (0, ALWAYS)
        assert (desk.folder / "roles" / "night-shift.yaml").is_file()
