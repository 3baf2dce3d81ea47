"""The `incomplete` guard: live state is not known to be complete."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.wording import listing
from reconciler.model.change import Create, grants_of, revokes_of
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Block a plan made from a live state that has gaps; what could not be read is never "there is none".

    A changed role is a gap too where its holders could not be listed and nothing bounds their number.
    """
    if facts.live.gaps:
        yield _block(
            f"The live state is not complete: {listing(facts.live.gaps)}. "
            "Plan again when the tenant can be read in full."
        )
    boundless = _boundless(facts)
    if boundless:
        yield _block(
            f"Nobody can say how many people hold {listing(boundless)}: the tenant neither lists nor counts them. "
            "Use a key that may read users."
        )


def _boundless(facts: Facts) -> list[str]:
    """Name the roles of which not even an upper bound of holders is known, though what they can do changes."""
    if facts.live.headcount is not None:
        return []
    return [
        change.live.content.name
        for change in facts.changes
        if not isinstance(change, Create)
        and change.live.user_count is None
        and change.live.id not in facts.people.listed
        and (grants_of(change) or revokes_of(change))
    ]


def _block(message: str) -> Finding:
    return Finding(guard=Guard.INCOMPLETE, level=FindingLevel.BLOCK, role=None, message=message)
