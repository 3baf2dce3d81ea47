"""The `narrowing` guard: many people effectively lose something, through one role or through many."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.digest import confirmation_id, role_digest
from reconciler.core.facts import Facts
from reconciler.core.wording import every, listing, people, roles
from reconciler.model.change import Change, key_of, revokes_of
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Ask for a confirmation where a change takes something from at least as many people as the settings say.

    The holders of a retired role keep what their successor role permits; only the rest is taken from them.
    The changes that stay under that number are counted as one set of people, so that a narrowing cannot be
    split over roles to pass unseen.
    """
    threshold = facts.effective.narrowing_people
    below: list[Change] = []
    for change in facts.changes:
        losing = facts.impact.by_role[key_of(change)].losing
        if losing >= threshold:
            yield _of_role(facts, change, losing)
        elif losing:
            below.append(change)
    if len(below) > 1:
        losing = facts.impact.losing(key_of(change) for change in below)
        if losing >= threshold:
            yield _of_plan(facts, below, losing)


def _of_role(facts: Facts, change: Change, losing: int) -> Finding:
    key, losses = key_of(change), revokes_of(change)
    measured = facts.impact.by_role[key]
    holders = measured.holders
    really = [impact.permission for impact in measured.per_permission if impact.losing]
    bound = "" if measured.exact else "at most "
    name = "" if change.before is None else change.before.name
    return Finding(
        guard=Guard.NARROWING,
        level=FindingLevel.CONFIRM,
        role=key,
        message=(
            f'"{name}" takes {every(really)} from {bound}{people(losing)} of {holders:,} who hold it. '
            "They notice at their next page load: announce it to them, then confirm exactly this."
        ),
        confirmation=confirmation_id(facts.live.tenant.id, Guard.NARROWING, key, [role_digest(change.before)], losses),
        people=losing,
    )


def _of_plan(facts: Facts, below: list[Change], losing: int) -> Finding:
    ordered = sorted(below, key=key_of)
    losses = [f"{key_of(change)}:{permission}" for change in ordered for permission in revokes_of(change)]
    return Finding(
        guard=Guard.NARROWING,
        level=FindingLevel.CONFIRM,
        role=None,
        message=(
            f"{roles(len(below))} ({listing(key_of(c) for c in below)}) together take something from "
            f"{people(losing)}, though each alone stays under the limit. "
            "Announce it to them, then confirm exactly this."
        ),
        confirmation=confirmation_id(
            facts.live.tenant.id, Guard.NARROWING, None, [role_digest(c.before) for c in ordered], losses
        ),
        people=losing,
    )
