"""The adapter of the support product: the ports of `reconciler.ports` over its HTTP interface.

A plan costs `identity` 1, `catalogue` 1, `roles` one per 100 roles and `holders` one per 100 people for each role
asked; nothing else is asked. Every write is one request.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from reconciler.errors import LiveAmbiguous, LiveIncomplete, TenantAnswerUnusable, TenantForbade, WriteUnclear
from reconciler.model.permission import Catalogue
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.product import SUPPORT, Product
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey, RoleKind
from reconciler.model.state import Account, Capabilities, Tenant
from reconciler.model.write import Write
from reconciler.tenants import support_replies as replies
from reconciler.tenants.connection import TenantKind
from reconciler.tenants.http import HttpReader, HttpWriter, Patience
from reconciler.tenants.kind import HttpKind
from reconciler.tenants.pages import listing
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Terms

_OK = 200
_CREATED = 201
_NO_CONTENT = 204
_CLEAR = frozenset({"name_taken", "role_in_use", "sole_owner"})
"""A 409 with one of these is about what was asked, not about a state that moved."""


class SupportReader:
    """Implements `TenantReader`; see there for what each method promises."""

    def __init__(self, name: str, http: HttpReader) -> None:
        self._name = name
        self._http = http
        self._me: Part | None = None

    def identity(self) -> tuple[Tenant, Account]:
        """`GET /me`: the tenant, and the user behind the key with their roles."""
        self._me = self._http.get("me")
        return replies.tenant(self._me, self._name), replies.account(self._me)

    def capabilities(self) -> Capabilities:
        """Read the key's scopes and tier out of the reply that `identity` had, asking only if there was none."""
        if self._me is None:
            self._me = self._http.get("me")
        return replies.capabilities(self._me)

    def catalogue(self) -> Catalogue:
        """`GET /permissions`, in the product's own order."""
        return replies.catalogue(self._http.get("permissions"))

    def roles(self) -> tuple[LiveRole, ...]:
        """`GET /roles`, every page, sorted by id.

        Raises `LiveIncomplete` when the pages do not add up or no standard role is among them (every tenant has
        some, so a list without one was filtered), and `LiveAmbiguous` when two names differ in case or form only.
        """
        parts = listing(self._http, "roles", unique=lambda item: item.at("id").token())
        roles = tuple(sorted((replies.role(part) for part in parts), key=lambda role: role.id))
        if not any(role.kind is RoleKind.STANDARD for role in roles):
            raise LiveIncomplete(f"GET /roles lists {len(roles)} roles and none of the product's own")
        _refuse_look_alikes(roles)
        return roles

    def product(self) -> Product:
        """Give the support product: it deletes what nobody holds, and everything else that the defaults say."""
        return SUPPORT

    def objections(self, _before: RoleContent | None, _after: RoleContent | None, /) -> tuple[str, ...]:
        """Give nothing: what this product refuses is in its catalogue and in what it says of each role."""
        return ()

    def objections_together(self, _writes: tuple[Write, ...], _roles: Mapping[RoleKey, LiveRole], /) -> tuple[str, ...]:
        """Give nothing: each change is judged by itself."""
        return ()

    def headcount(self) -> int | None:
        """Give None: no reply that a plan needs says how many users there are."""
        return None

    def role(self, role_id: RoleId) -> LiveRole | None:
        """`GET /roles/{id}`; None for the product's own 404 only."""
        part = self._http.find("roles", role_id)
        if part is None:
            return None
        role = replies.role(part)
        if role.id != role_id:
            raise part.at("id").unusable("the id that was asked for")
        return role

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """`GET /users?role_id=`, every page, sorted by id; None where the key lacks `users:read` (403).

        Raises `TenantAnswerUnusable` when somebody without the role is listed: then the filter was not applied.
        """
        parts = self._users_with(role_id)
        if parts is None:
            return None
        return tuple(sorted((replies.person(part) for part in parts), key=lambda person: person.id))

    def contacts(self, role_id: RoleId) -> tuple[Contact, ...] | None:
        """`GET /users?role_id=` like `holders`, with name and address."""
        parts = self._users_with(role_id)
        if parts is None:
            return None
        return tuple(sorted((replies.contact(part) for part in parts), key=lambda contact: contact.id))

    def find_person(self, who: str) -> Person | None:
        """`GET /users/{id}`, or `GET /users` in full where `who` is an address; None where nobody has it.

        Raises `TenantAnswerUnusable` when two users have the address.
        """
        if "@" not in who:
            return self.person(PersonId(who))
        parts = listing(self._http, "users", unique=lambda item: item.at("id").token())
        found = [part for part in parts if part.at("email").text().casefold() == who.casefold()]
        if len(found) > 1:
            raise TenantAnswerUnusable("GET /users lists two users with the address that was asked for")
        return replies.person(found[0]) if found else None

    def _users_with(self, role_id: RoleId) -> tuple[Part, ...] | None:
        """List the users with a role as they are written; None where the key lacks the right."""
        try:
            parts = listing(self._http, "users", query={"role_id": role_id}, unique=lambda item: item.at("id").token())
        except TenantForbade:
            return None
        if any(role_id not in replies.person(part).role_ids for part in parts):
            raise TenantAnswerUnusable("GET /users lists somebody who does not hold the role that was asked for")
        return parts

    def person(self, person_id: PersonId) -> Person | None:
        """`GET /users/{id}`; None for the product's own 404 only."""
        part = self._http.find("users", person_id)
        if part is None:
            return None
        person = replies.person(part)
        if person.id != person_id:
            raise part.at("id").unusable("the id that was asked for")
        return person


