"""The `in-use` guard: a role with holders is retired and nobody can say where they go."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.wording import listing, people
from reconciler.model.change import Retire
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Block the retirement of a role that anybody is assigned to, unless they can be moved.

    Suspended people count: they keep their roles, and the product refuses to delete a role with users. A
    role whose users cannot be counted is taken to have some. With `move_users_to` they get another role,
    but only those who were listed can be moved. Where the product retires a role in use, and leaves its holders with
    something else or nothing, that is told; what they lose or gain by it is for other guards.
    """
    for change in facts.changes:
        if not isinstance(change, Retire):
            continue
        listed = change.live.id in facts.people.listed
        if listed and change.role.move_users_to is not None:
            continue
        count = _assigned(facts, change)
        if count == 0:
            continue
        if change.role.move_users_to is None and facts.live.product.deletes_in_use:
            yield _left_behind(facts, change, count)
            continue
        way_out = (
            "Name the role they get with move_users_to, or move them in the product first."
            if change.role.move_users_to is None
            else "They could not be listed, so they cannot be moved: use a key that may read users."
        )
        yield Finding(
            guard=Guard.IN_USE,
            level=FindingLevel.BLOCK,
            role=change.role.key,
            message=(f"{_assigned_to(change, count)}, so it cannot be retired. {way_out}"),
            people=count or 0,
        )


def _left_behind(facts: Facts, change: Retire, count: int | None) -> Finding:
    """Warn that the product will leave people without a role that somebody chose for them."""
    left = listing(change.successor) if change.successor else "nothing"
    return Finding(
        guard=Guard.IN_USE,
        level=FindingLevel.WARN,
        role=change.role.key,
        message=(
            f"{_assigned_to(change, count)}; {facts.live.product.name} leaves them with {left} in its place. "
            "Name the role they get instead with move_users_to, unless that is meant."
        ),
        people=count or 0,
    )


def _assigned_to(change: Retire, count: int | None) -> str:
    who = "an unknown number of people are" if count is None else f"{people(count)} {'is' if count == 1 else 'are'}"
    return f'{who} assigned to "{change.live.content.name}" (suspended ones too)'


def _assigned(facts: Facts, change: Retire) -> int | None:
    """Count everyone assigned, None where it is not known."""
    if change.live.id in facts.people.listed:
        return sum(1 for person in facts.people.people if change.live.id in person.role_ids)
    return change.live.user_count
