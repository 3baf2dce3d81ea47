"""The `product` guard: the tenant's product would refuse a change, and that can be known before it is asked."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.model.change import key_of
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Block every change that the adapter objects to, once for each objection: a refusal would stop an apply half way.

    Objections are about the product's own rules, such as reserved names, limits, and permissions that go together.
    """
    for change in facts.changes:
        for objection in facts.objections[key_of(change)]:
            yield Finding(guard=Guard.PRODUCT, level=FindingLevel.BLOCK, role=key_of(change), message=objection)
    told = {objection for each in facts.objections.values() for objection in each}
    for objection in facts.objections_together:
        if objection not in told:
            yield Finding(guard=Guard.PRODUCT, level=FindingLevel.BLOCK, role=None, message=objection)
