"""The stricter of two guard settings, member by member."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.core.strictness import stricter, weakened
from reconciler.model.finding import GuardSettings, Limit, SensitiveGrant

BASE = GuardSettings(
    narrowing_people=10,
    min_administrators=2,
    mass_change_roles=Limit(value=30, percent=True),
    mass_change_people=Limit(value=5, percent=False),
    never_together=(("a", "b"),),
)


@pytest.mark.parametrize(
    ("name", "head", "expected", "weaker"),
    [
        ("narrowing_people", 5, 5, False),
        ("narrowing_people", 10, 10, False),
        ("narrowing_people", 11, 10, True),
        ("min_administrators", 1, 2, True),
        ("min_administrators", 2, 2, False),
        ("min_administrators", 3, 3, False),
        ("sensitive_grant", SensitiveGrant.CONFIRM, SensitiveGrant.CONFIRM, False),
        ("sensitive_grant", SensitiveGrant.ALLOW, SensitiveGrant.CONFIRM, True),
        ("mass_change_roles", Limit(value=29, percent=True), Limit(value=29, percent=True), False),
        ("mass_change_roles", Limit(value=31, percent=True), Limit(value=30, percent=True), True),
        ("mass_change_roles", Limit(value=1, percent=False), Limit(value=30, percent=True), True),
        ("mass_change_people", Limit(value=4, percent=False), Limit(value=4, percent=False), False),
        ("mass_change_people", Limit(value=6, percent=False), Limit(value=5, percent=False), True),
        ("mass_change_people", Limit(value=1, percent=True), Limit(value=5, percent=False), True),
        ("never_together", (), (("a", "b"),), True),
        ("never_together", (("a", "b"), ("c", "d")), (("a", "b"), ("c", "d")), False),
        ("never_together", (("c", "d"),), (("a", "b"), ("c", "d")), True),
    ],
)
def test_stricter_takes_the_stricter_of_each_setting(
    name: str, head: object, expected: object, *, weaker: bool
) -> None:
    """Every setting is the stricter one; what the change's own files weaken is named."""
    changed = replace(BASE, **{name: head})

    assert replace(BASE, **{name: expected}) == stricter(BASE, changed)
    assert weakened(BASE, changed) == ((name,) if weaker else ())


@pytest.mark.parametrize("base", SensitiveGrant)
@pytest.mark.parametrize("head", SensitiveGrant)
def test_stricter_asks_unless_both_allow(base: SensitiveGrant, head: SensitiveGrant) -> None:
    """Sensitive grants are allowed only where both revisions allow them."""
    merged = stricter(replace(BASE, sensitive_grant=base), replace(BASE, sensitive_grant=head))

    assert (merged.sensitive_grant is SensitiveGrant.ALLOW) is (base is head is SensitiveGrant.ALLOW)


def test_weakened_names_every_setting_sorted() -> None:
    """Several are named in one list."""
    head = replace(BASE, narrowing_people=99, min_administrators=1)

    assert weakened(BASE, head) == ("min_administrators", "narrowing_people")
