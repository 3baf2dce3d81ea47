"""What reading costs: the promised number of requests, paced so that the tenant never has to say stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fakes.clock import FakeClock

from reconciler.model.role import RoleId
from reconciler.ports import TenantReader
from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.keys import Tier
from reconciler.sandbox.records import RoleDraft
from reconciler.sandbox.seed import seed
from reconciler.sandbox.server import serving
from reconciler.sandbox.store import Store
from reconciler.sandbox.tenant import new_secret, opened_app
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.support import KIND

pytestmark = pytest.mark.sockets


@contextmanager
def opened(clock: FakeClock, tier: Tier) -> Iterator[tuple[SandboxApp, TenantReader]]:
    """Give the seeded desk with 250 people, and a reader of it."""
    secret = new_secret()
    with (
        closing(Store.open(None, seed)) as store,
        opened_app(store, clock, secret=secret, tier=tier) as app,
        serving(app) as url,
    ):
        connection = Connection(name="desk", url=url, key=Key(secret), state_folder=Path(), clock=clock)
        with KIND.open_reader(connection) as reader:
            yield app, reader


def test_reading_costs_what_is_promised() -> None:
    """One for the identity, one for the catalogue, one per hundred roles, one per hundred holders of a role asked."""
    with opened(FakeClock(), Tier.ENTERPRISE) as (app, reader):
        app.store.add_roles(
            RoleDraft(name=f"Extra {number}", description="", permissions=frozenset()) for number in range(197)
        )
        reader.identity()
        reader.capabilities()
        reader.catalogue()
        roles = reader.roles()
        agent = next(role for role in roles if role.content.name == "Agent")
        holders = reader.holders(agent.id)
        reader.headcount()

        assert holders is not None
        assert (len(roles), len(holders)) == (205, agent.user_count)
        assert len(holders) > 100
        assert [request.path for request in app.requests] == [
            "/me",
            "/permissions",
            *["/roles"] * 3,
            *["/users"] * 2,
        ]


@pytest.mark.parametrize("tier", Tier)
def test_no_tier_ever_has_to_say_stop(tier: Tier) -> None:
    """The client slows down by itself: many more reads than a minute allows, and not one 429."""
    clock = FakeClock()
    with opened(clock, tier) as (app, reader):
        for _ in range(150):
            reader.role(RoleId("rol_nowhere"))

        assert {request.status for request in app.requests} == {404}
        assert len(app.requests) == 150
    # Never faster than the tier allows, and never much slower.
    assert sum(clock.sleeps) <= 60.0 * 150 / tier.per_minute + 60.0
