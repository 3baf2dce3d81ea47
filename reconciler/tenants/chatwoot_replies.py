"""Reads Chatwoot's replies: custom roles, agents, the profile, and its errors.

Sources: the product's views and controllers of version 4.9.1, and its reference of the profile
(developers.chatwoot.com/api-reference/profile).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from reconciler.model.permission import PermissionSet
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind
from reconciler.tenants import chatwoot_table as table
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Complaint

ADMINISTRATORS, PLAIN = RoleId("administrator"), RoleId("agent")
"""The ids of the two roles that are none in the product: the words that a membership has for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRole:
    """A custom role as it is written."""

    id: RoleId
    name: str
    description: str
    words: tuple[str, ...]
    """Its permissions, sorted."""
    updated: str

    def live(self, permissions: PermissionSet, count: int | None) -> LiveRole:
        """Make the live role that permits `permissions`."""
        written: list[Json] = [self.name, self.description, *self.words]
        digest = hashlib.sha256(json.dumps(written).encode()).hexdigest()[:32]
        return LiveRole(
            id=self.id,
            content=RoleContent(name=self.name, description=self.description, permissions=permissions),
            kind=RoleKind.CUSTOM,
            editable=True,
            version=f"{self.updated} {digest}",
            user_count=count,
        )


def raw_role(part: Part) -> RawRole:
    """Read a custom role."""
    description = part.maybe("description")
    return RawRole(
        id=role_id(part.at("id")),
        name=part.at("name").text(),
        description="" if description is None else description.text(),
        words=tuple(sorted(set(part.at("permissions").texts()))),
        updated=part.at("updated_at").header_token(),
    )


def role_id(part: Part) -> RoleId:
    """Read the id of a custom role, a number."""
    return RoleId(str(part.count()))


def custom_role(part: Part) -> RoleId | None:
    """Give the custom role of an agent; the key is there in every build that has custom roles."""
    found = part.maybe("custom_role_id")
    return None if found is None else role_id(found)


def person(part: Part) -> Person:
    """Read an agent: the custom role beside administration or in place of the plain agent's.

    Who was invited and has not confirmed yet can do nothing.
    """
    administers = is_administrator(part)
    custom = custom_role(part)
    roles = {ADMINISTRATORS} if administers else set()
    if custom is not None:
        roles.add(custom)
    return Person(
        id=PersonId(str(part.at("id").count())),
        role_ids=frozenset(roles or {PLAIN}),
        active=part.at("confirmed").flag(),
        human=True,
        version=f"{part.at('role').text()} {custom or '-'}",
    )


def is_administrator(part: Part) -> bool:
    """Whether a membership is an administrator's; raises `TenantAnswerUnusable` for a word that is not known."""
    word = part.at("role").text()
    if word not in {ADMINISTRATORS, PLAIN}:
        raise part.at("role").unusable("administrator or agent")
    return word == ADMINISTRATORS


def contact(part: Part) -> Contact:
    """Read how to reach an agent."""
    read = person(part)
    return Contact(id=read.id, name=part.at("name").text(), email=part.at("email").text(), counts=read.counts)


def standard(role: RoleId, permissions: PermissionSet, count: int | None) -> LiveRole:
    """Make the role of administrators, or of agents without a custom role."""
    name = table.ADMINISTRATOR if role == ADMINISTRATORS else table.AGENT
    return LiveRole(
        id=role,
        content=RoleContent(name=name, description=table.ABOUT[name], permissions=permissions),
        kind=RoleKind.STANDARD,
        editable=False,
        version="",
        user_count=count,
    )


def complaint(body: Json) -> Complaint | None:
    """Read an error: `{"error": …}`, or `{"message": …, "attributes": […]}` of what a model would not take."""
    if not isinstance(body, dict):
        return None
    found = body.get("error") or body.get("message")
    return Complaint("Chatwoot", found) if isinstance(found, str) else None
