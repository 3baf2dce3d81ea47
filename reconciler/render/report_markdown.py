"""What became of a plan as GitHub's Markdown, for the summary of a job: what went wrong comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.model.outcome import Outcome, Report, Result
from reconciler.model.plan import Plan
from reconciler.render.budget import Item, Section, bounded
from reconciler.render.escape import cut
from reconciler.render.escape_markdown import code, fenced, prose
from reconciler.render.markdown import COMMENT, END, details, fixed, head

MOST_WORDS = 2_000
"""Why a change was not applied is cut after this many characters."""

_LEFT = "| outcome | change | role | why |\n| --- | --- | --- | --- |\n"
_DONE = "| outcome | change | role |\n| --- | --- | --- |\n"
_REST = "see the journal of the run"
_ORDER = (Result.UNKNOWN, Result.FAILED, Result.NOT_ATTEMPTED)


def report_markdown(plan: Plan, report: Report | None, limit: int = COMMENT) -> str:
    """Give the end of an apply in at most `limit` bytes; no report means that there was nothing to do.

    One row for each change: what is unknown, failed or was not attempted, then, folded, what was applied. What does
    not fit is counted, the applied first. Names are those of roles, never of people.
    """
    return bounded(tuple(_sections(plan, report)), limit)


def _sections(plan: Plan, report: Report | None) -> Iterator[Section]:
    tenant = code(plan.tenant.name)
    if report is None:
        yield head("apply", f"{tenant}: Nothing to do: the tenant is as the files say")
        return
    yield head("apply", f"{tenant}: {_verdict(report)}")
    yield fixed(_facts(report))
    left = [o for result in _ORDER for o in report.outcomes if o.result is result]
    done = [o for o in report.outcomes if o.result is Result.APPLIED]
    yield Section(
        before=f"\n### Not applied ({len(left):,})\n\n",
        opening=_LEFT,
        items=tuple(_row(outcome, prose(cut(outcome.detail, MOST_WORDS))) for outcome in left),
        rest=_REST,
    )
    yield fixed(_next(report))
    yield Section(
        before=details(f"Applied ({len(done):,})"),
        opening=_DONE,
        items=tuple(map(_row, done)),
        after=END,
        rest=_REST,
    )
    yield fixed(("\nDigest:\n", *fenced([report.digest])))


def _verdict(report: Report) -> str:
    number = len(report.outcomes)
    if report.complete:
        return "Applied: 1 change" if number == 1 else f"Applied: {number:,} changes"
    done = sum(outcome.result is Result.APPLIED for outcome in report.outcomes)
    return f"Not everything was applied: {done:,} of {number:,} changes"


def _facts(report: Report) -> Iterator[str]:
    counted = Counter(outcome.result for outcome in report.outcomes)
    counts = ", ".join(f"{counted[result]:,} {result}" for result in Result if counted[result])
    yield ""
    yield f"- {counts}"
    yield f"- {'1 write' if report.writes == 1 else f'{report.writes:,} writes'} sent, {report.proved:,} read back"
    if report.stale:
        yield "- **The tenant moved while the plan was carried out; nothing was sent after that.**"
    if report.interrupted:
        yield "- **Stopped as asked; nothing was sent after that.**"


def _row(outcome: Outcome, *more: str) -> Item:
    cells = (str(outcome.result), f"{outcome.action} {code(outcome.name)}", code(outcome.role), *more)
    return Item(text=f"| {' | '.join(cells)} |\n", fixed=False)


def _next(report: Report) -> Iterator[str]:
    """Say what to do where something is left; an unknown outcome is looked at by the next plan."""
    if report.complete:
        return
    yield "\n### Next\n"
    yield "This shows what is left, and what became of anything unknown; applying again converges:\n"
    yield from fenced(["reconciler plan"], "sh")
