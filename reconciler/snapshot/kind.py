"""Offers a snapshot as a kind of tenant: it is read like any other, and what would be written is done by hand.

For products without an interface. The file stands beside the settings (`file:`), or anywhere they can name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from reconciler.core.naming import name_key
from reconciler.desired.reading import read_regular_file
from reconciler.errors import UsageProblem, WriteRefused
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.product import Product
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey, RoleKind
from reconciler.model.state import Account, Capabilities, Tenant
from reconciler.model.write import Write
from reconciler.snapshot.content import Snapshot, SnapshotPerson, SnapshotRole, parse_snapshot
from reconciler.tenants.connection import Connection, TenantKind

PRODUCT = Product(name="The product of a snapshot", precondition=False, writes=False)


class SnapshotReader:
    """Implements `TenantReader` on what a file says; sends no request, ever."""

    def __init__(self, name: str, snapshot: Snapshot, lock: Catalogue) -> None:
        self._name = name
        self._snapshot = snapshot
        self._catalogue = _catalogue(snapshot, lock)
        self._ids = {name_key(role.name): RoleId(role.id) for role in snapshot.roles}

    def product(self) -> Product:
        """Give a product that is never written to, and lists and counts people where this snapshot does."""
        snapshot = self._snapshot
        return replace(
            PRODUCT,
            counts=all(role.people is not None for role in snapshot.roles),
            reads_holders=snapshot.people is not None,
        )

    def objections(self, _before: RoleContent | None, _after: RoleContent | None, /) -> tuple[str, ...]:
        """Give nothing: what the product refuses is known to whoever clicks."""
        return ()

    def objections_together(self, _writes: tuple[Write, ...], _roles: Mapping[RoleKey, LiveRole], /) -> tuple[str, ...]:
        """Give nothing: as of a single change."""
        return ()

    def identity(self) -> tuple[Tenant, Account]:
        """Give the tenant of the snapshot, by its name in the settings where it does not say; nobody's key is used."""
        tenant = Tenant(name=self._name, id=self._snapshot.tenant or self._name, title=self._snapshot.title)
        return tenant, Account(person_id=None, role_ids=frozenset(), needs=frozenset())

    def capabilities(self) -> Capabilities:
        """Say that this is a snapshot, and whether it lists people."""
        people = self._snapshot.people is not None
        return Capabilities(
            environment="snapshot",
            key_prefix="",
            scopes=(),
            tier="",
            reads_roles=True,
            writes_roles=False,
            reads_people=people,
            writes_people=False,
        )

    def catalogue(self) -> Catalogue:
        """Give the permissions that the snapshot lists, or those of the lock, and any that its roles have besides."""
        return self._catalogue

    def roles(self) -> tuple[LiveRole, ...]:
        """Give every role of the file, sorted by id."""
        return tuple(sorted((self._live(role) for role in self._snapshot.roles), key=lambda role: role.id))

    def headcount(self) -> int | None:
        """Give the number of users that the snapshot states; else everybody it lists, or None."""
        people = self._snapshot.people
        return self._snapshot.users if people is None else max(self._snapshot.users or 0, len(people))

    def role(self, role_id: RoleId) -> LiveRole | None:
        """Give the role with this id."""
        return next((role for role in self.roles() if role.id == role_id), None)

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """Give everyone who has the role, sorted by id; None where the snapshot lists nobody."""
        if self._snapshot.people is None:
            return None
        people = (self._person(person) for person in self._snapshot.people)
        return tuple(sorted((person for person in people if role_id in person.role_ids), key=lambda person: person.id))

    def contacts(self, role_id: RoleId) -> tuple[Contact, ...] | None:
        """Give the names and addresses of `holders`, empty where the snapshot leaves them out."""
        if self._snapshot.people is None:
            return None
        told = ((self._person(person), person) for person in self._snapshot.people)
        contacts = (
            Contact(id=person.id, name=written.name, email=written.email, counts=person.counts)
            for person, written in told
            if role_id in person.role_ids
        )
        return tuple(sorted(contacts, key=lambda contact: contact.id))

    def person(self, person_id: PersonId) -> Person | None:
        """Give the person with this id."""
        return next((self._person(person) for person in self._snapshot.people or () if person.id == person_id), None)

    def find_person(self, who: str) -> Person | None:
        """Give the person with this id or address."""
        return next(
            (
                self._person(person)
                for person in self._snapshot.people or ()
                if who == person.id or (person.email and who.casefold() == person.email.casefold())
            ),
            None,
        )

    def _live(self, role: SnapshotRole) -> LiveRole:
        return LiveRole(
            id=RoleId(role.id),
            content=RoleContent(
                name=role.name,
                description=role.description,
                permissions=self._catalogue.closed(role.permissions),
            ),
            kind=RoleKind.STANDARD if role.standard else RoleKind.CUSTOM,
            editable=True,
            version="",
            user_count=role.people,
        )

    def _person(self, person: SnapshotPerson) -> Person:
        return Person(
            id=PersonId(person.id),
            role_ids=frozenset(self._ids[name_key(name)] for name in person.roles),
            active=person.active,
            human=person.human,
            version="",
        )


