"""The plan document: what it says of each change, and its notes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_base,
    a_confirmation,
    a_live_role,
    a_person,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    some_people,
)

from reconciler.core.digest import role_digest
from reconciler.core.wording import listing, people, roles
from reconciler.model.change import Action, Direction, FieldChange
from reconciler.model.finding import BaseRevision
from reconciler.model.plan import PlannedChange, PlanTenant, Summary
from reconciler.model.product import Product
from reconciler.model.role import DesiredRole, RetiredRole, RoleId, RoleKey

AGENT = a_live_role("Agent", grants=(VIEW, REPLY))
NAMESAKES = Product(name="Namesakes", unique_names=False)


def test_plan_tells_a_change_with_everything_about_it() -> None:
    """Action, place, direction, permissions, fields, people, owner and the digest of what is live."""
    tenant = a_tenant(AGENT, people=some_people(2, "Agent"))

    plan = a_plan(a_request(a_role("agent", grants=(VIEW, TAG), description="New", owner="desk", line=4)), tenant)

    (change,) = plan.changes
    assert replace(change, per_permission=()) == PlannedChange(
        action=Action.UPDATE,
        role="agent",
        name="Agent",
        file="roles/agent.yaml",
        line=4,
        direction=Direction.MIXED,
        grants=(TAG,),
        revokes=(REPLY,),
        fields=(FieldChange(path="description", before="", after="New"),),
        holders=2,
        people_losing=2,
        people_gaining=2,
        people_exact=True,
        per_permission=(),
        owner="desk",
        introduced_by=None,
        before=role_digest(AGENT.content),
    )


def test_plan_tells_a_retirement_as_a_move_of_holders() -> None:
    """The field says from which role to which, and permissions what the holders lose by it, not the role."""
    tenant = a_tenant(AGENT, a_live_role("Reader"))
    plan = a_plan(a_request(a_retired_role("agent", move_users_to="reader"), a_role("reader")), tenant)

    (change,) = plan.changes
    assert change.fields == (FieldChange(path="holders", before="Agent", after="Reader"),)
    assert (change.revokes, change.direction) == ((REPLY,), Direction.NARROW)


def test_plan_counts_what_it_does_and_what_it_leaves() -> None:
    """The summary adds up: every action, the equal, the unmanaged, the people and the findings."""
    live = [a_live_role(n) for n in ("Agent", "Gone", "Old", "Same", "Wild")]
    files = (
        a_role("agent", grants=(TAG,)),
        a_role("fresh"),
        a_retired_role("gone"),
        a_role("same"),
        a_role("young", previously=("Old",)),
    )

    plan = a_plan(a_request(*files), a_tenant(*live, people=some_people(1, "Agent")))

    assert plan.summary == Summary(
        create=1,
        update=1,
        rename=1,
        retire=1,
        unchanged=1,
        unmanaged=1,
        people_losing=1,
        people_gaining=1,
        block=0,
        confirm=0,
        warn=1,
    )
    assert plan.tenant == PlanTenant(name="sandbox", id="ten_1")
    assert plan.unmanaged == ("Wild",)
    assert plan.complete


@pytest.mark.parametrize(
    ("file", "base", "expected"),
    [
        (a_role("agent"), None, None),
        (a_role("agent"), a_base(), "this change"),
        (a_role("agent"), a_base(a_role("agent")), "already pending"),
        (a_role("agent"), a_base(a_role("agent", grants=(TAG,))), "this change"),
        (a_retired_role("agent"), a_base(a_role("agent")), "this change"),
        (a_retired_role("agent"), a_base(a_retired_role("agent")), "already pending"),
        (a_role("agent"), a_base(a_retired_role("agent")), "this change"),
    ],
)
def test_plan_tells_what_this_change_did_from_what_was_pending(
    file: DesiredRole | RetiredRole, base: BaseRevision | None, expected: str | None
) -> None:
    """A file that says what the base said has been waiting; without a base nobody knows."""
    (change,) = a_plan(a_request(file, base=base), a_tenant(AGENT)).changes

    assert expected == change.introduced_by


NIGHT = a_role("night", grants=(TAG,))
RETIRED = a_retired_role("night")


@pytest.mark.parametrize(
    ("file", "then", "now", "expected"),
    [
        (NIGHT, {"night": "7"}, {"night": "7"}, "already pending"),
        (NIGHT, {"night": "7"}, {"night": "8"}, "this change"),
        (NIGHT, {"other": "8"}, {"night": "8"}, "this change"),
        (NIGHT, {}, {"night": "8"}, "already pending"),
        (NIGHT, {}, {"night": "9"}, "this change"),
        (NIGHT, {"night": "0"}, {"night": "0"}, "already pending"),
        (NIGHT, {"night": "7"}, {"night": "0"}, "this change"),
        (RETIRED, {"night": "7"}, {"night": "7"}, "already pending"),
        (RETIRED, {"night": "7"}, {"night": "8"}, "this change"),
    ],
)
def test_plan_tells_a_pin_that_was_turned_to_another_role_of_the_name(
    file: DesiredRole | RetiredRole, then: dict[str, str], now: dict[str, str], expected: str
) -> None:
    """Where two roles may have one name, a file that says what it said is pending only for the role it meant."""
    live = (a_live_role("Night", id="7"), a_live_role("Night", id="8"), a_live_role("Dusk", id="9"))
    base = replace(a_base(file), pins={RoleKey(key): RoleId(role) for key, role in then.items()})
    request = a_request(file, base=base)
    pinned = replace(request.desired, pinned_ids={RoleKey(key): RoleId(role) for key, role in now.items()})

    made = a_plan(replace(request, desired=pinned), a_tenant(*live, product=NAMESAKES))

    assert [change.introduced_by for change in made.changes] == [expected]


def test_plan_tells_a_retirement_apart_from_one_of_another_file() -> None:
    """That some other role was retired then says nothing of this one."""
    made = a_plan(a_request(RETIRED, base=a_base(a_retired_role("day"))), a_tenant(a_live_role("Night")))

    assert [change.introduced_by for change in made.changes] == ["this change"]


def test_plan_notes_permissions_that_are_kept_unseen() -> None:
    """What the lock does not know is kept, and said."""
    live = a_live_role("Beta", grants=(VIEW, UNKNOWN), user_count=1)
    plan = a_plan(a_request(a_role("beta")), a_tenant(live, people=[a_person("1", "Beta")]))

    assert plan.changes == ()
    assert plan.notes == (
        '"Beta" holds labs.preview, which the catalogue lock does not know: kept, and counted as sensitive',
    )


def test_plan_notes_which_grant_goes_first_and_why() -> None:
    """The one exception to narrowing first is named."""
    live = (a_live_role("Old", grants=(VIEW, ADMIN)), a_live_role("Young"))
    people_ = (a_person("1", "Old"), a_person("2", "Young"))

    plan = a_plan(a_request(a_role("old"), a_role("young", grants=(VIEW, ADMIN))), a_tenant(*live, people=people_))

    assert [change.role for change in plan.changes] == ["young", "old"]
    assert any(note.startswith(f'"Young" goes first: its grant of {ADMIN}') for note in plan.notes)


def test_plan_notes_numbers_that_are_upper_bounds() -> None:
    """Numbers that could not be counted are marked at the change and in a note."""
    tenant = a_tenant(AGENT, people=some_people(3, "Agent"))
    tenant.lists_holders = False

    plan = a_plan(a_request(a_role("agent")), tenant)

    assert not plan.changes[0].people_exact
    assert any(note.endswith("is an upper bound of 3 people") for note in plan.notes)


def test_plan_notes_files_that_were_removed_since_the_base() -> None:
    """Removing a file unmanages a role and deletes nothing."""
    plan = a_plan(a_request(a_role("other"), base=a_base(a_role("agent"), a_role("other"))), a_tenant(AGENT))

    assert plan.unmanaged == ("Agent",)
    assert plan.notes == ('no file declares "Agent" any more: it stays as it is and is no longer managed',)


def test_plan_appends_confirmations_without_effect_to_its_notes() -> None:
    """A recorded yes that does nothing is reported."""
    plan = a_plan(a_request(confirmations=(a_confirmation("old"),)), a_tenant())

    assert plan.notes == ("the confirmation old matches nothing in this plan and has no effect",)


@pytest.mark.parametrize(
    ("number", "person", "role"),
    [(1, "1 person", "1 role"), (0, "0 people", "0 roles"), (1200, "1,200 people", "1,200 roles")],
)
def test_wording_counts_people_and_roles(number: int, person: str, role: str) -> None:
    """One is singular, thousands are grouped."""
    assert person == people(number)
    assert role == roles(number)


def test_wording_lists_a_few_names_and_counts_the_rest() -> None:
    """Five are listed, sorted; more are a number."""
    assert listing("ba") == "a, b"
    assert listing("edcba") == "a, b, c, d, e"
    assert listing("gfedcba") == "a, b, c, d, e and 2 more"


def test_plan_tells_a_target_that_no_file_declares_by_its_key() -> None:
    """Such files are refused before; here the key is all there is to say."""
    tenant = a_tenant(AGENT, people=some_people(1, "Agent"))

    (change,) = a_plan(a_request(a_retired_role("agent", move_users_to="nowhere")), tenant).changes

    assert change.fields == (FieldChange(path="holders", before="Agent", after="nowhere"),)
