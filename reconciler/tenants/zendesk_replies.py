"""Reads Zendesk's replies: roles, people and its several forms of an error; each function states what it demands.

Sources: the vendor's pages on custom roles, users and errors (developer.zendesk.com), and recorded replies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.model.permission import PermissionSet
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Complaint

_ADMINISTRATOR = "admin"
"""The value of `role` for administrators."""
ADMINISTRATORS = RoleId("administrators")
"""The id of the role that is made up for administrators where the list has none of theirs."""
CUSTOM = 0
"""The `role_type` of roles that can be edited; Advisor, Staff and Team lead are such roles too."""
ADMIN = 4
ADMIN_TYPES = frozenset({ADMIN, 5})
"""The `role_type` of Admin and Billing admin, who may do everything with roles."""
STAFF = frozenset({"agent", _ADMINISTRATOR})
"""The values of `role` of people who can have a role; the others are end users."""


@dataclass(frozen=True, slots=True)
class RawRole:
    """A role as it was written, before its configuration is understood."""

    part: Part
    id: RoleId
    type: int
    configuration: Part

    def live(self, permissions: PermissionSet) -> LiveRole:
        """Make the live role that permits `permissions`."""
        return LiveRole(
            id=self.id,
            content=RoleContent(
                name=self.part.at("name").text(), description=self.description, permissions=permissions
            ),
            kind=RoleKind.CUSTOM if self.type == CUSTOM else RoleKind.STANDARD,
            editable=self.type == CUSTOM,
            version=self.version,
            # Administrators who hold another role, or none, have theirs too, and nobody counts those.
            user_count=None if self.type == ADMIN else self.count,
        )

    @property
    def settings(self) -> Mapping[str, Json]:
        """The configuration as it was written."""
        return {key: part.value for key, part in self.configuration.entries().items()}

    @property
    def count(self) -> int:
        """How many people have it."""
        return self.part.at("team_member_count").count()

    @property
    def description(self) -> str:
        """The description; null is no text."""
        part = self.part.optional("description")
        return "" if part is None else part.text()

    @property
    def version(self) -> str:
        """What tells one state of the role from another: the moment of its last change, and the fingerprint."""
        return f"{self.part.at('updated_at').token()} {self.fingerprint}"

    @property
    def fingerprint(self) -> str:
        """A hash over everything that people write of a role, read-only keys and keys we do not know included."""
        written: list[Json] = [self.part.at("name").value, self.description, self.configuration.value]
        return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()[:32]


def raw_role(part: Part) -> RawRole:
    """Read what every role has; raises `TenantAnswerUnusable` where any of it is missing."""
    configuration = part.at("configuration")
    configuration.entries()
    return RawRole(part, role_id(part.at("id")), part.at("role_type").count(), configuration)


def role_id(part: Part) -> RoleId:
    """Read the id of a role, a number."""
    return RoleId(str(part.count()))


def staff(part: Part) -> bool:
    """Whether a user is somebody who can have a role."""
    return part.at("role").text() in STAFF


def administrator(part: Part) -> bool:
    """Whether a user is an administrator."""
    return part.at("role").text() == _ADMINISTRATOR


def person(part: Part, administrators: RoleId) -> Person:
    """Read a user: the role that they were given, and for administrators that of the `administrators` in any case.

    What else an administrator holds takes nothing from them. Anybody else without a role holds none: an end user, or
    an agent from before the account had roles.
    """
    custom = part.optional("custom_role_id")
    given = frozenset() if custom is None else frozenset({role_id(custom)})
    held = given | {administrators} if administrator(part) else given
    return Person(
        id=PersonId(str(part.at("id").count())),
        role_ids=held,
        active=_active(part),
        human=True,
        version=f"{part.at('role').token()} {' '.join(sorted(held))}",
    )


def _active(part: Part) -> bool:
    return part.at("active").flag() and not part.at("suspended").flag() and staff(part)


def is_agent(read: Person) -> bool:
    """Whether somebody was an agent, and no administrator or end user, when they were read."""
    return read.version.startswith("agent ")


def contact(part: Part) -> Contact:
    """Read how to reach a user; some have no address."""
    email = part.optional("email")
    return Contact(
        id=PersonId(str(part.at("id").count())),
        name=part.at("name").text(),
        email="" if email is None else email.text(),
        counts=_active(part),
    )


def complaint(body: Json) -> Complaint | None:
    """Read an error in any of the vendor's forms; None where the body is none of them.

    `{error: "X", description | error_description, details}`, `{error: {title, message}}` and `{errors: [{title,
    detail}]}`; `details` name what is wrong with each field.
    """
    if not isinstance(body, dict):
        return None
    error, errors = body.get("error"), body.get("errors")
    if isinstance(error, str) and error:
        words = [body.get("description", body.get("error_description")), *_details(body.get("details"))]
        return Complaint(error, "; ".join(word for word in words if isinstance(word, str)))
    if isinstance(error, dict):
        return _titled(error, "message")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return _titled(errors[0], "detail")
    return None


def _titled(error: dict[str, Json], words: str) -> Complaint | None:
    title, message = error.get("title"), error.get(words)
    if not isinstance(title, str) or not title:
        return None
    return Complaint(title, message if isinstance(message, str) else "")


def _details(details: Json) -> list[Json]:
    if not isinstance(details, dict):
        return []
    faults = [fault for _, field in sorted(details.items()) if isinstance(field, list) for fault in field]
    return [fault.get("description") for fault in faults if isinstance(fault, dict)]
