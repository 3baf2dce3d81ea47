"""Reads Zammad's replies: roles, people, listed permissions, the version, and its errors.

Sources: calls recorded from a server of version 5.5, and the product's controllers (zammad/zammad).
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass

from reconciler.model.permission import PermissionSet
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Complaint
from reconciler.tenants.zammad_vocabulary import Listed

_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})(?:[.-].*)?")
_NOWHERE = ("No route matches", "Not Found", "This page doesn't exist")
"""How errors begin that say that the address leads nowhere; they do not say that a role is gone."""
SYSTEM = "1"
"""The id of the user that every server has and that nobody logs in as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRole:
    """A role as it was written, before its permissions are understood."""

    id: RoleId
    name: str
    note: str
    active: bool
    signup: bool
    """Whether new accounts get it."""
    names: tuple[str, ...]
    """The permissions it has, sorted."""
    groups: tuple[tuple[str, str], ...]
    """Each access to a group, with the group's name first, sorted."""

    @property
    def version(self) -> str:
        """A hash over everything that people write of a role and that plans depend on.

        The moment of the last change is none of it: the reply to a change of groups still has the moment before.
        """
        written: list[Json] = [self.name, self.note, self.active, self.signup, [*self.names]]
        return hashlib.sha256(json.dumps([*written, self.groups]).encode()).hexdigest()[:32]

    def live(self, permissions: PermissionSet) -> LiveRole:
        """Make the live role that permits `permissions`; the product ships none that it protects."""
        return LiveRole(
            id=self.id,
            content=RoleContent(name=self.name, description=self.note, permissions=permissions),
            kind=RoleKind.CUSTOM,
            editable=True,
            version=self.version,
            user_count=None,
        )


def raw_role(part: Part) -> RawRole:
    """Read a role that was asked for with the names of what it has.

    The server takes a note for HTML and may give `&` back as `&amp;` (app/models/concerns/checks_html_sanitized.rb).
    """
    note = part.maybe("note")
    groups = {(group, word) for group, words in part.at("groups").entries().items() for word in words.texts()}
    return RawRole(
        id=role_id(part.at("id")),
        name=part.at("name").text(),
        note="" if note is None else html.unescape(note.text()),
        active=part.at("active").flag(),
        signup=part.at("default_at_signup").flag(),
        names=tuple(sorted(set(part.at("permissions").texts()))),
        groups=tuple(sorted(groups)),
    )


def role_id(part: Part) -> RoleId:
    """Read the id of a role, a number."""
    return RoleId(str(part.count()))


def held(part: Part) -> frozenset[RoleId]:
    """Give every role of a user, inactive ones too."""
    return frozenset(role_id(item) for item in part.at("role_ids").each())


def person(part: Part, inactive: frozenset[RoleId]) -> Person:
    """Read a user with the roles that are active; the inactive ones permit nothing and are only in the version."""
    roles = held(part)
    user_id = str(part.at("id").count())
    active = part.at("active").flag()
    return Person(
        id=PersonId(user_id),
        role_ids=roles - inactive,
        active=active,
        human=user_id != SYSTEM,
        version=" ".join(["active" if active else "inactive", *sorted(roles)]),
    )


def contact(part: Part) -> Contact:
    """Read how to reach a user; some have no address, and some no name."""
    read = person(part, frozenset())
    names = [part.optional(key) for key in ("firstname", "lastname")]
    email = part.optional("email")
    return Contact(
        id=read.id,
        name=" ".join(name.text() for name in names if name is not None and name.text()),
        email="" if email is None else email.text(),
        counts=read.counts,
    )


def listed(part: Part) -> Listed:
    """Read a permission of the list; 5.5 calls its label a note."""
    label = part.optional("label") or part.optional("note")
    disabled = part.at("preferences").optional("disabled")
    return Listed(
        name=part.at("name").text(),
        label="" if label is None else label.text(),
        signup=part.at("allow_signup").flag(),
        disabled=disabled is not None and disabled.flag(),
    )


def version(part: Part) -> tuple[int, int]:
    """Read the version; raises `TenantAnswerUnusable` where it is none."""
    found = _VERSION.fullmatch(part.at("version").token())
    if found is None:
        raise part.at("version").unusable("a version")
    return int(found[1]), int(found[2])


def complaint(body: Json) -> Complaint | None:
    """Read an error; None where the body is none, or only says that the address leads nowhere."""
    if not isinstance(body, dict):
        return None
    error = body.get("error")
    if not isinstance(error, str) or not error or error.startswith(_NOWHERE):
        return None
    return Complaint("Zammad", error)
