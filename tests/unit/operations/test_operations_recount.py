"""Administrators are counted again right before each write that takes administration from somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    KEYS,
    NOBODY,
    TAG,
    VIEW,
    MemoryJournal,
    a_catalogue,
    a_content,
    a_live_role,
    a_person,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    applied,
    confirmed,
    how,
)
from fakes.tenant import Call, FakeTenant, Fault

from reconciler.errors import TenantUnreachable
from reconciler.model.outcome import Report, Result
from reconciler.model.person import Person, PersonId
from reconciler.model.product import Product
from reconciler.model.role import RoleId
from reconciler.model.state import Account
from reconciler.operations.plan import Planned, Request
from reconciler.ports import ManyWriter

TWO = replace(ANYTHING_GOES, min_administrators=2)
CHIEF, OTHER, DESK = (
    a_live_role("Chief", grants=(VIEW, ADMIN)),
    a_live_role("Other", grants=(VIEW, ADMIN)),
    a_live_role("Desk"),
)
THEIRS = a_role("other", grants=(VIEW, ADMIN))
NARROWING = a_request(a_role("chief", grants=(VIEW,)), THEIRS)
RETIRING = a_request(a_retired_role("chief", move_users_to="desk"), THEIRS, a_role("desk"))
TWICE = a_request(a_role("chief", grants=(VIEW,)), THEIRS, a_role("a_first", name="Desk", grants=()))
DOWN = TenantUnreachable("down")
ONE_EACH = (a_person("u1", "Chief"), a_person("u2", "Other"))


def a_desk(*people: Person, product: Product | None = None) -> FakeTenant:
    """Give a tenant with two roles that administer roles and one that does not."""
    roles = tuple(replace(role, user_count=1) for role in (CHIEF, OTHER, DESK))
    return a_tenant(*roles, people=people or ONE_EACH, **({} if product is None else {"product": product}))


def before_batch(number: int, deed: Callable[[], None]) -> Callable[[], bool]:
    """Give what is asked before each write but the first, which does something before one and never stops the run."""
    numbers = iter(range(1, 1000))

    def asked() -> bool:
        if next(numbers) == number:
            deed()
        return False

    return asked


def report(
    request: Request,
    tenant: FakeTenant,
    *,
    planned: Callable[[], object] = lambda: None,
    stopped: Callable[[], bool] = lambda: False,
    journal: MemoryJournal | None = None,
) -> Report:
    """Apply a request with a yes to all it asks, and give its report; `planned` happens once the plan is made."""

    def announced(_: Planned) -> bool:
        planned()
        return True

    manner = how(stopped=stopped, journal=journal, announce=announced)
    found = applied(confirmed(request, tenant), tenant, manner).report
    assert found is not None
    return found


def suspending(tenant: FakeTenant, *people: str) -> Callable[[], None]:
    """Give the deed of somebody who suspends people in the product."""

    def deed() -> None:
        for person in people:
            tenant.set_active(PersonId(person), active=False)

    return deed


def calls_of(request: Request, tenant: FakeTenant) -> list[Call]:
    """Apply a request to the end, and give the calls that followed the plan."""
    request, began = confirmed(request, tenant), []

    def announced(_: Planned) -> bool:
        began.append(len(tenant.calls))
        return True

    found = applied(request, tenant, how(announce=announced)).report
    assert found is not None
    assert found.complete
    return tenant.calls[began[0] :]


LEFT = (
    "counted again, {} of {} required administrators would be left: "
    "since the plan was made somebody was suspended or lost {}"
)
MOVED = ("assign_roles", "person")


@pytest.mark.parametrize("request_", [NARROWING, RETIRING], ids=["narrowing", "retiring"])
def test_recount_sends_nothing_where_the_other_administrator_was_suspended(request_: Request) -> None:
    """The first write that would leave nobody is not sent; the run ends as stale and says why, on the journal too."""
    tenant, journal = a_desk(), MemoryJournal()

    found = report(request_, tenant, planned=suspending(tenant, "u2"), journal=journal)

    assert tenant.writes == []
    assert (found.writes, found.proved, found.stale) == (0, 0, True)
    why = f"not sent: {LEFT.format(0, 1, ADMIN)}"
    (outcome,) = (o for o in found.outcomes if o.role == "chief")
    assert (outcome.result, outcome.detail.partition(";")[0]) == (Result.FAILED, why)
    assert [(entry["event"], entry.get("detail")) for entry in journal.entries] == [("sending", None), ("settled", why)]


def test_recount_stops_after_what_was_written_before() -> None:
    """Where earlier writes had happened they are told as applied, and the one that takes administration as failed."""
    tenant = a_desk()
    found = report(TWICE, tenant, stopped=before_batch(2, suspending(tenant, "u2")))

    assert [(o.role, o.result) for o in found.outcomes] == [("a_first", Result.APPLIED), ("chief", Result.FAILED)]
    assert (found.writes, found.proved, found.stale) == (1, 1, True)


def test_recount_sees_each_way_to_lose_an_administrator() -> None:
    """A role that lost the permission, was deleted, or whose only holder went is no longer counted on."""
    for deed in (
        lambda tenant: tenant.edit_by_hand(OTHER.id, a_content("Other", VIEW)),
        lambda tenant: tenant.remove_by_hand(OTHER.id),
        lambda tenant: tenant.hold_by_hand(PersonId("u2"), frozenset({DESK.id})),
    ):
        tenant = a_desk()

        found = report(NARROWING, tenant, planned=lambda deed=deed, tenant=tenant: deed(tenant))

        assert (tenant.writes, found.stale) == ([], True)


def test_recount_of_a_narrowing_reads_one_other_role_and_its_holders() -> None:
    """Two requests are enough where the first role read has enough administrators; the narrowed role is counted."""
    calls = calls_of(NARROWING, a_desk())

    assert [call.method for call in calls] == ["role", "role", "holders", "update_role", "role"]
    read = [call.arguments[0] for call in calls if call.method != "update_role"]
    assert read == [CHIEF.id, OTHER.id, OTHER.id, CHIEF.id]


def test_recount_costs_nothing_for_writes_that_take_no_administration() -> None:
    """A widening, a creation and a narrowing without administration are a write and a read-back, and one is counted."""
    request = a_request(
        a_role("chief", grants=(VIEW, ADMIN, TAG)), THEIRS, a_role("desk", grants=()), a_role("fresh", grants=(ADMIN,))
    )

    calls = calls_of(request, a_desk())

    written = ["update_role", "role", "update_role", "role", "create_role", "role"]
    assert [call.method for call in calls] == ["role", *written]


def test_recount_reads_role_after_role_until_enough_were_seen() -> None:
    """Roles that have enough by the plan come first, the role that is narrowed last."""
    people = (*ONE_EACH, a_person("u3", "Third"), a_person("u4", "Third"), a_person("u5", "Chief"))
    roles = (CHIEF, OTHER, DESK, a_live_role("Third", grants=(VIEW, ADMIN)))
    tenant = a_tenant(*(replace(role, user_count=1) for role in roles), people=people)
    request = replace(NARROWING, settings=TWO)

    found = report(request, tenant, planned=suspending(tenant, "u3", "u4"))

    read = [call.arguments[0] for call in tenant.calls if call.method == "holders"]
    assert read[-3:] == ["rol_third", OTHER.id, CHIEF.id]
    assert found.outcomes[0].detail == f"not sent: {LEFT.format(1, 2, ADMIN)}"


def test_recount_lets_pass_what_takes_it_from_nobody() -> None:
    """Where too few are left whatever happens, a role without an active holder may be narrowed."""
    tenant = a_desk(a_person("u1", "Chief", active=False), a_person("u2", "Other"), a_person("u3", "Other"))

    found = report(replace(NARROWING, settings=TWO), tenant, planned=suspending(tenant, "u3"))

    assert found.complete


def test_recount_asks_for_no_more_than_the_guard_did() -> None:
    """Where the tenant had fewer administrators than required by the plan, it has to keep those and no more."""
    tenant = a_desk(a_person("u1", "Chief", active=False), a_person("u2", "Other"))

    assert report(replace(NARROWING, settings=TWO), tenant).complete


def test_recount_takes_the_stricter_setting() -> None:
    """Two are required by the settings, one of three is suspended meanwhile, and the narrowing is not sent."""
    tenant = a_desk(*ONE_EACH, a_person("u3", "Other"))

    found = report(replace(NARROWING, settings=TWO), tenant, planned=suspending(tenant, "u3"))

    assert found.outcomes[0].detail == f"not sent: {LEFT.format(1, 2, ADMIN)}"


def test_recount_takes_neither_a_service_nor_the_own_account_for_an_administrator() -> None:
    """Whoever is there to count is an active human other than the key's own account."""
    people = (*ONE_EACH, a_person("bot", "Other", human=False), a_person("own", "Other"))
    account = Account(person_id=PersonId("own"), role_ids=frozenset({OTHER.id}), needs=frozenset())
    tenant = a_tenant(*(replace(role, user_count=1) for role in (CHIEF, OTHER)), people=people, account=account)

    found = report(NARROWING, tenant, planned=suspending(tenant, "u2"))

    assert found.outcomes[0].detail == f"not sent: {LEFT.format(0, 1, ADMIN)}"


