"""Read the live side, in the fewest requests that a plan can be made from."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.errors import LiveElsewhere
from reconciler.model.person import People, Person, PersonId
from reconciler.model.role import RoleId
from reconciler.model.state import LiveState
from reconciler.ports import Progress, TenantReader


def require_tenant(tenant: TenantReader, expected: str | None) -> None:
    """Raise `LiveElsewhere` where the tenant says another id than the one expected; None expects nothing."""
    if expected is None:
        return
    found, _ = tenant.identity()
    if found.id != expected:
        raise LiveElsewhere(
            f"The settings expect the tenant {expected}, and the one that answered is {found.id}",
            fix="Correct the address, the key or the `id` of the tenant in the settings",
        )


def read_live(tenant: TenantReader, progress: Progress) -> LiveState:
    """Read identity, catalogue and every role.

    Raises a `TenantError` when any of it cannot be read completely.
    """
    progress.stage("Reading the tenant", 3)
    identity, account = tenant.identity()
    progress.advance()
    catalogue = tenant.catalogue()
    progress.advance()
    roles = tenant.roles()
    progress.advance()
    return LiveState(
        tenant=identity,
        account=account,
        catalogue=catalogue,
        roles=roles,
        headcount=tenant.headcount(),
        product=tenant.product(),
    )


def read_people(
    tenant: TenantReader,
    role_ids: Iterable[RoleId],
    progress: Progress,
    label: str = "Reading who holds the changed roles",
) -> People:
    """Read everyone assigned to the given roles; a role whose holders the key may not list stays unlisted.

    Somebody who is met twice is kept as met last. Raises a `TenantError` when a listing cannot be proved
    complete.
    """
    wanted = tuple(role_ids)
    progress.stage(label, len(wanted))
    people: dict[PersonId, Person] = {}
    listed: set[RoleId] = set()
    for role_id in wanted:
        holders = tenant.holders(role_id)
        if holders is not None:
            listed.add(role_id)
            people.update((person.id, person) for person in holders)
        progress.advance()
    return People(people=tuple(people[person_id] for person_id in sorted(people)), listed=frozenset(listed))
