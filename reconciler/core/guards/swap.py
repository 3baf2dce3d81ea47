"""The `swap` guard: roles are about to exchange names, and only a person knows that they have not done so before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.digest import confirmation_id, role_digest
from reconciler.core.facts import Facts
from reconciler.core.naming import name_key
from reconciler.core.wording import every
from reconciler.model.change import Update
from reconciler.model.finding import Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Ask for a confirmation of every swap of names that is to begin; one that is under way asks no more.

    Live state looks the same where the swap was done long ago and the permissions were exchanged since, in the
    files or in the product. Doing the swap then would make the exchange last, under the other names. So a yes is
    bound to the live roles by their ids, to what each of them is, and to the name that each of them gets.
    """
    updates = {name_key(c.live.content.name): c for c in facts.changes if isinstance(c, Update)}
    for first in facts.changes:
        if not isinstance(first, Update) or first.temporary is None:
            continue
        circle = sorted(_circle(first, updates), key=lambda change: change.role.key)
        names = every(f'"{c.live.content.name}" becomes "{c.content.name}"' for c in circle)
        bound = [f"{c.live.id} {role_digest(c.before)} {c.content.name}" for c in circle]
        yield Finding(
            guard=Guard.SWAP,
            level=FindingLevel.CONFIRM,
            role=first.role.key,
            message=(
                f'Names go round, by way of "{first.temporary}": {names}. Everybody keeps the role they hold. '
                "The tenant would look the same if that was done before and what these roles permit was exchanged "
                "since. If it was, take `previously` out of their files and plan again; if it never was, confirm "
                "exactly this."
            ),
            confirmation=confirmation_id(facts.live.tenant.id, Guard.SWAP, first.role.key, bound, ()),
            people=sum(facts.impact.by_role[change.role.key].holders for change in circle),
        )


def _circle(first: Update, by_live_name: Mapping[str, Update]) -> Iterator[Update]:
    """Give the changes of a circle: after each comes the one whose live role has the name that it takes."""
    change = first
    while True:
        yield change
        change = by_live_name[name_key(change.content.name)]
        if change is first:
            return
