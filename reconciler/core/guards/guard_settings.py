"""The `settings` guard: the change weakens the guards that judge it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.strictness import weakened
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.permission import Catalogue


def find(facts: Facts) -> Iterator[Finding]:
    """Warn where guards are weaker than on the base revision; until that is merged the stricter of both counts.

    The catalogue lock says what is sensitive and who administers roles, so it counts as a guard setting here.
    """
    if facts.base is None:
        return
    names = [*weakened(facts.base.guards, facts.settings), *_in_the_lock(facts.base.catalogue, facts.desired.catalogue)]
    if names:
        yield Finding(
            guard=Guard.SETTINGS,
            level=FindingLevel.WARN,
            role=None,
            message=(
                f"Weaker than on the base revision: {', '.join(names)}. This plan is judged by the stricter of both; "
                "merge the settings alone first to use the room they give."
            ),
        )


def _in_the_lock(base: Catalogue, head: Catalogue) -> Iterator[str]:
    """Name what the lock says less strictly than before."""
    if head.role_administration != base.role_administration:
        yield "role_administration of the lock"
    for key in sorted(base.keys & head.keys):
        if base.is_sensitive(key) and not head.is_sensitive(key):
            yield f"{key} as sensitive in the lock"
