"""A tenant in memory with the rules of the product: implements `TenantWriter`, and can be looked at afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import TenantError, TenantRejected, WriteConflict, WriteRefused, WriteUnclear
from reconciler.model.permission import Catalogue
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.product import SUPPORT, Product
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey, RoleKind
from reconciler.model.state import Account, Capabilities, Tenant
from reconciler.model.write import Write

OWNER = "Owner"
TENANT = Tenant(name="fake", id="ten_fake", title="Fake Desk")
CAPABILITIES = Capabilities(
    environment="sandbox",
    key_prefix="sa_test_fake",
    scopes=("settings:write", "users:write"),
    tier="enterprise",
    reads_roles=True,
    writes_roles=True,
    reads_people=True,
    writes_people=True,
)


class Fault(StrEnum):
    """What a scripted write comes to instead of what the product's rules say."""

    REFUSED = "refused"
    CONFLICT = "conflict"
    UNCLEAR_WITHOUT_EFFECT = "unclear without effect"
    UNCLEAR_WITH_EFFECT = "unclear with effect"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method of the ports."""

    method: str
    arguments: tuple[object, ...] = ()


class FakeTenant:
    """Holds roles and people; faults and second writers are scripted by the number of the write or read, from 1."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        roles: Iterable[LiveRole],
        people: Iterable[Person] = (),
        account: Account,
        tenant: Tenant = TENANT,
        capabilities: Capabilities = CAPABILITIES,
        product: Product = SUPPORT,
    ) -> None:
        self.calls: list[Call] = []
        """Every call, in order."""
        self.writes: list[Call] = []
        """Every write that was sent, failed ones too, in order."""
        self.reads = 0
        self.contact_of: dict[PersonId, Contact] = {}
        """Name and address of users, filled by whoever needs them."""
        self.lists_holders = True
        """False for a key that may not read users' lists."""
        self.refused: dict[str, str] = {}
        """What the product objects to roles of these names, and why."""
        self.refused_together: dict[int, str] = {}
        """What the product objects to plans of more than so many writes, and why."""
        self._product = product
        self._catalogue = catalogue
        self._tenant = tenant
        self._account = account
        self._capabilities = capabilities
        self._roles = {role.id: role for role in roles}
        self._people = {person.id: person for person in people}
        self._faults: dict[int, Fault] = {}
        self._read_faults: dict[int, TenantError] = {}
        self._meddlers: dict[int, Callable[[], None]] = {}
        self._revision = 0

    # Scripting

    def fail(self, write_number: int, fault: Fault) -> None:
        """Let the write of this number, counted from 1, end in `fault`."""
        self._faults[write_number] = fault

    def fail_read(self, read_number: int, error: TenantError) -> None:
        """Let the read of this number, counted from 1 over all reading methods, raise `error`."""
        self._read_faults[read_number] = error

    def before_write(self, write_number: int, meddle: Callable[[], None]) -> None:
        """Let a second writer act just before the write of this number."""
        self._meddlers[write_number] = meddle

    # What people do in the product meanwhile; neither recorded nor counted.

    def edit_by_hand(self, role_id: RoleId, content: RoleContent) -> None:
        """Change a role as somebody would in the product."""
        self._roles[role_id] = dataclasses.replace(self._roles[role_id], content=content, version=self._next_version())

    def remove_by_hand(self, role_id: RoleId) -> None:
        """Delete a role that nobody holds as somebody would in the product."""
        del self._roles[role_id]

    def catalogue_is(self, catalogue: Catalogue) -> None:
        """Let the product have these permissions from now on."""
        self._catalogue = catalogue

    def set_active(self, person_id: PersonId, *, active: bool) -> None:
        """Suspend or reactivate a user."""
        self._people[person_id] = dataclasses.replace(
            self._people[person_id], active=active, version=self._next_version()
        )

    def hold_by_hand(self, person_id: PersonId, role_ids: frozenset[RoleId]) -> None:
        """Give a user other roles as somebody would in the product."""
        self._people[person_id] = dataclasses.replace(
            self._people[person_id], role_ids=role_ids, version=self._next_version()
        )

    # Looking at the tenant afterwards; neither recorded nor counted.

    def live(self, name: str) -> LiveRole:
        """Give the role of this exact name."""
        return next(self._shown(role) for role in self._roles.values() if role.content.name == name)

    def names(self) -> tuple[str, ...]:
        """Give every role's name, sorted."""
        return tuple(sorted(role.content.name for role in self._roles.values()))

    def user(self, person_id: PersonId) -> Person:
        """Give one user."""
        return self._people[person_id]

    # TenantReader

    def identity(self) -> tuple[Tenant, Account]:
        """Give the tenant and the account, with the roles that the account's user has now."""
        self._read("identity")
        user = self._people.get(self._account.person_id) if self._account.person_id else None
        held = user.role_ids if user else self._account.role_ids
        return self._tenant, dataclasses.replace(self._account, role_ids=held)

    def product(self) -> Product:
        """Give the traits; no call that is counted."""
        return self._product

    def objections(self, before: RoleContent | None, after: RoleContent | None, /) -> tuple[str, ...]:
        """Give what was scripted against the name that a role has or gets; no call that is counted."""
        content = after or before
        return tuple(why for name, why in self.refused.items() if content is not None and content.name == name)

    def objections_together(self, writes: tuple[Write, ...], _roles: Mapping[RoleKey, LiveRole], /) -> tuple[str, ...]:
        """Give what was scripted against so many writes; no call that is counted."""
        return tuple(why for most, why in self.refused_together.items() if len(writes) > most)

    def capabilities(self) -> Capabilities:
        """Give what the key may do."""
        self._read("capabilities")
        return self._capabilities

    def catalogue(self) -> Catalogue:
        """Give the catalogue."""
        self._read("catalogue")
        return self._catalogue

    def roles(self) -> tuple[LiveRole, ...]:
        """Give every role, sorted by id."""
        self._read("roles")
        return tuple(self._shown(self._roles[role_id]) for role_id in sorted(self._roles))

    def headcount(self) -> int | None:
        """Give None, like the support product."""
        return None

    def role(self, role_id: RoleId) -> LiveRole | None:
        """Give one role."""
        self._read("role", role_id)
        role = self._roles.get(role_id)
        return None if role is None else self._shown(role)

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """Give everyone assigned, sorted by id; raises `TenantRejected` for a role that does not exist."""
        self._read("holders", role_id)
        if not self.lists_holders:
            return None
        if role_id not in self._roles:
            raise TenantRejected("GET /users: answered 422: unknown_role: There is no such role")
        return self._holders(role_id)

    def person(self, person_id: PersonId) -> Person | None:
        """Give one user."""
        self._read("person", person_id)
        return self._people.get(person_id)

    def find_person(self, who: str) -> Person | None:
        """Find a user by id or by the address in their contact."""
        self._read("find_person", who)
        addressed = {contact.email.casefold(): contact.id for contact in self.contact_of.values()}
        return self._people.get(addressed.get(who.casefold(), PersonId(who)))

    def contacts(self, role_id: RoleId) -> tuple[Contact, ...] | None:
        """Give name and address of everyone assigned, sorted by id; made up where nobody said them."""
        self._read("contacts", role_id)
        if not self.lists_holders:
            return None
        return tuple(
            dataclasses.replace(
                self.contact_of.get(person.id, Contact(id=person.id, name=person.id, email="", counts=True)),
                counts=person.counts,
            )
            for person in self._holders(role_id)
        )

    # TenantWriter

    def create_role(self, content: RoleContent) -> RoleId:
        """Create a custom role."""
        fault = self._write("create_role", content)
        self._require_known(content)
        self._require_free(content.name)
        role_id = RoleId(f"rol_new_{len(self.writes)}")
        if fault is not Fault.UNCLEAR_WITHOUT_EFFECT:
            self._roles[role_id] = LiveRole(
                id=role_id,
                content=content,
                kind=RoleKind.CUSTOM,
                editable=True,
                version=self._next_version(),
                user_count=0,
            )
        _be_unclear(fault)
        return role_id

    def update_role(self, live: LiveRole, content: RoleContent) -> None:
        """Replace the content; nothing is sent where nothing differs."""
        if live.content == content:
            return
        fault = self._write("update_role", live, content)
        role = self._require_role(live)
        if not role.editable or (role.kind is RoleKind.STANDARD and content.name != role.content.name):
            raise WriteRefused("PATCH /roles: answered 403: standard_role: A standard role stays as it is")
        self._require_known(content)
        self._require_free(content.name, besides=role.id)
        if fault is not Fault.UNCLEAR_WITHOUT_EFFECT:
            self.edit_by_hand(role.id, content)
        _be_unclear(fault)

    def delete_role(self, live: LiveRole) -> None:
        """Delete a custom role that nobody holds, or any where the product leaves its holders with something else."""
        fault = self._write("delete_role", live)
        role = self._require_role(live)
        if role.kind is RoleKind.STANDARD:
            raise WriteRefused("DELETE /roles: answered 403: standard_role: A standard role cannot be deleted")
        users = len(self._holders(role.id))
        if users and not self._product.deletes_in_use:
            raise WriteRefused(f"DELETE /roles: answered 409: role_in_use: {users} user(s) have this role")
        if fault is not Fault.UNCLEAR_WITHOUT_EFFECT:
            for person in self._holders(role.id):
                left = dataclasses.replace(person, role_ids=person.role_ids - {role.id}, version=self._next_version())
                self._people[person.id] = left
            self.remove_by_hand(role.id)
        _be_unclear(fault)

    def assign_roles(self, person: Person, role_ids: frozenset[RoleId]) -> None:
        """Replace the roles of one user."""
        fault = self._write("assign_roles", person, role_ids)
        before = self._people.get(person.id)
        if before is None:
            raise WriteRefused("PATCH /users: answered 404: not_found: There is no such user")
        if before.version != person.version:
            raise WriteConflict("PATCH /users: answered 412: changed: It changed since it was read")
        if not role_ids:
            raise WriteRefused("PATCH /users: answered 422: no_roles: A user has at least one role")
        if role_ids - self._roles.keys():
            raise WriteRefused("PATCH /users: answered 422: unknown_role: There is no such role")
        after = dataclasses.replace(before, role_ids=role_ids, version=self._next_version())
        if self._owners(self._people.values()) and not self._owners((self._people | {after.id: after}).values()):
            raise WriteRefused("PATCH /users: answered 409: sole_owner: This is the only active Owner")
        if fault is not Fault.UNCLEAR_WITHOUT_EFFECT:
            self._people[after.id] = after
        _be_unclear(fault)

    # The rules

    def _read(self, method: str, *arguments: object) -> None:
        self.calls.append(Call(method, arguments))
        self.reads += 1
        if self.reads in self._read_faults:
            raise self._read_faults[self.reads]

    def _write(self, method: str, *arguments: object) -> Fault | None:
        """Record a write and let the script act: raises what has no effect, gives what the write must heed."""
        call = Call(method, arguments)
        self.calls.append(call)
        self.writes.append(call)
        number = len(self.writes)
        self._meddlers.get(number, _nothing)()
        fault = self._faults.get(number)
        if fault is Fault.REFUSED:
            raise WriteRefused(f"{method}: refused by the script")
        if fault is Fault.CONFLICT:
            raise WriteConflict(f"{method}: moved by the script")
        return fault

    def _require_role(self, live: LiveRole) -> LiveRole:
        role = self._roles.get(live.id)
        if role is None:
            raise WriteRefused("/roles: answered 404: not_found: There is no such role")
        if role.version != live.version:
            raise WriteConflict("/roles: answered 412: changed: It changed since it was read")
        return role

    def _require_known(self, content: RoleContent) -> None:
        if content.permissions - self._catalogue.keys:
            raise WriteRefused("/roles: answered 422: unknown_permission: The product has no such permission")

    def _require_free(self, name: str, *, besides: RoleId | None = None) -> None:
        taken = {role.content.name.casefold() for role in self._roles.values() if role.id != besides}
        if name.casefold() in taken:
            raise WriteRefused("/roles: answered 409: name_taken: Another role has this name")

    def _owners(self, people: Iterable[Person]) -> int:
        owner = {role.id for role in self._roles.values() if role.content.name == OWNER}
        return sum(person.active and bool(person.role_ids & owner) for person in people)

    def _holders(self, role_id: RoleId) -> tuple[Person, ...]:
        held = [person for person in self._people.values() if role_id in person.role_ids]
        return tuple(sorted(held, key=lambda person: person.id))

    def _shown(self, role: LiveRole) -> LiveRole:
        return dataclasses.replace(role, user_count=len(self._holders(role.id)))

    def _next_version(self) -> str:
        self._revision += 1
        return f'"fake-{self._revision}"'


def _be_unclear(fault: Fault | None) -> None:
    if fault is not None:
        raise WriteUnclear(f"no answer: {fault}")


def _nothing() -> None:
    """Be nobody who meddles."""
