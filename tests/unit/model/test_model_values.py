"""The small promises of the values that every other room speaks in."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from builders import (
    ADMIN,
    EXPORT,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_catalogue,
    a_content,
    a_live_role,
    a_permission,
    a_person,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
)

from reconciler.model.change import (
    Action,
    Create,
    Direction,
    Retire,
    Update,
    action_of,
    direction_of,
    grants_of,
    key_of,
    permissions_of,
    revokes_of,
)
from reconciler.model.check import Check, Standing
from reconciler.model.finding import Finding, FindingLevel, Guard, Limit
from reconciler.model.outcome import Outcome, Report, Result

LIVE = a_live_role("Agent", grants=(VIEW, REPLY))
CREATE = Create(role=a_role("agent", grants=(VIEW, TAG)))
UPDATE = Update(role=a_role("agent"), live=LIVE, content=a_content("Agent", VIEW, TAG), fields=(), renamed=False)
RETIRE = Retire(role=a_retired_role("agent"), live=LIVE)


@pytest.mark.parametrize(
    ("change", "action", "direction", "grants", "revokes"),
    [
        (CREATE, Action.CREATE, Direction.WIDEN, {VIEW, TAG}, set()),
        (UPDATE, Action.UPDATE, Direction.MIXED, {TAG}, {REPLY}),
        (replace(UPDATE, renamed=True), Action.RENAME, Direction.MIXED, {TAG}, {REPLY}),
        (replace(UPDATE, content=LIVE.content), Action.UPDATE, Direction.COSMETIC, set(), set()),
        (RETIRE, Action.RETIRE, Direction.NARROW, set(), {VIEW, REPLY}),
    ],
)
def test_change_says_what_it_does(
    change: Create | Update | Retire, action: Action, direction: Direction, grants: set[str], revokes: set[str]
) -> None:
    """Action, direction, grants and revokes follow from before and after."""
    assert key_of(change) == "agent"
    assert action is action_of(change)
    assert direction is direction_of(change)
    assert grants == grants_of(change)
    assert revokes == revokes_of(change)


def test_change_has_no_permissions_where_there_is_no_role() -> None:
    """Before a creation and after a retirement there is nothing."""
    assert permissions_of(CREATE.before) == frozenset()
    assert permissions_of(RETIRE.after) == frozenset()


@pytest.mark.parametrize(
    ("limit", "count", "whole", "allowed"),
    [
        (Limit(value=30, percent=True), 3, 10, True),
        (Limit(value=30, percent=True), 4, 10, False),
        (Limit(value=33, percent=True), 1, 3, False),
        (Limit(value=34, percent=True), 1, 3, True),
        (Limit(value=0, percent=True), 0, 0, True),
        (Limit(value=100, percent=True), 1, 0, False),
        (Limit(value=3, percent=False), 3, 0, True),
        (Limit(value=3, percent=False), 4, 100, False),
    ],
)
def test_limit_allows_up_to_itself_and_rounds_nothing(limit: Limit, count: int, whole: int, *, allowed: bool) -> None:
    """A third of three is more than 33 % and less than 34 %."""
    assert allowed is limit.allows(count, whole)


def test_catalogue_finds_permissions_and_categories() -> None:
    """Keys are those of every category; short names are those inside one."""
    catalogue = a_catalogue(VIEW, REPLY, ADMIN)

    assert catalogue.keys == {VIEW, REPLY, ADMIN}
    assert [p.short for p in catalogue.by_category["tickets"].permissions] == ["reply", "view"]
    assert a_permission(VIEW).short == "view"
    assert a_permission("admin.channel.email").short == "channel.email"


@pytest.mark.parametrize(("key", "sensitive"), [(VIEW, False), (EXPORT, True), (UNKNOWN, True)])
def test_catalogue_takes_what_it_does_not_know_for_sensitive(key: str, *, sensitive: bool) -> None:
    """Nobody has judged an unknown permission."""
    assert sensitive is a_catalogue().is_sensitive(key)


@pytest.mark.parametrize(
    ("active", "human", "counts"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_person_counts_when_active_and_human(*, active: bool, human: bool, counts: bool) -> None:
    """Suspended people and service accounts are no holders."""
    assert counts is a_person("x", active=active, human=human).counts


@pytest.mark.parametrize("level", FindingLevel)
@pytest.mark.parametrize("confirmed", [True, False])
def test_plan_is_blocked_by_blocks_and_waits_for_what_is_not_confirmed(level: FindingLevel, *, confirmed: bool) -> None:
    """Only a block blocks, and only an unconfirmed question waits."""
    finding = Finding(guard=Guard.NARROWING, level=level, role=None, message="m", confirmed=confirmed)
    plan = replace(a_plan(a_request(), a_tenant()), findings=(finding,))

    assert plan.blocked is (level is FindingLevel.BLOCK)
    assert plan.unconfirmed == ((finding,) if level is FindingLevel.CONFIRM and not confirmed else ())


@pytest.mark.parametrize("result", Result)
def test_report_is_complete_only_when_everything_was_applied(result: Result) -> None:
    """One change that was not applied makes it incomplete."""
    fine = Outcome(role="a", name="A", action=Action.UPDATE, result=Result.APPLIED)
    report = Report(digest="sha256:0", outcomes=(fine, replace(fine, result=result)), writes=2)

    assert report.complete is (result is Result.APPLIED)


@pytest.mark.parametrize(
    "value", [LIVE, CREATE, a_role("a"), a_person("x"), Check(subject="s", standing=Standing.GOOD, detail="d")]
)
def test_values_cannot_be_changed(value: object) -> None:
    """What was planned is what is carried out."""
    with pytest.raises((FrozenInstanceError, TypeError)):
        value.subject = "other"  # type: ignore[attr-defined]
