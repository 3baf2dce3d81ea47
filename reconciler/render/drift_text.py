"""Drift as text: what moved in the tenant, told from the tenant's side; out-of-band widening comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.wording import people, roles
from reconciler.model.change import Action
from reconciler.model.plan import Plan, PlannedChange
from reconciler.render.styled import Line, Tone, line, span


def drift_text(plan: Plan, unknown: Mapping[str, tuple[str, ...]]) -> Iterator[Line]:
    """Give the lines of a drift report.

    A plan says what would be done; drift says what is there. So what a plan would revoke is what the tenant
    allows beyond the files, and the people who would lose it are those who have it today. `unknown` names live
    roles with permissions that no file can say, because the catalogue lock does not know them.
    """
    if not plan.changes and not unknown:
        yield line(
            span(f"{plan.tenant.name}: ", Tone.STRONG), span("No drift: the tenant is as the files say", Tone.GOOD)
        )
        return
    beyond = [change for change in plan.changes if change.revokes]
    moved = len(plan.changes) + len(unknown.keys() - {change.name for change in plan.changes})
    verdict = f"{roles(moved)} differ from the files" if moved > 1 else "1 role differs from its file"
    yield line(span(f"{plan.tenant.name}: ", Tone.STRONG), span(verdict, Tone.CARE))
    if beyond:
        verb = "allows" if len(beyond) == 1 else "allow"
        bound = "" if all(change.people_exact for change in beyond) else "at most "
        number = people(plan.summary.people_losing)
        told = f"{roles(len(beyond))} {verb} more than the files say; {bound}{number} can use it through no other role"
        yield line("  ", span(told, Tone.BAD))
    for name, permissions in unknown.items():
        yield line(
            "  ", span(f"{name} allows {', '.join(permissions)}, which the catalogue lock does not know", Tone.BAD)
        )
    for change in sorted(plan.changes, key=lambda c: (not c.revokes, -c.people_losing, -c.people_gaining, c.role)):
        yield ()
        yield from _change(change)
    if plan.unmanaged:
        yield ()
        yield line(span("Not managed here: ", Tone.FAINT), ", ".join(plan.unmanaged))
    yield ()
    yield line(span("Next:  ", Tone.STRONG), "reconciler plan   (what apply would do about it)")


def _change(change: PlannedChange) -> Iterator[Line]:
    yield line(span(change.name, Tone.STRONG), span(f"  {change.file}:{change.line}", Tone.FAINT))
    if change.action is Action.CREATE:
        yield line("  is missing in the tenant")
        return
    if change.action is Action.RETIRE:
        yield line("  is retired in the files and still in the tenant")
        return
    for field in change.fields:
        yield line(span(f"  ~ {field.path}: ", Tone.CARE), f'the tenant has "{field.before}", the file "{field.after}"')
    for permission in change.revokes:
        yield line(span(f"  + {permission}", Tone.BAD), "  in the tenant, not in the file")
    for permission in change.grants:
        yield line(span(f"  - {permission}", Tone.CARE), "  in the file, not in the tenant")
