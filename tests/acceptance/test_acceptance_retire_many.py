"""Retiring a role that five hundred people hold, over HTTP, within the tenant's rate tier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import MemoryJournal, how
from fakes.clock import FakeClock

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.language import load_desired_from
from reconciler.model.finding import GuardSettings, Limit
from reconciler.model.outcome import Result
from reconciler.operations.apply import apply
from reconciler.operations.plan import Request, plan
from reconciler.ports import Unwatched
from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.keys import Tier
from reconciler.sandbox.records import RoleDraft, UserDraft
from reconciler.sandbox.seed import seed
from reconciler.sandbox.server import serving
from reconciler.sandbox.store import Store
from reconciler.sandbox.tenant import new_secret, opened_app
from reconciler.tenants import support
from reconciler.tenants.connection import Connection, Key

pytestmark = pytest.mark.sockets

PROJECT = Path(__file__).resolve().parents[2]
HOLDERS = 500
EASY = GuardSettings(
    narrowing_people=10_000,
    mass_change_roles=Limit(value=100, percent=True),
    mass_change_people=Limit(value=100, percent=True),
)
FILES: Mapping[str, str] = {
    "roles/seasonal.yaml": "name: Seasonal\ndescription: Helped out over the holidays\nretired: true\n"
    "move_users_to: helper\n",
    "roles/helper.yaml": "name: Helper\ndescription: Reads conversations and tags them\n"
    "permissions: {conversations: [view, tag]}\n",
}


def a_request() -> Request:
    """Ask to retire the role and move its holders to one that is created first."""
    documents = ((path, text.encode()) for path, text in FILES.items())
    return Request(desired=load_desired_from(documents, load_catalogue(PROJECT)), settings=EASY)


@contextmanager
def a_crowded_desk() -> Iterator[tuple[SandboxApp, Connection]]:
    """Serve a tenant of the professional tier in which five hundred people hold one role; its clock is the client's."""
    store = Store.open(None, seed)
    (role_id,) = store.add_roles(
        [RoleDraft(name="Seasonal", description="", permissions=frozenset({"conversations.view"}))]
    )
    reader = store.roles.named("Reader")
    assert reader is not None
    store.add_users(
        UserDraft(
            name=f"Seasonal {n}",
            email=f"seasonal{n}@desk.example",
            role_ids=frozenset({role_id, reader.id} if n % 10 == 0 else {role_id}),
            active=n % 25 != 0,
            human=True,
        )
        for n in range(HOLDERS)
    )
    clock, secret = FakeClock(), new_secret()
    with opened_app(store, clock, secret=secret, tier=Tier.PROFESSIONAL) as app, serving(app) as url:
        yield app, Connection(name="desk", url=url, key=Key(secret), state_folder=Path(), clock=clock)
    store.close()


class Steps(Unwatched):
    """Progress that counts."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.done = 0

    def stage(self, label: str, total: int | None) -> None:
        """Begin to count anew."""
        del label
        self.total, self.done = total, 0

    def advance(self, steps: int = 1) -> None:
        """Count."""
        self.done += steps


def test_retiring_a_role_of_many_stays_within_the_rate_tier() -> None:
    """Everybody is moved, suspended people too and other roles kept, without the tenant once saying stop."""
    progress = Steps()
    with a_crowded_desk() as (app, connection), support.KIND.open_writer(connection) as writer:
        done = apply(a_request(), writer, how(), connection.clock, progress)

        assert done.report is not None
        assert done.report.complete
        assert 429 not in {request.status for request in app.requests}
        assert (progress.total, progress.done) == (HOLDERS + 2, HOLDERS + 2)
        helper, reader = app.store.roles.named("Helper"), app.store.roles.named("Reader")
        assert app.store.roles.named("Seasonal") is None
        assert helper is not None
        assert reader is not None
        assert (helper.user_count, reader.user_count) == (HOLDERS, 78 + HOLDERS // 10)
        assert app.requests[-2].method == "DELETE"


def test_retiring_a_role_of_many_can_be_interrupted_and_run_again() -> None:
    """What was moved stays moved, the rest is moved by the next run, and nothing is sent twice."""
    journal = MemoryJournal()
    stop_after = 200
    with a_crowded_desk() as (app, connection), support.KIND.open_writer(connection) as writer:
        first = apply(
            a_request(),
            writer,
            how(journal=journal, stopped=lambda: len(journal.entries) >= 2 * stop_after),
            connection.clock,
            Unwatched(),
        )
        assert first.report is not None
        assert first.report.interrupted
        assert [o.result for o in first.report.outcomes] == [Result.APPLIED, Result.FAILED]
        left = plan(a_request(), writer, connection.clock, Unwatched())

        second = apply(a_request(), writer, how(), connection.clock, Unwatched())

        assert len(left.facts.writes) == HOLDERS + 2 - stop_after
        assert second.report is not None
        assert second.report.complete
        assert len(app.writes) == HOLDERS + 2
        assert 429 not in {request.status for request in app.requests}
