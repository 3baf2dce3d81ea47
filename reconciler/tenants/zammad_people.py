"""Lists Zammad's people in few requests: everybody at once where they are few, else those with one role.

Sources: the product's users controller. Without the right to read people a server answers 200 with just the key's own
user, or with those of its organization, so a list is believed only where it begins with the user that every server has.
"""

from __future__ import annotations

from reconciler.errors import TenantAnswerUnusable
from reconciler.model.role import RoleId
from reconciler.tenants.http import HttpReader
from reconciler.tenants.shape import Part
from reconciler.tenants.zammad_pages import Listing, listing, whole
from reconciler.tenants.zammad_replies import SYSTEM, held

USERS = Listing(path=("users",), size=500, query={})
"""500 is the most that every version gives at once."""
_FOUND_AT_ONCE = 200


class ZammadPeople:
    """Reads people, and keeps a list of everybody until `forget` is called."""

    def __init__(self, http: HttpReader) -> None:
        self._http = http
        self._first: tuple[Part, ...] | None = None
        self._everybody: tuple[Part, ...] | None = None
        self._by_role: dict[RoleId, tuple[Part, ...]] = {}
        self._ahead: set[RoleId] = set()
        """Roles whose people were listed along with those of another one, and not asked for yet."""
        self._together: frozenset[RoleId] = frozenset()

    def begin(self, together: frozenset[RoleId]) -> None:
        """Start anew; whoever asks for the people of one of these roles needs to know those of all of them."""
        self.forget()
        self._together = together

    def forget(self) -> None:
        """Let go of what was listed: somebody may hold other roles now."""
        self._first = self._everybody = None
        self._by_role, self._ahead, self._together = {}, set(), frozenset()

    def listed(self, wanted: RoleId) -> tuple[Part, ...] | None:
        """Give everyone assigned to a role as they were read last, without a request; None where they were not."""
        if self._everybody is not None:
            return tuple(part for part in self._everybody if wanted in held(part))
        return self._by_role.get(wanted)

    def sees_everybody(self) -> bool:
        """Whether the key may read people other than those around its own user."""
        if self._first is None:
            self._first = tuple(USERS.page(self._http, 1, USERS.size, self._http.deadline()))
            if self._sees() and len(self._first) < USERS.size:
                read = whole(self._http, USERS, USERS.size, self._first)
                self._everybody = None if read.doubt else read.items
        return self._sees()

    def with_role(self, wanted: RoleId) -> tuple[Part, ...] | None:
        """List everyone assigned to a role; None where the key may not."""
        if not self.sees_everybody():
            return None
        if self._everybody is not None:
            return self.listed(wanted)
        if wanted in self._together:
            self._list_together()
        if wanted not in self._ahead:
            self._by_role[wanted] = self._found(wanted)
        self._ahead.discard(wanted)
        return self._by_role[wanted]

    def _list_together(self) -> None:
        for role_id in sorted(self._together):
            self._by_role[role_id] = self._found(role_id)
        self._ahead, self._together = set(self._together), frozenset()

    def _found(self, wanted: RoleId) -> tuple[Part, ...]:
        """Search for everyone assigned to a role."""
        query = {"query": "*", "role_ids[]": wanted}
        found = listing(
            self._http, Listing(path=("users", "search"), size=_FOUND_AT_ONCE, size_field="limit", query=query)
        )
        if any(wanted not in held(part) for part in found):
            raise TenantAnswerUnusable("GET /api/v1/users/search lists somebody without the role that was asked for")
        return found

    def everybody(self) -> tuple[Part, ...] | None:
        """List everyone; None where the key may not."""
        if not self.sees_everybody():
            return None
        if self._everybody is None:
            self._everybody = listing(self._http, USERS)
        return self._everybody

    def _sees(self) -> bool:
        return any(str(part.at("id").count()) == SYSTEM for part in self._first or ())
