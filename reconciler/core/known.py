"""Both sides as far as they were read, and the numbers of people that can be told from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from reconciler.core.access import Access, Effects, Group, access, effects
from reconciler.core.diff import diff
from reconciler.core.match import match
from reconciler.core.pairs import RolePair, pairs
from reconciler.model.change import Change
from reconciler.model.explanation import Headcount, Labelled
from reconciler.model.person import People
from reconciler.model.role import LiveRole, RoleId
from reconciler.model.state import DesiredState, LiveState


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Files and tenant side by side; the tenant may not have been read."""

    desired: DesiredState
    live: LiveState | None
    pairs: tuple[RolePair, ...]
    changes: tuple[Change, ...]
    """The pending plan."""
    access: Access
    """What each live role permits before and after it; empty where the tenant was not read."""

    @property
    def live_roles(self) -> Mapping[RoleId, LiveRole]:
        """Every live role by its id."""
        return {} if self.live is None else {role.id: role for role in self.live.roles}

    def labelled(self, key: str) -> Labelled:
        """Give a permission with what the lock says of it."""
        permission = self.desired.catalogue.by_key.get(key)
        label = "" if permission is None else permission.name
        return Labelled(key=key, label=label, sensitive=self.desired.catalogue.is_sensitive(key))

    def in_order(self, keys: Collection[str]) -> tuple[str, ...]:
        """Give permissions in the order of the product, those that the lock does not know last."""
        ordered = self.desired.catalogue.by_key
        return (*(key for key in ordered if key in keys), *sorted(key for key in keys if key not in ordered))


def known(desired: DesiredState, live: LiveState | None) -> Known:
    """Put both sides beside each other; raises what `match` raises."""
    if live is None:
        nothing = Access(before={}, after={})
        return Known(desired=desired, live=None, pairs=pairs(desired, None, ()), changes=(), access=nothing)
    matching = match(desired, live)
    changes = diff(matching, desired.catalogue, live)
    return Known(
        desired=desired,
        live=live,
        pairs=pairs(desired, matching, changes),
        changes=changes,
        access=access(changes, live.roles),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The people whose roles were read, grouped, and who else there may be."""

    reached: Effects
    unlisted: Mapping[RoleId, int | None]
    """For each role whose holders were not listed the most they can be; None where nobody says."""
    held: Mapping[RoleId, int]
    """How many of the people read are active and hold the role."""

    def count(self, through: Collection[RoleId], having: Callable[[Group], int]) -> Headcount:
        """Count the people for whom `having` is not 0, all of whom hold one of the roles in `through`.

        Where the holders of such a role were not listed, its own number is added and the sum is an upper bound;
        whoever is known to hold one is within that number already.
        """
        unseen = self.unlisted.keys() & set(through)
        number = sum(
            group.people for group in self.reached.groups if having(group) and unseen.isdisjoint(group.role_ids)
        )
        bounds = [self.unlisted[role_id] for role_id in unseen]
        if None in bounds:
            return Headcount(people=None, exact=False)
        return Headcount(people=number + sum(bound or 0 for bound in bounds), exact=not unseen)

    def holders(self, role: LiveRole) -> Headcount:
        """Count the active people with a role."""
        if role.id in self.unlisted:
            return Headcount(people=self.unlisted[role.id], exact=False)
        return Headcount(people=self.held.get(role.id, 0), exact=True)


def crowd(found: Known, people: People) -> Crowd:
    """Group people; a role that nobody is assigned to needs no listing."""
    most = None if found.live is None else found.live.headcount
    reached = effects(found.access, people)
    held: Counter[RoleId] = Counter()
    for group in reached.groups:
        held.update(dict.fromkeys(group.role_ids, group.people))
    return Crowd(
        reached=reached,
        held=held,
        unlisted={
            role.id: most if role.user_count is None else role.user_count
            for role in found.live_roles.values()
            if role.id not in people.listed and role.user_count != 0
        },
    )
