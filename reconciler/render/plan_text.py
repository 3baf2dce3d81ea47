"""A plan as text for a person in a hurry: verdict, effect on people, what stops it, changes, next command."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.wording import LISTED, people, roles
from reconciler.model.change import Action
from reconciler.model.finding import Finding, FindingLevel
from reconciler.model.plan import PlannedChange
from reconciler.render.notice import notices_text
from reconciler.render.styled import Line, Tone, line, span
from reconciler.render.view import ChangeView, PlanView, level_word

_TONES = {FindingLevel.BLOCK: Tone.BAD, FindingLevel.CONFIRM: Tone.CARE, FindingLevel.WARN: Tone.FAINT}


def plan_text(shown: PlanView, *, drafts: bool = False) -> Iterator[Line]:
    """Give the lines of a plan; with `drafts`, the messages to the people who lose something in full."""
    yield from verdict_text(shown)
    for finding in shown.findings:
        yield ()
        yield from finding_text(finding)
    for change in shown.changes:
        yield ()
        yield from _change_text(change)
    if drafts:
        yield ()
        yield from notices_text(shown.notices)
    yield from _tail(shown, told=drafts)


def verdict_text(shown: PlanView) -> Iterator[Line]:
    """Give the first lines of a plan: may it be applied, and whom does it reach."""
    plan = shown.plan
    tone = Tone.GOOD if not shown.stops else Tone.BAD if plan.blocked else Tone.CARE
    yield line(span(f"{plan.tenant.name}: ", Tone.STRONG), span(shown.verdict, tone))
    for effect in shown.effects:
        yield line("  ", span(effect, Tone.STRONG))
    untold = shown.untold_risks
    for risk in untold[:LISTED]:
        yield line(
            "  ", span(f"{risk.change.name} gets {', '.join(risk.sensitive_grants)}, which is sensitive", Tone.CARE)
        )
    if len(untold) > LISTED:
        yield line("  ", span(f"{roles(len(untold) - LISTED)} more get something sensitive, see below", Tone.CARE))
    yield line(span(f"  {shown.counts}", Tone.FAINT))
    if not plan.complete:
        yield line(span("  The live state could not be read completely.", Tone.BAD))


def finding_text(finding: Finding) -> Iterator[Line]:
    """Give the lines of a finding: level and guard, then what was found and the way out."""
    tone = Tone.GOOD if finding.confirmed else _TONES[finding.level]
    about = f" {finding.role}" if finding.role else ""
    yield line(span(f"[{level_word(finding)}] {finding.guard}{about}", tone))
    yield line(f"  {finding.message}")
    if finding.confirmation:
        yield line(span(f"  {finding.confirmation}", Tone.FAINT))


def _change_text(shown: ChangeView) -> Iterator[Line]:
    change = shown.change
    yield line(
        span(shown.heading, Tone.STRONG),
        span(f"  {change.direction}", Tone.PLAIN),
        span(f"  {change.file}:{change.line}", Tone.FAINT),
    )
    owner = f"; owner: {change.owner}" if change.owner else ""
    since = f"; {change.introduced_by}" if change.introduced_by else ""
    yield line(f"  {shown.effect}{owner}{since}")
    for field in change.fields:
        yield line(span(f"  ~ {field.path}: ", Tone.CARE), f'"{field.before}" -> "{field.after}"')
    if change.action is Action.CREATE:
        yield from _by_category(change)
        return
    width = max((len(p.permission) for p in shown.permissions), default=0)
    for permission in shown.permissions:
        tone = Tone.BAD if permission.sign == "-" else Tone.GOOD
        effect = f"  {permission.effect}" if permission.effect else ""
        name = permission.permission.ljust(width) if effect else permission.permission
        yield line(span(f"  {permission.sign} {name}", tone), effect)


def _by_category(change: PlannedChange) -> Iterator[Line]:
    """Give the permissions of a created role, a line for each category, nothing left out."""
    categories: dict[str, list[str]] = {}
    for permission in change.grants:
        category, _, short = permission.partition(".")
        categories.setdefault(category, []).append(short)
    width = max(map(len, categories), default=0)
    for category, names in categories.items():
        yield line(span(f"  + {category.ljust(width)}", Tone.GOOD), f"  {', '.join(names)}")


def _tail(shown: PlanView, *, told: bool) -> Iterator[Line]:
    plan = shown.plan
    if plan.unmanaged:
        yield ()
        yield line(span("Not managed here, left alone: ", Tone.FAINT), ", ".join(plan.unmanaged))
    for number, note in enumerate(plan.notes):
        if not number:
            yield ()
        yield line(span("Note: ", Tone.FAINT), note)
    if plan.changes:
        yield ()
        yield line(span(f"Digest {plan.digest}", Tone.FAINT))
    if shown.notices and not told:
        bound = "" if all(notice.exact for notice in shown.notices) else "at most "
        whom = people(plan.summary.people_losing)
        yield line(
            span("Tell:  ", Tone.STRONG), f"{shown.telling}   (drafts what {bound}{whom} should know beforehand)"
        )
    for number, step in enumerate(shown.steps):
        yield line(span("Next:  " if not number else "Then:  ", Tone.STRONG), step)
