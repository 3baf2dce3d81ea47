"""People who come to a role between the plan and the write that takes something from its holders stop that write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import (
    CLOSE,
    NOBODY,
    TAG,
    VIEW,
    a_live_role,
    a_person,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    applied,
    confirmed,
    how,
    some_people,
)
from fakes.tenant import FakeTenant, Fault

from reconciler.errors import TenantUnreachable
from reconciler.model.outcome import Report, Result
from reconciler.model.person import Person
from reconciler.model.product import Product
from reconciler.model.role import DesiredRole, LiveRole, RoleContent, RoleId
from reconciler.operations.plan import Planned, Request

IN_USE = Product(name="Desk", deletes_in_use=True, left_behind=frozenset({VIEW}))
NIGHT, AGENT = a_live_role("Night", grants=(TAG, VIEW)), a_live_role("Agent", grants=(VIEW,))
AGENTS = a_role("agent", grants=(VIEW,))
RETIRED = a_request(a_retired_role("night"), AGENTS)
MOVED = a_request(a_retired_role("night", move_users_to="agent"), AGENTS)
NARROWED = a_request(a_role("night", grants=(VIEW,)), AGENTS)
THREE = some_people(3, "Night")
COME = some_people(50, "Night", prefix="new")


class Crowded(FakeTenant):
    """A tenant to which people can come, and which may not say how many there are."""

    counts = True

    def come(self, *people: Person) -> None:
        """Let people get a role as somebody would give it in the product."""
        self._people |= {person.id: person for person in people}

    def role(self, role_id: RoleId) -> LiveRole | None:
        """Read one role, with the number of its users where that is told."""
        found = super().role(role_id)
        return found if found is None or self.counts else replace(found, user_count=None)

    def roles(self) -> tuple[LiveRole, ...]:
        """Read every role, with the numbers of their users where those are told."""
        return tuple(role if self.counts else replace(role, user_count=None) for role in super().roles())


def a_desk(*people: Person, product: Product = IN_USE) -> Crowded:
    """Give a tenant with a role that is to be retired or narrowed."""
    return Crowded(
        catalogue=a_tenant(NIGHT).catalogue(), roles=(NIGHT, AGENT), people=people, account=NOBODY, product=product
    )


def report(request: Request, tenant: FakeTenant, *, planned: Callable[[], object] = lambda: None) -> Report:
    """Apply with a yes to all that is asked; `planned` happens once the plan is made."""

    def announced(_: Planned) -> bool:
        planned()
        return True

    found = applied(confirmed(request, tenant), tenant, how(announce=announced)).report
    assert found is not None
    return found


def told(found: Report) -> str:
    """Give what the report says of the one role that changes."""
    (outcome,) = (outcome for outcome in found.outcomes if outcome.role == "night")
    assert outcome.result is Result.FAILED
    return outcome.detail


@pytest.mark.parametrize("before", [(), THREE], ids=["held by nobody", "held by three"])
@pytest.mark.parametrize("product", [IN_USE, replace(IN_USE, deletes=False, counts=False)])
def test_newcomers_stop_a_retirement_in_use(before: tuple[Person, ...], product: Product) -> None:
    """Fifty who got the role after the plan keep it: nothing is written, and the number is told."""
    tenant = a_desk(*before, product=product)
    found = report(RETIRED, tenant, planned=lambda: tenant.come(*COME))

    assert (tenant.writes, found.stale, found.writes) == ([], True, 0)
    assert told(found) == 'not sent: 50 people got "Night" since the plan was made, and would be left behind'
    assert tenant.names() == ("Agent", "Night")


def test_somebody_in_the_place_of_another_stops_a_retirement() -> None:
    """Who they are is compared, and not how many."""
    tenant = a_desk(*THREE)

    def swapped() -> None:
        tenant.hold_by_hand(THREE[0].id, frozenset({AGENT.id}))
        tenant.come(a_person("new", "Night"))

    found = report(RETIRED, tenant, planned=swapped)

    assert (tenant.writes, found.stale) == ([], True)
    assert told(found).startswith("not sent: 1 person got")


def test_fewer_holders_stop_no_retirement() -> None:
    """Whoever left the role since the plan loses nothing by it."""
    tenant = a_desk(*THREE)

    def gone() -> None:
        tenant.hold_by_hand(THREE[0].id, frozenset({AGENT.id}))

    assert report(RETIRED, tenant, planned=gone).complete


@pytest.mark.parametrize("before", [(), THREE], ids=["held by nobody", "held by three"])
def test_anybody_still_there_after_the_moves_stops_the_retirement(before: tuple[Person, ...]) -> None:
    """The three of the plan are moved, and the one who came does not lose the role in silence."""
    tenant = a_desk(*before)
    found = report(MOVED, tenant, planned=lambda: tenant.come(a_person("new", "Night")))

    assert [write.method for write in tenant.writes] == ["assign_roles"] * len(before)
    assert found.stale
    assert told(found).startswith('not sent: 1 person got "Night" since the plan was made')
    assert tenant.names() == ("Agent", "Night")


def test_somebody_who_comes_back_during_the_moves_stops_the_retirement() -> None:
    """Having been moved once is no reason to lose what was given again."""
    tenant = a_desk(*THREE)
    tenant.before_write(3, lambda: tenant.hold_by_hand(THREE[0].id, frozenset({NIGHT.id})))

    found = report(MOVED, tenant)

    assert (len(tenant.writes), found.proved, found.stale) == (3, 3, True)
    assert "1 person got" in told(found)


def test_moves_and_retirement_happen_where_nobody_comes() -> None:
    """One look at the role and one at its holders come before the deletion."""
    tenant = a_desk(*THREE)

    assert report(MOVED, tenant).complete
    assert [call.method for call in tenant.calls[-4:]] == ["role", "holders", "delete_role", "role"]


def test_nothing_more_is_read_where_the_product_refuses_to_delete_in_use() -> None:
    """It notices newcomers itself, and says no."""
    tenant = a_desk(product=Product())
    found = report(RETIRED, tenant, planned=lambda: tenant.come(*COME))

    assert "50 user(s) have this role" in told(found)
    assert [call.method for call in tenant.calls[-2:]] == ["delete_role", "role"]


@pytest.mark.parametrize(("come", "objects"), [(0, False), (2, True)])
def test_counts_are_compared_where_holders_cannot_be_listed(*, come: int, objects: bool) -> None:
    """A key that may list nobody still sees by the number that people came."""
    tenant = a_desk(*THREE)
    tenant.lists_holders = False

    found = report(RETIRED, tenant, planned=lambda: tenant.come(*COME[:come]))

    assert found.complete is not objects
    if objects:
        assert (tenant.writes, found.stale) == ([], True)
        assert told(found) == 'not sent: 2 people more than by the plan have "Night", and would be left behind'


@pytest.mark.parametrize("moves", [MOVED, RETIRED])
def test_what_can_be_neither_listed_nor_counted_is_not_retired(moves: Request) -> None:
    """Nobody can say whether somebody came, so nothing is sent; the moves before it stay done."""
    tenant = a_desk(*THREE)

    def blinded() -> None:
        tenant.lists_holders = tenant.counts = False

    found = report(moves, tenant, planned=blinded)

    assert 'the holders of "Night" cannot be listed again or counted' in told(found)
    assert found.stale
    assert "Night" in tenant.names()


def test_counting_after_the_moves_expects_nobody() -> None:
    """Where holders can be listed no more, one person left is one too many."""
    tenant = a_desk(*THREE)
    tenant.before_write(3, lambda: (tenant.come(a_person("new", "Night")), setattr(tenant, "lists_holders", False)))

    assert "1 person more than by the plan" in told(report(MOVED, tenant))


def test_role_that_is_gone_is_told_as_before() -> None:
    """Nobody can have come to what is not there; the write says that it disappeared."""
    tenant = a_desk()
    found = report(RETIRED, tenant, planned=lambda: tenant.remove_by_hand(NIGHT.id))

    assert found.stale
    assert told(found).startswith("it disappeared since the plan")


def test_holders_that_cannot_be_read_again_stop_the_run() -> None:
    """Before the first write the tenant is unreadable, and nothing was sent."""
    tenant = a_desk(*THREE)

    with pytest.raises(TenantUnreachable):
        report(RETIRED, tenant, planned=lambda: tenant.fail_read(tenant.reads + 2, TenantUnreachable("down")))

    assert tenant.writes == []


def test_retirement_is_not_repeated_once_somebody_came() -> None:
    """The holders are listed again before each sending."""
    tenant = a_desk(*THREE)
    tenant.fail(1, Fault.UNCLEAR_WITHOUT_EFFECT)
    tenant.before_write(1, lambda: tenant.come(*COME))

    found = report(RETIRED, tenant)

    assert len(tenant.writes) == 1
    assert [outcome.result for outcome in found.outcomes] == [Result.UNKNOWN]
    assert "it was not repeated: 50 people got" in found.outcomes[0].detail


@pytest.mark.parametrize("come", [1, 50])
def test_newcomers_stop_a_narrowing(come: int) -> None:
    """A confirmation for three people is none for fifty-three."""
    tenant = a_desk(*THREE, product=Product())
    found = report(NARROWED, tenant, planned=lambda: tenant.come(*COME[:come]))

    assert (tenant.writes, found.stale) == ([], True)
    assert told(found) == (
        f'not sent: {3 + come} people have "Night" now, and by the plan it was 3: whoever came since was not counted'
    )


def test_newcomers_stop_a_narrowing_after_other_writes() -> None:
    """What was written before is told as done."""
    tenant = a_desk(*THREE, product=Product())
    tenant.before_write(1, lambda: tenant.come(*COME))
    request = a_request(a_role("night", grants=(VIEW,)), a_role("agent", grants=()))

    found = report(request, tenant)

    assert [(o.role, o.result) for o in found.outcomes] == [("agent", Result.APPLIED), ("night", Result.FAILED)]
    assert (found.proved, found.stale) == (1, True)


def test_people_who_came_while_the_plan_was_made_are_counted() -> None:
    """The list of roles said three and that of holders five: five were shown, and five may be narrowed."""

    class Growing(Crowded):
        def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
            self.come(*COME[:2])
            return super().holders(role_id)

    tenant = Growing(
        catalogue=a_tenant(NIGHT).catalogue(), roles=(NIGHT, AGENT), people=THREE, account=NOBODY, product=Product()
    )

    assert report(NARROWED, tenant).complete


def test_fewer_holders_stop_no_narrowing() -> None:
    """A yes for three is one for two."""
    tenant = a_desk(*THREE, product=Product())

    assert report(NARROWED, tenant, planned=lambda: tenant.hold_by_hand(THREE[0].id, frozenset({AGENT.id}))).complete


@pytest.mark.parametrize(
    "wider",
    [
        a_role("night", grants=(TAG, VIEW, CLOSE)),
        a_role("night", name="Late", previously=["Night"], grants=(TAG, VIEW)),
    ],
)
def test_what_takes_nothing_is_not_counted_again(wider: DesiredRole) -> None:
    """A widening and a new name cost no request, and reach whoever has the role."""
    tenant = a_desk(*THREE, product=Product())

    assert report(a_request(wider, AGENTS), tenant, planned=lambda: tenant.come(*COME)).complete
    assert [call.method for call in tenant.calls[-2:]] == ["update_role", "role"]


@pytest.mark.parametrize("product", [Product(counts_again=False), Product()])
def test_narrowing_happens_where_nobody_counts(product: Product) -> None:
    """Where one role is read without a number, newcomers cannot be noticed; a product that never says costs no read."""
    tenant = a_desk(*THREE, product=product)
    tenant.counts = False

    assert report(NARROWED, tenant, planned=lambda: tenant.come(*COME)).complete
    assert tenant.live("Night").content == RoleContent(name="Night", description="", permissions=frozenset({VIEW}))
    before = tenant.calls[-3].method
    assert (before == "role") is product.counts_again
