"""The one walk over a plan: what a reader in a hurry needs, in the order they need it.

Every sink for people shows this view; none walks the plan by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.facts import Facts
from reconciler.core.notice import notices
from reconciler.core.wording import command, people, roles
from reconciler.model.change import Action, Direction
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.notice import Notice
from reconciler.model.permission import PermissionSet
from reconciler.model.plan import PermissionImpact, Plan, PlannedChange
from reconciler.render.vocabulary import Vocabulary, vocabulary

_EARLY = 3
"""How many findings a reader sees before anything else on the first screen of a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionView:
    """One permission of a change: its sign, its key, and what it means to people."""

    sign: str
    permission: str
    effect: str
    sensitive: bool
    """Granted, and sensitive or unknown to any side; False where no vocabulary says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One change: a heading, what else moves, and its permissions."""

    change: PlannedChange
    heading: str
    effect: str
    permissions: tuple[PermissionView, ...]

    @property
    def sensitive_grants(self) -> tuple[str, ...]:
        """The sensitive permissions that the role gets."""
        return tuple(p.permission for p in self.permissions if p.sensitive)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachView:
    """An effect on people, and the role through which most of it comes."""

    told: str
    most: str | None
    """The name of that role; None where nobody is reached."""

    @property
    def text(self) -> str:
        """The whole sentence."""
        return self.told if self.most is None else f"{self.told}, most through {self.most}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan in reading order."""

    plan: Plan
    verdict: str
    stops: bool
    """Whether a guard stands in the way."""
    reach: tuple[ReachView, ...]
    """The largest effect on people first."""
    findings: tuple[Finding, ...]
    """Blocks, then what is to be confirmed, sensitive grants before the rest, then what was confirmed and warnings."""
    changes: tuple[ChangeView, ...]
    """The largest effect on people first."""
    counts: str
    steps: tuple[str, ...]
    """Commands to type next, in order."""
    vocabulary: Vocabulary | None
    """None where the plan is all that is known; then nothing may be called harmless."""
    notices: tuple[Notice, ...]
    """Drafts of messages to the people who lose something, one per role; none where nobody does or nobody knows."""
    telling: str
    """The command that gives these drafts as text."""

    @property
    def effects(self) -> tuple[str, ...]:
        """The effects on people as sentences."""
        return tuple(reach.text for reach in self.reach)

    @property
    def risks(self) -> tuple[ChangeView, ...]:
        """The changes that give a role something sensitive."""
        return tuple(change for change in self.changes if change.sensitive_grants)

    @property
    def untold_risks(self) -> tuple[ChangeView, ...]:
        """The risks that no finding at the top tells, because none asks or too many others come first."""
        told = {finding.role for finding in self.findings[:_EARLY] if finding.guard is Guard.SENSITIVE_GRANT}
        return tuple(change for change in self.risks if change.change.role not in told)

    def harmless(self, change: ChangeView) -> bool:
        """Say whether leaving a change out could hide nothing that reaches anybody: a new role, or other texts."""
        planned = change.change
        kind = planned.action is Action.CREATE or (
            planned.action is Action.UPDATE and planned.direction is Direction.COSMETIC
        )
        return kind and self.vocabulary is not None and not change.sensitive_grants


def full_view(plan: Plan, facts: Facts, base: str | None = None, tenant: str | None = None) -> PlanView:
    """Put a plan in reading order with all that the facts it was made from tell beside it."""
    return view(plan, base, vocabulary(facts), notices(facts), tenant=tenant)


def view(
    plan: Plan,
    base: str | None = None,
    words: Vocabulary | None = None,
    drafts: tuple[Notice, ...] = (),
    *,
    tenant: str | None = None,
) -> PlanView:
    """Put a plan in reading order.

    `base` is the revision it was compared with and `tenant` the one that was named, for the next commands. `words`
    tell sensitive grants apart.
    """
    moving = _moving(plan)
    changes = sorted(plan.changes, key=lambda c: (-c.people_losing, -c.people_gaining, c.role))
    return PlanView(
        plan=plan,
        verdict=_verdict(plan),
        stops=plan.blocked or bool(plan.unconfirmed),
        reach=_reach(plan),
        findings=tuple(sorted(plan.findings, key=_urgency)),
        changes=tuple(_change(change, moving, _sensitive(change, words)) for change in changes),
        counts=_counts(plan),
        steps=_steps(plan, tenant, base),
        vocabulary=words,
        notices=drafts,
        telling=command("plan --notice", tenant=tenant, base=base),
    )


def _sensitive(change: PlannedChange, vocabulary: Vocabulary | None) -> PermissionSet:
    return frozenset() if vocabulary is None else vocabulary.sensitive.get(change.role, frozenset())


def _urgency(finding: Finding) -> tuple[int, bool]:
    """Sort what stops before what does not; a sort keeps the order of the document among equals."""
    rank = {FindingLevel.BLOCK: 0, FindingLevel.CONFIRM: 2 if finding.confirmed else 1, FindingLevel.WARN: 3}
    return rank[finding.level], finding.guard is not Guard.SENSITIVE_GRANT


