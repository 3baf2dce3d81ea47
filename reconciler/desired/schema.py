"""Generate the JSON Schema of role files from the catalogue, for editors and for `validate` alike."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from reconciler.desired.category_schema import definitions, entries
from reconciler.desired.shape import Shape
from reconciler.model.permission import Catalogue
from reconciler.model.role import LONGEST_NAME, MOST_EARLIER_NAMES

_KEY_ADVICE = "Write the file name of the role without .yaml: lower-case letters, digits and dashes"
# Three rules instead of one anchored pattern: `$` would let a trailing line feed pass in Python alone.
_KEY_RULES = {
    "type": "string",
    "minLength": 1,
    "maxLength": 63,
    "pattern": "^[a-z0-9]",
    "not": {"pattern": "[^a-z0-9-]"},
}
_NAME_RULES = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}


@lru_cache(maxsize=4)
def role_shape(catalogue: Catalogue) -> Shape:
    """Give the shape of a role file under `catalogue`, kept for the next call."""
    return Shape(role_schema(catalogue))


def render_role_schema(catalogue: Catalogue) -> str:
    """Write the schema as the text of `schemas/role.schema.json`."""
    return json.dumps(role_schema(catalogue), indent=2, ensure_ascii=False) + "\n"


def role_schema(catalogue: Catalogue) -> dict[str, Any]:
    """Build the schema of a role file: what an editor offers and the first check of every file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:role-reconciler:role",
        "title": "Role",
        "description": f"One role of the support desk; its permissions are those of catalogue {catalogue.version}.",
        "type": "object",
        "required": ["name", "description"],
        "if": {"properties": {"retired": {"const": True}}, "required": ["retired"]},
        "else": {"required": ["permissions"]},
        "dependentRequired": {"move_users_to": ["retired"]},
        "additionalProperties": False,
        "properties": _fields(catalogue),
        "$defs": definitions(catalogue),
    }


def _fields(catalogue: Catalogue) -> dict[str, Any]:
    standard = ", ".join(role.name for role in catalogue.standard_roles)
    return {
        "name": {
            "description": "The name people see, 1 to 80 characters; say what the role is for, not that it is a role.",
            **_NAME_RULES,
        },
        "description": {
            "description": "What the next administrator needs to know, 10 to 500 characters on one line.",
            "type": "string",
            "minLength": 10,
            "maxLength": 500,
        },
        "owner": {"description": "The team that answers for this role, 1 to 80 characters.", **_NAME_RULES},
        "based_on": {"description": f"The role to start from. {_KEY_ADVICE}.", **_KEY_RULES},
        "standard": {
            "description": f"`true` for a role that comes with the product: {standard}.",
            "type": "boolean",
        },
        "previously": {
            "description": "Earlier names of this role; a live role with one of them is renamed and keeps its people.",
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_EARLIER_NAMES,
            "items": {"description": "An earlier name, 1 to 80 characters.", **_NAME_RULES},
        },
        "retired": {
            "description": "`true` deletes the role from the tenant; there is no other way to delete one.",
            "type": "boolean",
        },
        "move_users_to": {
            "description": f"Only with `retired: true`: the role its people get instead. {_KEY_ADVICE}.",
            **_KEY_RULES,
        },
        "permissions": {
            "description": "What people with this role can do, category by category; a category that is left out "
            "grants nothing, or what the role in `based_on` has.",
            "type": "object",
            "additionalProperties": False,
            "properties": {word: {"$ref": f"#/$defs/{word}"} for word in entries(catalogue)},
        },
    }
