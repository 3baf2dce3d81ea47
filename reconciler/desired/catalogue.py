"""Load the catalogue lock: the permissions that role files are expanded against, pinned in git."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.desired.lock_checks import check_meaning
from reconciler.desired.reading import read_regular_file
from reconciler.desired.shape import Shape, shipped_folder
from reconciler.desired.violations import check_shape
from reconciler.desired.yaml_events import read_yaml
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.permission import (
    Catalogue,
    Category,
    CategoryForm,
    Permission,
    PermissionLevel,
    StandardRole,
)

LOCK = "schemas/permissions.yaml"
"""Where a repository keeps its lock, seen from the settings file."""

_WORD = {"type": "string", "minLength": 1, "maxLength": 80}
_TITLE = {"type": "string", "minLength": 1, "maxLength": 300}
# What a key may be made of in detail depends on the family of its category: see `lock_checks`.
_KEY = {"type": "string", "maxLength": 1_000, "pattern": "^[a-z]"}
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
        "implies": {"type": "array", "items": _KEY, "uniqueItems": True},
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
                        "name": _TITLE,
                        "form": {"type": "string", "enum": [form.value for form in CategoryForm]},
                        "family": _KEY,
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
        check_meaning(document, catalogue)
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
                form=CategoryForm(category.get("form", CategoryForm.TOGGLES)),
                family=category.get("family"),
                permissions=tuple(
                    Permission(
                        key=p["key"],
                        name=p["name"],
                        level=PermissionLevel(p["level"]),
                        sensitive=p.get("sensitive", False),
                        requires=tuple(sorted(p.get("requires", ()))),
                        implies=tuple(sorted(p.get("implies", ()))),
                    )
                    for p in category["permissions"]
                ),
            )
            for category in value["categories"]
        ),
        role_administration=value["role_administration"],
        standard_roles=tuple(StandardRole(name=r["name"], editable=r["editable"]) for r in value["standard_roles"]),
    )
