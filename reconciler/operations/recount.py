"""Count people again, right before a write: the administrators who would be left, and those whom it reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconciler.core.administrators import Administrators
from reconciler.core.facts import Facts
from reconciler.core.wording import listing
from reconciler.model.person import Person, PersonId
from reconciler.model.role import RoleId, RoleKey
from reconciler.model.write import DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.operations.moving import batches, most_at_once
from reconciler.operations.newcomers import Newcomers
from reconciler.ports import TenantReader, TenantWriter


def ids_of(facts: Facts) -> dict[RoleKey, RoleId]:
    """Give the live role of each file that has one before any write."""
    return {found.role.key: found.live.id for found in facts.matching.matched}


def first_objection(tenant: TenantWriter, facts: Facts) -> str:
    """Say why the first write of a plan may not be sent, like `Recount.objection`."""
    first = next(batches(facts.writes, most_at_once(tenant)))
    return Recount(tenant=tenant, facts=facts).objection(first, 0, ids_of(facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """What the guards have found on the data of the plan, asked again on fresh data."""

    tenant: TenantReader
    facts: Facts

    def objection(self, batch: tuple[Write, ...], done: int, ids: Mapping[RoleKey, RoleId]) -> str:
        """Say why a write, or moves that go together, may not be sent; empty where they may.

        The first `done` writes of the plan have happened, and `ids` has every role that is there. Enough is what was
        enough for the guard, and a write that takes it from nobody after all may be sent. No request is made for
        writes that cannot take it from anybody. Raises a `TenantError` where the tenant cannot be read.
        Before that, whoever came to the role of the write since the plan is looked for.
        """
        come = Newcomers(tenant=self.tenant, facts=self.facts).objection(batch[0])
        if come:
            return come
        deletes_in_use = self.facts.live.product.deletes_in_use
        if isinstance(batch[0], DeleteRole) and not deletes_in_use:
            return ""
        for planned in self.facts.administrators:
            giving = planned.giving(self.facts.writes[:done])
            if planned.may_take(batch[0], giving):
                found = frozenset(ids[role[0]] if isinstance(role, tuple) else role for role in giving)
                objection = self._counted(replace(planned, roles=found, ids=ids), batch)
                if objection:
                    return objection
        return ""

    def _counted(self, expected: Administrators, batch: tuple[Write, ...]) -> str:
        """Read role after role that should still give it, with its holders, until enough have been seen."""
        enough = min(self.facts.effective.min_administrators, expected.count)
        found = replace(expected, roles=frozenset(), holders=())
        people: dict[PersonId, Person] = {}
        unlisted: list[str] = []
        for role_id in self._in_order(expected, batch[0], enough):
            if _left(found, batch) >= enough:
                return ""
            role = self.tenant.role(role_id)
            if role is None or expected.permission not in role.content.permissions:
                continue
            if role_id == _joined(expected, batch[0]):
                return ""
            holders = self.tenant.holders(role_id)
            if holders is None:
                unlisted.append(role.content.name)
            people |= {person.id: person for person in holders or ()}
            own = self.facts.live.account.person_id
            counting = tuple(person for person in people.values() if person.counts and person.id != own)
            found = replace(found, roles=found.roles | {role_id}, holders=counting)
        left = _left(found, batch)
        if left >= enough or (left == found.count and not unlisted):
            return ""
        if unlisted:
            return f"the holders of {listing(unlisted)} could not be read again, so nobody can say who would be left"
        return (
            f"counted again, {left} of {enough} required administrators would be left: "
            f"since the plan was made somebody was suspended or lost {expected.permission}"
        )

    def _in_order(self, expected: Administrators, write: Write, enough: int) -> list[RoleId]:
        """Give the roles to read, those first that make the count short.

        A role that people move to comes first, as it settles the question, and the one that the write is about last.
        Of the others those with enough administrators by the plan, among them the one with the fewest users.
        """
        users = {role.id: role.user_count or 0 for role in self.facts.live.roles}
        seen = Counter(role_id for person in expected.holders for role_id in person.role_ids)
        joined = _joined(expected, write)

        def place(role_id: RoleId) -> tuple[bool, bool, int, int, RoleId]:
            known = -min(enough, seen[role_id])
            return (role_id != joined, _is_about(write, role_id), known, users.get(role_id, 0), role_id)

        return sorted(expected.roles, key=place)


def _left(found: Administrators, batch: tuple[Write, ...]) -> int:
    """Count those who are left after the writes."""
    lowest = found.lowest(batch)
    return found.count if lowest is None else lowest


def _joined(expected: Administrators, write: Write) -> RoleId | None:
    return expected.ids[write.joins] if isinstance(write, MoveHolder) else None


def _is_about(write: Write, role_id: RoleId) -> bool:
    """Say whether people leave a role through this write, or it loses the permission."""
    if isinstance(write, MoveHolder):
        return write.leaves == role_id
    return isinstance(write, UpdateRole | DeleteRole) and write.live.id == role_id
