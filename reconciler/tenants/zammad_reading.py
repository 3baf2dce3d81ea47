"""The looking half of the Zammad adapter: roles, groups and people, over `/api/v1`.

A plan costs one request each for the identity, the version, the permissions, the groups and the roles, and for the
holders of changed roles one or two where there are fewer than 500 people (see `zammad_pages`), else one more for each
200 holders of a role; where a role that may administer people is asked for, of every other such role as well. Sources
of the facts: docs/products/zammad.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from reconciler.errors import TenantAnswerUnusable, TenantForbade, TenantRejected
from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.product import Product
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey
from reconciler.model.state import Account, Capabilities, Tenant
from reconciler.model.write import Write
from reconciler.tenants import zammad_replies as replies
from reconciler.tenants import zammad_table as table
from reconciler.tenants.http import HttpReader
from reconciler.tenants.remarks import UNSEEN
from reconciler.tenants.shape import Part
from reconciler.tenants.zammad_administrators import gives, last_administrator
from reconciler.tenants.zammad_objections import CLEARS_GROUPS, Known, objections, unseen
from reconciler.tenants.zammad_pages import API, Listing, listing
from reconciler.tenants.zammad_people import ZammadPeople
from reconciler.tenants.zammad_replies import RawRole
from reconciler.tenants.zammad_vocabulary import Listed, Vocabulary

PRODUCT = Product(
    name="Zammad", deletes=False, deletes_in_use=True, precondition=False, counts=False, counts_again=False
)
"""Roles are made inactive and never deleted; whoever has one then has nothing through it."""

NAMES = {"expand": "true"}
"""What makes Zammad say names beside ids; it understands names in a write anyway."""
_ROLES = Listing(path=("roles",), size=500, query=NAMES)
_GROUPS = Listing(path=("groups",), size=500, query={})


class ZammadReader:
    """Implements `TenantReader`; see there for what each method promises."""

    def __init__(self, name: str, http: HttpReader) -> None:
        self._name = name
        self._http = http
        self._me: Part | None = None
        self._people = ZammadPeople(http)
        self._vocabulary = Vocabulary()
        self._known: dict[RoleId, LiveRole] | None = None
        """The active roles as the list had them last, with what this adapter wrote since."""
        self._raw: dict[RoleId, RawRole] = {}
        """The same roles as they are written, and the inactive ones."""
        self._inactive_groups: frozenset[str] = frozenset()
        self._fresh = False
        """Whether the list was read for the catalogue and may still serve as the list of roles."""

    def product(self) -> Product:
        """Give the traits of Zammad."""
        return PRODUCT

    def objections(self, before: RoleContent | None, after: RoleContent | None, /) -> tuple[str, ...]:
        """Say what Zammad would refuse: names of inactive roles, groups without tickets, what is closed, and notes."""
        known = Known(roles=self._known or {}, raw=self._raw, vocabulary=self._vocabulary)
        return tuple(objections(known, before, after))

    def objections_together(self, writes: tuple[Write, ...], roles: Mapping[RoleKey, LiveRole], /) -> tuple[str, ...]:
        """Say where Zammad would take the last administrator for it; a loss that nobody sees is remarked on."""
        hidden = unseen(self._inactive_groups, writes, clears=self._vocabulary.version[0] >= CLEARS_GROUPS)
        if hidden:
            self._http.remark(UNSEEN, hidden)
        return last_administrator(self._known or {}, self._people.listed, writes, roles)

    def identity(self) -> tuple[Tenant, Account]:
        """`GET /users/me`: the user behind the token; the tenant is its host, which no two share."""
        own = self._own()
        host = self._http.host
        return (
            Tenant(name=self._name, id=host, title=host.partition(":")[0]),
            Account(person_id=PersonId(str(own.at("id").count())), role_ids=replies.held(own), needs=table.NEEDS),
        )

    def capabilities(self) -> Capabilities:
        """Say what the user behind the token may do, which bounds what the token may: no reply tells that itself.

        Whether people can be read is tried.
        """
        roles = self._list() if self._known is None else self._known
        permitted = {
            p for role_id in replies.held(self._own()) & roles.keys() for p in roles[role_id].content.permissions
        }
        reads_people = self._people.sees_everybody()
        return Capabilities(
            environment="not told",
            reads_roles=True,
            writes_roles=table.ADMINISTERS in permitted,
            reads_people=reads_people,
            writes_people=reads_people and "admin.user" in permitted,
        )

    def catalogue(self) -> Catalogue:
        """Give what the server lists, what its roles have, and what its version ships that it cannot show."""
        self._list()
        self._fresh = True
        return self._vocabulary.catalogue()

    def roles(self) -> tuple[LiveRole, ...]:
        """`GET /roles`, sorted by id, without the inactive ones; what `catalogue` has just read serves once."""
        known = self._list() if self._known is None or not self._fresh else self._known
        self._fresh = False
        return tuple(known[role_id] for role_id in sorted(known))

    def headcount(self) -> int | None:
        """Give None: no reply that a plan needs counts everybody."""
        return None

    def role(self, role_id: RoleId) -> LiveRole | None:
        """`GET /roles/{id}`; None for the product's own 404, and for an inactive role.

        Whoever reads one role anew wants to know what is now: people are listed anew afterwards, too.
        """
        self._people.forget()
        raw = self._show(role_id)
        return None if raw is None or not raw.active else self._live(raw)

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """List everyone assigned, sorted by id; None where the token may read no people."""
        parts = self._people.with_role(role_id)
        if parts is None:
            return None
        return tuple(sorted(map(self._person, parts), key=lambda person: person.id))

    def contacts(self, role_id: RoleId) -> tuple[Contact, ...] | None:
        """List like `holders`, with name and address."""
        parts = self._people.with_role(role_id)
        if parts is None:
            return None
        return tuple(sorted(map(replies.contact, parts), key=lambda contact: contact.id))

    def person(self, person_id: PersonId) -> Person | None:
        """`GET /users/{id}`; None for the product's own 404 only."""
        part = self._show_user(person_id)
        return None if part is None else self._person(part)

    def find_person(self, who: str) -> Person | None:
        """Read one user by id, or everybody where `who` is an address; raises `TenantForbade` where it may not."""
        if "@" not in who:
            return self.person(PersonId(who))
        everybody = self._people.everybody()
        if everybody is None:
            raise TenantForbade(
                "GET /api/v1/users: the token may not read people, and the list has its own user alone",
                fix="Give the token and its user admin.user",
            )
        found = [part for part in everybody if replies.contact(part).email.casefold() == who.casefold()]
        if len(found) > 1:
            raise TenantAnswerUnusable("GET /api/v1/users lists two users with the address that was asked for")
        return self._person(found[0]) if found else None

    def _own(self) -> Part:
        if self._me is None:
            self._me = self._http.get(*API, "users", "me")
        return self._me

    def _person(self, part: Part) -> Person:
        if self._known is None:
            self._list()
        inactive = frozenset(role_id for role_id, raw in self._raw.items() if not raw.active)
        return replies.person(part, inactive)

    def _show_user(self, person_id: PersonId) -> Part | None:
        part = self._http.find(*API, "users", person_id) if person_id.isdigit() else None
        if part is not None and str(part.at("id").count()) != person_id:
            raise part.at("id").unusable("the id that was asked for")
        return part

    def _show(self, role_id: RoleId) -> RawRole | None:
        """Read one role as it is written; None for the product's own 404."""
        if not role_id.isdigit():
            return None
        part = self._http.find(*API, "roles", role_id, query=NAMES)
        if part is None:
            return None
        raw = replies.raw_role(part)
        if raw.id != role_id:
            raise part.at("id").unusable("the id that was asked for")
        return raw

    def _live(self, raw: RawRole) -> LiveRole:
        """Understand a role; the first one read alone needs the list, which says what permissions there are."""
        if self._known is None:
            self._list()
        self._vocabulary.remember(raw.names, (group for group, _ in raw.groups))
        return raw.live(self._permissions(raw))

    def _permissions(self, raw: RawRole) -> PermissionSet:
        return self._vocabulary.held(raw.names, raw.groups)

    def _list(self) -> dict[RoleId, LiveRole]:
        permissions, version = self._listed(), self._version()
        with _needing("admin.group"):
            groups = {part.at("name").text(): part.at("active").flag() for part in listing(self._http, _GROUPS)}
        self._inactive_groups = frozenset(name for name, active in groups.items() if not active)
        self._vocabulary.begin(permissions, groups.keys() - self._inactive_groups, version or _shown(permissions))
        with _needing("admin.role"):
            parts = listing(self._http, _ROLES)
        raws = [replies.raw_role(part) for part in parts]
        for raw in raws:
            self._vocabulary.remember(raw.names, (group for group, _ in raw.groups))
        for raw in raws:
            self._permissions(raw)
        self._raw = {raw.id: raw for raw in raws}
        self._known = {raw.id: raw.live(self._permissions(raw)) for raw in raws if raw.active}
        self._fresh = False
        self._people.begin(frozenset(role_id for role_id, role in self._known.items() if gives(role.content)))
        return self._known

    def _listed(self) -> tuple[Listed, ...]:
        with _needing("user_preferences.access_token"):
            reply = self._http.get(*API, "user_access_token")
        found = tuple(replies.listed(part) for part in reply.at("permissions").each() if part.at("active").flag())
        if len({entry.name for entry in found}) != len(found):
            raise reply.at("permissions").unusable("a list of permissions, as one comes twice")
        return found

    def _version(self) -> table.Version | None:
        """`GET /version`; None where the token may not ask, as that takes all of `admin`."""
        try:
            reply = self._http.get(*API, "version")
        except TenantForbade:
            return None
        version = replies.version(reply)
        if version < table.OLDEST or version[0] > table.NEWEST_MAJOR:
            raise TenantRejected(
                f"GET /api/v1/version: this is Zammad {version[0]}.{version[1]}, and 5.5 to 7 are what is known",
                fix="Use a version of this program that knows it",
            )
        return version


def _shown(listed: tuple[Listed, ...]) -> table.Version:
    """Give the version that a server has at least, by the permissions that it lists."""
    names = {entry.name for entry in listed}
    for version, telling in table.TELLING:
        if names & set(telling):
            return version
    raise TenantRejected(
        "GET /api/v1/user_access_token: neither the version nor the permissions say which Zammad this is",
        fix="Let the user of the token have `admin` and `user_preferences`, so that the list shows what there is",
    )


@contextmanager
def _needing(permission: str) -> Iterator[None]:
    """Say which permission is missing where the server only says that one is."""
    try:
        yield
    except TenantForbade as problem:
        raise TenantForbade(problem.detail, fix=f"Give the token and its user {permission}") from problem
