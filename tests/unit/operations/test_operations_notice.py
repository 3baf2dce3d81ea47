"""Who is told what: the notices of a plan, and exactly the people who effectively lose something."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from builders import (
    CLOSE,
    EXPORT,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    Silence,
    a_live_role,
    a_person,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    planned,
    some_people,
)
from fakes.tenant import FakeTenant
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import World, worlds

from reconciler.core.notice import notices
from reconciler.errors import Exit, LiveIncomplete
from reconciler.model.change import Action
from reconciler.model.notice import Affected, Beside, Loss, Notice
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole
from reconciler.operations.notice import affected

AGENT = a_live_role("Agent", grants=(VIEW, REPLY, CLOSE))
NIGHT = a_live_role("Night", grants=(VIEW, CLOSE))


def noticed(
    files: Sequence[DesiredRole | RetiredRole], live: Sequence[LiveRole], people: Sequence[Person]
) -> tuple[Notice, ...]:
    """Give the notices of a plan."""
    return notices(planned(a_request(*files), a_tenant(*live, people=people)).facts)


def listed(files: Sequence[DesiredRole | RetiredRole], tenant: FakeTenant) -> tuple[Affected, ...]:
    """Give the people to tell."""
    return affected(planned(a_request(*files), tenant).facts, tenant, Silence())


def lost(notice: Notice | Affected) -> list[str]:
    """Give the keys of what is lost."""
    return [loss.permission for loss in notice.losses]


# The oracle


@given(worlds())
def test_list_of_people_is_the_oracles(world: World) -> None:
    """Each active human is listed for each role that takes something from them, with exactly what it takes."""
    tenant = world.tenant()

    rows = affected(planned(world.request(), tenant).facts, tenant, Silence())

    expected = [
        (role.content.name, person.id, sorted(world.lost(person) & (role.content.permissions - world.after(role))))
        for role in world.live
        for person in world.holders(role)
        if world.lost(person) & (role.content.permissions - world.after(role))
    ]
    assert sorted(expected) == sorted((row.role, row.name, sorted(lost(row))) for row in rows)


@given(worlds())
def test_notices_list_and_plan_agree_on_the_people(world: World) -> None:
    """The number of people of a notice is the plan's and the number of its rows, and nobody is missing or twice."""
    tenant = world.tenant()
    made = planned(world.request(), tenant)

    told = notices(made.facts)
    rows = affected(made.facts, tenant, Silence())

    assert {n.role: n.people for n in told} == {c.role: c.people_losing for c in made.plan.changes if c.people_losing}
    for notice in told:
        assert notice.people == sum(row.role == notice.name for row in rows)
    assert made.plan.summary.people_losing == len({row.name for row in rows})
    assert len(rows) == len({(row.role, row.name) for row in rows})


@given(worlds())
def test_notices_promise_what_is_true_for_everyone_told(world: World) -> None:
    """A notice names the union of what its people lose, and says `alike` and what else happens as it is for each."""
    for notice in notices(planned(world.request(), world.tenant()).facts):
        role = next(r for r in world.live if r.content.name == notice.name)
        through = role.content.permissions - world.after(role)
        told = [p for p in world.holders(role) if world.lost(p) & through]
        assert frozenset().union(*(world.lost(p) & through for p in told)) == set(lost(notice))
        assert notice.alike == all(world.lost(p) & through == set(lost(notice)) for p in told)
        assert (notice.beside is Beside.LOSSES) == any(world.lost(p) - through for p in told)
        if notice.beside is not Beside.LOSSES:
            assert (notice.beside is Beside.GAINS) == any(world.gained(p) for p in told)


@given(worlds(), st.randoms(use_true_random=False))
def test_list_is_the_same_for_any_order_of_contacts(world: World, random: Random) -> None:
    """Rows are sorted by role, name and address, whatever the tenant's order."""
    one, other = world.tenant(), world.tenant()
    shuffled = list(world.people)
    random.shuffle(shuffled)
    other._people = {person.id: person for person in shuffled}

    rows = affected(planned(world.request(), one).facts, one, Silence())

    assert rows == affected(planned(world.request(), other).facts, other, Silence())
    assert list(rows) == sorted(rows, key=lambda row: (row.role, row.name, row.email))


# One by one


def test_notice_says_what_in_the_words_of_the_product() -> None:
    """A loss has the label of the permission and of its category, and the owner is whom to ask."""
    (notice,) = noticed([a_role("agent", grants=(VIEW, CLOSE), owner="Desk Ops")], [AGENT], some_people(3, "Agent"))

    assert notice == Notice(
        role=notice.role,
        name="Agent",
        action=Action.UPDATE,
        becomes=None,
        people=3,
        exact=True,
        losses=(Loss(permission=REPLY, label=REPLY, category="Tickets"),),
        alike=True,
        beside=Beside.NOTHING,
        owner="Desk Ops",
    )


def test_role_that_takes_nothing_from_anybody_has_no_notice() -> None:
    """Nobody is told of a narrowing that another role makes good, or that nobody holds."""
    files = [a_role("agent", grants=(VIEW, REPLY)), a_role("night", grants=(VIEW,))]

    assert noticed(files[:1], [AGENT, NIGHT], [a_person("u1", "Agent", "Night")]) == ()
    assert noticed(files[:1], [AGENT, NIGHT], []) == ()
    assert noticed(files[:1], [AGENT], [a_person("u1", "Agent", active=False)]) == ()
    assert len(noticed(files, [AGENT, NIGHT], [a_person("u1", "Agent", "Night")])) == 2


