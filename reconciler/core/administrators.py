"""Who can administer roles after every prefix of the writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from reconciler.core.access import Access
from reconciler.core.match import Matching
from reconciler.model.finding import BaseRevision
from reconciler.model.permission import Catalogue
from reconciler.model.person import People, Person, PersonId
from reconciler.model.role import RoleId, RoleKey
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write

_Role = RoleId | tuple[RoleKey]
"""A live role, or one that a write creates; apart even where an id happens to read like a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrators:
    """The active humans who can administer roles, and enough to follow them through a list of writes.

    People whose holdings were not read count as no administrators: the count is a lower bound.
    """

    permission: str
    """Holding this means "can administer roles"."""
    roles: frozenset[RoleId]
    """The live roles that give it now."""
    ids: Mapping[RoleKey, RoleId]
    """The live role of each managed key, for moves."""
    holders: tuple[Person, ...]
    """Active humans among the people read."""

    @property
    def count(self) -> int:
        """How many there are before any write."""
        return sum(1 for person in self.holders if person.role_ids & self.roles)

    def lowest(self, writes: Iterable[Write]) -> int | None:
        """Give the fewest administrators after any of `writes`; None when none of them touches who is one."""
        giving: set[_Role] = set(self.roles)
        held: dict[PersonId, set[_Role]] = {p.id: set(p.role_ids) for p in self.holders}
        lowest: int | None = None
        for write in writes:
            if self._step(write, giving, held):
                count = sum(1 for roles in held.values() if not roles.isdisjoint(giving))
                lowest = count if lowest is None else min(lowest, count)
        return lowest

    def suffice(self, writes: Iterable[Write], minimum: int) -> bool:
        """Say whether there are enough after every write: `minimum`, or as many as before if those are fewer."""
        lowest = self.lowest(writes)
        return lowest is None or lowest >= min(minimum, self.count)

    def giving(self, done: Iterable[Write]) -> frozenset[RoleId | tuple[RoleKey]]:
        """Give the roles that give it after these writes; one that a write created is known by its key alone."""
        giving: set[_Role] = set(self.roles)
        for write in done:
            self._step(write, giving, {})
        return frozenset(giving)

    def may_take(self, write: Write, giving: frozenset[RoleId | tuple[RoleKey]]) -> bool:
        """Say whether a write may take it from somebody, where these roles give it."""
        match write:
            case CreateRole():
                return False
            case UpdateRole():
                return write.live.id in giving and self.permission not in write.content.permissions
            case DeleteRole():
                return write.live.id in giving
            case MoveHolder():
                return write.leaves in giving
            case _:
                assert_never(write)

    def _step(self, write: Write, giving: set[_Role], held: Mapping[PersonId, set[_Role]]) -> bool:
        """Carry one write out on the picture; say whether it can have changed who is an administrator."""
        match write:
            case CreateRole():
                return _set(giving, (write.role,), present=self.permission in write.content.permissions)
            case UpdateRole():
                return _set(giving, write.live.id, present=self.permission in write.content.permissions)
            case DeleteRole():
                return _set(giving, write.live.id, present=False)
            case MoveHolder():
                roles = held.get(write.person.id)
                if roles is None:
                    return False
                joins = self.ids.get(write.joins, (write.joins,))
                roles.discard(write.leaves)
                roles.add(joins)
                return write.leaves in giving or joins in giving
            case _:
                assert_never(write)


def _set(giving: set[_Role], role: _Role, *, present: bool) -> bool:
    """Make `role` a member or not; say whether that changed anything."""
    if present == (role in giving):
        return False
    (giving.add if present else giving.discard)(role)
    return True


def administration(lock: Catalogue, base: BaseRevision | None, live: Catalogue) -> tuple[str, ...]:
    """Give the permissions that mean "can administer roles", sorted: by the lock, by that of the base, by the product.

    A change that says something else means it must not switch off the guard that judges it, and where no base is
    known the product's own word still counts.
    """
    then = None if base is None else base.catalogue.role_administration
    said = {lock.role_administration, then, live.role_administration}
    return tuple(sorted(permission for permission in said if permission))


def administrators(
    allowed: Access, matching: Matching, people: People, permission: str, own: PersonId | None
) -> Administrators:
    """Give the administrators before the plan, ready to be followed through its writes.

    The account behind the key, `own`, is none: it is a tool, and nobody to turn to when it fails.
    """
    return Administrators(
        permission=permission,
        roles=frozenset(role for role, permissions in allowed.before.items() if permission in permissions),
        ids={found.role.key: found.live.id for found in matching.matched},
        holders=tuple(person for person in people.people if person.counts and person.id != own),
    )
