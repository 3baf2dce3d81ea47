"""Compose the plan document from facts and findings; no decision is made here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import assert_never

from reconciler.core.confirm import Confirmed
from reconciler.core.digest import plan_digest, role_digest
from reconciler.core.facts import Facts
from reconciler.core.notes import notes
from reconciler.model.change import (
    Action,
    Change,
    Create,
    FieldChange,
    Retire,
    Update,
    action_of,
    direction_of,
    grants_of,
    key_of,
    revokes_of,
)
from reconciler.model.finding import BaseRevision, Finding, FindingLevel
from reconciler.model.plan import ACTIVE, Plan, PlannedChange, PlanTenant, Summary
from reconciler.model.role import RoleKey


def compose(facts: Facts, confirmed: Confirmed, hoisted: tuple[RoleKey, ...], commit: str | None) -> Plan:
    """Give the plan document."""
    live = facts.live
    return Plan(
        tenant=PlanTenant(name=live.tenant.name, id=live.tenant.id),
        commit=commit,
        digest=plan_digest(live.tenant.id, facts.desired.catalogue, facts.settings, facts.changes),
        complete=not live.gaps,
        summary=_summary(facts, confirmed.findings),
        changes=tuple(_planned(facts, change) for change in facts.changes),
        findings=confirmed.findings,
        unmanaged=tuple(role.content.name for role in facts.matching.unmanaged),
        notes=(*sorted((*notes(facts, hoisted), *_kept_inactive(facts))), *confirmed.notes),
    )


def _kept_inactive(facts: Facts) -> Iterator[str]:
    """Tell of roles that are retired in a product that deletes none."""
    if not facts.live.product.deletes:
        for change in facts.changes:
            if isinstance(change, Retire):
                yield (
                    f'{facts.live.product.name} cannot delete roles: "{change.live.content.name}" becomes inactive, '
                    "stays in its lists, and keeps its name"
                )


def _summary(facts: Facts, findings: tuple[Finding, ...]) -> Summary:
    actions = Counter(action_of(change) for change in facts.changes)
    levels = Counter(finding.level for finding in findings)
    updated = actions[Action.UPDATE] + actions[Action.RENAME]
    return Summary(
        create=actions[Action.CREATE],
        update=actions[Action.UPDATE],
        rename=actions[Action.RENAME],
        retire=actions[Action.RETIRE],
        unchanged=len(facts.matching.matched) - updated,
        unmanaged=len(facts.matching.unmanaged),
        people_losing=facts.impact.losing(),
        people_gaining=facts.impact.gaining(),
        block=levels[FindingLevel.BLOCK],
        confirm=levels[FindingLevel.CONFIRM],
        warn=levels[FindingLevel.WARN],
    )


def _planned(facts: Facts, change: Change) -> PlannedChange:
    measured = facts.impact.by_role[key_of(change)]
    return PlannedChange(
        action=action_of(change),
        role=key_of(change),
        name=change.role.name if isinstance(change, Retire) else change.role.content.name,
        file=change.role.origin.path,
        line=change.role.origin.line,
        direction=direction_of(change),
        grants=tuple(sorted(grants_of(change))),
        revokes=tuple(sorted(revokes_of(change))),
        fields=_fields(facts, change),
        holders=measured.holders,
        people_losing=measured.losing,
        people_gaining=measured.gaining,
        people_exact=measured.exact,
        per_permission=measured.per_permission,
        owner=change.role.owner,
        introduced_by=_introduced_by(facts, change),
        before=role_digest(change.before),
        temporary=change.temporary if isinstance(change, Update) else None,
    )


def _fields(facts: Facts, change: Change) -> tuple[FieldChange, ...]:
    """Give what moves outside the permissions; a retirement moves its holders."""
    match change:
        case Create():
            return ()
        case Update():
            return change.fields
        case Retire():
            stays = () if facts.live.product.deletes else (FieldChange(path=ACTIVE, before="true", after="false"),)
            target = change.role.move_users_to
            if target is None:
                return stays
            names = {role.key: role.content.name for role in facts.desired.roles}
            moved = FieldChange(path="holders", before=change.live.content.name, after=names.get(target, target))
            return (*stays, moved)
        case _:
            assert_never(change)


def _introduced_by(facts: Facts, change: Change) -> str | None:
    """Tell what the change's own files did from what was waiting already; None without a base revision."""
    if facts.base is None:
        return None
    said = None if isinstance(change, Retire) else change.role.content
    # No two files of one commit have the same name, so one at most declares this; retirements are told by their keys.
    then = next(
        (k for k, content in facts.base.contents.items() if content == said and (said or k == change.role.key)), None
    )
    pending = then is not None and _meant(facts, facts.base, then, change)
    return "already pending" if pending else "this change"


def _meant(facts: Facts, base: BaseRevision, then: RoleKey, change: Change) -> bool:
    """Say whether a file of the base revision meant the role that a change is for."""
    if facts.live.product.unique_names:
        return True
    pin = base.pins.get(then)
    if isinstance(change, Create):
        return pin == facts.desired.pinned_ids.get(change.role.key)
    if pin is not None:
        return pin == change.live.id
    return change.live.id not in base.pins.values() and facts.was_managed(change.live)
