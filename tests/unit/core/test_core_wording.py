"""Promises of the turns of phrase that are shared."""

from __future__ import annotations

import pytest

from reconciler.core.wording import apart, command


@pytest.mark.parametrize(
    ("tenant", "base", "told"),
    [
        (None, None, "reconciler plan"),
        (None, "main", "reconciler plan --base main"),
        ("production", None, "reconciler --tenant production plan"),
        ("a b", "$(x)", "reconciler --tenant 'a b' plan --base '$(x)'"),
    ],
)
def test_command_to_copy_means_the_same_tenant_and_revision(tenant: str | None, base: str | None, told: str) -> None:
    """What is printed to be typed next does what was shown, and no shell reads more in it."""
    assert command("plan", tenant=tenant, base=base) == told


@pytest.mark.parametrize(
    ("grants", "revokes", "told"),
    [
        (("b", "a"), ("d", "c"), "plus b, a, minus d, c"),
        (("a",), (), "plus a"),
        ((), ("c",), "minus c"),
        ((), (), "the same permissions"),
    ],
)
def test_roles_are_told_apart_by_what_one_has_more_and_less(
    grants: tuple[str, ...], revokes: tuple[str, ...], told: str
) -> None:
    """More first, then less, each in the order given; a side without any is left out."""
    assert apart(grants, revokes) == told
