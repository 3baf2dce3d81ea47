"""The `mass-change` guard: more of the roles or of the people move than the settings allow."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.digest import confirmation_id, role_digest
from reconciler.core.facts import Facts
from reconciler.core.wording import people, roles
from reconciler.model.change import Create, grants_of, key_of, revokes_of
from reconciler.model.finding import Finding, FindingLevel, Guard, Limit


def find(facts: Facts) -> Iterator[Finding]:
    """Ask for a confirmation where a plan reaches more than a share of the roles or people; no size is too small.

    Roles are the live ones that files declare; creations reach nobody and do not count. The number of users
    is a lower bound where the tenant does not tell it, which makes the guard stricter and never weaker.
    """
    moved = [change for change in facts.changes if not isinstance(change, Create)]
    managed = len(facts.matching.matched) + len(facts.matching.retiring)
    affected, users = facts.impact.affected(), users_at_least(facts)
    over = []
    if not facts.effective.mass_change_roles.allows(len(moved), managed):
        limit = _shown(facts.effective.mass_change_roles)
        over.append(f"{len(moved):,} of {roles(managed)} that files declare (the limit is {limit})")
    if not facts.effective.mass_change_people.allows(affected, users):
        limit = _shown(facts.effective.mass_change_people)
        over.append(f"{affected:,} of at least {people(users)} (the limit is {limit})")
    if not over:
        return
    ordered = sorted(moved, key=key_of)
    permissions = [
        f"{key_of(change)}:{sign}{permission}"
        for change in ordered
        for sign, moving in (("+", grants_of(change)), ("-", revokes_of(change)))
        for permission in moving
    ]
    yield Finding(
        guard=Guard.MASS_CHANGE,
        level=FindingLevel.CONFIRM,
        role=None,
        message=(
            f"The plan reaches {' and '.join(over)}. Check that the roles folder and the tenant are the right ones, "
            "split the change, or confirm exactly this."
        ),
        confirmation=confirmation_id(
            facts.live.tenant.id, Guard.MASS_CHANGE, None, [role_digest(c.before) for c in ordered], permissions
        ),
        people=affected,
    )


def users_at_least(facts: Facts) -> int:
    """Give the number of users if the tenant told it, else the most that can be proved without another request.

    Everybody who was read is one user, and the users of any role that was not read are others, except for
    those among them who were read through another role.
    """
    if facts.live.headcount is not None:
        return facts.live.headcount
    others = 0
    for role in facts.live.roles:
        if role.id not in facts.people.listed and role.user_count:
            known = sum(1 for person in facts.people.people if role.id in person.role_ids)
            others = max(others, role.user_count - known)
    return facts.impact.people_read + others


def _shown(limit: Limit) -> str:
    return f"{limit.value}%" if limit.percent else f"{limit.value:,}"
