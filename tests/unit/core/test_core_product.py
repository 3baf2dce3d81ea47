"""Products with rules of their own: what comes with a permission there, what a retirement leaves, what is refused."""

from __future__ import annotations

from dataclasses import replace

from builders import (
    ANYTHING_GOES,
    NOBODY,
    TAG,
    VIEW,
    a_live_role,
    a_live_state,
    a_person,
    a_retired_role,
    a_role,
    a_state,
    findings_of,
    planned,
)
from fakes.tenant import FakeTenant

from reconciler.core.diff import diff
from reconciler.core.digest import plan_digest
from reconciler.core.guards import in_use as in_use_guard
from reconciler.core.invariants import check
from reconciler.core.known import known
from reconciler.core.match import match
from reconciler.core.vendor import category_differences, permission_differences, propose
from reconciler.model.change import Create, Retire, Update, permissions_after
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.permission import (
    Catalogue,
    Category,
    CategoryForm,
    Permission,
    PermissionLevel,
    StandardRole,
)
from reconciler.model.product import Product
from reconciler.model.role import DesiredRole, LiveRole
from reconciler.model.vendor import Aspect
from reconciler.operations.plan import Planned, Request

LEAVES = Product(name="Desk", deletes_in_use=True, left_behind=frozenset({VIEW}))
KEEPS = Product(name="Desk", deletes=False, deletes_in_use=True)


def a_tree(
    *implied: str, whole: tuple[str, ...] = ("admin.role",), form: CategoryForm = CategoryForm.TOGGLES
) -> Catalogue:
    """Give a catalogue with a whole node that implies `whole`; further keys are listed beside it."""
    permissions = [
        Permission(key=key, name=key, level=PermissionLevel.ACT) for key in ("admin.role", "admin.other", *implied)
    ]
    node = Permission(key="admin.everything", name="All", level=PermissionLevel.MANAGE, implies=whole)
    category = Category(key="admin", name="Admin", permissions=(*permissions, node), form=form)
    return Catalogue(version=1, categories=(category,), role_administration="admin.role")


LOCK = a_tree()
WIDER = a_tree("admin.new", whole=("admin.new", "admin.role"))
HELD = frozenset({"admin.everything", "admin.role"})


def plan_of(
    *roles: DesiredRole, live: Catalogue = WIDER, here: tuple[LiveRole, ...] = (), lock: Catalogue = LOCK
) -> Planned:
    """Plan these files against a tenant with these roles."""
    state = a_state(*roles, catalogue=lock)
    tenant = FakeTenant(catalogue=live, roles=here, account=NOBODY)
    return planned(Request(desired=state, settings=ANYTHING_GOES), tenant)


def test_check_counts_what_the_tenant_adds_as_promised() -> None:
    """A plan that grants a whole node and what comes with it is sound."""
    made = plan_of(a_role("boss", grants=("admin.everything",)))

    check(made.plan, made.facts)


def test_role_gets_what_the_tenant_adds_to_a_whole_node() -> None:
    """A new part of a whole node is in the plan before it is in the tenant, as the lock cannot name it."""
    created = plan_of(a_role("lead", grants=HELD))
    updated = plan_of(a_role("lead", grants=HELD), here=(a_live_role("Lead", grants=["admin.role"]),))
    equal = plan_of(a_role("lead", grants=HELD), here=(a_live_role("Lead", grants=HELD | {"admin.new"}),))

    assert created.plan.changes[0].grants == ("admin.everything", "admin.new", "admin.role")
    assert updated.plan.changes[0].grants == ("admin.everything", "admin.new")
    assert equal.plan.changes == ()
    assert isinstance(created.facts.changes[0], Create)


def test_kept_permission_keeps_what_it_brings() -> None:
    """A live permission that the lock does not know stays with everything that comes with it."""
    live = a_tree("admin.new", whole=("admin.role",))
    lock = Catalogue(
        version=1,
        categories=(Category(key="admin", name="Admin", permissions=live.categories[0].permissions[:2]),),
        role_administration="admin.role",
    )
    found = plan_of(
        a_role("lead", grants=["admin.other"]), live=live, lock=lock, here=(a_live_role("Lead", grants=HELD),)
    )

    (change,) = found.facts.changes
    assert isinstance(change, Update)
    assert permissions_after(change) == HELD | {"admin.other"}


def test_difference_in_what_is_brought_is_told() -> None:
    """The guard warns where the lock and the tenant do not agree what comes with a permission."""
    live = a_tree(whole=("admin.other", "admin.role"))
    messages = [finding.message for finding in plan_of(a_role("lead", grants=["admin.role"]), live=live).plan.findings]

    assert any("admin.everything bringing something else" in message for message in messages)


def retire(product: Product, *, move: str | None = None, count: int | None = 3) -> Retire:
    """Give the retirement of a role with this many people."""
    roles = [a_retired_role("night", name="Night", move_users_to=move), a_role("agent", grants=[VIEW, TAG])]
    here = [a_live_role("Night", grants=[TAG], user_count=count), a_live_role("Agent", grants=[VIEW, TAG])]
    state = a_live_state(*here, product=product)
    desired = a_state(*roles)
    (change,) = diff(match(desired, state), desired.catalogue, state)
    assert isinstance(change, Retire)
    return change


def test_retirement_leaves_what_the_product_leaves() -> None:
    """Holders have what the product leaves them, what they are moved to, or nothing; nobody has nothing to lose."""
    assert retire(LEAVES).successor == {VIEW}
    assert retire(LEAVES, count=None).successor == {VIEW}
    assert retire(LEAVES, count=0).successor == frozenset()
    assert retire(LEAVES, move="agent").successor == {VIEW, TAG}
    assert retire(Product()).successor == frozenset()