def test_recount_stops_where_holders_can_no_longer_be_listed() -> None:
    """A key that lost the right to read users says nothing about who is left."""
    tenant = a_desk()

    def deed() -> None:
        tenant.lists_holders = False

    found = report(NARROWING, tenant, planned=deed)

    assert (tenant.writes, found.stale) == ([], True)
    why = "the holders of Chief, Other could not be read again, so nobody can say who would be left"
    assert found.outcomes[0].detail == f"not sent: {why}"


def test_recount_that_cannot_read_sends_nothing() -> None:
    """A tenant that cannot be read before the first write is told as that, like one that no plan can be made from."""
    tenant, journal = a_desk(), MemoryJournal()

    with pytest.raises(TenantUnreachable, match="down"):
        report(NARROWING, tenant, planned=lambda: tenant.fail_read(tenant.reads + 1, DOWN), journal=journal)

    assert (tenant.writes, journal.entries) == ([], [])


def test_recount_that_cannot_read_later_stops_the_run() -> None:
    """What was written before is told as applied, and the next write is not sent."""
    tenant = a_desk()

    found = report(TWICE, tenant, stopped=before_batch(2, lambda: tenant.fail_read(tenant.reads + 1, DOWN)))

    assert (len(tenant.writes), found.unread, found.stale) == (1, True, False)
    assert [(o.result, o.detail) for o in found.outcomes] == [(Result.APPLIED, ""), (Result.FAILED, "not sent: down")]


