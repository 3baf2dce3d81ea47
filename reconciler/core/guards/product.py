"""The `product` guard: the product would refuse a change, as far as is known, or the role that a file pins is gone."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.identity import PINS
from reconciler.core.naming import name_key
from reconciler.core.wording import listing
from reconciler.model.change import key_of
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.role import DesiredRole, LiveRole


def find(facts: Facts) -> Iterator[Finding]:
    """Block every change that the adapter objects to, once for each objection: a refusal would stop an apply half way.

    Objections are about the product's own rules, such as reserved names, limits, and permissions that go together.
    A creation in the place of a pinned role is blocked too: that a name is the same makes no other role the one meant,
    and a new one would be created by every apply, as the pin goes on to say that it is not meant.
    """
    for change in facts.changes:
        for objection in facts.objections[key_of(change)]:
            yield Finding(guard=Guard.PRODUCT, level=FindingLevel.BLOCK, role=key_of(change), message=objection)
    told = {objection for each in facts.objections.values() for objection in each}
    for objection in facts.objections_together:
        if objection not in told:
            yield Finding(guard=Guard.PRODUCT, level=FindingLevel.BLOCK, role=None, message=objection)
    for role in facts.matching.missing:
        if role.key in facts.matching.gone:
            message = _gone(facts, role)
            yield Finding(guard=Guard.PRODUCT, level=FindingLevel.BLOCK, role=role.key, message=message)


def _gone(facts: Facts, role: DesiredRole) -> str:
    """Say which role is gone, and which line makes the file mean another one."""
    pin, tenant = f'`{role.key}: "{facts.matching.gone[role.key]}"`', facts.live.tenant.name
    names = set(map(name_key, (role.content.name, *role.previously)))
    others = [live for live in facts.matching.unmanaged if name_key(live.content.name) in names]
    if others:
        way = f'To mean {listing(_told(live) for live in others)}, pin it: `{role.key}: "{others[0].id}"`.'
    else:
        way = "To have a new one created, take that line out."
    return (
        f"{role.origin.path} means the role that {PINS} pins below {tenant}, {pin}, and that role is gone; no other "
        f"one is taken for it because of its name. {way}"
    )


def _told(live: LiveRole) -> str:
    return f'"{live.content.name}" ({live.id})'