def test_notices_come_with_the_most_people_first() -> None:
    """Two narrowed roles are two notices, the larger one first."""
    people = [*some_people(2, "Agent", prefix="a"), *some_people(5, "Night", prefix="n")]

    found = noticed([a_role("agent", grants=(VIEW,)), a_role("night", grants=(VIEW,))], [AGENT, NIGHT], people)

    assert [("night", 5), ("agent", 2)] == [(n.role, n.people) for n in found]


def test_notice_of_people_who_lose_different_things_is_not_alike() -> None:
    """Where another role keeps something for some of them, the notice lists all and says that it is not the same."""
    people = [a_person("u1", "Agent"), a_person("u2", "Agent", "Night")]

    (notice,) = noticed([a_role("agent", grants=(VIEW,))], [AGENT, NIGHT], people)

    assert ([CLOSE, REPLY], False) == (lost(notice), notice.alike)


def test_notice_of_a_renamed_and_of_a_retired_role_say_what_becomes_of_them() -> None:
    """People know the role by its name of now, and are told the next one."""
    renamed = a_role("agent", name="Frontline", previously=("Agent",), grants=(VIEW,))
    retired = a_retired_role("night", move_users_to="agent")
    people = [*some_people(1, "Agent", prefix="a"), *some_people(1, "Night", prefix="n")]

    agent, night = noticed([renamed, retired], [AGENT, NIGHT], people)

    assert ("Agent", Action.RENAME, "Frontline") == (agent.name, agent.action, agent.becomes)
    assert ("Night", Action.RETIRE, "Frontline", [CLOSE]) == (night.name, night.action, night.becomes, lost(night))


def test_retired_role_without_successor_becomes_nothing() -> None:
    """A refused plan can still be told: the people would lose everything the role gives."""
    (notice,) = noticed([a_retired_role("night")], [NIGHT], some_people(1, "Night"))

    assert (None, [CLOSE, VIEW]) == (notice.becomes, lost(notice))


def test_permission_that_no_catalogue_names_is_told_by_its_key() -> None:
    """A live permission that neither the lock nor the tenant's list knows comes last, by its key."""
    live = a_live_role("Night", grants=(VIEW, "zoo.feed", UNKNOWN))
    tenant = a_tenant(live, people=some_people(1, "Night"))

    (notice,) = notices(planned(a_request(a_retired_role("night")), tenant).facts)

    assert [VIEW, UNKNOWN, "zoo.feed"] == lost(notice)
    assert [("Labs", UNKNOWN), ("zoo", "zoo.feed")] == [(loss.category, loss.label) for loss in notice.losses[1:]]


def test_people_who_also_gain_or_lose_elsewhere_are_not_promised_otherwise() -> None:
    """What else the plan does to the people of a notice is part of it."""
    other = a_live_role("Other", grants=(VIEW, TAG))
    people = [a_person("u1", "Agent", "Other")]
    narrow = a_role("agent", grants=(VIEW, REPLY))

    (gains,) = noticed([narrow, a_role("other", grants=(VIEW, TAG, EXPORT))], [AGENT, other], people)
    first, second = noticed([narrow, a_role("other")], [AGENT, other], people)

    assert Beside.GAINS is gains.beside
    assert (Beside.LOSSES, Beside.LOSSES) == (first.beside, second.beside)


def test_contacts_are_read_for_narrowed_roles_only() -> None:
    """Widened roles and narrowings without effect cost no request and open no list of names."""
    tenant = a_tenant(AGENT, NIGHT, people=[*some_people(2, "Agent"), a_person("n1", "Night")])

    rows = listed([a_role("agent", grants=(VIEW, CLOSE)), a_role("night", grants=(VIEW, CLOSE, TAG))], tenant)

    assert [(AGENT.id,)] == [call.arguments for call in tenant.calls if call.method == "contacts"]
    assert 2 == len(rows)


def test_list_has_name_and_address_of_each_person() -> None:
    """A row is what a mail merge needs."""
    tenant = a_tenant(AGENT, people=[a_person("u1", "Agent")])
    tenant.contact_of[PersonId("u1")] = Contact(id=PersonId("u1"), name="Ada", email="ada@desk.example", counts=True)

    (row,) = listed([a_role("agent", grants=(VIEW, REPLY))], tenant)

    loss = Loss(permission=CLOSE, label=CLOSE, category="Tickets")
    assert Affected(name="Ada", email="ada@desk.example", role="Agent", losses=(loss,)) == row


def test_blind_key_gets_an_upper_bound_and_no_list() -> None:
    """Where holders cannot be listed the notice says at most, and a list with gaps is refused."""
    tenant = a_tenant(AGENT, people=some_people(3, "Agent"))
    tenant.lists_holders = False
    files = [a_role("agent", grants=(VIEW,))]

    (notice,) = notices(planned(a_request(*files), tenant).facts)

    assert (3, False, [CLOSE, REPLY]) == (notice.people, notice.exact, lost(notice))
    assert (False, Beside.LOSSES) == (notice.alike, notice.beside)
    with pytest.raises(LiveIncomplete, match="may not list who holds") as caught:
        listed(files, tenant)
    assert caught.value.exit_code == Exit.TENANT_UNREADABLE


def test_holders_that_moved_since_the_plan_are_refused() -> None:
    """A list of other people than the plan counted is not written."""
    tenant = a_tenant(AGENT, people=some_people(3, "Agent"))
    made = planned(a_request(a_role("agent", grants=(VIEW,))), tenant)
    tenant._people[PersonId("new")] = a_person("new", "Agent")

    with pytest.raises(LiveIncomplete, match="changed while they were read"):
        affected(made.facts, tenant, Silence())
