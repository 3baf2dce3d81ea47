"""The `adoption` guard: a role is managed for the first time and its file would take permissions away."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.digest import confirmation_id, role_digest
from reconciler.core.facts import Facts
from reconciler.core.wording import every, listing
from reconciler.model.change import Retire, Update, revokes_of
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Ask for a confirmation where no file of the base revision meant a live role that a file now narrows or retires.

    Where no base revision is known nobody can tell, so one warning names every role it might be.
    """
    narrowed = [c for c in facts.changes if isinstance(c, Retire) or (isinstance(c, Update) and revokes_of(c))]
    if facts.base is None:
        if narrowed:
            yield Finding(
                guard=Guard.ADOPTION,
                level=FindingLevel.WARN,
                role=None,
                message=(
                    f"No base revision is known, so {listing(c.role.key for c in narrowed)} may be managed here for "
                    "the first time. If so, check that the file was written from the live role. "
                    "Name the revision to compare with --base to have this checked."
                ),
            )
        return
    for change in narrowed:
        if facts.was_managed(change.live):
            continue
        yield Finding(
            guard=Guard.ADOPTION,
            level=FindingLevel.CONFIRM,
            role=change.role.key,
            message=(
                f'"{change.live.content.name}" is managed here for the first time, and its file would {_does(change)}. '
                "Write the file from the live role first, or confirm exactly this."
            ),
            confirmation=confirmation_id(
                facts.live.tenant.id,
                Guard.ADOPTION,
                change.role.key,
                [role_digest(change.before)],
                revokes_of(change),
            ),
            people=facts.impact.by_role[change.role.key].losing,
        )


def _does(change: Retire | Update) -> str:
    """Say what a file does to its live role; people may lose nothing by it and the role be gone all the same."""
    revoked = every(revokes_of(change))
    return f"take {revoked} from it" if revoked else "retire it"