def test_recount_for_the_first_write_comes_before_the_question_for_the_newest_commit() -> None:
    """Between that question and the first write nothing else is read."""
    tenant = a_desk()
    seen: list[list[str]] = []

    def asked() -> None:
        seen.append([call.method for call in tenant.calls[-2:]])

    manner = replace(how(), before_writing=asked)

    assert applied(confirmed(NARROWING, tenant), tenant, manner).report is not None
    assert seen == [["role", "holders"]]
    assert [call.method for call in tenant.calls[-4:]] == ["role", "holders", "update_role", "role"]


def test_recount_comes_before_each_sending() -> None:
    """A write without an answer and without an effect is not repeated once the other administrator is gone."""
    tenant = a_desk()
    tenant.fail(1, Fault.UNCLEAR_WITHOUT_EFFECT)
    tenant.before_write(1, suspending(tenant, "u2"))

    found = report(NARROWING, tenant)

    assert (len(tenant.writes), found.writes, found.stale) == (1, 1, False)
    why = f"nothing showed, and it was not repeated: {LEFT.format(0, 1, ADMIN)}"
    assert (found.outcomes[0].result, found.outcomes[0].detail) == (Result.UNKNOWN, why)


def test_recount_counts_on_a_role_that_the_run_created() -> None:
    """Administration that moves to a new role is found there by the id that the tenant gave it."""
    tenant = a_tenant(replace(CHIEF, user_count=1), replace(OTHER, user_count=1), people=ONE_EACH)
    request = a_request(a_role("boss", grants=(VIEW, ADMIN)), a_retired_role("chief", move_users_to="boss"), THEIRS)

    calls = calls_of(request, tenant)

    boss = tenant.live("Boss").id
    assert tenant.user(PersonId("u1")).role_ids == {boss}
    assert [call.method for call in calls] == ["create_role", "role", "role", *MOVED, "delete_role", "role"]
    assert [call.arguments for call in calls[1:3]] == [(boss,), (boss,)]


