"""What the use cases need from outside; looking needs a `TenantReader`, and only apply holds a `TenantWriter`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from reconciler.model.permission import Catalogue
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.product import Product
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey
from reconciler.model.state import Account, Capabilities, Tenant
from reconciler.model.write import Write


class TenantReader(Protocol):
    """Reads a tenant. Every method raises a `TenantError` rather than return less than everything.

    The permissions of every role are closed: with each permission they have all that it implies.
    """

    def product(self) -> Product:
        """Say what the product can and cannot do; sends no request."""
        ...

    def objections(self, before: RoleContent | None, after: RoleContent | None, /) -> tuple[str, ...]:
        """Say why the product would refuse to turn one role into another, each in sentences with the way out.

        `before` is None for a role to be created and `after` for one to be retired. Sends no request; may know what
        reading the catalogue and the roles has told. Empty where nothing is known to stand against it.
        """

    def objections_together(self, writes: tuple[Write, ...], roles: Mapping[RoleKey, LiveRole], /) -> tuple[str, ...]:
        """Say why the product would refuse some writes of a plan after others of it; in sentences like `objections`.

        This is for what no change shows by itself: a limit that several creations reach, names near each other, the
        last administrator, people whom the product does not move. `writes` are in their order, and `roles` has the
        live role of each file that has one. Sends no request.
        """

    def identity(self) -> tuple[Tenant, Account]:
        """Say which tenant this is and whose key is used."""
        ...

    def capabilities(self) -> Capabilities:
        """Say what the key may do, from the same reply that `identity` reads."""

    def catalogue(self) -> Catalogue:
        """List every permission the tenant has now."""
        ...

    def roles(self) -> tuple[LiveRole, ...]:
        """List every role, sorted by id; must prove that none is missing, or raise `LiveIncomplete`."""
        ...

    def headcount(self) -> int | None:
        """Say how many users the tenant has, where that costs no request of its own; else None."""
        ...

    def role(self, role_id: RoleId) -> LiveRole | None:
        """Read one role; None only where the tenant clearly says that it does not exist."""
        ...

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """List everyone assigned to a role, suspended and service accounts too; None where the key may not."""
        ...

    def person(self, person_id: PersonId) -> Person | None:
        """Read one user; None only where the tenant clearly says that it does not exist."""

    def find_person(self, who: str) -> Person | None:
        """Find one user by id, or by e-mail address ignoring case; None where nobody has it.

        An address costs a listing of everyone.
        """

    def contacts(self, role_id: RoleId) -> tuple[Contact, ...] | None:
        """List everyone assigned to a role like `holders`, with name and address; None where the key may not."""
        ...


class TenantWriter(TenantReader, Protocol):
    """Writes a tenant, one request a call, never repeated inside.

    Every method returns when the tenant said yes, and raises `WriteRefused` for a clear no without effect,
    `WriteConflict` when the state was not the one that was read, and `WriteUnclear` for anything else.
    """

    def create_role(self, content: RoleContent) -> RoleId:
        """Create a role with nobody in it and give its id."""
        ...

    def update_role(self, live: LiveRole, content: RoleContent) -> None:
        """Make the role equal to `content` if it is still `live`; send only what differs."""
        ...

    def delete_role(self, live: LiveRole) -> None:
        """Delete the role if it is still `live`, and nobody holds it or the product allows that.

        Where the product cannot delete, the role becomes inactive, and from then on `roles` and `role` leave it out.
        """
        ...

    def assign_roles(self, person: Person, role_ids: frozenset[RoleId]) -> None:
        """Replace the roles of one user if the user is still `person`."""
        ...


@runtime_checkable
class ManyWriter(TenantWriter, Protocol):
    """A tenant in which everybody has one role, and many can be given another with one request."""

    def assign_many(self, people: tuple[Person, ...], role_id: RoleId) -> None:
        """Replace the role of at most `MANY` users who all have the same, if each is still as they were read.

        Raises like the methods of `TenantWriter`; after a `WriteUnclear` some may have the role and others not.
        """
        ...


MANY = 100
"""How many people one request is made for at most."""


class Clock(Protocol):
    """Time, so that nothing else asks the machine for it."""

    def now(self) -> dt.datetime:
        """Give the time in UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds that never run backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Progress(Protocol):
    """Told of long work; shows it or not."""

    def stage(self, label: str, total: int | None) -> None:
        """Begin a stage of `total` steps, None where the number is not known yet."""
        ...

    def advance(self, steps: int = 1) -> None:
        """Count steps of the stage."""
        ...


class Unwatched:
    """Progress that nobody watches."""

    def stage(self, label: str, total: int | None) -> None:
        """Begin a stage."""

    def advance(self, steps: int = 1) -> None:
        """Count steps of the stage."""


class Journal(Protocol):
    """The record of an apply, on disk before anything happens."""

    def write(self, entry: Mapping[str, object]) -> None:
        """Append one entry and return only when it is on disk; raises `OSError` when it cannot be."""
        ...
