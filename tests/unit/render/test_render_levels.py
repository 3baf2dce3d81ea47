"""Levels as people read them: in an explanation, in clicks, and in what the vendor changed."""

from __future__ import annotations

from dataclasses import replace

from builders import (
    ANYTHING_GOES,
    NOBODY,
    Silence,
    a_live_role,
    a_live_state,
    a_retired_role,
    a_role,
    a_state,
    planned,
    some_people,
)
from fakes.role_files import MemoryFiles
from fakes.tenant import FakeTenant

from reconciler.core.explain import explain_role
from reconciler.core.known import known
from reconciler.model.permission import (
    Catalogue,
    Category,
    CategoryForm,
    Permission,
    PermissionLevel,
    StandardRole,
)
from reconciler.model.person import People
from reconciler.model.product import Product
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole
from reconciler.operations.adopt import Asked, adopt
from reconciler.operations.catalogue import compare
from reconciler.operations.plan import Request
from reconciler.render.catalogue import comparison_document, comparison_text
from reconciler.render.checklist import plan_checklist
from reconciler.render.explain_role import role_text
from reconciler.render.styled import to_text
from reconciler.render.view import view
from reconciler.render.vocabulary import vocabulary


def a_lock(form: CategoryForm = CategoryForm.LEVELS) -> Catalogue:
    """Give a lock of three levels, the last two not one above the other."""
    own = Permission(key="reach.own", name="Their own", level=PermissionLevel.VIEW)
    group = Permission(key="reach.group", name="Of the group", level=PermissionLevel.ACT, implies=("reach.own",))
    firm = Permission(key="reach.firm", name="Of the firm", level=PermissionLevel.ACT, implies=("reach.own",))
    category = Category(key="reach", name="Which tickets", permissions=(own, group, firm), form=form)
    return Catalogue(version=1, categories=(category,), role_administration="reach.firm")


LOCK = a_lock()
OWN, GROUP, FIRM = "reach.own", "reach.group", "reach.firm"
BOSS = a_live_role("Boss", grants=(OWN, FIRM))


def explained(file: tuple[str, ...], live: tuple[str, ...] | None) -> str:
    """Explain the role "Desk" as text."""
    state = None if live is None else a_live_state(a_live_role("Desk", grants=live), catalogue=LOCK)
    found = known(a_state(a_role("desk", grants=file), catalogue=LOCK), state)
    (pair,) = found.pairs
    return to_text(role_text(explain_role(found, pair, People(people=()), what_if=False)), colour=False)


def test_explanation_says_a_level_in_its_word() -> None:
    """One word where both sides agree, both where they do not, and both levels where neither includes the other."""
    assert "Which tickets: group  1 off\n" in explained((OWN, GROUP), (OWN, GROUP))
    assert "Which tickets: group -> own" in explained((OWN,), (OWN, GROUP))
    assert "Which tickets: own -> group and firm" in explained((OWN, GROUP, FIRM), (OWN,))
    assert "Which tickets: own  2 off\n" in explained((OWN,), None)


def clicks(*roles: DesiredRole | RetiredRole, product: Product, here: tuple[LiveRole, ...]) -> str:
    """Give a plan as clicks."""
    people = some_people(1, "Desk") + some_people(1, "Boss", prefix="b")
    tenant = FakeTenant(catalogue=LOCK, roles=here, people=people, account=NOBODY, product=product)
    made = planned(Request(desired=a_state(*roles, catalogue=LOCK), settings=ANYTHING_GOES), tenant)
    words = vocabulary(made.facts)
    return plan_checklist(view(made.plan, None, words), words)


def test_level_is_one_click() -> None:
    """A person chooses a level, and sees what it brings and takes."""
    here = (a_live_role("Desk", grants=(OWN, FIRM)), BOSS)

    text = clicks(a_role("desk", grants=(OWN, GROUP)), product=Product(), here=here)
    nothing = clicks(a_role("desk", grants=()), product=Product(), here=here)

    assert "- [ ] `Which tickets`: choose `Of the group` (+ `Of the group` (`reach.group`)" in text
    assert "- [ ] `Which tickets`: choose nothing (- " in nothing


def test_role_that_stays_is_made_inactive_by_hand() -> None:
    """Where the product deletes nothing, nobody is sent to look for a button."""
    keeps = Product(name="Desk", deletes=False, deletes_in_use=True)
    here = (a_live_role("Desk", grants=(OWN,)), BOSS)

    text = clicks(a_retired_role("desk", name="Desk"), a_role("boss", grants=(OWN, FIRM)), product=keeps, here=here)

    assert "Make inactive `Desk`" in text
    assert "- [ ] Make it inactive, and click **Save**" in text
    assert "Click **Delete**" not in text


def test_comparison_tells_implications_forms_and_the_tenants_own_word() -> None:
    """What an update takes over is told, the standard roles without a hint to do it by hand."""
    (levels,) = LOCK.categories
    own, group, firm = levels.permissions
    changed = replace(levels, permissions=(own, replace(group, implies=()), firm), name="Tickets")
    more = Permission(key="reach.all", name="All", level=PermissionLevel.MANAGE, implies=(FIRM, GROUP))
    live = Catalogue(
        version=4,
        categories=(replace(changed, permissions=(*changed.permissions, more)),),
        role_administration="reach.all",
        standard_roles=(StandardRole(name="Boss", editable=False),),
    )
    lock = a_lock(CategoryForm.TOGGLES)
    tenant = FakeTenant(catalogue=live, roles=(), account=NOBODY)
    compared = compare(lock, lambda catalogue: (a_state(catalogue=catalogue), ()), tenant, Silence())

    text = to_text(comparison_text(compared), colour=False)

    assert '+ reach.all  added: "All", manage, brings reach.firm, reach.group' in text
    assert "~ reach.group  brings nothing now" in text
    assert "~ reach  role files write the category as levels now" in text
    assert '~ reach  the category is called "Tickets", not "Which tickets"' in text
    assert "! whoever has reach.all can administer roles, by the tenant; the lock says otherwise" in text
    assert comparison_document(compared)["categories"] == [
        {"key": "reach", "pinned": "Which tickets", "live": "Tickets", "form": "levels"}
    ]
    other = FakeTenant(catalogue=replace(LOCK, role_administration=OWN), roles=(), account=NOBODY)
    only_name = compare(LOCK, lambda catalogue: (a_state(catalogue=catalogue), ()), other, Silence())
    assert only_name.differs
    assert "whoever has reach.own can administer" in to_text(comparison_text(only_name), colour=False)


def test_role_that_the_lock_cannot_say_is_left_out_with_a_way_out() -> None:
    """A live role without what the lock says comes with it is refused by name and not written otherwise."""
    files = MemoryFiles(LOCK)
    tenant = FakeTenant(catalogue=LOCK, roles=(a_live_role("Desk", grants=(GROUP,)),), account=NOBODY)

    adoption = adopt(Asked(everything=True), files, tenant, Silence())

    ((reason,),) = [refusal.reasons for refusal in adoption.refusals]
    assert reason.code == "adopt.implied"
    assert reason.message == "It has reach.group without reach.own, which comes with it as the lock says"
    assert "reconciler catalogue --update" in reason.fix
