"""The small tenant that the contract is tested on; every adapter fills one of its own product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.model.permission import PermissionSet
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.ports import TenantReader, TenantWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A tenant with three custom roles, in a fresh state for every test.

    Besides the roles and the people of one of them it may have whatever the product always has, such as standard
    roles and the account of the key, which must hold none of the three.
    """

    reader: TenantReader
    """Opened for looking."""
    tenant: TenantWriter
    """Opened for writing, on the same state."""
    used: str
    """The name of a custom role that permits `few` and that exactly `holders` have."""
    unused: str
    """The name of a custom role that permits `few` and that nobody has."""
    odd: str
    """The name of a custom role that permits `novelty` besides `few`."""
    novelty: str
    """A permission that the product has and no table of the adapter knows, by the key that the adapter gives it."""
    holder: PersonId
    """An active person who has the role `used`, not `unused`, and one more role where the product allows that."""
    colleagues: frozenset[PersonId]
    """Everybody else who has the role `used`: at least one."""
    inactive: frozenset[PersonId]
    """The colleagues who can do nothing now, such as suspended people; at least one, if the product has such."""
    few: PermissionSet
    """Some permissions as the product can store them in a role: closed, so with each all that it implies."""
    more: PermissionSet
    """Other such permissions, with all of `few` and at least one besides."""
    stranger: str
    """The key of a permission that the product does not have."""
    administers: str | None
    """The key of the permission that means "can administer roles"; None where nobody but the lock can know."""
    standard: str | None = None
    """The name of a role that the product ships and never deletes, where it has one that is listed as a role."""
    requests: Callable[[], int]
    """Counts what the product has been asked so far, reads and writes alike."""

    def role(self, name: str) -> LiveRole:
        """Give the role of this name as the list shows it now."""
        return next(role for role in self.tenant.roles() if role.content.name == name)

    def person(self) -> Person:
        """Give the holder as they are now."""
        person = self.tenant.person(self.holder)
        assert person is not None, "the desk must have its holder"
        return person

    def content(self, name: str, *, description: str = "", permissions: PermissionSet | None = None) -> RoleContent:
        """Give what a role is to be; it permits `few` unless said otherwise."""
        return RoleContent(
            name=name, description=description, permissions=self.few if permissions is None else permissions
        )

    @property
    def holders(self) -> list[PersonId]:
        """Give everybody who has the role `used`, sorted."""
        return sorted({self.holder, *self.colleagues})

    def contents(self) -> dict[RoleId, RoleContent]:
        """Give what every role is now, by its id."""
        return {role.id: role.content for role in self.tenant.roles()}
