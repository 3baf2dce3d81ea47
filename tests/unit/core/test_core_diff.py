"""Differences between files and live roles, and between documents."""

from __future__ import annotations

import pytest
from builders import REPLY, TAG, UNKNOWN, VIEW, a_catalogue, a_live_role, a_live_state, a_retired_role, a_role, a_state

from reconciler.core.diff import diff, field_changes
from reconciler.core.match import match
from reconciler.model.change import Action, Change, FieldChange, Update, action_of, grants_of, revokes_of
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole


def changes(files: tuple[DesiredRole | RetiredRole, ...], *live: LiveRole) -> tuple[Change, ...]:
    """Give the changes from live roles to files."""
    return diff(match(a_state(*files), a_live_state(*live)), a_catalogue())


def test_diff_gives_one_change_for_each_role_that_differs_sorted_by_key() -> None:
    """Create, update, rename and retire; equal roles give nothing."""
    files = (
        a_role("same"),
        a_role("young", previously=("Old",)),
        a_role("create"),
        a_role("agent", grants=(TAG,)),
        a_retired_role("gone"),
    )

    found = changes(files, *(a_live_role(name) for name in ("Same", "Old", "Agent", "Gone", "Wild")))

    assert [(c.role.key, action_of(c)) for c in found] == [
        ("agent", Action.UPDATE),
        ("create", Action.CREATE),
        ("gone", Action.RETIRE),
        ("young", Action.RENAME),
    ]


def test_diff_tells_permissions_and_fields_apart() -> None:
    """Permissions are sets; name and description are fields with both sides."""
    (change,) = changes(
        (a_role("agent", name="AGENT", grants=(VIEW, TAG), description="New"),),
        a_live_role("Agent", grants=(VIEW, REPLY), description="Old"),
    )

    assert isinstance(change, Update)
    assert grants_of(change) == {TAG}
    assert revokes_of(change) == {REPLY}
    assert change.fields == (
        FieldChange(path="description", before="Old", after="New"),
        FieldChange(path="name", before="Agent", after="AGENT"),
    )


def test_diff_keeps_live_permissions_that_the_lock_does_not_know() -> None:
    """No file can write them, so their absence means nothing."""
    (change,) = changes((a_role("agent", grants=(VIEW, TAG)),), a_live_role("Agent", grants=(VIEW, UNKNOWN)))

    assert change.after is not None
    assert change.after.permissions == {VIEW, TAG, UNKNOWN}
    assert revokes_of(change) == frozenset()


def test_diff_finds_nothing_where_only_unknown_permissions_differ() -> None:
    """A role that would be written without a difference is not written."""
    assert changes((a_role("agent"),), a_live_role("Agent", grants=(VIEW, UNKNOWN))) == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, ()),
        ({"a": "1"}, {"a": "1"}, ()),
        ({"a": "1"}, {"a": "2"}, (FieldChange(path="a", before="1", after="2"),)),
        ({}, {"a": "2"}, (FieldChange(path="a", before="", after="2"),)),
        ({"a": "1"}, {}, (FieldChange(path="a", before="1", after=""),)),
        ({"a": 1}, {"a": None}, (FieldChange(path="a", before="1", after="None"),)),
        (
            {"z": "1", "deep": {"list": ["x", "y"]}},
            {"z": "2", "deep": {"list": ["x", "z"]}},
            (FieldChange(path="deep.list.1", before="y", after="z"), FieldChange(path="z", before="1", after="2")),
        ),
    ],
)
def test_field_changes_give_every_path_that_differs(
    before: dict[str, object], after: dict[str, object], expected: tuple[FieldChange, ...]
) -> None:
    """Paths are sorted, and a side that lacks one is empty text."""
    assert expected == field_changes(before, after)
