"""Makes the review of a plan, or of what stopped one: counts, verdict and digests, and no foreign text."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.moved import reviewed_changes
from reconciler.core.wording import people
from reconciler.errors import InputRejected, NoRolesFound, ReconcilerError, SettingsRejected
from reconciler.model.change import Change
from reconciler.model.finding import FindingLevel
from reconciler.model.plan import Plan
from reconciler.model.review import Review, Verdict


def review_of(plan: Plan, changes: Iterable[Change], base: str | None, labels: Iterable[str]) -> Review:
    """Give the review of a plan; `changes` are those that it was composed from."""
    return Review(
        digest=plan.digest,
        base=base,
        head=plan.commit,
        verdict=verdict_of(plan),
        title=title_of(plan),
        labels=tuple(sorted(labels)),
        changes=reviewed_changes(changes),
    )


def review_of_error(error: ReconcilerError, base: str | None, head: str | None) -> Review:
    """Give the review that stands where `error` stopped the plan."""
    problems = error.problems if isinstance(error, InputRejected | SettingsRejected) else ()
    rejected = isinstance(error, InputRejected | SettingsRejected | NoRolesFound)
    return Review(
        digest=None,
        base=base,
        head=head,
        verdict=Verdict.REJECTED if rejected else Verdict.FAILED,
        title=f"{error.summary}, {_counted(len(problems), 'problem')}" if problems else error.summary,
    )


def unfinished_review(head: str | None) -> Review:
    """Give the review that stands where a run ended without a word."""
    return Review(digest=None, base=None, head=head, verdict=Verdict.FAILED, title="The plan did not finish")


def verdict_of(plan: Plan) -> Verdict:
    """Say how a plan ended; what stops it counts more than whether there is anything to do."""
    if plan.blocked:
        return Verdict.BLOCKED
    if plan.unconfirmed:
        return Verdict.UNCONFIRMED
    return Verdict.READY if plan.changes else Verdict.NO_CHANGES


def title_of(plan: Plan) -> str:
    """Say in one line of counts what a plan comes to."""
    parts = [_counted(len(plan.changes), "change") if plan.changes else "No changes"]
    parts += [f"{people(count)} {what}" for count, what in _reach(plan) if count]
    if plan.blocked:
        guards = {finding.guard for finding in plan.findings if finding.level is FindingLevel.BLOCK}
        parts.append(f"refused by {_counted(len(guards), 'guard')}")
    elif plan.unconfirmed:
        parts.append(f"{_counted(len(plan.unconfirmed), 'confirmation')} missing")
    return ", ".join(parts)


def _reach(plan: Plan) -> tuple[tuple[int, str], ...]:
    losing, gaining = plan.summary.people_losing, plan.summary.people_gaining
    return (
        (losing, "loses something" if losing == 1 else "lose something"),
        (gaining, "gains something" if gaining == 1 else "gain something"),
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
