"""Turn the JSON bodies of writes into drafts and edits; whatever has another shape is refused with 422."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.sandbox.records import RoleDraft, RoleEdit
from reconciler.sandbox.refusals import invalid

NAME_LIMIT = 80
DESCRIPTION_LIMIT = 500
LIST_LIMIT = 1000


def role_draft(document: Mapping[str, object]) -> RoleDraft:
    """Read the body of `POST /roles`; a description may be left out and is then empty."""
    fields = ("description", "name", "permissions")
    _require_keys(document, allowed=fields, needed=("name", "permissions"))
    return RoleDraft(
        name=_name(document["name"]),
        description=_description(document.get("description", "")),
        permissions=_texts("permissions", document["permissions"]),
    )


def role_edit(document: Mapping[str, object]) -> RoleEdit:
    """Read the body of `PATCH /roles/{id}`; a key that is absent leaves its field alone, null is refused."""
    _require_keys(document, allowed=("description", "name", "permissions"))
    return RoleEdit(
        name=_name(document["name"]) if "name" in document else None,
        description=_description(document["description"]) if "description" in document else None,
        permissions=_texts("permissions", document["permissions"]) if "permissions" in document else None,
    )


def copy_name(document: Mapping[str, object]) -> str:
    """Read the body of `POST /roles/{id}/duplicate`."""
    _require_keys(document, allowed=("name",), needed=("name",))
    return _name(document["name"])


def role_ids(document: Mapping[str, object]) -> frozenset[str]:
    """Read the body of `PATCH /users/{id}`; an empty list is for the product's rules to refuse."""
    _require_keys(document, allowed=("role_ids",), needed=("role_ids",))
    return _texts("role_ids", document["role_ids"])


def _require_keys(document: Mapping[str, object], *, allowed: tuple[str, ...], needed: tuple[str, ...] = ()) -> None:
    unknown = sorted(set(document) - set(allowed))
    if unknown:
        raise invalid("The body has a key that is not known here", keys=unknown, allowed=sorted(allowed))
    missing = sorted(set(needed) - set(document))
    if missing:
        raise invalid("The body lacks a key", keys=missing)


def _name(value: object) -> str:
    text = _text("name", value, NAME_LIMIT)
    if not text.strip():
        raise invalid("name is not blank", key="name")
    return text


def _description(value: object) -> str:
    return _text("description", value, DESCRIPTION_LIMIT)


def _text(key: str, value: object, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise invalid(f"{key} is text of at most {limit} characters", key=key)
    # JSON can spell half of a surrogate pair, which no database can store and no other client could read.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise invalid(f"{key} is not valid Unicode", key=key)
    return value


def _texts(key: str, value: object) -> frozenset[str]:
    if not isinstance(value, list) or len(value) > LIST_LIMIT:
        raise invalid(f"{key} is a list of at most {LIST_LIMIT} texts", key=key)
    texts = frozenset(_text(key, entry, 200) for entry in value)
    if len(texts) != len(value):
        raise invalid(f"{key} names something twice", key=key)
    return texts
