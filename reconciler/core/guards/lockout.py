"""The `lockout` guard: too few active humans could administer roles, or a role that does would slip out of sight."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.administrators import Administrators, administration
from reconciler.core.facts import Facts
from reconciler.core.naming import name_key
from reconciler.core.reach import administration_at_stake
from reconciler.core.wording import listing
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Block where any prefix of the writes leaves fewer administrators than the settings ask for.

    A tenant that has fewer to begin with is not blocked as long as the plan takes none away. Suspended
    people, service accounts and the key's own account are no administrators, and people who could not be
    read are not counted.

    Block as well where the base revision managed a live role that administers roles and no file means it any
    more: edits of it by hand would be in no plan. Without a base revision nobody knows, and nothing is said.
    """
    for administrators in facts.administrators:
        yield from _counted(facts, administrators)
    yield from _let_go(facts)


def _counted(facts: Facts, administrators: Administrators) -> Iterator[Finding]:
    unread = [
        role.content.name
        for role in facts.live.roles
        if role.id in administrators.roles and role.user_count != 0 and role.id not in facts.people.listed
    ]
    if unread and administration_at_stake(facts.access, administrators.permission):
        yield _block(
            f"The plan takes {administrators.permission} from a role, and the holders of {listing(unread)} could "
            "not be read, so nobody can say who would be left to administer roles. "
            "Use a key that may read users."
        )
        return
    minimum = facts.effective.min_administrators
    if not administrators.suffice(facts.writes, minimum):
        yield _block(
            f"{administrators.lowest(facts.writes)} of {minimum} required administrators would be left: active humans "
            f"holding a role with {administrators.permission}, the key's own account not counted, after every single "
            f"write; today there are {administrators.count}. Keep {administrators.permission} in a role that enough "
            "active people hold, or give it to another role first and merge that alone."
        )


def _let_go(facts: Facts) -> Iterator[Finding]:
    if facts.base is None:
        return
    said = administration(facts.desired.catalogue, facts.base, facts.live.catalogue)
    declared = {name_key(c.name): c.permissions for c in facts.base.contents.values() if c is not None}
    for live in filter(facts.was_managed, facts.matching.unmanaged):
        name = live.content.name
        gives = live.content.permissions | declared.get(name_key(name), frozenset())
        given = sorted(permission for permission in said if permission in gives)
        if given:
            yield _block(
                f'"{name}" was managed on the base revision and no file means it any more, but it gives {given[0]}: '
                "whatever is done to it by hand would be in no plan. Keep its file; where it only has another name "
                f"now, list {name} under previously. To stop managing the role, take {given[0]} from it, merge "
                "and apply that, and remove the file in a later change."
            )


def _block(message: str) -> Finding:
    return Finding(guard=Guard.LOCKOUT, level=FindingLevel.BLOCK, role=None, message=message)
