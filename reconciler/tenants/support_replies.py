"""Translates the support product's replies into the model; each function states what it demands of a reply."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind
from reconciler.model.state import Account, Capabilities, Tenant
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Complaint

ADMINISTERS = "settings.roles"
"""The permission on Settings, Roles & Permissions, which the help page "Create a custom role" asks for."""
NEEDS = frozenset({ADMINISTERS, "settings.view", "users.view", "users.assign_roles"})
"""What the reconciler's own account must keep: the permissions behind the scopes `settings` and `users`."""

_PERSON_KINDS = {"human": True, "service": False}

_Word = TypeVar("_Word", bound=StrEnum)


def role(part: Part) -> LiveRole:
    """Read a Role: every field of the contract, `etag` and `user_count` included; permissions count as a set."""
    return LiveRole(
        id=role_id(part.at("id")),
        content=RoleContent(
            name=part.at("name").text(),
            description=part.at("description").text(),
            permissions=frozenset(part.at("permissions").texts()),
        ),
        kind=_member(part.at("kind"), RoleKind),
        editable=part.at("editable").flag(),
        version=part.at("etag").header_token(),
        user_count=part.at("user_count").count(),
    )


def contact(part: Part) -> Contact:
    """Read how to reach a User."""
    user = person(part)
    return Contact(id=user.id, name=part.at("name").text(), email=part.at("email").text(), counts=user.counts)


def person(part: Part) -> Person:
    """Read a User, without name and address; at least one role, as the product promises."""
    kind = part.at("kind")
    human = _PERSON_KINDS.get(kind.text())
    if human is None:
        raise kind.unusable("a kind of user we know")
    role_ids = part.at("role_ids")
    held = role_id_set(role_ids)
    if not held:
        raise role_ids.unusable("the roles of a user, who always has one")
    return Person(
        id=PersonId(part.at("id").token()),
        role_ids=held,
        active=part.at("active").flag(),
        human=human,
        version=part.at("etag").header_token(),
    )


def tenant(part: Part, name: str) -> Tenant:
    """Read the tenant of `GET /me`; `name` is what the settings call it."""
    inner = part.at("tenant")
    return Tenant(name=name, id=inner.at("id").token(), title=inner.at("name").text())


def account(part: Part) -> Account:
    """Read the user of `GET /me`, null where the key belongs to no user."""
    user = part.maybe("user")
    if user is None:
        return Account(person_id=None, role_ids=frozenset(), needs=NEEDS)
    return Account(person_id=PersonId(user.at("id").token()), role_ids=role_id_set(user.at("role_ids")), needs=NEEDS)


def capabilities(part: Part) -> Capabilities:
    """Read the key of `GET /me`; a scope to write implies the one to read."""
    key = part.at("key")
    scopes = frozenset(key.at("scopes").texts())
    return Capabilities(
        environment=part.at("tenant").at("environment").text(),
        key_prefix=key.at("prefix").text(),
        scopes=tuple(sorted(scopes)),
        tier=key.at("tier").text(),
        reads_roles=bool(scopes & {"settings:read", "settings:write"}),
        writes_roles="settings:write" in scopes,
        reads_people=bool(scopes & {"users:read", "users:write"}),
        writes_people="users:write" in scopes,
    )


def catalogue(part: Part) -> Catalogue:
    """Read `GET /permissions`: at least one permission, no key twice, each under its own category.

    The reply does not say which of them means role administration; the product's help page does.
    """
    categories = tuple(_category(item) for item in part.at("categories").each())
    administers = any(p.key == ADMINISTERS for category in categories for p in category.permissions)
    result = Catalogue(
        version=part.at("version").count(),
        categories=categories,
        role_administration=ADMINISTERS if administers else None,
    )
    listed = sum(len(category.permissions) for category in result.categories)
    if not listed or listed != len(result.by_key) or len(result.categories) != len(result.by_category):
        raise part.at("categories").unusable("a catalogue, as it is empty or names something twice")
    return result


def role_id(part: Part) -> RoleId:
    """Read the id of a role, opaque text."""
    return RoleId(part.token())


def role_id_set(part: Part) -> frozenset[RoleId]:
    """Read a list of role ids."""
    return frozenset(role_id(item) for item in part.each())


def complaint(body: Json) -> Complaint | None:
    """Read `{error: {code, message, details}}`; None where the body is not that."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    code, message = error.get("code"), error.get("message")
    if not isinstance(code, str) or not isinstance(message, str) or not code:
        return None
    return Complaint(code, message)


def _category(part: Part) -> Category:
    key = part.at("key").token()
    return Category(
        key=key,
        name=part.at("name").text(),
        permissions=tuple(_permission(item, key) for item in part.at("permissions").each()),
    )


def _permission(part: Part, category: str) -> Permission:
    key = part.at("key")
    if not key.token().startswith(f"{category}."):
        raise key.unusable("a permission of its category")
    return Permission(
        key=key.text(),
        name=part.at("name").text(),
        level=_member(part.at("level"), PermissionLevel),
        sensitive=part.at("sensitive").flag(),
        requires=tuple(sorted(part.at("requires").texts())),
    )


def _member(part: Part, kind: type[_Word]) -> _Word:
    word = part.text()
    if word not in {member.value for member in kind}:
        raise part.unusable(f"one of {', '.join(kind)}")
    return kind(word)
