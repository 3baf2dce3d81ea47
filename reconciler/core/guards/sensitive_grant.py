"""The `sensitive-grant` guard: a sensitive or unknown permission reaches a role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from reconciler.core.digest import confirmation_id, role_digest
from reconciler.core.facts import Facts
from reconciler.core.wording import every, people
from reconciler.model.change import Change, Create, Retire, Update, grants_of, key_of
from reconciler.model.finding import Finding, FindingLevel, Guard, SensitiveGrant


def find(facts: Facts) -> Iterator[Finding]:
    """Ask for a confirmation for every role that gets a permission which is sensitive or not in the lock.

    The holders of a retired role get what their successor role has more, so that counts as if their role got it.
    """
    if facts.effective.sensitive_grant is SensitiveGrant.ALLOW:
        return
    for change in facts.changes:
        granted = sorted(p for p in grants_of(change) if facts.is_sensitive(p))
        if not granted:
            continue
        key = key_of(change)
        gaining = facts.impact.by_role[key].gaining
        reach = f"{people(gaining)} can use it at once" if gaining else "nobody can use it at once"
        yield Finding(
            guard=Guard.SENSITIVE_GRANT,
            level=FindingLevel.CONFIRM,
            role=key,
            message=(
                f"{_who(change)} {every(granted)}, which is sensitive; {reach}. "
                "Check that every holder should have it, then confirm exactly this."
            ),
            confirmation=confirmation_id(
                facts.live.tenant.id, Guard.SENSITIVE_GRANT, key, [role_digest(change.before)], granted
            ),
            people=gaining,
        )


def _who(change: Change) -> str:
    match change:
        case Retire():
            return f'"{change.live.content.name}" is retired, and the role that its holders get has'
        case Create() | Update():
            return f'"{change.role.content.name}" gets'
        case _:
            assert_never(change)
