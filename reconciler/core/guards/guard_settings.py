"""The `settings` guard: the change weakens the guards that judge it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.strictness import weakened
from reconciler.core.wording import listing
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Warn where guards are weaker than on the base revision; until that is merged the stricter of both counts."""
    if facts.base is None:
        return
    names = weakened(facts.base.guards, facts.settings)
    if names:
        yield Finding(
            guard=Guard.SETTINGS,
            level=FindingLevel.WARN,
            role=None,
            message=(
                f"The settings {listing(names)} are weaker than on the base revision. This plan is judged by the "
                "stricter of both; merge the settings alone first to use the room they give."
            ),
        )
