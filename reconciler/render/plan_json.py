"""The plan document as JSON, both ways; described by schemas/plan.schema.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reconciler.errors import PlanStale
from reconciler.model.change import Action, Direction, FieldChange
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.plan import FORMAT, PermissionImpact, Plan, PlannedChange, PlanTenant, Summary
from reconciler.model.role import RoleKey


def encode(plan: Plan) -> str:
    """Give the document: ASCII, indented, the same bytes for the same plan on any machine."""
    return to_json(document(plan))


def to_json(value: object) -> str:
    """Give JSON for machines: ASCII only, so no foreign text can move a terminal, and a line end at the end."""
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def document(plan: Plan) -> Mapping[str, object]:
    """Give the document as data, keys in the order of the schema."""
    return {
        "format": FORMAT,
        "tenant": asdict(plan.tenant),
        "commit": plan.commit,
        "digest": plan.digest,
        "complete": plan.complete,
        "summary": asdict(plan.summary),
        "changes": [_change(change) for change in plan.changes],
        "findings": [asdict(finding) for finding in plan.findings],
        "unmanaged": list(plan.unmanaged),
        "notes": list(plan.notes),
    }


def _change(change: PlannedChange) -> Mapping[str, object]:
    told = asdict(change)
    if change.temporary is None:
        del told["temporary"]
    told["grants"], told["revokes"] = list(change.grants), list(change.revokes)
    told["fields"] = [asdict(field) for field in change.fields]
    told["per_permission"] = {
        impact.permission: {"holders": impact.holders, "losing": impact.losing, "gaining": impact.gaining}
        for impact in change.per_permission
    }
    return told


def decode(text: str) -> Plan:
    """Read a document back, for comparing; a plan is never carried out from its document.

    Raises `PlanStale` when the text is not, byte for byte, a document that `encode` would give.
    """
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise PlanStale(f"The plan document has format {told['format']!r}; this version reads format {FORMAT}")
        plan = Plan(
            tenant=PlanTenant(**told["tenant"]),
            commit=told["commit"],
            digest=told["digest"],
            complete=told["complete"],
            summary=Summary(**told["summary"]),
            changes=tuple(_planned(change) for change in told["changes"]),
            findings=tuple(_finding(finding) for finding in told["findings"]),
            unmanaged=tuple(told["unmanaged"]),
            notes=tuple(told["notes"]),
        )
        if encode(plan) != text:
            raise PlanStale("The plan document was changed after it was written", fix="Make the plan again")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PlanStale("The text is not a plan document of this format", fix="Make the plan again") from error
    return plan


def _planned(told: dict[str, Any]) -> PlannedChange:
    return PlannedChange(
        **{
            **told,
            "action": Action(told["action"]),
            "role": RoleKey(told["role"]),
            "direction": Direction(told["direction"]),
            "grants": tuple(told["grants"]),
            "revokes": tuple(told["revokes"]),
            "fields": tuple(FieldChange(**field) for field in told["fields"]),
            "per_permission": tuple(
                PermissionImpact(permission=permission, **impact)
                for permission, impact in told["per_permission"].items()
            ),
        }
    )


def _finding(told: dict[str, Any]) -> Finding:
    return Finding(**{**told, "guard": Guard(told["guard"]), "level": FindingLevel(told["level"])})
