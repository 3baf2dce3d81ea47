"""What became of a plan, folded from the outcomes, as text and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from reconciler.model.outcome import Report, Result
from reconciler.render.styled import Line, Tone, line, span

_TONES = {
    Result.APPLIED: Tone.GOOD,
    Result.FAILED: Tone.BAD,
    Result.UNKNOWN: Tone.BAD,
    Result.NOT_ATTEMPTED: Tone.CARE,
}


def report_text(report: Report) -> Iterator[Line]:
    """Give the lines of a report: one per change, then the count of each result, then what to do."""
    for outcome in report.outcomes:
        detail = f": {outcome.detail}" if outcome.detail else ""
        yield line(span(f"  {outcome.result:<14}", _TONES[outcome.result]), f"{outcome.action} {outcome.name}{detail}")
    counted = Counter(outcome.result for outcome in report.outcomes)
    counts = ", ".join(f"{counted[result]} {result}" for result in Result if counted[result])
    tone = Tone.GOOD if report.complete else Tone.BAD
    sent = "1 write sent" if report.writes == 1 else f"{report.writes:,} writes sent"
    yield line(span(f"{counts}; {sent}", tone))
    if report.interrupted:
        yield line("Stopped as asked; nothing was sent after that.")
    if not report.complete:
        yield line(span("Next:  ", Tone.STRONG), "reconciler plan   (shows what is left; apply again converges)")


def report_document(report: Report) -> Mapping[str, object]:
    """Give a report as data."""
    return {
        "digest": report.digest,
        "complete": report.complete,
        "interrupted": report.interrupted,
        "stale": report.stale,
        "writes": report.writes,
        "proved": report.proved,
        "outcomes": [asdict(outcome) for outcome in report.outcomes],
    }
