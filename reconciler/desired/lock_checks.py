"""Check what a lock means: keys, families, levels, and that what it refers to is there."""

from __future__ import annotations

import re

from reconciler.desired.document import Document, Route
from reconciler.model.member import member_name
from reconciler.model.permission import Catalogue, Category, CategoryForm, Permission

_WORD = re.compile(r"[a-z][a-z0-9_]*")
_SHORT = re.compile(r"[a-z0-9_][a-z0-9_-]*")
_WORDS_OF_LEVELS = frozenset({"none"})
"""What role files say of every category of levels, so that no level can be called so."""


def check_meaning(document: Document, catalogue: Catalogue) -> None:
    """Report everything in a lock of the right shape that means nothing, or two things at once."""
    seen: set[str] = set()
    families = {category.family for category in catalogue.categories if category.family is not None}
    for index, category in enumerate(catalogue.categories):
        route: Route = ("categories", index)
        if category.key in seen or not _is_category(category):
            message = f"`{category.key}` is no category key of its own"
            document.report(document.value_place((*route, "key")), "catalogue.key", message, _advice(category))
        elif category.key in families:
            message = f"`{category.key}` is a category, and a family of categories too"
            document.report(document.value_place((*route, "key")), "catalogue.key", message, "Use each word once")
        seen.add(category.key)
        for number, permission in enumerate(category.permissions):
            _check_permission(document, (*route, "permissions", number), category, permission, catalogue, seen)
    _check_administration(document, catalogue)
    names: set[str] = set()
    for index, role in enumerate(catalogue.standard_roles):
        if role.name in names:
            place = document.value_place(("standard_roles", index, "name"))
            document.report(place, "catalogue.duplicate", "A standard role is listed twice", "Keep one of them")
        names.add(role.name)


def _is_category(category: Category) -> bool:
    """Whether the key is one word, or in a family its word, a slash and a member."""
    if category.family is None:
        return _WORD.fullmatch(category.key) is not None
    head, _, member = category.key.partition("/")
    if head != category.family or not _WORD.fullmatch(head):
        return False
    try:
        member_name(member)
    except ValueError:
        return False
    return True


def _advice(category: Category) -> str:
    if category.family is None:
        return "Use each word once, no dot"
    return f"Write `{category.family}/` and the name of the member, as `reconciler catalogue --update` does"


def _check_administration(document: Document, catalogue: Catalogue) -> None:
    if catalogue.role_administration not in catalogue.by_key:
        place = document.value_place(("role_administration",))
        message = "The permission that administers roles is not in the lock"
        document.report(place, "catalogue.unknown-permission", message, "Name a key of the list above")


def _check_permission(
    document: Document, route: Route, category: Category, permission: Permission, catalogue: Catalogue, seen: set[str]
) -> None:
    place = document.value_place((*route, "key"))
    head, _, short = permission.key.partition(".")
    if head != category.key or not _SHORT.fullmatch(short):
        message = f"`{permission.key}` is not `{category.key}.` and one more word"
        document.report(place, "catalogue.key", message, "Start the key with its category")
    if category.form is CategoryForm.LEVELS and short in _WORDS_OF_LEVELS:
        message = f"`{short}` is what role files say where a role has no level of `{category.key}`"
        document.report(place, "catalogue.key", message, "Leave it out; a role without a level has nothing")
    if permission.key in seen:
        document.report(place, "catalogue.duplicate", f"`{permission.key}` is listed twice", "Keep one of them")
    seen.add(permission.key)
    for verb, keys in (("requires", permission.requires), ("implies", permission.implies)):
        for other in keys:
            if other not in catalogue.by_key or other == permission.key:
                message = f"`{permission.key}` {verb} `{other}`, which the lock does not list"
                where = document.key_place((*route, verb))
                document.report(where, "catalogue.unknown-permission", message, "Name a listed key")
    if any(permission.key in catalogue.below.get(other, ()) for other in permission.implies if other != permission.key):
        message = f"`{permission.key}` implies something that implies it again, so the two are one permission"
        document.report(document.key_place((*route, "implies")), "catalogue.circle", message, "Keep one direction")
