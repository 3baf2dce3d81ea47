"""How many requests a plan and an apply make, counted by the tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from acceptance.desk import PROJECT

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
    """Five changes cost the plan's own requests and twice five more, and none is sent twice."""
    settings = GuardSettings(narrowing_people=1_000)
    request = replace(request_for(), settings=settings)
    how = Apply(expect=None, announce=lambda _: True, open_journal=lambda _: NoJournal(), stopped=lambda: False)
    with tenant(tmp_path) as (app, connection), support.KIND.open_writer(connection) as writer:
        done = apply(request, writer, how, connection.clock, Unwatched())

        assert done.report is not None
        assert done.report.complete
        assert [(r.method, r.effect) for r in app.requests[6:]] == [
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
