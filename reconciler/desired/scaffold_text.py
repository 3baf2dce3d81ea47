"""The text of a role file to start from: with everything a category offers, or as a copy with something unticked."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.quoting import scalar, word
from reconciler.desired.role_text import schema_line
from reconciler.model.permission import (
    Catalogue,
    Category,
    CategoryForm,
    Permission,
    PermissionLevel,
    PermissionSet,
)
from reconciler.model.role import DesiredRole

DESCRIPTION = "Replace this with who holds the role, for which work, and what it must not be used for"
"""A sentence that passes every check and that nobody could take for a description."""

UNTICKED = 2
"""How many permissions a copy shows unticked."""


def empty_text(path: str, name: str, owner: str | None, catalogue: Catalogue) -> str:
    """Give the text of a role that can do nothing yet, with everything it could do in comments."""
    lines = [
        schema_line(path),
        "# This role can do nothing yet. Give each category what its people need, then see `reconciler plan`.",
        *_head(name, owner),
        "permissions:",
        "  # A category says one of these:",
        "  #   none              nothing",
        "  #   view              everything marked `reads`",
        "  #   all               everything",
        "  #   [view, reply]     exactly these",
        "  #   {all: on, x: off} everything but x",
    ]
    families = {category.family for category in catalogue.categories}
    for category in catalogue.categories:
        if category.family in families:
            families -= {category.family} - {None}
            lines += ["", f"  # {_heading(category)}", *_offers(category, catalogue)]
            lines.append(f"  {word(category.family or category.key)}: none")
    return "\n".join(lines) + "\n"


def _heading(category: Category) -> str:
    """Give the title of a category; a family is told by its first member."""
    if category.family is not None:
        return f"{category.family}: none, or one line for each of them, such as {scalar(category.member)}: [...]"
    title = _one_line(category.name)
    return f"{title}: none, or one of" if category.form is CategoryForm.LEVELS else title


def derived_text(path: str, name: str, owner: str | None, base: DesiredRole, catalogue: Catalogue) -> str:
    """Give the text of a role that starts as a copy of `base`, with a permission or two unticked."""
    permissions = base.content.permissions
    lines = [
        schema_line(path),
        f"# Starts as a copy of {_one_line(base.content.name)} ({base.origin.path}) and follows it; the original",
        "# stays as it is.",
        *_head(name, owner),
        f"based_on: {base.key}",
    ]
    unticked = _unticked(permissions, catalogue)
    if not unticked:
        return "\n".join([*lines, "permissions: {}"]) + "\n"
    lines += [
        "permissions:",
        "  # Only what differs: `off` takes a permission away, `on` adds one, and a category that is not here stays as",
        f"  # it is in {_one_line(base.content.name)}, which has:",
    ]
    for category in catalogue.categories:
        held = [permission.short for permission in category.permissions if permission.key in permissions]
        lines += [f"  #   {category.key}: {', '.join(held)}"] if held else []
    lines += ["  # Put what these people should not do in place of the example.", f"  {_category(unticked)}:"]
    toggles = [(f"{word(permission.short)}: off", _one_line(permission.name)) for permission in unticked]
    width = max(len(toggle) for toggle, _ in toggles)
    lines += [f"    {toggle.ljust(width)}  # {label}" for toggle, label in toggles]
    return "\n".join(lines) + "\n"


def _head(name: str, owner: str | None) -> Iterator[str]:
    yield f"name: {scalar(name)}"
    yield "# The next administrator has only this sentence to go by, 10 to 500 characters."
    yield f"description: {scalar(DESCRIPTION)}"
    if owner is None:
        yield "# The team that answers for the role. People who lose something are told to ask it."
        yield "# owner: Support Operations"
    else:
        yield f"owner: {scalar(owner)}"


def _offers(category: Category, catalogue: Catalogue) -> Iterator[str]:
    """Give a comment per permission, those that only read first."""
    ordered = sorted(category.permissions, key=lambda permission: permission.level is not PermissionLevel.VIEW)
    width = max(len(permission.short) for permission in ordered)
    for permission in ordered:
        needs = [_seen_from(category, needed) for needed in permission.requires if needed in catalogue.by_key]
        brings = [_seen_from(category, key) for key in permission.implies]
        marks = [
            *(["reads"] if permission.level is PermissionLevel.VIEW else []),
            *(["sensitive"] if permission.sensitive else []),
            *([f"needs {' and '.join(needs)}"] if needs else []),
            *([f"brings {' and '.join(brings)}"] if brings else []),
        ]
        told = f"  ({', '.join(marks)})" if marks else ""
        yield f"  #   {permission.short.ljust(width)}  {_one_line(permission.name)}{told}"


def _seen_from(category: Category, key: str) -> str:
    head, _, short = key.partition(".")
    return short if head == category.key else key


def _unticked(permissions: PermissionSet, catalogue: Catalogue) -> list[Permission]:
    """Choose an example: the last ones of the category that has most to untick without breaking anything else.

    A permission that another one of the role needs or brings cannot be unticked alone; one that only reads is a poor
    example.
    """
    needed = {key for p in permissions for key in (*catalogue.by_key[p].requires, *catalogue.by_key[p].implies)}
    choices = [
        [p for p in category.permissions if p.key in permissions and p.key not in needed]
        for category in catalogue.categories
        if category.form is CategoryForm.TOGGLES and category.family is None
    ]
    acting = [[p for p in some if p.level is not PermissionLevel.VIEW] for some in choices]
    most = max([*acting, *choices] if not any(acting) else acting, key=len, default=[])
    return most[-UNTICKED:]


def _category(permissions: list[Permission]) -> str:
    return word(permissions[0].key.partition(".")[0])


def _one_line(text: str) -> str:
    """Keep a text inside its comment, whatever spaces it has."""
    return " ".join(text.split())
