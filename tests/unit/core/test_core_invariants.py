"""Every promise of the planner is checked again before the first write; each broken one is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import (
    REPLY,
    TAG,
    VIEW,
    a_content,
    a_live_role,
    a_person,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    planned,
)

from reconciler.core.digest import plan_digest
from reconciler.core.facts import Facts
from reconciler.core.invariants import check
from reconciler.errors import PlanUnsound
from reconciler.model.change import Action, Create, Update
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.plan import Plan, PlannedChange
from reconciler.model.product import Product
from reconciler.model.role import RetiredRole, RoleId
from reconciler.model.write import CreateRole
from reconciler.operations.plan import Planned

NAMESAKES = Product(name="Namesakes", unique_names=False)
LIVE = (a_live_role("Agent", grants=(VIEW, REPLY)), a_live_role("Gone"), a_live_role("Wild"))
FILES = (a_role("agent", grants=(VIEW, TAG)), a_role("fresh"), a_retired_role("gone", move_users_to="agent"))


def sound() -> Planned:
    """Give a plan with a change of every kind: agent, fresh, gone."""
    return planned(a_request(*FILES), a_tenant(*LIVE, people=(a_person("u", "Gone"), a_person("v", "Agent"))))


def broken(plan: Plan, facts: Facts) -> str:
    """Give what the check says of a broken plan."""
    with pytest.raises(PlanUnsound) as raised:
        check(plan, facts)
    assert raised.value.fix == "Report this with the plan; nothing was written and nothing will be"
    return raised.value.detail


def told(made: Planned, **parts: object) -> Plan:
    """Give the document with parts of its first change replaced."""
    first, *rest = made.plan.changes
    return replace(made.plan, changes=(replace(first, **parts), *rest))


def bound(made: Planned, facts: Facts) -> tuple[Plan, Facts]:
    """Give facts with a document whose digest covers them, so that only the promise under test is broken."""
    digest = plan_digest(facts.live.tenant.id, facts.desired.catalogue, facts.settings, facts.changes)
    return replace(made.plan, digest=digest), facts


def test_check_lets_a_sound_plan_pass() -> None:
    """Nothing is raised where every promise holds."""
    made = sound()

    check(made.plan, made.facts)


@pytest.mark.parametrize(
    "parts",
    [
        {"role": "other"},
        {"action": Action.CREATE},
        {"action": Action.RETIRE},
        {"grants": ()},
        {"grants": (TAG, VIEW)},
        {"revokes": ()},
        {"revokes": (REPLY, "tickets.close")},
        {"people_losing": 2},
        {"people_gaining": 2},
        {"per_permission": ()},
    ],
)
def test_check_catches_a_document_that_misstates_a_change(parts: dict[str, object]) -> None:
    """Role, action, permissions and numbers are those of the change."""
    made = sound()

    assert broken(told(made, **parts), made.facts) == "the document misstates agent"


DOCUMENT: dict[str, Callable[[Plan], Plan]] = {
    "the document does not list every change once": lambda p: replace(p, changes=p.changes[:2]),
    "the digest does not cover these changes": lambda p: replace(p, digest="sha256:0"),
    "the document hides that live state is incomplete": lambda p: replace(p, complete=False),
}


@pytest.mark.parametrize("promise", DOCUMENT)
def test_check_catches_a_document_that_is_not_of_these_changes(promise: str) -> None:
    """Every change is listed, the digest covers them, and completeness is told."""
    made = sound()

    assert promise == broken(DOCUMENT[promise](made.plan), made.facts)


def test_check_catches_hidden_gaps() -> None:
    """A live state with gaps is never told as complete."""
    made = sound()

    facts = replace(made.facts, live=replace(made.facts.live, gaps=("x",)))

    assert broken(made.plan, facts) == "the document hides that live state is incomplete"


def with_update(made: Planned, **parts: object) -> Facts:
    """Give facts with parts of the update replaced."""
    update, *rest = made.facts.changes
    assert isinstance(update, Update)
    return replace(made.facts, changes=(replace(update, **parts), *rest))


@pytest.mark.parametrize(
    ("content", "promise"),
    [
        (a_content("Agent", VIEW), "agent would not have the permissions its file says"),
        (a_content("Agent", VIEW, TAG, description="x"), "agent would not be as its file says"),
        (a_content("Other", VIEW, TAG), "agent would not be as its file says"),
        (a_content("Agent", VIEW, REPLY), "agent would be written without a difference"),
    ],
)
def test_check_catches_changes_that_do_not_lead_to_the_files(content: object, promise: str) -> None:
    """Performed on the live roles the changes give what the files say."""
    made = sound()
    plan, facts = bound(made, with_update(made, content=content))

    assert promise in broken(plan, facts)


def test_check_catches_a_change_of_an_unmanaged_role() -> None:
    """Hands off what no file declares."""
    made = sound()
    matching = replace(made.facts.matching, unmanaged=made.facts.live.roles)

    assert "an unmanaged role would be touched" in broken(made.plan, replace(made.facts, matching=matching))


def test_check_catches_a_role_changed_twice() -> None:
    """One change for each role."""
    made = sound()
    first, create, retire = made.facts.changes
    assert isinstance(create, Create)
    twice = replace(create, role=replace(create.role, key=first.role.key))
    plan, facts = bound(made, replace(made.facts, changes=(first, twice, retire)))

    assert "a role would be changed twice" in broken(plan, facts)


@pytest.mark.parametrize("order", [(3, 0, 1, 2), (2, 0, 1, 3), (0, 1, 3, 2)])
def test_check_catches_writes_out_of_order(order: tuple[int, ...]) -> None:
    """Roles, then people, then deletions."""
    made = sound()
    writes = tuple(made.facts.writes[n] for n in order)

    assert broken(made.plan, replace(made.facts, writes=writes)) == "the writes are out of order"


def test_check_takes_the_name_of_a_deleted_role_as_free() -> None:
    """Such an order breaks one promise, and only that one is named."""
    made = sound()
    update, create, move, delete = made.facts.writes
    assert isinstance(create, CreateRole)
    again = replace(create, content=replace(create.content, name="Gone"))

    said = broken(made.plan, replace(made.facts, writes=(delete, update, again, move)))

    assert said == "the writes are out of order"


@pytest.mark.parametrize("kept", [(0, 1, 2), (0, 0, 1, 2, 3), ()])
def test_check_catches_writes_that_are_not_one_for_each_change(kept: tuple[int, ...]) -> None:
    """Nothing is left out and nothing is done twice."""
    made = sound()
    writes = tuple(made.facts.writes[n] for n in kept)

    assert broken(made.plan, replace(made.facts, writes=writes)) == "the writes are not one for each change"


@pytest.mark.parametrize("others", [(), (a_retired_role("nobody", name="Wild"),)])
def test_check_catches_a_move_into_a_role_that_is_not_there(others: tuple[RetiredRole, ...]) -> None:
    """A successor that is neither live nor created, or is retired itself, would be found missing half way."""
    files = (a_retired_role("gone", move_users_to="nobody"), *others)
    made = planned(a_request(*files), a_tenant(*LIVE, people=(a_person("u", "Gone"),)))

    assert broken(made.plan, made.facts) == "somebody would be moved into a role that is not there"


SWAP = (
    a_role("a", name="Beta", previously=("Alpha",), grants=(VIEW,)),
    a_role("b", name="Alpha", previously=("Beta",), grants=(REPLY,)),
)


def swap() -> Planned:
    """Give a plan in which two roles swap names: a aside, b, a."""
    return planned(
        a_request(*SWAP), a_tenant(a_live_role("Alpha", grants=(VIEW,)), a_live_role("Beta", grants=(REPLY,)))
    )


def test_check_lets_a_swap_of_names_pass() -> None:
    """The role that steps aside is written twice, and no name is there twice."""
    made = swap()

    check(made.plan, made.facts)


def test_check_catches_a_swap_without_its_second_step() -> None:
    """A role is not left under its temporary name."""
    made = swap()

    assert "the writes are not one for each change" in broken(
        made.plan, replace(made.facts, writes=made.facts.writes[:2])
    )


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 0, 1)])
def test_check_catches_two_roles_of_one_name_on_the_way(order: tuple[int, ...]) -> None:
    """A name is free before it is given away."""
    made = swap()
    writes = tuple(made.facts.writes[n] for n in order)

    assert broken(made.plan, replace(made.facts, writes=writes)) == "two roles would have one name on the way"


def test_check_catches_a_creation_under_a_name_in_use() -> None:
    """A created role has a name like any other."""
    made = sound()
    writes = tuple(
        replace(write, content=replace(write.content, name="WILD")) if isinstance(write, CreateRole) else write
        for write in made.facts.writes
    )

    assert broken(made.plan, replace(made.facts, writes=writes)) == "two roles would have one name on the way"


def test_names_may_come_twice_where_the_product_lets_them() -> None:
    """There a file is held against the live role that it means, whatever another one of the name is."""
    night = a_role("night", name="Night", grants=(VIEW,))
    request = a_request(night, a_role("late", name="Watch"))
    desired = replace(request.desired, pinned_ids={night.key: RoleId("7")})
    live = (a_live_role("Watch", id="7", grants=(VIEW, TAG)), a_live_role("Night", id="8"))

    made = planned(replace(request, desired=desired), a_tenant(*live, product=NAMESAKES))

    assert [write.content.name for write in made.facts.writes if isinstance(write, CreateRole)] == ["Watch"]
    check(made.plan, made.facts)


FINDING = Finding(guard=Guard.NARROWING, level=FindingLevel.CONFIRM, role=None, message="m", confirmation="id")


@pytest.mark.parametrize(
    ("finding", "promise"),
    [
        (replace(FINDING, confirmation=None), "cannot be confirmed as it should"),
        (replace(FINDING, level=FindingLevel.BLOCK), "cannot be confirmed as it should"),
        (replace(FINDING, level=FindingLevel.WARN), "cannot be confirmed as it should"),
        (
            replace(FINDING, level=FindingLevel.BLOCK, confirmation=None, confirmed=True),
            "the finding narrowing was lifted by a confirmation",
        ),
    ],
)
def test_check_catches_consent_that_cannot_be(finding: Finding, promise: str) -> None:
    """Exactly the findings that ask have an id, and only they can be lifted."""
    made = sound()

    assert promise in broken(replace(made.plan, findings=(finding,)), made.facts)


def test_check_names_every_broken_promise_sorted() -> None:
    """A bug report holds all there is."""
    made = sound()

    detail = broken(replace(made.plan, digest="sha256:0", complete=False), made.facts)

    assert detail == "the digest does not cover these changes; the document hides that live state is incomplete"


def test_check_lets_a_finding_that_asks_and_has_its_yes_pass() -> None:
    """A confirmed finding is in order."""
    made = sound()

    check(replace(made.plan, findings=(replace(FINDING, confirmed=True),)), made.facts)


def test_planned_changes_of_a_sound_plan_are_of_every_kind() -> None:
    """The plan above has an update, a creation and a retirement, so each check has met each."""
    changes: tuple[PlannedChange, ...] = sound().plan.changes

    assert [change.action for change in changes] == [Action.UPDATE, Action.CREATE, Action.RETIRE]
