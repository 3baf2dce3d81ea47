"""Find, for a role, another one that differs in few permissions, on which it could be based."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reconciler.model.adoption import Offer
from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.role import RoleKey

MOST_DIFFERENCES = 3
"""With more, two lists are easier to follow than one list of exceptions."""


class _Base(NamedTuple):
    key: RoleKey
    bits: int
    permissions: PermissionSet


class Bases:
    """The roles that others can be based on, in order of preference."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._order = tuple(catalogue.by_key)
        self._bit = {key: 1 << n for n, key in enumerate(self._order)}
        self._bases: list[_Base] = []

    def add(self, key: RoleKey, permissions: PermissionSet) -> None:
        """Take a role in; those that were taken in before win a tie."""
        self._bases.append(_Base(key, self._bits(permissions), permissions))

    def nearest(self, permissions: PermissionSet) -> Offer | None:
        """Offer the role that differs least; None where all differ in too much, or share less than they differ in."""
        bits = self._bits(permissions)
        found, least = None, MOST_DIFFERENCES + 1
        for base in self._bases:
            differing = (bits ^ base.bits).bit_count()
            if differing < least and (bits & base.bits).bit_count() > differing:
                found, least = base, differing
        if found is None:
            return None
        return Offer(
            base=found.key,
            grants=self._ordered(permissions - found.permissions),
            revokes=self._ordered(found.permissions - permissions),
        )

    def _bits(self, permissions: Iterable[str]) -> int:
        return sum(self._bit[key] for key in permissions)

    def _ordered(self, permissions: PermissionSet) -> tuple[str, ...]:
        return tuple(key for key in self._order if key in permissions)
