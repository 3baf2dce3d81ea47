"""The `in-use` guard: a role with holders is retired and nothing says where they go."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.wording import people
from reconciler.model.change import Retire
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Block the retirement of a role that anybody is assigned to, unless `move_users_to` is set.

    Suspended people count: they keep their roles, and the product refuses to delete a role with users. A
    role whose users cannot be counted is taken to have some.
    """
    for change in facts.changes:
        if not isinstance(change, Retire) or change.role.move_users_to is not None:
            continue
        count = _assigned(facts, change)
        if count == 0:
            continue
        who = "an unknown number of people are" if count is None else f"{people(count)} are"
        yield Finding(
            guard=Guard.IN_USE,
            level=FindingLevel.BLOCK,
            role=change.role.key,
            message=(
                f'{who} assigned to "{change.live.content.name}" (suspended ones too), so it cannot be retired. '
                "Name the role they get with move_users_to, or move them in the product first."
            ),
            people=count or 0,
        )


def _assigned(facts: Facts, change: Retire) -> int | None:
    """Count everyone assigned, None where it is not known."""
    if change.live.id in facts.people.listed:
        return sum(1 for person in facts.people.people if change.live.id in person.role_ids)
    return change.live.user_count
