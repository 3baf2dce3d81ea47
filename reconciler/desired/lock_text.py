"""Write a catalogue as the text of a lock, one permission a line, so that a review shows what moved."""

from __future__ import annotations

import json
import re

from reconciler.model.permission import Catalogue, Category, CategoryForm, Permission

_IMPLIES = [
    "# implies    whoever has it has these too, so switching it on brings them, and switching one of them off takes it",
]
_LEVELS = [
    "# form       levels: a role file says one word of the category, and each level brings those that it implies",
]
_FAMILY = [
    "# family     the word of role files under which categories of one kind stand, each with its member's name",
]


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
        *(_IMPLIES if catalogue.below else ()),
        *(_LEVELS if any(c.form is CategoryForm.LEVELS for c in catalogue.categories) else ()),
        *(_FAMILY if any(c.family for c in catalogue.categories) else ()),
        f"version: {catalogue.version}",
        "# Whoever holds this one can administer roles; the lock-out guard counts these people.",
        f"role_administration: {catalogue.role_administration}",
        "# The roles that come with the product; none of them can be created, renamed or retired.",
        "standard_roles:" if catalogue.standard_roles else "standard_roles: []",
    ]
    lines += [f"  - {{name: {_quoted(r.name)}, editable: {str(r.editable).lower()}}}" for r in catalogue.standard_roles]
    lines.append("categories:")
    for category in catalogue.categories:
        lines += [f"  - key: {_key(category.key)}", f"    name: {_quoted(category.name)}", *_kind(category)]
        lines.append("    permissions:")
        lines += [f"      - {{{_permission_text(permission)}}}" for permission in category.permissions]
    return "\n".join(lines) + "\n"


def _kind(category: Category) -> list[str]:
    """Say what is unusual about a category."""
    form = [] if category.form is CategoryForm.TOGGLES else [f"    form: {category.form}"]
    return form if category.family is None else [*form, f"    family: {category.family}"]


def _permission_text(permission: Permission) -> str:
    parts = [f"key: {_key(permission.key)}", f"name: {_quoted(permission.name)}", f"level: {permission.level.value}"]
    if permission.sensitive:
        parts.append("sensitive: true")
    if permission.requires:
        parts.append(f"requires: [{', '.join(map(_key, permission.requires))}]")
    if permission.implies:
        parts.append(f"implies: [{', '.join(map(_key, permission.implies))}]")
    return ", ".join(parts)


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Z][A-Za-z']+( [A-Za-z']+)*", text) else json.dumps(text, ensure_ascii=False)


def _key(text: str) -> str:
    return text if re.fullmatch(r"[a-z][a-z0-9_.-]*", text) else json.dumps(text, ensure_ascii=False)
