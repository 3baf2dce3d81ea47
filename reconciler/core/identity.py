"""Say which live role a file can mean: the one whose id is pinned, or the only one of a name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.naming import name_key
from reconciler.errors import LiveAmbiguous
from reconciler.model.product import Product
from reconciler.model.role import LiveRole, RoleId, RoleKey
from reconciler.model.state import DesiredState

PINS = "schemas/ids.yaml"
"""The file that pins ids, seen from the root of the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """The live roles as files find them."""

    pinned: Mapping[RoleKey, LiveRole]
    """By the file whose id they have."""
    by_name: Mapping[str, LiveRole]
    """The others, by the form of their name."""
    gone: Mapping[RoleKey, RoleId]
    """The pinned id of each file whose role is not live; no other role is that file's, whatever its name is."""


def identities(desired: DesiredState, live: Sequence[LiveRole], product: Product) -> Identities:
    """Find what pins say, and the names of the rest.

    Where the product keeps names unique, pins count for nothing. Elsewhere a file with a pin means that role or
    none: its name finds it nothing, also where the role is gone. Raises `LiveAmbiguous` where two roles have one
    name, in a product that allows it only for a name that a file without a pin means.
    """
    keys = {role.key for role in desired.roles} | {role.key for role in desired.retired}
    pins = {} if product.unique_names else {role: key for key, role in desired.pinned_ids.items() if key in keys}
    pinned = {pins[role.id]: role for role in live if role.id in pins}
    gone = {key: role for role, key in pins.items() if key not in pinned}
    named: dict[str, list[LiveRole]] = {}
    for role in live:
        if role.id not in pins:
            named.setdefault(name_key(role.content.name), []).append(role)
    meant = None if product.unique_names else _meant(desired, pins.values())
    for name, roles in named.items():
        if len(roles) > 1 and (meant is None or name in meant):
            raise _ambiguous(roles, None if meant is None else meant[name])
    return Identities(pinned=pinned, by_name={name: roles[0] for name, roles in named.items()}, gone=gone)


def _meant(desired: DesiredState, pinned: Collection[RoleKey]) -> Mapping[str, RoleKey]:
    """Give the file that means each name, or meant it, of those that are found by name."""
    names: list[tuple[RoleKey, tuple[str, ...]]] = [
        (role.key, (role.content.name, *role.previously)) for role in desired.roles
    ]
    names += [(role.key, (role.name, *role.previously)) for role in desired.retired]
    return {name_key(name): key for key, each in names if key not in pinned for name in each}


def _ambiguous(roles: Sequence[LiveRole], key: RoleKey | None) -> LiveAmbiguous:
    if key is None:
        one, other = roles[:2]
        return LiveAmbiguous(
            f'"{one.content.name}" ({one.id}) and "{other.content.name}" ({other.id}) have the same name, '
            "so no file can mean one of them",
            fix="Rename one of the two in the product",
        )
    told = ", ".join(f'"{role.content.name}" ({role.id})' for role in roles)
    return LiveAmbiguous(
        f"{len(roles)} live roles have one name, and the file {key} could mean any of them: {told}",
        fix=f'Pin the one it means in {PINS}, as in `{key}: "{roles[0].id}"` below the tenant\'s name',
    )
