"""Give many people one role with one request, where the product can, and find out what became of each of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from reconciler.model.person import Person, PersonId
from reconciler.model.role import RoleId
from reconciler.model.write import MoveHolder, Write
from reconciler.operations.settle import Objection, Seen, Settled, Settlement, mismatch, settle, unopposed
from reconciler.ports import MANY, Clock, ManyWriter, TenantWriter


def most_at_once(tenant: TenantWriter) -> int:
    """Give how many people one request can be for."""
    return MANY if isinstance(tenant, ManyWriter) else 1


def batches(writes: tuple[Write, ...], most: int) -> Iterator[tuple[Write, ...]]:
    """Cut writes, in their order, into what is sent at once: moves of one role's holders, at most so many; else one."""
    for alike, group in groupby(writes, key=_alike):
        listed = tuple(group)
        size = 1 if alike is None else most
        for start in range(0, len(listed), size):
            yield listed[start : start + size]


def _alike(write: Write) -> tuple[str, ...] | None:
    return (write.role, write.leaves, write.joins) if isinstance(write, MoveHolder) else None


def settle_together(
    tenant: ManyWriter, people: tuple[Person, ...], role_id: RoleId, clock: Clock, objection: Objection = unopposed
) -> tuple[tuple[Settlement, Person | None], ...]:
    """Give everybody this one role, and say of each what became of it and how they were read back, in the same order.

    Each is settled by themselves, like a single write: whoever has the role afterwards is moved, whatever the tenant
    said and whatever became of the others, and the request is repeated only for those of whom a read-back shows that
    it had no effect. What `objection` says keeps it from being sent.
    """
    moved: dict[PersonId, Person] = {}
    elsewhere: set[PersonId] = set()

    def left() -> tuple[Person, ...]:
        return tuple(person for person in people if person.id not in moved and person.id not in elsewhere)

    def look() -> Seen:
        listed = {person.id: person for person in tenant.holders(role_id) or ()}
        for before in (person for person in people if person.id not in moved):
            found = listed.get(before.id) or tenant.person(before.id)
            elsewhere.discard(before.id)
            if found is not None and found.role_ids == {role_id}:
                moved[before.id] = found
            elif found is None or found.role_ids != before.role_ids:
                elsewhere.add(before.id)
        # Whoever went elsewhere does not end the looking for those who may still show.
        return Seen.BEFORE if left() else Seen.OTHER if elsewhere else Seen.AFTER

    whole = settle(lambda: tenant.assign_many(left(), role_id), look, clock, objection)
    applied = Settlement(settled=Settled.APPLIED, sent=whole.sent)
    other = Settlement(settled=Settled.MISMATCH, sent=whole.sent, detail=mismatch(Seen.OTHER))

    def ended(person: Person) -> Settlement:
        return applied if person.id in moved else other if person.id in elsewhere else whole

    return tuple((ended(person), moved.get(person.id)) for person in people)
