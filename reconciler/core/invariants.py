"""Check a plan against the planner's promises, in code that shares nothing with the planner's own.

A plan that breaks one is a bug of ours and is never applied.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.digest import plan_digest
from reconciler.core.facts import Facts
from reconciler.errors import PlanUnsound
from reconciler.model.change import Change, Create, Retire, Update
from reconciler.model.finding import FindingLevel
from reconciler.model.plan import Plan, PlannedChange
from reconciler.model.role import RoleContent
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole


def check(plan: Plan, facts: Facts) -> None:
    """Raise `PlanUnsound` naming every broken promise; return when all hold."""
    broken = [*_document(plan, facts), *_sound(facts), *_ordered(facts), *_consent(plan)]
    if broken:
        raise PlanUnsound(
            "; ".join(sorted(broken)), fix="Report this with the plan; nothing was written and nothing will be"
        )


def _document(plan: Plan, facts: Facts) -> Iterator[str]:
    """Check that the document says what the changes are."""
    if len(plan.changes) != len(facts.changes):
        yield "the document does not list every change once"
        return
    for told, change in zip(plan.changes, facts.changes, strict=True):
        if told.role != change.role.key or not _told_right(told, change):
            yield f"the document misstates {change.role.key}"
    if plan.digest != plan_digest(facts.live.tenant.id, facts.desired.catalogue, facts.settings, facts.changes):
        yield "the digest does not cover these changes"
    if plan.complete == bool(facts.live.gaps):
        yield "the document hides that live state is incomplete"


def _told_right(told: PlannedChange, change: Change) -> bool:
    before = change.before.permissions if change.before else frozenset()
    gone = change.successor if isinstance(change, Retire) else frozenset()
    after = change.after.permissions if change.after else gone
    kinds = {Create: {"create"}, Update: {"update", "rename"}, Retire: {"retire"}}
    return (
        told.action in kinds[type(change)]
        and (before | set(told.grants)) - set(told.revokes) == after
        and not set(told.grants) & before
        and set(told.revokes) <= before
        and max(told.people_losing, told.people_gaining) <= told.holders
        and {p.permission for p in told.per_permission} == {*told.grants, *told.revokes}
    )


def _sound(facts: Facts) -> Iterator[str]:
    """Check that the changes lead to the desired state and touch nothing unmanaged."""
    roles: dict[str, RoleContent] = {role.id: role.content for role in facts.live.roles}
    touched = {change.live.id for change in facts.changes if not isinstance(change, Create)}
    if touched & {role.id for role in facts.matching.unmanaged}:
        yield "an unmanaged role would be touched"
    keys = [change.role.key for change in facts.changes]
    if len(set(keys)) < len(keys):
        yield "a role would be changed twice"
    for change in facts.changes:
        if change.before == change.after:
            yield f"{change.role.key} would be written without a difference"
        if isinstance(change, Create):
            roles[f"new:{change.role.key}"] = change.role.content
        elif isinstance(change, Update):
            roles[change.live.id] = change.content
        else:
            del roles[change.live.id]
    lock = facts.desired.catalogue.by_key
    found = {each.role.key: str(each.live.id) for each in facts.matching.matched}
    for role in facts.desired.roles:
        content = roles.get(found.get(role.key, f"new:{role.key}"))
        if content is None or _texts(content) != _texts(role.content):
            yield f"{role.key} would not be as its file says"
        elif {p for p in content.permissions if p in lock} != _promised(role.content, facts):
            yield f"{role.key} would not have the permissions its file says"


def _texts(content: RoleContent) -> tuple[str, str]:
    return content.name, content.description


def _promised(content: RoleContent, facts: Facts) -> set[str]:
    """Give what a file says and the tenant adds to it, as far as the lock knows it."""
    promised = set(content.permissions)
    for key in content.permissions:
        waiting = [key]
        while waiting:
            permission = facts.live.catalogue.by_key.get(waiting.pop())
            new = [k for k in permission.implies if k not in promised] if permission else []
            promised.update(new)
            waiting += new
    return promised & facts.desired.catalogue.by_key.keys()


def _ordered(facts: Facts) -> Iterator[str]:
    """Check that there is one write per changed role, that moves lead somewhere, and that deletions come last.

    Only a role that goes through a temporary name is written twice, and no write gives a role a name that another has.
    """
    names = {CreateRole: "role", UpdateRole: "role", MoveHolder: "move", DeleteRole: "delete"}
    kinds = [names[type(write)] for write in facts.writes]
    if kinds != sorted(kinds, key=["role", "move", "delete"].index):
        yield "the writes are out of order"
    keys = sorted(write.role for write in facts.writes if not isinstance(write, MoveHolder))
    twice = [c.role.key for c in facts.changes if isinstance(c, Update) and c.temporary is not None]
    if keys != sorted([*twice, *(change.role.key for change in facts.changes)]):
        yield "the writes are not one for each change"
    present = {found.role.key for found in facts.matching.matched}
    present |= {write.role for write in facts.writes if isinstance(write, CreateRole)}
    if any(write.joins not in present for write in facts.writes if isinstance(write, MoveHolder)):
        yield "somebody would be moved into a role that is not there"
    if facts.live.product.unique_names and _clashes(facts):
        yield "two roles would have one name on the way"


def _clashes(facts: Facts) -> bool:
    """Say whether any write gives a role a name that another role has at that moment."""
    named: dict[str, str] = {role.id: role.content.name.casefold() for role in facts.live.roles}
    holders = {name: role_id for role_id, name in named.items()}
    for write in facts.writes:
        if isinstance(write, DeleteRole):
            holders.pop(named[write.live.id], None)
        elif isinstance(write, UpdateRole | CreateRole):
            name = write.content.name.casefold()
            role_id = write.live.id if isinstance(write, UpdateRole) else f"new:{write.role}"
            if holders.get(name, role_id) != role_id:
                return True
            holders.pop(named.get(role_id, ""), None)
            named[role_id], holders[name] = name, role_id
    return False


def _consent(plan: Plan) -> Iterator[str]:
    """Check that exactly the findings that can be confirmed have an id."""
    for finding in plan.findings:
        if (finding.level is FindingLevel.CONFIRM) != (finding.confirmation is not None):
            yield f"the finding {finding.guard} cannot be confirmed as it should"
        if finding.confirmed and finding.level is not FindingLevel.CONFIRM:
            yield f"the finding {finding.guard} was lifted by a confirmation"
