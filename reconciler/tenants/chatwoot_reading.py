"""The looking half of the Chatwoot adapter: custom roles and agents of one account, over `/api/v1`.

A plan costs three requests however large the account is: the profile behind the key, the custom roles, and the agents,
who say who has which role. No role is ever asked for by its id: Chatwoot answers 500 where there is none, so whether
one exists is told by the list. Sources of the facts: docs/products/chatwoot.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from reconciler.errors import (
    LiveIncomplete,
    TenantAnswerUnusable,
    TenantError,
    TenantFaulted,
    TenantForbade,
    TenantRefusedKey,
    TenantRejected,
)
from reconciler.model.permission import Catalogue
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.product import Product
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey
from reconciler.model.state import Account, Capabilities, Tenant
from reconciler.model.write import Write
from reconciler.tenants import chatwoot_replies as replies
from reconciler.tenants import chatwoot_table as table
from reconciler.tenants.chatwoot_moves import move_objections
from reconciler.tenants.chatwoot_replies import ADMINISTRATORS, PLAIN, RawRole
from reconciler.tenants.http import HttpReader
from reconciler.tenants.shape import Part

PRODUCT = Product(
    name="Chatwoot",
    deletes_in_use=True,
    left_behind=table.PLAIN_AGENT,
    unique_names=False,
    precondition=False,
    counts_again=False,
    roles_per_person=1,
)
"""A deleted role leaves plain agents behind; two roles may have one name; nothing binds a write to what was read."""

_LONGEST = 255
"""Characters that the product takes in a column of its kind."""


class ChatwootReader:
    """Implements `TenantReader`; see there for what each method promises."""

    def __init__(self, name: str, account: str, http: HttpReader) -> None:
        self._name = name
        self._account = account
        self._http = http
        self._path = ("api", "v1", "accounts", account)
        self._me: Part | None = None
        self._catalogue = table.catalogue()
        self._raw: dict[RoleId, RawRole] | None = None
        """The custom roles as the list had them last, with what this adapter wrote since."""
        self._fresh = False
        """Whether the list was read for the catalogue and may still serve as the list of roles."""
        self._agents: tuple[Part, ...] | None = None

    def product(self) -> Product:
        """Give the traits of Chatwoot."""
        return PRODUCT

    def objections(self, before: RoleContent | None, after: RoleContent | None, /) -> tuple[str, ...]:
        """Say what Chatwoot would refuse: being an administrator through a custom role, and long texts."""
        if after is None:
            return ()
        found = []
        had = frozenset() if before is None else before.permissions
        if table.ADMINISTERS in after.permissions - had:
            found.append(
                "No custom role makes an administrator: take `administrator` out of the file, and make people "
                "administrators in Chatwoot itself."
            )
        if len(after.description) > _LONGEST:
            found.append(
                f"Chatwoot takes {_LONGEST} characters of description, and these are {len(after.description)}: "
                "shorten it."
            )
        return tuple(found)

    def objections_together(self, writes: tuple[Write, ...], roles: Mapping[RoleKey, LiveRole], /) -> tuple[str, ...]:
        """Say which moves would make administrators, and which would make administrators plain agents besides."""
        return move_objections(writes, roles)

    def identity(self) -> tuple[Tenant, Account]:
        """`GET /profile`: the user behind the key, and their membership in the account."""
        membership = self._membership()
        person = PersonId(str(self._profile().at("id").count()))
        administers = replies.is_administrator(membership)
        return (
            Tenant(
                name=self._name,
                id=f"{self._http.host}/accounts/{self._account}",
                title=membership.at("name").text(),
            ),
            Account(
                person_id=person,
                role_ids=frozenset({ADMINISTRATORS}) if administers else frozenset({PLAIN}),
                needs=table.NEEDS,
            ),
        )

    def capabilities(self) -> Capabilities:
        """Say what the user behind the key may do: an administrator everything, anybody else only see agents."""
        administers = replies.is_administrator(self._membership())
        return Capabilities(
            environment="not told",
            key_prefix="not told",
            scopes=(),
            tier="not told",
            reads_roles=administers,
            writes_roles=administers,
            reads_people=True,
            writes_people=administers,
        )

    def catalogue(self) -> Catalogue:
        """Give the table of permissions with what roles of the account have besides; reads the list of roles."""
        self._list()
        self._fresh = True
        return self._catalogue

    def roles(self) -> tuple[LiveRole, ...]:
        """`GET /custom_roles` and `GET /agents`, with the two roles of memberships, sorted by id.

        The list that `catalogue` has just read serves once.
        """
        raws = self._known() if self._fresh else self._list()
        self._fresh = False
        self._agents = None
        counts = Counter(role for part in self._everybody() for role in replies.person(part).role_ids)
        found = [self._live(raw, counts[raw.id]) for raw in raws.values()]
        found += [self._standard(role, counts[role]) for role in (ADMINISTRATORS, PLAIN)]
        return tuple(sorted(found, key=lambda role: role.id))

    def headcount(self) -> int | None:
        """Count the agents, where they have been read; contacts are no users."""
        return None if self._agents is None else len(self._agents)

    def role(self, role_id: RoleId) -> LiveRole | None:
        """`GET /custom_roles` and pick the role; None where the list does not have it. Nobody is counted."""
        if role_id in {ADMINISTRATORS, PLAIN}:
            return self._standard(role_id, None)
        raw = self._list().get(role_id)
        return None if raw is None else self._live(raw, None)

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """Give everyone assigned, sorted by id, from the one list of agents."""
        found = (replies.person(part) for part in self._everybody())
        return tuple(sorted((one for one in found if role_id in one.role_ids), key=lambda person: person.id))

    def contacts(self, role_id: RoleId) -> tuple[Contact, ...] | None:
        """List like `holders`, with name and address."""
        found = (replies.contact(part) for part in self._everybody() if role_id in replies.person(part).role_ids)
        return tuple(sorted(found, key=lambda contact: contact.id))

    def person(self, person_id: PersonId) -> Person | None:
        """`GET /agents`, as no agent can be asked for alone; None where the list does not have them."""
        self._agents = None
        people = (replies.person(part) for part in self._everybody())
        return next((person for person in people if person.id == person_id), None)

    def find_person(self, who: str) -> Person | None:
        """Find an agent by id or address in the list of all."""
        if "@" not in who:
            return self.person(PersonId(who))
        self._agents = None
        found = [p for p in self._everybody() if replies.contact(p).email.casefold() == who.casefold()]
        if len(found) > 1:
            raise TenantAnswerUnusable("GET /agents lists two agents with the address that was asked for")
        return replies.person(found[0]) if found else None

    def _profile(self) -> Part:
        if self._me is None:
            self._me = self._http.get("api", "v1", "profile")
        return self._me

    def _membership(self) -> Part:
        """Give the entry of the account in the profile; raises `TenantForbade` where the user is no member."""
        for part in self._profile().at("accounts").each():
            if str(part.at("id").count()) == self._account:
                return part
        raise TenantForbade(
            f"GET /api/v1/profile: the user behind the key is no member of account {self._account}",
            fix="Correct `account` in the settings, or use the access token of one of its administrators",
        )

    def _known(self) -> dict[RoleId, RawRole]:
        return self._list() if self._raw is None else self._raw

    def _list(self) -> dict[RoleId, RawRole]:
        """Read the custom roles: a bare list without pages, in no order."""
        try:
            reply = self._http.get(*self._path, "custom_roles")
            raws = [replies.raw_role(part) for part in reply.each()]
        except TenantRefusedKey as problem:
            raise self._refused(problem) from problem
        except (TenantRejected, TenantFaulted, TenantAnswerUnusable) as problem:
            raise self._without_roles(problem) from problem
        found = {raw.id: raw for raw in raws}
        if len(found) != len(raws):
            raise LiveIncomplete(
                "GET /custom_roles lists a role twice",
                fix="Run it again; if it stays so, the tenant's listing is at fault",
            )
        self._raw, self._fresh, self._agents = found, False, None
        keys = {table.key_of(word) for raw in raws for word in raw.words}
        self._catalogue = table.catalogue(keys - table.catalogue().keys)
        return found

    def _refused(self, problem: TenantRefusedKey) -> TenantError:
        """Tell apart what Chatwoot has one answer for (401): no administrator, and custom roles switched off."""
        if replies.is_administrator(self._membership()):
            return TenantForbade(
                f"{problem.detail}; the user behind the key is an administrator, so custom roles are switched off for "
                "this account",
                fix="Switch the feature `custom_roles` on for the account, which takes a paid plan",
            )
        return TenantForbade(
            f"{problem.detail}; the user behind the key is no administrator of this account",
            fix="Use the access token of an administrator",
        )

    def _without_roles(self, problem: TenantError) -> TenantError:
        """Recognise a build without the enterprise code, whose agents have no custom role either."""
        agents = self._http.get(*self._path, "agents").each()
        if any("custom_role_id" in part.entries() for part in agents):
            return problem
        return TenantRejected(
            f"{problem.detail}; its agents have no `custom_role_id` either, so this build of Chatwoot comes without "
            "the enterprise code that custom roles are part of",
            fix="Install the enterprise edition of Chatwoot, or check the address",
        )

    def _everybody(self) -> tuple[Part, ...]:
        """Read the agents: a bare list without pages; whoever has a role that the list does not have is an error."""
        if self._agents is None:
            known = self._known()
            found = tuple(self._http.get(*self._path, "agents").each())
            ids = {part.at("id").count() for part in found}
            if len(ids) != len(found):
                raise LiveIncomplete(
                    "GET /agents lists somebody twice",
                    fix="Run it again; if it stays so, the tenant's listing is at fault",
                )
            for part in found:
                strange = replies.custom_role(part)
                if strange is not None and strange not in known:
                    raise _of_elsewhere(replies.person(part), strange)
            self._agents = found
        return self._agents

    def _live(self, raw: RawRole, count: int | None) -> LiveRole:
        keys = (table.key_of(word) for word in raw.words)
        return raw.live(self._catalogue.closed(keys), count)

    def _standard(self, role: RoleId, count: int | None) -> LiveRole:
        self._known()
        permissions = self._catalogue.closed({table.ADMINISTERS}) if role == ADMINISTRATORS else table.PLAIN_AGENT
        return replies.standard(role, permissions, count)


def _of_elsewhere(person: Person, role_id: RoleId) -> LiveIncomplete:
    """Refuse to guess what somebody may do: Chatwoot stores any id, also of a role of another account."""
    return LiveIncomplete(
        f"GET /agents: agent {person.id} has custom role {role_id}, which is not among the roles of the account",
        fix="Run it again; if it stays so, give that agent a role of this account in Chatwoot",
    )
