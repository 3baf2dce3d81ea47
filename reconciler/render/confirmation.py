"""A recorded confirmation as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.wording import command, people
from reconciler.model.finding import Confirmation
from reconciler.model.plan import Plan
from reconciler.render.styled import Line, Tone, line, span


def confirmation_text(
    entry: Confirmation, file: str, plan: Plan, base: str | None = None, tenant: str | None = None
) -> Iterator[Line]:
    """Give the lines after an entry was written: what it says, and what to type next."""
    yield line(span(f"Recorded in {file}: ", Tone.GOOD), entry.id)
    yield line(f"  counts for at most {people(entry.people_at_most)}, through {entry.expires.isoformat()} (UTC)")
    left = [f.confirmation for f in plan.unconfirmed if f.confirmation != entry.id]
    if left:
        yield line(span("Next:  ", Tone.STRONG), command(f'confirm {left[0]} --reason "…"', tenant=tenant, base=base))
    elif not plan.blocked:
        yield line(span("Next:  ", Tone.STRONG), command(f"apply --expect {plan.digest}", tenant=tenant, base=base))


def confirmation_document(entry: Confirmation) -> Mapping[str, object]:
    """Give an entry as data."""
    return {
        "id": entry.id,
        "people_at_most": entry.people_at_most,
        "reason": entry.reason,
        "expires": entry.expires.isoformat(),
    }
