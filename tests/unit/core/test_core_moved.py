"""What moved between a review and now, told by role, and never more nor less than that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import CLOSE, REPLY, VIEW, a_live_role, a_request, a_retired_role, a_role, a_tenant, planned
from fakes.tenant import FakeTenant

from reconciler.core.moved import Moved, Movement, moved, reviewed_changes
from reconciler.core.reviewing import review_of
from reconciler.model.change import Action
from reconciler.model.review import Review
from reconciler.model.role import DesiredRole, RetiredRole
from reconciler.operations.plan import Planned

NARROWED = a_role("agent", grants=(VIEW,))
WIDENED = a_role("lead", grants=(VIEW, REPLY, CLOSE))


def a_desk(agent: tuple[str, ...] = (VIEW, REPLY), lead: tuple[str, ...] = (VIEW, REPLY)) -> FakeTenant:
    """Give a tenant with two roles."""
    return a_tenant(a_live_role("Agent", grants=agent), a_live_role("Lead", grants=lead))


def now(*roles: DesiredRole | RetiredRole, tenant: FakeTenant | None = None) -> Planned:
    """Plan these files."""
    return planned(a_request(*roles), tenant or a_desk())


def reviewed(*roles: DesiredRole | RetiredRole, tenant: FakeTenant | None = None) -> Review:
    """Review the plan of these files."""
    made = now(*roles, tenant=tenant)
    return review_of(made.plan, made.facts.changes, None, ())


def told(review: Review, made: Planned) -> dict[str | None, Movement]:
    """Give what moved, by role."""
    return {each.role: each.movement for each in moved(review, made.facts.changes)}


def test_changes_of_a_review_are_digests_by_role() -> None:
    """Sorted by key, whatever the order of the writes, and without any name or permission."""
    changes = reviewed_changes(now(WIDENED, NARROWED).facts.changes)

    assert [(change.role, change.action) for change in changes] == [("agent", "update"), ("lead", "update")]
    digests = [digest for change in changes for digest in (change.before, change.after)]
    assert all(digest is not None and digest.startswith("sha256:") for digest in digests)
    assert len(set(digests)) == 4


def test_retirement_with_a_target_keeps_the_digest_that_older_reviews_have() -> None:
    """A review that was kept by an earlier version is compared with what is planned now, so these bytes stay."""
    (retire, _) = reviewed_changes(now(a_retired_role("agent", move_users_to="lead"), WIDENED).facts.changes)

    assert retire.after == "sha256:4d02bba2e3300cfacb0f0eb2ff54a79fbf49e045586a0edb7a189dd668d746db"


def test_creation_has_no_before_and_retirement_no_after() -> None:
    """What does not exist has no digest."""
    create, retire = reviewed_changes(now(a_role("new"), a_retired_role("agent")).facts.changes)[::-1]

    assert (create.action, create.before) == (Action.CREATE, None)
    assert (retire.action, retire.after) == (Action.RETIRE, None)


def test_live_role_that_changed_is_the_tenant() -> None:
    """Somebody edited the role in the product."""
    review = reviewed(NARROWED, WIDENED)

    assert told(review, now(NARROWED, WIDENED, tenant=a_desk(agent=(VIEW, CLOSE)))) == {"agent": Movement.TENANT}


def test_file_that_changed_is_the_files() -> None:
    """Something else was merged."""
    review = reviewed(NARROWED, WIDENED)

    assert told(review, now(NARROWED, a_role("lead", grants=(VIEW,)))) == {"lead": Movement.FILES}


def test_both_may_have_moved() -> None:
    """Neither side is as it was."""
    review = reviewed(NARROWED)

    assert told(review, now(a_role("agent", grants=(CLOSE,)), tenant=a_desk(agent=(REPLY,)))) == {
        "agent": Movement.BOTH
    }


def test_change_that_nobody_reviewed_is_new() -> None:
    """It may come from drift, from another merge, or from a direct push."""
    assert told(reviewed(NARROWED), now(NARROWED, WIDENED)) == {"lead": Movement.NEW}


def test_change_that_is_done_already_is_settled() -> None:
    """A part of the plan that was applied before, or made by hand."""
    assert told(reviewed(NARROWED, WIDENED), now(NARROWED, WIDENED, tenant=a_desk(agent=(VIEW,)))) == {
        "agent": Movement.SETTLED
    }


def test_another_action_on_the_same_role_is_the_files() -> None:
    """A role that was to be updated and is retired now."""
    assert told(reviewed(NARROWED), now(a_retired_role("agent"))) == {"agent": Movement.FILES}


@pytest.mark.parametrize("target", [None, "new"])
def test_where_holders_of_a_retired_role_go_is_a_part_of_it(target: str | None) -> None:
    """Moving people elsewhere, or not at all, is another change."""
    review = reviewed(
        a_retired_role("agent", move_users_to="lead"), a_role("lead", grants=(VIEW, REPLY)), a_role("new")
    )

    made = now(a_retired_role("agent", move_users_to=target), a_role("lead", grants=(VIEW, REPLY)), a_role("new"))

    assert told(review, made) == {"agent": Movement.FILES}


def test_difference_in_no_role_is_said_to_be_elsewhere() -> None:
    """Where the digest differs and no role does, guard settings, lock, tenant or an id are left."""
    made = now(NARROWED)

    assert moved(reviewed(NARROWED), made.facts.changes) == (Moved(role=None, movement=Movement.ELSEWHERE),)


def test_review_without_changes_is_not_guessed_at() -> None:
    """Where they were too many to travel, that is what is said."""
    review = replace(reviewed(NARROWED), changes=None)

    assert told(review, now(WIDENED)) == {None: Movement.UNTOLD}


@pytest.mark.parametrize("movement", list(Movement), ids=str)
def test_every_movement_is_one_sentence(movement: Movement) -> None:
    """It names the role where there is one, and is one line."""
    sentence = Moved(role=NARROWED.key, movement=movement).sentence

    assert sentence.startswith(f"agent: {movement}; ")
    assert "\n" not in sentence
    assert Moved(role=None, movement=movement).sentence == sentence.removeprefix("agent: ")


def test_result_is_sorted_by_role() -> None:
    """The table reads the same on every machine."""
    review = reviewed(NARROWED, WIDENED)

    found = moved(review, now(a_role("zebra"), a_role("beta")).facts.changes)

    assert [each.role for each in found] == ["agent", "beta", "lead", "zebra"]
