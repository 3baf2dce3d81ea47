"""A plan as clicks: the order, the labels of the product, and what stops the work."""

from __future__ import annotations

import dataclasses

from builders import (
    ADMIN,
    ANYTHING_GOES,
    CLOSE,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_catalogue,
    a_live_role,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    planned,
    some_people,
)
from fakes.tenant import FakeTenant

from reconciler.model.finding import GuardSettings
from reconciler.model.role import DesiredRole, RetiredRole
from reconciler.render.checklist import plan_checklist
from reconciler.render.view import view
from reconciler.render.vocabulary import vocabulary


def clicks(tenant: FakeTenant, *files: DesiredRole | RetiredRole, settings: GuardSettings = ANYTHING_GOES) -> list[str]:
    """Give the lines of a checklist."""
    found = planned(a_request(*files, settings=settings), tenant)
    words = vocabulary(found.facts)
    return plan_checklist(view(found.plan, None, words), words).splitlines()


def test_checklist_moves_everybody_before_anything_is_deleted() -> None:
    """Roles first, then every move by number and role, then every deletion."""
    tenant = a_tenant(
        a_live_role("A"),
        a_live_role("B"),
        a_live_role("Keep"),
        people=some_people(3, "A") + some_people(1, "B", prefix="b"),
    )

    lines = clicks(
        tenant,
        a_retired_role("a", move_users_to="keep"),
        a_retired_role("b", move_users_to="keep"),
        a_role("keep", grants=(VIEW, ADMIN)),
    )

    assert [line for line in lines if line.startswith("## ")] == [
        "## 1. Update `Keep`",
        "## 2. Move everybody off `A`",
        "## 3. Move everybody off `B`",
        "## 4. Delete `A`",
        "## 5. Delete `B`",
    ]
    (first, _) = [line for line in lines if "Assign `Keep` instead" in line]
    assert first.startswith("- [ ] Assign `Keep` instead of `A` to 3 people who hold it")
    assert f"- they **get** `{ADMIN}` (`{ADMIN}`, **sensitive**): 3 of 3 gain it" in lines
    assert lines[-1] == "Run `reconciler plan` again: finished steps disappear."


def test_checklist_of_a_new_role_names_everything_to_type_and_to_toggle() -> None:
    """Name, description, and the permissions by category, with the button for a whole one."""
    lines = clicks(a_tenant(), a_role("new", grants=(VIEW, REPLY, CLOSE, TAG, ADMIN), description="Looks `x`"))

    assert "- [ ] Name: `New`" in lines
    assert "- [ ] Description: `Looks \\u{60}x\\u{60}`" in lines
    assert "- `Tickets`: **Select all in category** does these" in lines
    assert f"  - [ ] turn **on** `{VIEW}` (`{VIEW}`)" in lines
    assert f"  - [ ] turn **on** `{ADMIN}` (`{ADMIN}`, **sensitive**)" in lines
    assert "- [ ] Click **Save**" in lines


def test_checklist_opens_a_renamed_role_by_its_live_name() -> None:
    """The name in the product is the one to look for, and what else changes is told with what is there."""
    tenant = a_tenant(a_live_role("QA", grants=(VIEW, REPLY)))

    lines = clicks(tenant, a_role("quality", grants=(VIEW, TAG), previously=("QA",)))

    assert "- [ ] Open **Settings → Roles & Permissions** and open `QA`" in lines
    assert "- [ ] Set name to `Quality` (now `QA`)" in lines
    assert f"  - [ ] turn **off** `{REPLY}` (`{REPLY}`)" in lines


def test_checklist_tells_permissions_that_the_lock_does_not_know() -> None:
    """A retired role loses them too, and a role that nobody holds is checked for its usage count."""
    lines = clicks(a_tenant(a_live_role("Night", grants=(UNKNOWN,))), a_retired_role("night"))

    assert f"- they **lose** `{UNKNOWN}` (`{UNKNOWN}`)" in lines
    assert any("the usage count of `Night` is 0" in line for line in lines)


def test_checklist_lists_a_permission_of_no_category_last() -> None:
    """Whatever a plan changes has a box, also where the list of the product does not have it."""
    found = planned(a_request(a_role("new", grants=(VIEW, ADMIN))), a_tenant())
    words = dataclasses.replace(vocabulary(found.facts), catalogue=a_catalogue(VIEW))

    lines = plan_checklist(view(found.plan, None, words), words).splitlines()

    at = lines.index("- Not in the lock")
    assert lines[at + 1] == f"  - [ ] turn **on** `{ADMIN}` (`{ADMIN}`, **sensitive**)"


def test_checklist_has_no_steps_where_a_guard_refuses() -> None:
    """What a guard blocks is not done by hand either."""
    tenant = a_tenant(a_live_role("Night"), people=some_people(1, "Night"))

    lines = clicks(tenant, a_retired_role("night"))

    assert "**Do nothing by hand: a guard refuses this plan.**" in lines
    assert not any("[ ]" in line for line in lines)


def test_checklist_asks_for_the_confirmation_first_and_says_when_nothing_is_to_do() -> None:
    """What waits for a yes is told on top; an empty plan has nothing to click."""
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), people=some_people(20, "Agent"))
    nothing = clicks(tenant, a_role("agent", grants=(VIEW, REPLY)))

    assert "**First have this agreed and confirmed; then go on.**" in clicks(
        tenant, a_role("agent"), settings=GuardSettings()
    )
    assert "There is nothing to click." in nothing
