"""The part of the role schema that says what a role file may say of one category, or of a family of them."""

from __future__ import annotations

from typing import Any

from reconciler.model.permission import WHOLE, Catalogue, Category, CategoryForm, Permission

TOGGLES = ("on", "off", True, False)
WORDS = ("all", "view", "none")
SELECTIONS = ("all", "view")

_TOGGLE = {"enum": list(TOGGLES)}


def entries(catalogue: Catalogue) -> tuple[str, ...]:
    """Give the words that may stand below `permissions`, in the order of the catalogue."""
    return tuple(dict.fromkeys(category.family or category.key for category in catalogue.categories))


def definitions(catalogue: Catalogue) -> dict[str, Any]:
    """Give a definition for each of these words; the members of a family share those that are alike."""
    found: dict[str, Any] = {}
    families: dict[str, list[Category]] = {}
    for category in catalogue.categories:
        if category.family is None:
            found[category.key] = _category(category)
        else:
            found.setdefault(category.family, None)
            families.setdefault(category.family, []).append(category)
    for family, members in families.items():
        found |= _family(family, members)
    return found


def _family(family: str, members: list[Category]) -> dict[str, Any]:
    """Define a family and, under its name and a number, each kind of member; a dot is in no other name."""
    kinds: dict[Category, str] = {}
    properties = {}
    for category in members:
        kind = kinds.setdefault(_kind(family, category), f"{family}.{len(kinds) + 1}")
        properties[category.member] = {"$ref": f"#/$defs/{kind}"}
    return {
        family: {
            "description": f"What people with this role can do in each of {family}; one that is left out grants "
            "nothing, or what the role in `based_on` has there.",
            "anyOf": [
                {"description": "Nothing in any of them.", "type": "string", "enum": ["none"]},
                {
                    "description": "Each by its name.",
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": False,
                    "properties": properties,
                },
            ],
        },
        **{name: _category(kind) for kind, name in kinds.items()},
    }


def _kind(family: str, category: Category) -> Category:
    """Give what a member has in common with others: all but its name."""
    lead = f"{category.key}."
    permissions = tuple(
        Permission(
            key=f"{family}.{p.short}",
            name=p.name,
            level=p.level,
            sensitive=p.sensitive,
            implies=tuple(f"{family}.{key.removeprefix(lead)}" for key in p.implies if key.startswith(lead)),
        )
        for p in category.permissions
    )
    return Category(key=family, name=f"each of {family}", permissions=permissions, form=category.form)


def _category(category: Category) -> dict[str, Any]:
    return _levels(category) if category.form is CategoryForm.LEVELS else _toggles(category)


def _levels(category: Category) -> dict[str, Any]:
    shorts = [permission.short for permission in category.permissions]
    told = "; ".join(f"`{p.short}`: {p.name}{' (sensitive)' * p.sensitive}" for p in category.permissions)
    return {
        "description": f"{category.name}: one word says how far it goes. `none`: nothing; {told}.",
        "anyOf": [
            {"description": "How far it goes.", "type": "string", "enum": ["none", *shorts]},
            {
                "description": "Where no word alone says it: several, each with what it includes.",
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"description": f"A level of {category.name}.", "type": "string", "enum": shorts},
            },
        ],
    }


def _but_whole(category: Category) -> str:
    return f" but `{WHOLE}`" if any(p.short == WHOLE for p in category.permissions) else ""


def _brings(permission: Permission) -> str:
    """Say what comes with a permission, by the names inside its category where they are there."""
    lead = f"{permission.key.partition('.')[0]}."
    brought = ", ".join(key.removeprefix(lead) for key in permission.implies)
    return f" Brings {brought}." if brought else ""


def _toggles(category: Category) -> dict[str, Any]:
    shorts = [permission.short for permission in category.permissions]
    bringing = any(permission.implies for permission in category.permissions)
    toggles: dict[str, Any] = {
        "all": {
            "description": f"Written first: tick all of {category.name}{_but_whole(category)}, then untick some below.",
            "enum": ["on", True],
        },
        "view": {
            "description": f"Written first: tick everything in {category.name} that only reads.",
            "enum": ["on", True],
        },
    }
    for permission in category.permissions:
        note = _brings(permission) + (" Sensitive: granting it needs a confirmation." if permission.sensitive else "")
        if permission.short in SELECTIONS:
            note += f" Here `{permission.short}: on` ticks more: {toggles[permission.short]['description']}"
        toggles[permission.short] = {"description": f"{permission.name}.{note}", **_TOGGLE}
    return {
        "description": f"{category.name}: `all`, `view`, `none`, a list of permissions, or on and off one by one.",
        "anyOf": [
            {"description": "A word for the whole category.", "type": "string", "enum": list(WORDS)},
            {
                "description": f"Exactly these permissions{' and what they bring' * bringing}.",
                "type": "array",
                "uniqueItems": True,
                "items": {"description": f"A permission of {category.name}.", "type": "string", "enum": shorts},
            },
            {
                "description": "Each permission on or off; what is not named stays as in `based_on`, or off.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": toggles,
            },
        ],
    }
