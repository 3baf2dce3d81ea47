"""Make a plan: the way of a role from its file to a judged change, in one screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.core.access import access, effects
from reconciler.core.administrators import administration, administrators
from reconciler.core.confirm import confirm
from reconciler.core.diff import diff
from reconciler.core.facts import Facts
from reconciler.core.impact import impact
from reconciler.core.judge import judge
from reconciler.core.match import match
from reconciler.core.order import order, writes
from reconciler.core.planner import compose
from reconciler.core.reach import reach
from reconciler.core.strictness import stricter
from reconciler.model.change import Change, Update, key_of
from reconciler.model.finding import BaseRevision, Confirmation, GuardSettings
from reconciler.model.plan import Plan
from reconciler.model.state import DesiredState
from reconciler.operations.reading import read_live, read_people
from reconciler.ports import Clock, Progress, TenantReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a plan is asked for; all of it comes from the commit."""

    desired: DesiredState
    settings: GuardSettings
    confirmations: tuple[Confirmation, ...] = ()
    base: BaseRevision | None = None
    commit: str | None = None
    pinned: bool = True
    """Whether the lock is a file of the commit; else it is the one of the program's version."""
    tells_unheld: bool = True
    """Whether roles that nobody holds are worth a note."""
    tenant: str | None = None
    """The tenant as it was named for this run, for the commands to type next; None where the default counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan and what it was made from; only the plan is for reading, only the facts can be carried out."""

    plan: Plan
    facts: Facts


def plan(request: Request, tenant: TenantReader, clock: Clock, progress: Progress) -> Planned:
    """Compare desired and live and say what would change, for how many people, and whether it may.

    Raises a `TenantError` when the tenant cannot be read completely and `InputRejected` when a file could
    mean two live roles. Findings are part of the plan and are not raised.
    """
    desired, base = request.desired, request.base
    effective = request.settings if base is None else stricter(base.guards, request.settings)

    live = read_live(tenant, progress)
    administers = administration(desired.catalogue, base, live.catalogue)
    matching = match(desired, live)
    changes = diff(matching, desired.catalogue, live)
    allowed = access(changes, live.roles)
    people = read_people(tenant, reach(changes, allowed, live.roles, administers), progress)
    own = live.account.person_id
    admins = tuple(administrators(allowed, matching, people, permission, own) for permission in administers)
    ordered = order(changes, people, admins, effective.min_administrators)
    planned = writes(ordered.changes, people)
    facts = Facts(
        desired=desired,
        live=live,
        matching=matching,
        changes=ordered.changes,
        writes=planned,
        access=allowed,
        people=people,
        impact=impact(ordered.changes, effects(allowed, people), people, live.roles, live.headcount),
        administrators=admins,
        settings=request.settings,
        effective=effective,
        base=base,
        pinned=request.pinned,
        tells_unheld=request.tells_unheld,
        objections={key_of(change): _objections(change, tenant) for change in ordered.changes},
        objections_together=tenant.objections_together(planned, {m.role.key: m.live for m in matching.matched}),
    )
    findings = judge(facts)
    confirmed = confirm(findings, request.confirmations, clock.now().date())
    return Planned(plan=compose(facts, confirmed, ordered.hoisted, request.commit), facts=facts)


def _objections(change: Change, tenant: TenantReader) -> tuple[str, ...]:
    """Ask the adapter what stands against a change, and against the name that it goes through first, if any."""
    found = tenant.objections(change.before, change.after)
    if isinstance(change, Update) and change.temporary is not None:
        found += tenant.objections(change.before, replace(change.live.content, name=change.temporary))
    return tuple(dict.fromkeys(found))