def _verdict(plan: Plan) -> str:
    """Say in one sentence whether this may be applied."""
    if not plan.changes:
        return "Nothing to do: the tenant is as the files say" if not plan.blocked else "Refused: a guard blocks"
    number = "1 change" if len(plan.changes) == 1 else f"{len(plan.changes):,} changes"
    if plan.blocked:
        guards = len({f.guard for f in plan.findings if f.level is FindingLevel.BLOCK})
        return f"{number}, refused by {'a guard' if guards == 1 else f'{guards} guards'}"
    waiting = len(plan.unconfirmed)
    if waiting:
        return f"{number}, {waiting} to confirm before apply"
    return f"{number}, ready to apply"


def _reach(plan: Plan) -> tuple[ReachView, ...]:
    """Say how many people lose and gain anything, and through which role most of them."""
    inexact = any(not change.people_exact for change in plan.changes)
    bound = "at most " if inexact else ""
    effects = []
    for number, verb, most in (
        (plan.summary.people_losing, "lose", max(plan.changes, key=lambda c: c.people_losing, default=None)),
        (plan.summary.people_gaining, "gain", max(plan.changes, key=lambda c: c.people_gaining, default=None)),
    ):
        if number and most is not None:
            verbs = f"{verb}s" if number == 1 else verb
            effects.append(ReachView(told=f"{bound}{people(number)} {verbs} something", most=most.name))
    if not effects and plan.changes:
        effects.append(ReachView(told="nobody loses or gains anything today", most=None))
    return tuple(effects)


def _change(change: PlannedChange, moving: Mapping[str, int], sensitive: PermissionSet) -> ChangeView:
    kept = change.holders - change.people_losing
    bound = "" if change.people_exact else "at most "
    effects = []
    if change.action is Action.CREATE:
        effects.append("nobody holds it yet")
        joining = moving.get(change.name, 0)
        if joining:
            effects.append(f"{people(joining)} {'moves' if joining == 1 else 'move'} into it")
    else:
        effects.append(f"{bound}{people(change.holders)} {'holds' if change.holders == 1 else 'hold'} it")
    if change.people_losing:
        effects.append(f"{bound}{change.people_losing:,} lose something")
    elif change.revokes and change.holders:
        effects.append("all of them keep what it loses through another role")
    if change.people_losing and kept and change.people_exact:
        effects.append(f"{kept:,} keep it through another role")
    if change.people_gaining:
        effects.append(f"{bound}{change.people_gaining:,} gain something")
    impacts = {impact.permission: impact for impact in change.per_permission}
    signed = [("-", p) for p in change.revokes] + [("+", p) for p in change.grants]
    return ChangeView(
        change=change,
        heading=f"{change.action} {change.name}",
        effect=", ".join(effects),
        permissions=tuple(
            PermissionView(
                sign=sign,
                permission=p,
                effect=_impact(sign, impacts[p], bound),
                sensitive=sign == "+" and p in sensitive,
            )
            for sign, p in signed
        ),
    )


def _moving(plan: Plan) -> Mapping[str, int]:
    """Count the holders of retired roles by the name of the role they get."""
    targets = (
        (field.after, change.holders)
        for change in plan.changes
        if change.action is Action.RETIRE
        for field in change.fields
    )
    moving: Counter[str] = Counter()
    for name, holders in targets:
        moving[name] += holders
    return moving


def _impact(sign: str, impact: PermissionImpact, bound: str) -> str:
    """Say what one permission means to the holders of its role; nothing where nobody holds it."""
    if not impact.holders:
        return ""
    number, verb = (impact.losing, "lose") if sign == "-" else (impact.gaining, "gain")
    return f"{bound}{number:,} of {impact.holders:,} {verb} it"


def _counts(plan: Plan) -> str:
    s = plan.summary
    parts = [
        f"{number:,} to {action}"
        for action, number in (("create", s.create), ("update", s.update), ("rename", s.rename), ("retire", s.retire))
        if number
    ]
    return ", ".join([*parts, f"{s.unchanged:,} unchanged", f"{roles(s.unmanaged)} left alone"])


def _steps(plan: Plan, tenant: str | None, base: str | None) -> tuple[str, ...]:
    """Give the next commands: confirmations first, then the apply that is bound to this plan."""
    if not plan.changes or plan.blocked:
        return ()
    words = [f'confirm {f.confirmation} --reason "…"' for f in plan.unconfirmed]
    return tuple(command(each, tenant=tenant, base=base) for each in (*words, f"apply --expect {plan.digest}"))


def level_word(finding: Finding) -> str:
    """Give the word a finding is headed with."""
    if finding.level is FindingLevel.CONFIRM:
        return "confirmed" if finding.confirmed else "confirm"
    return str(finding.level)
