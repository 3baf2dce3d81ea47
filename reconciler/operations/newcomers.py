"""Notice people who came to a role since the plan, right before a write that takes something from its holders."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.facts import Facts
from reconciler.core.wording import people
from reconciler.model.role import LiveRole
from reconciler.model.write import DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.ports import TenantReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Whom the plan counted for a role, held against who is there now.

    Where the product refuses to delete a role in use, it notices them itself; where it cannot count, nobody does.
    """

    tenant: TenantReader
    facts: Facts

    def objection(self, write: Write) -> str:
        """Say why a write may not be sent, as it would reach people whom nobody counted; empty where it may.

        No request is made for writes that take nothing from anybody but those whom they name. Raises a `TenantError`
        where the tenant cannot be read.
        """
        match write:
            case UpdateRole(live=live, content=after) if live.content.permissions - after.permissions:
                return self._grown(live) if self.facts.live.product.counts_again else ""
            case DeleteRole(live=live) if self.facts.live.product.deletes_in_use:
                return self._left_behind(live)
            case _:
                return ""

    def _grown(self, live: LiveRole) -> str:
        """Compare how many people have a role that is narrowed."""
        role = self.tenant.role(live.id)
        if role is None or role.user_count is None or live.user_count is None:
            return ""
        by_plan = max(live.user_count, self._listed(live))
        if role.user_count <= by_plan:
            return ""
        return (
            f'{people(role.user_count)} have "{live.content.name}" now, and by the plan it was {by_plan:,}: '
            "whoever came since was not counted"
        )

    def _left_behind(self, live: LiveRole) -> str:
        """Compare who has a role that is retired in use; after its holders have moved, that is nobody.

        The role is read before its holders, so that they are listed anew.
        """
        role = self.tenant.role(live.id)
        if role is None:
            return ""
        name = f'"{live.content.name}"'
        holders = self.tenant.holders(live.id)
        moved = any(isinstance(w, MoveHolder) and w.leaves == live.id for w in self.facts.writes)
        if holders is not None:
            known = set() if moved else {p.id for p in self.facts.people.people if live.id in p.role_ids}
            come = sum(1 for person in holders if person.id not in known)
            return f"{people(come)} got {name} since the plan was made, and would be left behind" if come else ""
        if role.user_count is None or live.user_count is None:
            return f"the holders of {name} cannot be listed again or counted, so nobody can say who came since the plan"
        come = role.user_count - (0 if moved else max(live.user_count, self._listed(live)))
        return f"{people(come)} more than by the plan have {name}, and would be left behind" if come > 0 else ""

    def _listed(self, live: LiveRole) -> int:
        return sum(1 for person in self.facts.people.people if live.id in person.role_ids)
