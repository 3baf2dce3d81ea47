"""What people are told of roles beside each other: words for them, their order, and the rows of a matrix."""

from __future__ import annotations

from dataclasses import replace

from builders import (
    ADMIN,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_catalogue,
    a_live_role,
    a_live_state,
    a_retired_role,
    a_role,
    a_state,
)

from reconciler.core.known import Crowd, Known, crowd, known
from reconciler.core.matrix import matrix
from reconciler.core.subjects import permissions_called, words
from reconciler.core.vendor import permission_differences, role_effects
from reconciler.model.explanation import Headcount, Labelled
from reconciler.model.matrix import Matrix
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.model.person import People

LEVEL = PermissionLevel.ACT
LIVE = (
    a_live_role("Beta", grants=(VIEW,)),
    a_live_role("Old", grants=(VIEW,)),
    a_live_role("Zeta", grants=(UNKNOWN,), user_count=0),
)
FILES = (a_role("zeta", grants=(REPLY,), line=7), a_role("beta"), a_retired_role("old"), a_role("alpha"))


def beside() -> Known:
    """Give files and live roles of every standing."""
    return known(a_state(*FILES), a_live_state(*LIVE))


def laid_out() -> Matrix:
    """Lay them out."""
    found = beside()
    return matrix(found.desired.catalogue, found.pairs, unmanaged=True, compared=True)


def test_declared_roles_are_in_the_order_of_their_keys() -> None:
    """Whether a role is live, missing or being retired makes no difference to its place."""
    assert [pair.role.key for pair in beside().pairs] == ["alpha", "beta", "old", "zeta"]


def test_permission_that_only_the_tenant_lists_is_found() -> None:
    """Its whole key is a word for it, though no role holds it."""
    live = replace(a_live_state(), catalogue=a_catalogue(VIEW, UNKNOWN))

    assert permissions_called(UNKNOWN, known(a_state(catalogue=a_catalogue(VIEW)), live)) == (UNKNOWN,)


def test_words_have_every_permission_by_key_and_short_name() -> None:
    """None pushes another out."""
    found = known(a_state(catalogue=a_catalogue(REPLY, VIEW)), None)

    shorts = [permission.short for permission in found.desired.catalogue.by_key.values()]
    assert words(found, roles=False, permissions=True) == tuple(sorted({REPLY, VIEW, *shorts}))


def test_permission_is_labelled_as_the_lock_has_it() -> None:
    """Its name and whether it is sensitive; what the lock does not know has no name and is sensitive."""
    found = beside()

    assert found.labelled(VIEW) == Labelled(key=VIEW, label=found.desired.catalogue.by_key[VIEW].name, sensitive=False)
    assert found.labelled(ADMIN).sensitive
    assert found.labelled(UNKNOWN) == Labelled(key=UNKNOWN, label="", sensitive=True)


def test_unlisted_role_that_nobody_can_hold_adds_nobody() -> None:
    """A bound of nobody is no person more."""
    role = LIVE[0].id
    group: Crowd = replace(crowd(beside(), People(people=())), unlisted={role: 0})

    assert group.count((role,), lambda g: g.people) == Headcount(people=0, exact=False)


def test_matrix_tells_categories_and_permissions_in_the_words_of_the_lock() -> None:
    """Each row has its key, its name and whether it is sensitive, and what the lock does not know has no name."""
    *groups, last = laid_out().groups
    categories = beside().desired.catalogue.categories

    assert [(group.category, group.label) for group in groups] == [(c.key, c.name) for c in categories]
    assert [(r.permission, r.label, r.sensitive) for g in groups for r in g.rows] == [
        (p.key, p.name, p.sensitive) for c in categories for p in c.permissions
    ]
    assert [(r.permission, r.label, r.sensitive) for r in last.rows] == [(UNKNOWN, "", True)]


def test_matrix_tells_where_a_role_is_declared_and_what_it_is_called_now() -> None:
    """A role to be renamed has its live name beside the new one; the others have none."""
    young = a_role("young", previously=("Old",), line=4)
    found = known(a_state(young, a_role("beta")), a_live_state(*LIVE))

    roles = matrix(found.desired.catalogue, found.pairs, unmanaged=True, compared=True).roles

    assert [(r.name, r.origin, r.live_name) for r in roles] == [
        ("Beta", a_role("beta").origin, None),
        ("Young", young.origin, "Old"),
        ("Zeta", None, None),
    ]


def test_permission_under_another_key_is_perhaps_the_same_within_its_category() -> None:
    """A category is what stands before the first dot, however many follow."""
    lock, proposed = (
        Catalogue(
            version=1,
            categories=(
                Category(key="tickets", name="Tickets", permissions=(Permission(key=key, name="X", level=LEVEL),)),
            ),
        )
        for key in ("tickets.one.x", "tickets.two.x")
    )

    found = permission_differences(lock, proposed, a_state(catalogue=lock), a_state(catalogue=proposed))

    assert [each.perhaps for each in found] == [("tickets.two.x",), ("tickets.one.x",)]


def test_effect_of_an_update_has_the_name_of_the_role() -> None:
    """The key alone is not what people call it."""
    before, after = a_state(a_role("beta", grants=(VIEW,))), a_state(a_role("beta", grants=(VIEW, TAG)))

    (effect,) = role_effects(before, after, a_catalogue())

    assert (effect.role, effect.name, effect.grants) == ("beta", "Beta", (TAG,))
