"""Read what the product ships: its permissions and its standard roles, as values.

The facts live in `product.yaml` beside this module; nothing here opens a database or a socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel, PermissionSet

ADMINISTERS_ROLES = "settings.roles"
"""Whoever has this permission may change roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedRole:
    """A role that every tenant has from the start."""

    name: str
    description: str
    editable: bool
    permissions: PermissionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What every tenant of the product has in common."""

    catalogue: Catalogue
    """As a live catalogue: it names no role administration and no standard roles."""
    standard_roles: tuple[ShippedRole, ...]
    """In the product's own order."""


@cache
def product() -> Product:
    """Give the product as `product.yaml` describes it; the file is read once in a process."""
    # libyaml's loader, where it was built, keeps the start of a command short; the file is our own.
    loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (files("reconciler.sandbox") / "product.yaml").read_text(encoding="utf-8")
    facts = yaml.load(text, Loader=loader)  # noqa: S506 - both loaders it chooses between are the safe ones
    catalogue = Catalogue(
        version=facts["version"],
        categories=tuple(_category(key, entry) for key, entry in facts["categories"].items()),
    )
    return Product(
        catalogue=catalogue,
        standard_roles=tuple(_shipped(catalogue, entry) for entry in facts["standard_roles"]),
    )


def _category(key: str, entry: Mapping[str, Any]) -> Category:
    permissions = tuple(_permission(f"{key}.{short}", facts) for short, facts in entry["permissions"].items())
    return Category(key=key, name=entry["name"], permissions=permissions)


def _permission(key: str, facts: Mapping[str, Any]) -> Permission:
    return Permission(
        key=key,
        name=facts["name"],
        level=PermissionLevel(facts["reach"]),
        sensitive=facts.get("sensitive", False),
        requires=tuple(sorted(facts.get("needs", ()))),
    )


def _shipped(catalogue: Catalogue, entry: Mapping[str, Any]) -> ShippedRole:
    listed = entry["permissions"]
    return ShippedRole(
        name=entry["name"],
        description=entry["description"],
        editable=entry["editable"],
        permissions=catalogue.keys if listed == "everything" else expanded(catalogue, listed),
    )


def expanded(catalogue: Catalogue, words: Iterable[str]) -> PermissionSet:
    """Give the permissions that full keys and `category.*` stand for; raises `KeyError` for any other word."""
    keys: set[str] = set()
    for word in words:
        category, _, short = word.partition(".")
        if short == "*":
            keys.update(permission.key for permission in catalogue.by_category[category].permissions)
        else:
            keys.add(catalogue.by_key[word].key)
    return frozenset(keys)
