"""Find the permission or the role that a word means."""

from __future__ import annotations

import re

from reconciler.core.known import Known
from reconciler.core.naming import name_key
from reconciler.core.pairs import RolePair

_PERSON = re.compile(r"[^\s/@]*\d[^\s/@]*|[^\s/]+@[^\s/]+")
"""An id, which has a digit in it at every product there is an adapter for, or an address."""


def permissions_called(word: str, found: Known) -> tuple[str, ...]:
    """Give the permission with this key, or else all with this short name, in the product's order.

    A permission that only the tenant knows is found by its whole key.
    """
    catalogue = found.desired.catalogue
    held = {key for pair in found.pairs for key in pair.before}
    listed = frozenset() if found.live is None else found.live.catalogue.keys
    if word in catalogue.keys | listed | held:
        return (word,)
    return tuple(key for key, permission in catalogue.by_key.items() if permission.short == word)


def role_called(word: str, found: Known) -> RolePair | None:
    """Give the role with this key, else the one with this name or earlier live name, else the one with this id."""
    wanted = name_key(word)
    for fits in (
        lambda pair: pair.role.key == word,
        lambda pair: name_key(pair.name) == wanted,
        lambda pair: pair.live is not None and name_key(pair.live.content.name) == wanted,
        lambda pair: pair.role.id == word,
    ):
        pair = next(filter(fits, found.pairs), None)
        if pair is not None:
            return pair
    return None


def may_be_person(word: str) -> bool:
    """Say whether a word looks like a person's id or address, so that a slip of the pen costs no request."""
    return _PERSON.fullmatch(word) is not None


def words(found: Known, *, roles: bool, permissions: bool) -> tuple[str, ...]:
    """Give what could have been meant: keys, names and short names, sorted."""
    known: set[str] = set()
    if permissions:
        for key, permission in found.desired.catalogue.by_key.items():
            known |= {key, permission.short}
    if roles:
        for pair in found.pairs:
            known |= {pair.name} if pair.role.key is None else {pair.name, pair.role.key}
    return tuple(sorted(known))
