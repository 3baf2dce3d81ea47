"""The `incomplete` guard: live state is not known to be complete."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.wording import listing
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Block a plan made from a live state that has gaps; what could not be read is never "there is none"."""
    if facts.live.gaps:
        yield Finding(
            guard=Guard.INCOMPLETE,
            level=FindingLevel.BLOCK,
            role=None,
            message=(
                f"The live state is not complete: {listing(facts.live.gaps)}. "
                "Plan again when the tenant can be read in full."
            ),
        )
