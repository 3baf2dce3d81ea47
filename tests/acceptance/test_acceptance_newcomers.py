"""A role is given to somebody after the plan was read: products that delete it in use are not asked to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from builders import ANYTHING_GOES, Silence, a_retired_role, a_role, everything_confirmed, how
from fakes.chatwoot.server import a_chatwoot_desk
from fakes.clock import FakeClock
from fakes.zammad.server import a_zammad_desk

from reconciler.model.outcome import Report, Result
from reconciler.model.role import RoleId
from reconciler.model.state import DesiredState
from reconciler.operations.apply import apply
from reconciler.operations.plan import Planned, Request, plan
from reconciler.ports import TenantWriter

pytestmark = pytest.mark.sockets

Given = Callable[[], object]
Opened = Callable[[], AbstractContextManager[tuple[TenantWriter, Given]]]


@contextmanager
def a_zammad() -> Iterator[tuple[TenantWriter, Given]]:
    """Open a Zammad, with what gives Ben the role that nobody has."""
    with a_zammad_desk() as desk, desk.writer() as tenant:
        ben, unused = desk.ben, desk.server.named("Unused").id
        yield tenant, lambda: desk.server.assign(ben, desk.server.users[ben].roles | {unused})


@contextmanager
def a_chatwoot() -> Iterator[tuple[TenantWriter, Given]]:
    """Open a Chatwoot, with what gives Ben the role that nobody has."""
    with a_chatwoot_desk() as desk, desk.writer() as tenant:
        unused = desk.account.named("Unused")["id"]
        edit = {"role": "agent", "custom_role_id": unused}
        yield tenant, lambda: desk.account.edit_agent(desk.ben, edit, unused)


def a_request(tenant: TenantWriter, move: str | None) -> Request:
    """Ask to retire the role that nobody has, with a yes to all that this asks for."""
    (kept,) = (role.content for role in tenant.roles() if role.content.name == "Night Shift")
    desired = DesiredState(
        roles=(replace(a_role("night-shift"), content=kept),),
        retired=(a_retired_role("unused", move_users_to=move),),
        catalogue=tenant.catalogue(),
    )
    request = Request(desired=desired, settings=ANYTHING_GOES)
    made = plan(request, tenant, FakeClock(), Silence()).plan
    return replace(request, confirmations=everything_confirmed(made))


def retired(tenant: TenantWriter, move: str | None, given: Given) -> Report:
    """Retire the role, and let somebody get it once the plan is made."""

    def announced(_: Planned) -> bool:
        given()
        return True

    done = apply(a_request(tenant, move), tenant, how(announce=announced), FakeClock(), Silence())
    assert done.report is not None
    return done.report


@pytest.mark.parametrize("move", [None, "night-shift"])
@pytest.mark.parametrize("product", [a_zammad, a_chatwoot])
def test_role_that_somebody_got_since_the_plan_is_not_retired(product: Opened, move: str | None) -> None:
    """Nothing is sent, the run is stale, and whoever got the role has it still."""
    with product() as (tenant, given):
        found = retired(tenant, move, given)

        assert (found.stale, found.writes) == (True, 0)
        (outcome,) = found.outcomes
        assert outcome.result is Result.FAILED
        assert outcome.detail == ('not sent: 1 person got "Unused" since the plan was made, and would be left behind')
        (left,) = (role.id for role in tenant.roles() if role.content.name == "Unused")
        assert [person.id for person in tenant.holders(RoleId(left)) or ()]


@pytest.mark.parametrize("move", [None, "night-shift"])
@pytest.mark.parametrize("product", [a_zammad, a_chatwoot])
def test_role_that_nobody_got_is_retired(product: Opened, move: str | None) -> None:
    """One request to write is enough where nobody came."""
    with product() as (tenant, _):
        found = retired(tenant, move, lambda: None)

        assert (found.complete, found.writes) == (True, 1)
        assert "Unused" not in {role.content.name for role in tenant.roles()}
