"""Carry a plan out: recompute, compare, guard, announce, write, read back, report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from reconciler.core.invariants import check
from reconciler.core.wording import command
from reconciler.errors import ConfirmationMissing, Interrupted, PlanRefused
from reconciler.model.finding import BaseRevision, Finding, FindingLevel
from reconciler.model.outcome import Report
from reconciler.model.plan import Plan
from reconciler.model.review import Review
from reconciler.operations.execute import Execution
from reconciler.operations.plan import Planned, Request, plan
from reconciler.operations.recount import first_objection
from reconciler.operations.reviewed import require_reviewed
from reconciler.ports import Clock, Journal, Progress, TenantWriter

FRESH_SECONDS = 60.0
"""A plan that waited longer than this for its reader is made anew before the first write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """How an apply is to be done."""

    expect: str | None
    """The digest that was reviewed; None where the reader of the announcement is the reviewer."""
    announce: Callable[[Planned], bool]
    """Shown the whole plan, with what it was made from, after every guard has passed; False means no."""
    open_journal: Callable[[Plan], Journal]
    """Called once, when the first write is certain to follow."""
    stopped: Callable[[], bool]
    """Whether somebody asked to stop; looked at between writes."""
    under_way: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered around each write, read-back and repetition included: here alone somebody who hurries may interrupt."""
    review: Review | None = None
    """What was reviewed; its digest is expected where `expect` names none."""
    before_writing: Callable[[], None] = lambda: None
    """Called right before the journal is opened for the first write; what it raises stops the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The plan that was carried out and what became of it; no report where there was nothing to do."""

    plan: Plan
    report: Report | None
    by_hand: Planned | None = None
    """The plan with what it was made from, where no program can write to the product and a person has to."""


def apply(request: Request, tenant: TenantWriter, how: Apply, clock: Clock, progress: Progress) -> Applied:
    """Make the tenant as the files say, or stop before the first write.

    Raises `PlanStale` when the plan is not the one expected, `PlanUnsound` when it breaks an invariant,
    `PlanRefused` and `ConfirmationMissing` when a guard stops it, `Interrupted` when the announcement is
    answered with no, a `TenantError` when the tenant cannot be read: in all of these nothing was written. Nor is
    anything for a product that only people can write to. After the first write nothing is raised; the report has one
    outcome per change.
    """
    planned = _cleared(request, tenant, (how.expect, how.review), clock, progress)
    if not planned.facts.writes:
        return Applied(plan=planned.plan, report=None)
    if not planned.facts.live.product.writes:
        return Applied(plan=planned.plan, report=None, by_hand=planned)
    asked = clock.monotonic()
    if not how.announce(planned):
        raise Interrupted("Nothing was written", fix="Run apply again when you are ready")
    if clock.monotonic() - asked > FRESH_SECONDS:
        planned = _cleared(request, tenant, (planned.plan.digest, how.review), clock, progress)
    # Reading comes first: between the question for the newest commit and the first write nothing else is asked.
    counted = first_objection(tenant, planned.facts)
    how.before_writing()
    execution = Execution(
        tenant=tenant,
        journal=how.open_journal(planned.plan),
        clock=clock,
        progress=progress,
        stopped=how.stopped,
        under_way=how.under_way,
        counted=counted,
    )
    return Applied(plan=planned.plan, report=execution.run(planned))


def _cleared(
    request: Request, tenant: TenantWriter, reviewed: tuple[str | None, Review | None], clock: Clock, progress: Progress
) -> Planned:
    """Plan on fresh data and let it pass only if it is the expected one, sound, and stopped by no guard."""
    planned = plan(request, tenant, clock, progress)
    require_reviewed(planned, *reviewed)
    check(planned.plan, planned.facts)
    require_consent(planned.plan, request.base, request.tenant)
    return planned


def require_consent(planned: Plan, base: BaseRevision | None = None, tenant: str | None = None) -> None:
    """Raise `PlanRefused` when any guard blocks, else `ConfirmationMissing` when any finding is not confirmed."""
    blocks = [f for f in planned.findings if f.level is FindingLevel.BLOCK]
    if blocks:
        raise PlanRefused(
            "Nothing was written",
            reasons=tuple(_reason(f) for f in blocks),
            fix="Change the files as the guard says; a confirmation does not lift a block",
        )
    missing = planned.unconfirmed
    if missing:
        ids = [finding.confirmation or "" for finding in missing]
        revision = None if base is None else base.name
        notes = [note for note in planned.notes if any(name in note for name in ids)]
        raise ConfirmationMissing(
            "Nothing was written",
            reasons=(*(_reason(f) for f in missing), *notes),
            fix="\n".join(command(f'confirm {name} --reason "…"', tenant=tenant, base=revision) for name in ids),
        )


def _reason(finding: Finding) -> str:
    about = f" {finding.role}" if finding.role else ""
    return f"[{finding.guard}{about}] {finding.message}"
