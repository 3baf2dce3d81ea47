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
        if position is None:
            notes.append(_without_effect(entry, "matches nothing in this plan"))
        elif (objection := _objection(entry, judged[position], today)) is not None:
            notes.append(_without_effect(entry, objection))
        else:
            judged[position] = replace(judged[position], confirmed=True)
    return Confirmed(findings=tuple(judged), notes=tuple(sorted(notes)))


def _objection(entry: Confirmation, finding: Finding, today: dt.date) -> str | None:
    """Say why a confirmation of a finding does not count; None where it does."""
    if today > entry.expires:
        return f"expired on {entry.expires.isoformat()}"
    if finding.people > entry.people_at_most:
        return f"allows at most {people(entry.people_at_most)} where it is now {people(finding.people)}"
    return None


def _without_effect(entry: Confirmation, objection: str) -> str:
    where = "" if entry.origin is None else f"{entry.origin.path}:{entry.origin.line}: "
    return f"{where}the confirmation {entry.id} {objection} and has no effect"
