"""The `separation` guard: somebody would hold two permissions that must never be together."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.wording import people
from reconciler.model.change import Create, grants_of
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Block where a plan gives somebody both of a pair; people who hold both already are a warning.

    A role that holds a pair by itself is blocked too when it is new or gets the pair now, because its next
    holder would. Where holders could not be read, everyone of a role that gets one of the pair may hold both.
    """
    for pair in facts.effective.never_together:
        yield from _pair(facts, pair)


def _pair(facts: Facts, pair: tuple[str, str]) -> Iterator[Finding]:
    both, name = frozenset(pair), " and ".join(pair)
    for change in facts.changes:
        if change.after is not None and both <= change.after.permissions and grants_of(change) & both:
            yield Finding(
                guard=Guard.SEPARATION,
                level=FindingLevel.BLOCK,
                role=change.role.key,
                message=(
                    f'"{change.after.name}" would hold {name} by itself, and the settings keep these apart. '
                    "Take one of them out of the role."
                ),
                people=facts.impact.by_role[change.role.key].holders,
            )
    mask = facts.impact.effects.mask(pair)
    if len(both & facts.impact.effects.bits.keys()) < len(both):
        return
    newly = already = 0
    for group in facts.impact.effects.groups:
        if group.after & mask == mask:
            if group.before & mask == mask:
                already += group.people
            else:
                newly += group.people
    unread = sum(
        facts.impact.bounds.get(change.live.id, 0)
        for change in facts.changes
        if not isinstance(change, Create) and grants_of(change) & both
    )
    if newly or unread:
        bound = "at most " if unread else ""
        yield Finding(
            guard=Guard.SEPARATION,
            level=FindingLevel.BLOCK,
            role=None,
            message=(
                f"{bound}{people(newly + unread)} would hold {name} through their roles together, and the settings "
                "keep these apart. Take one of them out of a role they share, or give them other roles first."
            ),
            people=newly + unread,
        )
    if already:
        yield Finding(
            guard=Guard.SEPARATION,
            level=FindingLevel.WARN,
            role=None,
            message=f"{people(already)} already hold {name} and still would. Plan their roles apart.",
            people=already,
        )
