"""Ask every guard; the list below is all there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconciler.core.facts import Facts
from reconciler.core.guards import (
    adoption,
    catalogue,
    guard_settings,
    in_use,
    incomplete,
    lockout,
    mass_change,
    narrowing,
    own_account,
    product,
    sensitive_grant,
    separation,
    standard,
    swap,
)
from reconciler.model.finding import Finding, FindingLevel

GUARDS: tuple[Callable[[Facts], Iterable[Finding]], ...] = (
    narrowing.find,
    sensitive_grant.find,
    lockout.find,
    own_account.find,
    in_use.find,
    standard.find,
    product.find,
    adoption.find,
    swap.find,
    mass_change.find,
    incomplete.find,
    separation.find,
    catalogue.find,
    guard_settings.find,
)

_SEVERITY = {FindingLevel.BLOCK: 0, FindingLevel.CONFIRM: 1, FindingLevel.WARN: 2}


def judge(facts: Facts) -> tuple[Finding, ...]:
    """Evaluate every guard and give every finding: blocks first, then what needs a confirmation, then warnings."""
    findings = [finding for guard in GUARDS for finding in guard(facts)]
    return tuple(sorted(findings, key=lambda f: (_SEVERITY[f.level], f.guard, f.role or "", f.message)))