class SnapshotWriter(SnapshotReader):
    """Implements `TenantWriter` by refusing: nobody but a person can write to this product."""

    def create_role(self, content: RoleContent) -> RoleId:
        """Refuse."""
        self._refuse(content.name)

    def update_role(self, live: LiveRole, _content: RoleContent) -> None:
        """Refuse."""
        self._refuse(live.content.name)

    def delete_role(self, live: LiveRole) -> None:
        """Refuse."""
        self._refuse(live.content.name)

    def assign_roles(self, person: Person, _role_ids: frozenset[RoleId]) -> None:
        """Refuse."""
        self._refuse(person.id)

    def _refuse(self, what: str) -> NoReturn:
        raise WriteRefused(f"{what}: a snapshot is written to by nobody; `plan --format checklist` has the clicks")


class SnapshotKind:
    """Reads snapshots; `KIND` is what the entry point names."""

    @contextmanager
    def open_reader(self, connection: Connection) -> Iterator[SnapshotReader]:
        """Read the file; raises `UsageProblem` where it cannot be read, `InputRejected` where it is no snapshot."""
        yield SnapshotReader(connection.name, _read(connection), _lock(connection))

    @contextmanager
    def open_writer(self, connection: Connection) -> Iterator[SnapshotWriter]:
        """Read the file like `open_reader`."""
        yield SnapshotWriter(connection.name, _read(connection), _lock(connection))

    def shipped_catalogue(self) -> Catalogue | None:
        """Give None: no one knows the product beforehand."""
        return None


KIND: TenantKind = SnapshotKind()


def _read(connection: Connection) -> Snapshot:
    if connection.file is None:
        raise UsageProblem("The settings name no file for this snapshot", fix="Write `file: exports/roles.yaml`")
    path = Path(connection.file)
    raw = read_regular_file(path.parent, path.name)
    if raw is None:
        raise UsageProblem(f"There is no {path.name} where the settings say", fix="Export the roles to that file")
    return parse_snapshot(path.name, raw)


def _lock(connection: Connection) -> Catalogue:
    return Catalogue(version=1, categories=()) if connection.lock is None else connection.lock()


def _catalogue(snapshot: Snapshot, lock: Catalogue) -> Catalogue:
    """Give the lock's words for what the product has, and bare words for what the lock does not know."""
    listed = lock.keys if snapshot.permissions is None else snapshot.permissions
    everything = listed.union(*(role.permissions for role in snapshot.roles))
    categories = [
        Category(
            key=category.key,
            name=category.name,
            permissions=(
                *(p for p in category.permissions if p.key in everything),
                *_bare(key for key in everything - lock.keys if key.partition(".")[0] == category.key),
            ),
            form=category.form,
            family=category.family,
        )
        for category in lock.categories
    ]
    known = {category.key for category in lock.categories}
    for key in sorted({key.partition(".")[0] for key in everything} - known):
        bare = _bare(each for each in everything if each.partition(".")[0] == key)
        categories.append(Category(key=key, name=key, permissions=bare))
    return Catalogue(version=lock.version, categories=tuple(c for c in categories if c.permissions))


def _bare(keys: Iterable[str]) -> tuple[Permission, ...]:
    return tuple(Permission(key=key, name=key, level=PermissionLevel.ACT) for key in sorted(keys))