def in_use(product: Product, *, people: int = 2, move: str | None = None, lists: bool = True) -> list[Finding]:
    """Give what the guard says of a role with holders that is retired."""
    night, agent = a_live_role("Night", grants=[TAG], user_count=people), a_live_role("Agent", grants=[VIEW])
    holders = [a_person(f"p{number}", "Night") for number in range(people)]
    tenant = FakeTenant(
        catalogue=a_state().catalogue, roles=(night, agent), people=holders, account=NOBODY, product=product
    )
    tenant.lists_holders = lists
    desired = a_state(a_retired_role("night", name="Night", move_users_to=move), a_role("agent", grants=[VIEW]))
    plan = planned(Request(desired=desired, settings=ANYTHING_GOES), tenant).plan
    return [finding for finding in plan.findings if finding.guard is Guard.IN_USE]


def test_retirement_in_use_warns_where_the_product_allows_it() -> None:
    """The finding says who is left with what; with a target that cannot be reached it stays a refusal."""
    (left,) = in_use(LEAVES)
    (nothing,) = in_use(KEEPS, people=1)
    (unreachable,) = in_use(LEAVES, move="agent", lists=False)

    assert left.level is FindingLevel.WARN
    assert "2 people are assigned" in left.message
    assert f"Desk leaves them with {VIEW} in its place" in left.message
    assert "1 person is assigned" in nothing.message
    assert "leaves them with nothing" in nothing.message
    assert unreachable.level is FindingLevel.BLOCK
    assert in_use(LEAVES, people=0) == []
    assert [finding.level for finding in in_use(Product())] == [FindingLevel.BLOCK]


def test_every_retirement_in_use_is_told_by_itself() -> None:
    """One that the product allows hides none of those after it."""
    live = [a_live_role(name, grants=[TAG], user_count=1) for name in ("Day", "Night")]
    tenant = FakeTenant(
        catalogue=a_state().catalogue,
        roles=live,
        people=(a_person("p", "Day", "Night"),),
        account=NOBODY,
        product=LEAVES,
    )
    desired = a_state(a_retired_role("day"), a_retired_role("night"))

    made = planned(Request(desired=desired, settings=ANYTHING_GOES), tenant)

    assert [finding.role for finding in findings_of(made, Guard.IN_USE)] == ["day", "night"]


def test_retirement_that_leaves_nobody_knows_how_many_behind_counts_none() -> None:
    """No number is made up where there is none; the message says that it is not known."""
    night = a_live_role("Night", grants=[TAG])
    tenant = FakeTenant(catalogue=a_state().catalogue, roles=(night,), account=NOBODY, product=LEAVES)
    facts = planned(Request(desired=a_state(a_retired_role("night")), settings=ANYTHING_GOES), tenant).facts
    (change,) = facts.changes
    assert isinstance(change, Retire)
    uncounted = replace(change, live=replace(change.live, user_count=None))

    (left,) = in_use_guard.find(replace(facts, changes=(uncounted,), people=replace(facts.people, listed=frozenset())))

    assert left.level is FindingLevel.WARN
    assert left.message.startswith("an unknown number of people are assigned")
    assert left.people == 0


def test_digest_tells_what_is_new_in_a_lock() -> None:
    """What a permission brings, and form and family of a category, are part of what was reviewed."""
    plain = a_tree(whole=())
    family = Catalogue(
        version=1,
        categories=(Category(key="admin", name="Admin", permissions=plain.categories[0].permissions, family="x"),),
        role_administration="admin.role",
    )
    locks = (plain, LOCK, a_tree(whole=(), form=CategoryForm.LEVELS), family)

    assert len({plan_digest("ten", lock, ANYTHING_GOES, ()) for lock in locks}) == len(locks)


def test_catalogue_update_takes_over_what_the_tenant_says_of_itself() -> None:
    """Implications, forms, standard roles and what administers are the tenant's word where it gives one."""
    live = Catalogue(
        version=9,
        categories=WIDER.categories,
        role_administration="admin.everything",
        standard_roles=(StandardRole(name="Admin", editable=False),),
    )
    proposed = propose(LOCK, live)

    assert (proposed.version, proposed.categories) == (2, WIDER.categories)
    assert (proposed.role_administration, proposed.standard_roles) == ("admin.everything", live.standard_roles)
    assert propose(proposed, live) is proposed
    assert propose(LOCK, Catalogue(version=3, categories=LOCK.categories)) is LOCK
    nothing = a_state(catalogue=LOCK)
    told = {d.key: d.aspects for d in permission_differences(LOCK, proposed, nothing, nothing)}
    assert told == {"admin.new": (Aspect.ADDED,), "admin.everything": (Aspect.IMPLIES,)}
    (form,) = category_differences(LOCK, a_tree(form=CategoryForm.LEVELS))
    assert (form.key, form.form) == ("admin", CategoryForm.LEVELS)


def test_pending_plan_of_an_explanation_is_the_one_of_the_plan() -> None:
    """What is explained as pending closes over the tenant's catalogue too."""
    state = a_live_state(a_live_role("Lead", grants=["admin.role"]), catalogue=WIDER)
    found = known(a_state(a_role("lead", grants=HELD), catalogue=LOCK), state)

    assert permissions_after(found.changes[0]) == HELD | {"admin.new"}