class SupportWriter(SupportReader):
    """Implements `TenantWriter`; see there, and `Verdict.on_write` for how statuses become errors.

    In short: 412 and an unnamed 409 are a `WriteConflict`; 409 `name_taken`, `role_in_use` and `sole_owner`, 3xx, 401,
    403 `standard_role`, 404, 422, 428 and their kin a `WriteRefused`; the rest a `WriteUnclear`, also a reply to a
    write that worked but does not show what was written to.
    """

    def __init__(self, name: str, http: HttpWriter) -> None:
        super().__init__(name, http)
        self._writer = http

    def create_role(self, content: RoleContent) -> RoleId:
        """`POST /roles` with every field; 201 gives the id."""
        part = self._writer.post("roles", body=_fields(content), terms=Terms(success=_CREATED, clear=_CLEAR))
        return _written_id(part)

    def update_role(self, live: LiveRole, content: RoleContent) -> None:
        """`PATCH /roles/{id}` with the fields that differ and `If-Match`; 200. Nothing differs: nothing is sent."""
        before = _fields(live.content)
        changed = {key: value for key, value in _fields(content).items() if value != before[key]}
        if changed:
            part = self._writer.patch("roles", live.id, body=changed, terms=_changing(live.version))
            _expect_id(part, live.id)

    def delete_role(self, live: LiveRole) -> None:
        """`DELETE /roles/{id}` with `If-Match`; 204."""
        self._writer.delete("roles", live.id, terms=Terms(success=_NO_CONTENT, if_match=live.version, clear=_CLEAR))

    def assign_roles(self, person: Person, role_ids: frozenset[RoleId]) -> None:
        """`PATCH /users/{id}` with the whole sorted list and `If-Match`; 200."""
        ids: list[Json] = [*sorted(role_ids)]
        part = self._writer.patch("users", person.id, body={"role_ids": ids}, terms=_changing(person.version))
        _expect_id(part, person.id)


class SupportKind(HttpKind[SupportReader, SupportWriter]):
    """Opens support tenants; `KIND` is what the entry point names. The lock that comes with the program is theirs."""

    def __init__(self, patience: Patience | None = None) -> None:
        super().__init__(reader=SupportReader, writer=SupportWriter, explain=replies.complaint, patience=patience)


KIND: TenantKind = SupportKind()


def _changing(version: str) -> Terms:
    return Terms(success=_OK, if_match=version, clear=_CLEAR)


def _fields(content: RoleContent) -> dict[str, Json]:
    permissions: list[Json] = [*sorted(content.permissions)]
    return {"name": content.name, "description": content.description, "permissions": permissions}


def _written_id(part: Part) -> RoleId:
    try:
        return replies.role_id(part.at("id"))
    except TenantAnswerUnusable as problem:
        raise WriteUnclear(problem.detail) from problem


def _expect_id(part: Part, expected: str) -> None:
    if _written_id(part) != expected:
        raise WriteUnclear(f"{part.where}: the reply shows something else than what was written to")


def _refuse_look_alikes(roles: tuple[LiveRole, ...]) -> None:
    by_name: dict[str, LiveRole] = {}
    for role in roles:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", role.content.name).casefold())
        other = by_name.setdefault(folded, role)
        if other is not role:
            raise LiveAmbiguous(
                f"Roles {other.id} and {role.id} have names that differ in case or form only, if at all",
                fix="Rename one of them in the product",
            )