def test_recount_of_a_move_to_an_administering_role_asks_whether_it_still_is_one() -> None:
    """Where the role that people move to has lost the permission meanwhile, the last administrator does not move."""
    tenant = a_desk()
    request = a_request(a_retired_role("chief", move_users_to="other"), THEIRS)

    def deed() -> None:
        tenant.edit_by_hand(OTHER.id, a_content("Other", VIEW))

    found = report(request, tenant, planned=deed)

    assert (tenant.writes, found.stale) == ([], True)
    assert found.outcomes[0].detail.partition(";")[0] == f"not sent: {LEFT.format(0, 1, ADMIN)}"


@pytest.mark.parametrize("in_use", [True, False])
def test_recount_of_a_deletion_happens_where_roles_are_deleted_in_use(*, in_use: bool) -> None:
    """Elsewhere nobody holds a role that can be deleted, and nothing is read for it."""
    tenant = a_desk(a_person("u2", "Other"), product=Product(deletes_in_use=in_use))
    request = a_request(a_retired_role("chief"), THEIRS)

    calls = calls_of(request, tenant)

    read = ["role", "holders"] * 2 if in_use else []
    assert [call.method for call in calls] == [*read, "delete_role", "role"]


def test_recount_of_a_deletion_in_use_stops_it() -> None:
    """A product that deletes a role with people in it would leave nobody."""
    tenant = a_desk(product=Product(deletes_in_use=True))

    found = report(a_request(a_retired_role("chief"), THEIRS), tenant, planned=suspending(tenant, "u2"))

    assert (tenant.writes, found.stale) == ([], True)


class Crowd(FakeTenant):
    """Takes many people at once."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        roles = tuple(replace(role, user_count=1) for role in (CHIEF, OTHER, DESK))
        super().__init__(catalogue=a_catalogue(*KEYS), roles=roles, people=people, account=NOBODY)
        self.asked: list[int] = []
        """How many people each request was for."""

    def assign_many(self, people: tuple[Person, ...], role_id: RoleId) -> None:
        """Give everybody the role."""
        self.asked.append(len(people))
        for person in people:
            self.assign_roles(person, frozenset({role_id}))


def test_recount_happens_once_for_people_who_move_together() -> None:
    """Three administrators who move with one request cost one counting."""
    people = (*(a_person(f"u{number}", "Chief") for number in range(3)), a_person("u9", "Other"))
    tenant = Crowd(people)

    assert isinstance(tenant, ManyWriter)
    calls = calls_of(RETIRING, tenant)

    assert tenant.asked == [3]
    assert calls[:2] == [Call("role", (OTHER.id,)), Call("holders", (OTHER.id,))]
    assert [call.arguments[0] for call in calls if call.method == "role"] == [OTHER.id, CHIEF.id]


def test_recount_keeps_people_together_from_moving() -> None:
    """Of three who move with one request nobody does where all the other administrators are gone."""
    people = (*(a_person(f"u{number}", "Chief") for number in range(3)), a_person("u9", "Other"))
    tenant = Crowd(people)

    found = report(RETIRING, tenant, planned=suspending(tenant, "u9"))

    assert (tenant.asked, tenant.writes, found.stale, found.writes) == ([], [], True, 0)
