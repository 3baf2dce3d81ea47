"""The `sensitive-grant` guard: a sensitive or unknown permission reaches a role."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.digest import confirmation_id, role_digest
from reconciler.core.facts import Facts
from reconciler.core.wording import listing, people
from reconciler.model.change import grants_of, key_of
from reconciler.model.finding import Finding, FindingLevel, Guard, SensitiveGrant


def find(facts: Facts) -> Iterator[Finding]:
    """Ask for a confirmation for every role that gets a permission which is sensitive or not in the lock."""
    if facts.effective.sensitive_grant is SensitiveGrant.ALLOW:
        return
    for change in facts.changes:
        granted = sorted(p for p in grants_of(change) if facts.desired.catalogue.is_sensitive(p))
        if not granted or change.after is None:
            continue
        key = key_of(change)
        gaining = facts.impact.by_role[key].gaining
        reach = f"{people(gaining)} can use it at once" if gaining else "nobody holds the role yet"
        yield Finding(
            guard=Guard.SENSITIVE_GRANT,
            level=FindingLevel.CONFIRM,
            role=key,
            message=(
                f'"{change.after.name}" gets {listing(granted)}, which is sensitive; {reach}. '
                "Check that every holder should have it, then confirm exactly this."
            ),
            confirmation=confirmation_id(
                facts.live.tenant.id, Guard.SENSITIVE_GRANT, key, [role_digest(change.before)], granted
            ),
            people=gaining,
        )
