"""Who is to be told what: the people whom each change really takes something from, over all the roles they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.core.access import Group
from reconciler.core.facts import Facts
from reconciler.model.change import Create, Retire, Update, action_of, key_of, revokes_of
from reconciler.model.notice import Beside, Loss, Notice
from reconciler.model.permission import PermissionSet
from reconciler.model.person import PersonId
from reconciler.model.role import RoleId


def notices(facts: Facts) -> tuple[Notice, ...]:
    """Give one notice for each role through which somebody loses something, the most people first."""
    told = [_notice(facts, change) for change in narrowed(facts)]
    return tuple(sorted(told, key=lambda notice: (-notice.people, notice.role)))


def narrowed(facts: Facts) -> tuple[Update | Retire, ...]:
    """Give the changes through which somebody loses something, in the order of their writes."""
    by_role = facts.impact.by_role
    return tuple(c for c in facts.changes if not isinstance(c, Create) and by_role[key_of(c)].losing)


def losers(facts: Facts, change: Update | Retire) -> Mapping[PersonId, PermissionSet]:
    """Give what each holder of the change's role who loses something through it loses.

    A permission that another role still gives after the whole plan is not lost. People whose role could not be
    listed are not here.
    """
    groups = _by_roles(facts, change.live.id)
    reached, mask = facts.impact.effects, facts.impact.effects.mask(revokes_of(change))
    lost = {roles: group.lost & mask for roles, group in groups.items() if group.lost & mask}
    named = {bits: frozenset(p for p, bit in reached.bits.items() if bit & bits) for bits in set(lost.values())}
    return {p.id: named[lost[p.role_ids]] for p in facts.people.people if p.counts and p.role_ids in lost}


def in_words(facts: Facts, permissions: Iterable[str]) -> tuple[Loss, ...]:
    """Give permissions in the product's own words and order: those of the lock, else those of the tenant."""
    known = {
        permission.key: Loss(permission=permission.key, label=permission.name, category=category.name)
        for catalogue in (facts.live.catalogue, facts.desired.catalogue)
        for category in catalogue.categories
        for permission in category.permissions
    }
    keys = dict.fromkeys((*facts.desired.catalogue.by_key, *facts.live.catalogue.by_key))
    place = {key: at for at, key in enumerate(keys)}
    return tuple(
        known.get(p) or Loss(permission=p, label=p, category=p.partition(".")[0])
        for p in sorted(permissions, key=lambda p: (place.get(p, len(place)), p))
    )


def _notice(facts: Facts, change: Update | Retire) -> Notice:
    measured = facts.impact.by_role[key_of(change)]
    reached = facts.impact.effects
    mask = reached.mask(revokes_of(change))
    groups = [group for group in _by_roles(facts, change.live.id).values() if group.lost & mask]
    union = 0
    for group in groups:
        union |= group.lost & mask
    lost = [p for p, bit in reached.bits.items() if bit & (union if measured.exact else mask)]
    elsewhere = not measured.exact or any(group.lost & ~mask for group in groups)
    gaining = Beside.GAINS if any(group.gained for group in groups) else Beside.NOTHING
    return Notice(
        role=key_of(change),
        name=change.live.content.name,
        action=action_of(change),
        becomes=_becomes(facts, change),
        people=measured.losing,
        exact=measured.exact,
        losses=in_words(facts, lost),
        alike=measured.exact and all(group.lost & mask == union for group in groups),
        beside=Beside.LOSSES if elsewhere else gaining,
        owner=change.role.owner,
    )


def _becomes(facts: Facts, change: Update | Retire) -> str | None:
    if isinstance(change, Update):
        return change.content.name if change.renamed else None
    target = change.role.move_users_to
    return next((role.content.name for role in facts.desired.roles if role.key == target), None)


def _by_roles(facts: Facts, role_id: RoleId) -> Mapping[frozenset[RoleId], Group]:
    """Give the groups of active humans who hold a role, by all the roles they hold."""
    return {group.role_ids: group for group in facts.impact.effects.groups if role_id in group.role_ids}
