"""Drift as text: what moved in the tenant, told from the tenant's side; out-of-band widening comes first."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.plan import PlannedChange
from reconciler.render.drift_view import DriftView, is_there, standing
from reconciler.render.styled import Line, Tone, line, span


def drift_text(shown: DriftView) -> Iterator[Line]:
    """Give the lines of a drift report; nothing is left out."""
    plan = shown.plan
    tone = Tone.CARE if shown.moved else Tone.GOOD
    yield line(span(f"{plan.tenant.name}: ", Tone.STRONG), span(shown.verdict, tone))
    if not shown.moved:
        return
    if shown.beyond:
        yield line("  ", span(shown.beyond, Tone.BAD))
    for name, permissions in shown.unknown.items():
        yield line(
            "  ", span(f"{name} allows {', '.join(permissions)}, which the catalogue lock does not know", Tone.BAD)
        )
    for change in shown.changes:
        yield ()
        yield from _change(shown, change)
    if plan.unmanaged:
        yield ()
        yield line(span("Not managed here: ", Tone.FAINT), ", ".join(plan.unmanaged))
    yield ()
    yield line(span("Next:  ", Tone.STRONG), "reconciler plan   (what apply would do about it)")


def _change(shown: DriftView, change: PlannedChange) -> Iterator[Line]:
    yield line(span(change.name, Tone.STRONG), span(f"  {change.file}:{change.line}", Tone.FAINT))
    if not is_there(change):
        yield line(f"  {standing(change)}")
        return
    for field in change.fields:
        yield line(span(f"  ~ {field.path}: ", Tone.CARE), f'the tenant has "{field.before}", the file "{field.after}"')
    for permission in change.revokes:
        about = ", sensitive" if shown.is_sensitive(change, permission) else ""
        yield line(span(f"  + {permission}", Tone.BAD), f"  in the tenant, not in the file{about}")
    for permission in change.grants:
        yield line(span(f"  - {permission}", Tone.CARE), "  in the file, not in the tenant")
