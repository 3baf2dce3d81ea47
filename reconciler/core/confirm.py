"""Hold findings against recorded confirmations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconciler.core.wording import people
from reconciler.model.finding import Confirmation, Finding, FindingLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Findings with what the confirmations did for them."""

    findings: tuple[Finding, ...]
    """In the order given, `confirmed` set where an entry counts."""
    notes: tuple[str, ...]
    """Every entry that has no effect and why, sorted."""


def confirm(findings: Iterable[Finding], confirmations: Iterable[Confirmation], today: dt.date) -> Confirmed:
    """Set `confirmed` on each finding that an unexpired confirmation names and whose count it covers.

    A confirmation lifts exactly the finding it names and never a block or a warning. `today` is in UTC; an
    entry counts through the whole day on which it expires.
    """
    judged = list(findings)
    by_id = {f.confirmation: n for n, f in enumerate(judged) if f.level is FindingLevel.CONFIRM}
    notes: list[str] = []
    for entry in confirmations:
        position = by_id.get(entry.id)
        objection = _objection(entry, None if position is None else judged[position], today)
        if objection is not None:
            notes.append(objection)
        elif position is not None:
            judged[position] = replace(judged[position], confirmed=True)
    return Confirmed(findings=tuple(judged), notes=tuple(sorted(notes)))


def _objection(entry: Confirmation, finding: Finding | None, today: dt.date) -> str | None:
    """Say why a confirmation has no effect; None where it counts."""
    where = "" if entry.origin is None else f"{entry.origin.path}:{entry.origin.line}: "
    if finding is None:
        return f"{where}the confirmation {entry.id} matches nothing in this plan and has no effect"
    if today > entry.expires:
        return f"{where}the confirmation {entry.id} expired on {entry.expires.isoformat()} and has no effect"
    if finding.people > entry.people_at_most:
        return (
            f"{where}the confirmation {entry.id} allows at most {people(entry.people_at_most)}, and now it is "
            f"{people(finding.people)}, so it has no effect"
        )
    return None
