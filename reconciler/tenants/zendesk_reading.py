"""The looking half of the Zendesk adapter: roles and people, over `/api/v2/custom_roles` and `/api/v2/users`.

A plan costs one request for the identity, one for all roles with their counts, which is the catalogue too, and for the
holders of the roles that are asked one per 100 people. Sources of the facts: docs/products/zendesk.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.errors import TenantAnswerUnusable, TenantForbade, TenantRejected
from reconciler.model.permission import Catalogue
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.product import Product
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey, RoleKind
from reconciler.model.state import Account, Capabilities, Tenant
from reconciler.model.write import Write
from reconciler.tenants import zendesk_replies as replies
from reconciler.tenants.http import HttpReader
from reconciler.tenants.shape import Part
from reconciler.tenants.zendesk_config import changes, granted
from reconciler.tenants.zendesk_listing import every_role
from reconciler.tenants.zendesk_names import crowding_objection, name_objection
from reconciler.tenants.zendesk_people import API, ZendeskPeople
from reconciler.tenants.zendesk_replies import ADMINISTRATORS, RawRole
from reconciler.tenants.zendesk_table import ADMINISTERS, NEEDS
from reconciler.tenants.zendesk_together import objections_together
from reconciler.tenants.zendesk_vocabulary import Vocabulary

PRODUCT = Product(name="Zendesk", precondition=False, roles_per_person=1)
"""Roles are deleted when nobody has them, counted in the list, and one for each person; nothing binds a write to what
was read, so every role and person is read again before."""

_MADE_UP = "Admin"
"""What the made-up role is called, as the product calls the real one."""


@dataclass(frozen=True, slots=True)
class OpenedBy:
    """What is public of the key."""

    name: str
    """The id of the OAuth client, or the owner of the API token."""
    scopes: Callable[[], tuple[str, ...] | None]
    """Gives the scopes of the latest token; None where none was told."""


class ZendeskReader:
    """Implements `TenantReader`; see there for what each method promises."""

    def __init__(self, name: str, http: HttpReader, opened_by: OpenedBy) -> None:
        self._name = name
        self._http = http
        self._opened_by = opened_by
        self._me: Part | None = None
        self._people = ZendeskPeople(http)
        self._vocabulary = Vocabulary()
        self._known: dict[RoleId, LiveRole] | None = None
        """The roles as the list had them last, with what this adapter wrote since."""
        self._counts: dict[RoleId, int] = {}
        """How many people the list counted with each role."""
        self._administrators = ADMINISTRATORS
        """The role that every administrator has: the one of the list, or the one that is made up."""
        self._fresh = False
        """Whether the list was read for the identity or the catalogue and may still serve as the list of roles."""

    def product(self) -> Product:
        """Give the traits of Zendesk."""
        return PRODUCT

    def objections(self, before: RoleContent | None, after: RoleContent | None, /) -> tuple[str, ...]:
        """Say what Zendesk would refuse: names, a 198th role, values that no key takes, and the key's own role."""
        own = "" if before == after else self._own_objection(before)
        if after is None:
            return (own,) if own else ()
        roles = self._known or {}
        crowding = crowding_objection(roles) if before is None else ""
        permissions = None if before is None else before.permissions
        _, unsaid = changes(permissions, after.permissions, {}, self._vocabulary)
        found = (name_objection(before, after, roles), crowding, *unsaid, own)
        return tuple(objection for objection in found if objection)

    def objections_together(self, writes: tuple[Write, ...], roles: Mapping[RoleKey, LiveRole], /) -> tuple[str, ...]:
        """Say what Zendesk would refuse of later writes because of earlier ones, and whom it does not move."""
        return objections_together(writes, roles, self._known or {})

    def identity(self) -> tuple[Tenant, Account]:
        """`GET /users/me`: the user behind the key; the account is its host, which no two share.

        For an administrator the list of roles is read, too, and serves the catalogue: it says which role is theirs.
        """
        if replies.administrator(self._user()) and self._known is None:
            self._list()
            self._fresh = True
        own = self._person(self._user())
        return (
            Tenant(name=self._name, id=self._http.host, title=self._http.host.partition(".")[0]),
            Account(person_id=own.id, role_ids=own.role_ids, needs=NEEDS),
        )

    def capabilities(self) -> Capabilities:
        """Say what the user behind the key may do, and which scopes a token was given; an API token has none."""
        administrator = replies.administrator(self._user())
        own = None if administrator else self._own_role()
        held = own.content.permissions if own else frozenset()
        return Capabilities(
            environment="not told",
            key_prefix=self._opened_by.name,
            scopes=self._opened_by.scopes() or (),
            tier="not told",
            reads_roles=True,
            writes_roles=administrator or ADMINISTERS in held,
            reads_people=True,
            writes_people=administrator or held >= NEEDS,
        )

    def catalogue(self) -> Catalogue:
        """Give the table of permissions with what the roles of the account say besides; reads the list of roles."""
        if not self._fresh:
            self._list()
        self._fresh = True
        return self._vocabulary.catalogue()

    def roles(self) -> tuple[LiveRole, ...]:
        """`GET /custom_roles`, sorted by id; the list that `catalogue` has just read serves once.

        Raises `LiveIncomplete` when the list does not say that it is whole. Where it has no role of the administrators,
        one is made up, so that they are counted.
        """
        known = self._listed() if self._fresh else self._list()
        self._fresh = False
        return tuple(known[role_id] for role_id in sorted(known))

    def headcount(self) -> int | None:
        """Give None: no reply that a plan needs counts the end users."""
        return None

    def role(self, role_id: RoleId) -> LiveRole | None:
        """`GET /custom_roles/{id}`; a 404 is believed only when the list does not have the role either.

        A right that is missing can look like a role that is (404). Whoever reads one role anew wants to know what is
        now: people are listed anew afterwards, too.
        """
        self._people.forget()
        if role_id == ADMINISTRATORS:
            return self._list().get(role_id)
        raw = self._show(role_id)
        if raw is not None:
            return self._live(raw)
        if role_id in self._list():
            raise TenantForbade(
                f"GET /api/v2/custom_roles/{role_id}: answered 404, and the list has the role",
                fix="Use the key of an administrator, or of an agent whose role may manage roles",
            )
        return None

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """`GET /users` with the role, every page, sorted by id; None where the key may not (403)."""
        parts = self._holding(role_id)
        if parts is None:
            return None
        return tuple(sorted((self._person(part) for part in parts), key=lambda person: person.id))

    def contacts(self, role_id: RoleId) -> tuple[Contact, ...] | None:
        """List like `holders`, with name and address."""
        parts = self._holding(role_id)
        if parts is None:
            return None
        return tuple(sorted((replies.contact(part) for part in parts), key=lambda contact: contact.id))

    def person(self, person_id: PersonId) -> Person | None:
        """`GET /users/{id}`; None for the product's own 404 only."""
        if not person_id.isdigit():
            return None
        part = self._http.find(*API, "users", person_id)
        if part is None:
            return None
        person = self._person(part.at("user"))
        if person.id != person_id:
            raise part.at("user").at("id").unusable("the id that was asked for")
        return person

    def find_person(self, who: str) -> Person | None:
        """Read one user by id, or everybody who can have a role where `who` is an address."""
        if "@" not in who:
            return self.person(PersonId(who))
        everybody = self._people.everybody()
        found = [part for part in everybody if replies.contact(part).email.casefold() == who.casefold()]
        if len(found) > 1:
            raise TenantAnswerUnusable("GET /api/v2/users lists two users with the address that was asked for")
        return self._person(found[0]) if found else None

    def _person(self, part: Part) -> Person:
        """Understand a user; what an administrator has is said by the list of roles."""
        if replies.administrator(part):
            self._listed()
        return replies.person(part, self._administrators)

    def _user(self) -> Part:
        """Give the user behind the key; raises `TenantForbade` where there is none who works here."""
        if self._me is None:
            self._me = self._http.get(*API, "users", "me").at("user")
        if self._me.optional("id") is None or not replies.staff(self._me):
            raise TenantForbade(
                "GET /api/v2/users/me: the key belongs to nobody who works in this account",
                fix="Make the OAuth client, or the token, as an administrator",
            )
        return self._me

    def _own_role(self) -> LiveRole | None:
        """Give the role of the user behind the key."""
        known = self._listed()
        return next((known[role_id] for role_id in self._person(self._user()).role_ids if role_id in known), None)

    def _own_objection(self, before: RoleContent | None) -> str:
        """Object to touching the role that the key's own account holds, which only an administrator could."""
        if before is None or self._me is None or self._known is None or replies.administrator(self._me):
            return ""
        own = self._own_role()
        if own is None or own.content.name != before.name:
            return ""
        return (
            "Zendesk lets no agent edit the role they hold, and the key's own account holds this one: use the key of "
            "an administrator."
        )

    def _holding(self, role_id: RoleId) -> tuple[Part, ...] | None:
        """List the people with a role as they are written; None where the key lacks the right."""
        known = self._listed()
        if role_id not in known:
            raise TenantRejected(f"Role {role_id} is not in the account, so nobody can be listed who has it")
        try:
            count, total = self._counts.get(role_id, 0), sum(self._counts.values())
            if role_id == self._administrators:
                return self._people.administrators(role_id, count, total, lambda: self._recount(role_id))
            return self._people.with_role(role_id, count, total, lambda: self._recount(role_id))
        except TenantForbade:
            return None

    def _recount(self, role_id: RoleId) -> int:
        raw = self._show(role_id)
        return 0 if raw is None else raw.count

    def _show(self, role_id: RoleId) -> RawRole | None:
        """Read one role as it is written; None for a 404."""
        if not role_id.isdigit():
            return None
        part = self._http.find(*API, "custom_roles", role_id)
        if part is None:
            return None
        raw = replies.raw_role(part.at("custom_role"))
        if raw.id != role_id:
            raise raw.part.at("id").unusable("the id that was asked for")
        return raw

    def _live(self, raw: RawRole) -> LiveRole:
        """Understand a role; the first one read alone needs the list, which says what keys the account has."""
        self._listed()
        permissions = self._permissions(raw)
        return raw.live(self._vocabulary.catalogue().closed(permissions))

    def _permissions(self, raw: RawRole) -> frozenset[str]:
        found = granted(raw.configuration, self._vocabulary)
        # They may do everything with roles, whatever an old role of theirs leaves out.
        return found | {ADMINISTERS} if raw.type in replies.ADMIN_TYPES else found

    def _listed(self) -> dict[RoleId, LiveRole]:
        """Give the roles as the list had them last; reads it where nobody did."""
        return self._list() if self._known is None else self._known

    def _list(self) -> dict[RoleId, LiveRole]:
        raws = [replies.raw_role(part) for part in every_role(self._http)]
        standard = [raw.part.at("name").text() for raw in raws if raw.type != replies.CUSTOM]
        theirs = sorted(raw.id for raw in raws if raw.type == replies.ADMIN)
        made_up = not theirs
        self._vocabulary.remember((raw.configuration.entries() for raw in raws), standard + [_MADE_UP] * made_up)
        permissions = {raw.id: self._permissions(raw) for raw in raws}
        catalogue = self._vocabulary.catalogue()
        known = {raw.id: raw.live(catalogue.closed(permissions[raw.id])) for raw in raws}
        if made_up:
            everything = catalogue.keys - self._vocabulary.unstatable
            known[ADMINISTRATORS] = LiveRole(
                id=ADMINISTRATORS,
                content=RoleContent(name=_MADE_UP, description="", permissions=everything),
                kind=RoleKind.STANDARD,
                editable=False,
                version="",
                user_count=None,
            )
        self._counts = {raw.id: raw.count for raw in raws}
        self._administrators = ADMINISTRATORS if made_up else theirs[0]
        self._known, self._fresh = known, False
        self._people.forget()
        return known
