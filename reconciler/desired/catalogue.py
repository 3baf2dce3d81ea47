"""Load the catalogue lock: the permissions that role files are expanded against, pinned in git."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.desired.document import Document, Route
from reconciler.desired.reading import read_regular_file
from reconciler.desired.shape import Shape, shipped_folder
from reconciler.desired.violations import check_shape
from reconciler.desired.yaml_events import read_yaml
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel, StandardRole

LOCK = "schemas/permissions.yaml"
"""Where a repository keeps its lock, seen from the settings file."""

_WORD = {"type": "string", "minLength": 1, "maxLength": 80}
_KEY = {"type": "string", "maxLength": 100, "pattern": "^[a-z]", "not": {"pattern": "[^a-z0-9_.]"}}
_PERMISSION = {
    "type": "object",
    "required": ["key", "name", "level"],
    "additionalProperties": False,
    "properties": {
        "key": _KEY,
        "name": _WORD,
        "level": {"type": "string", "enum": [level.value for level in PermissionLevel]},
        "sensitive": {"type": "boolean"},
        "requires": {"type": "array", "items": _KEY, "uniqueItems": True},
    },
}
_SHAPE = Shape(
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["version", "categories", "role_administration", "standard_roles"],
        "additionalProperties": False,
        "properties": {
            "version": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
            "role_administration": _KEY,
            "categories": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["key", "name", "permissions"],
                    "additionalProperties": False,
                    "properties": {
                        "key": _KEY,
                        "name": _WORD,
                        "permissions": {"type": "array", "minItems": 1, "items": _PERMISSION},
                    },
                },
            },
            "standard_roles": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "editable"],
                    "additionalProperties": False,
                    "properties": {"name": _WORD, "editable": {"type": "boolean"}},
                },
            },
        },
    }
)


def load_catalogue(root: Path) -> Catalogue:
    """Read the lock of the repository at `root`, or the one shipped with the program where it has none.

    Raises `InputRejected` with every problem of the lock, `UsageProblem` where the file cannot be read.
    """
    raw = read_regular_file(root, LOCK)
    if raw is None:
        raw = read_regular_file(shipped_folder(), "permissions.yaml")
    if raw is None:
        raise UsageProblem("The program came without its catalogue lock", fix="Install the program again")
    return parse_catalogue(LOCK, raw)


def parse_catalogue(path: str, raw: bytes) -> Catalogue:
    """Turn the bytes of a lock into a catalogue; raises `InputRejected` with every problem."""
    document = read_yaml(path, raw)
    if document.readable and check_shape(document, _SHAPE) and isinstance(document.value, dict):
        catalogue = _build(document.value)
        _check_meaning(document, catalogue)
        if not document.problems:
            return catalogue
    raise InputRejected(tuple(document.problems))


def _build(value: Mapping[str, Any]) -> Catalogue:
    return Catalogue(
        version=value["version"],
        categories=tuple(
            Category(
                key=category["key"],
                name=category["name"],
                permissions=tuple(
                    Permission(
                        key=p["key"],
                        name=p["name"],
                        level=PermissionLevel(p["level"]),
                        sensitive=p.get("sensitive", False),
                        requires=tuple(sorted(p.get("requires", ()))),
                    )
                    for p in category["permissions"]
                ),
            )
            for category in value["categories"]
        ),
        role_administration=value["role_administration"],
        standard_roles=tuple(StandardRole(name=r["name"], editable=r["editable"]) for r in value["standard_roles"]),
    )


def _check_meaning(document: Document, catalogue: Catalogue) -> None:
    seen: set[str] = set()
    for index, category in enumerate(catalogue.categories):
        route: Route = ("categories", index)
        if category.key in seen or "." in category.key:
            message = f"`{category.key}` is no category key of its own"
            document.report(
                document.value_place((*route, "key")), "catalogue.key", message, "Use each word once, no dot"
            )
        seen.add(category.key)
        for number, permission in enumerate(category.permissions):
            _check_permission(document, (*route, "permissions", number), category, permission, catalogue, seen)
    if catalogue.role_administration not in catalogue.by_key:
        place = document.value_place(("role_administration",))
        message = "The permission that administers roles is not in the lock"
        document.report(place, "catalogue.unknown-permission", message, "Name a key of the list above")
    names: set[str] = set()
    for index, role in enumerate(catalogue.standard_roles):
        if role.name in names:
            place = document.value_place(("standard_roles", index, "name"))
            document.report(place, "catalogue.duplicate", "A standard role is listed twice", "Keep one of them")
        names.add(role.name)


def _check_permission(
    document: Document, route: Route, category: Category, permission: Permission, catalogue: Catalogue, seen: set[str]
) -> None:
    place = document.value_place((*route, "key"))
    head, dot, short = permission.key.partition(".")
    if head != category.key or not dot or not short or "." in short:
        message = f"`{permission.key}` is not `{category.key}.` and one more word"
        document.report(place, "catalogue.key", message, "Start the key with its category")
    if permission.key in seen:
        document.report(place, "catalogue.duplicate", f"`{permission.key}` is listed twice", "Keep one of them")
    seen.add(permission.key)
    for needed in permission.requires:
        if needed not in catalogue.by_key or needed == permission.key:
            message = f"`{permission.key}` requires `{needed}`, which the lock does not list"
            document.report(
                document.key_place((*route, "requires")), "catalogue.unknown-permission", message, "Name a listed key"
            )


def render_lock(catalogue: Catalogue) -> str:
    """Write a catalogue as the text of a lock; reading it back gives an equal catalogue."""
    lines = [
        "# The permissions that role files are checked and expanded against. `all` and `view` mean what is here, so",
        "# a permission that the product adds later reaches nobody before somebody has reviewed it in this file.",
        "# Compare with the tenant: `reconciler catalogue`; take its list over: `reconciler catalogue --update`.",
        "#",
        "# level      view: read; act: daily work; manage: settings or the access of other people",
        "# sensitive  giving it to anyone asks for a confirmation",
        "# requires   useless without these; a role file that has one without the other is refused",
        f"version: {catalogue.version}",
        "# Whoever holds this one can administer roles; the lock-out guard counts these people.",
        f"role_administration: {catalogue.role_administration}",
        "# The roles that come with the product; none of them can be created, renamed or retired.",
        "standard_roles:" if catalogue.standard_roles else "standard_roles: []",
    ]
    lines += [f"  - {{name: {_quoted(r.name)}, editable: {str(r.editable).lower()}}}" for r in catalogue.standard_roles]
    lines.append("categories:")
    for category in catalogue.categories:
        lines += [f"  - key: {category.key}", f"    name: {_quoted(category.name)}", "    permissions:"]
        lines += [f"      - {{{_permission_text(permission)}}}" for permission in category.permissions]
    return "\n".join(lines) + "\n"


def _permission_text(permission: Permission) -> str:
    parts = [f"key: {permission.key}", f"name: {_quoted(permission.name)}", f"level: {permission.level.value}"]
    if permission.sensitive:
        parts.append("sensitive: true")
    if permission.requires:
        parts.append(f"requires: [{', '.join(permission.requires)}]")
    return ", ".join(parts)


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Z][A-Za-z']+( [A-Za-z']+)*", text) else json.dumps(text, ensure_ascii=False)
