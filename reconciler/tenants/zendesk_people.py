"""Lists Zendesk's people by cursor pages, in the fewest requests: those with one role, or everybody once for all roles.

Sources: the vendor's pages on users and on cursor pagination (`page[size]` up to 100, `meta.has_more`,
`meta.after_cursor`). A cursor listing names no total; it is believed when its last page says so, no person and no
cursor comes twice, and nobody is missing of those that the role itself counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reconciler.errors import LiveIncomplete, TenantAnswerUnusable
from reconciler.model.role import RoleId
from reconciler.tenants.address import Query
from reconciler.tenants.http import HttpReader
from reconciler.tenants.shape import MAX_CURSOR, Part
from reconciler.tenants.zendesk_replies import administrator, role_id

API = ("api", "v2")
PAGE = 100
MAX_PAGES = 10_000

STAFF_QUERY: Query = {"role[]": ("admin", "agent")}
ADMINISTRATORS_QUERY: Query = {"role[]": ("admin",)}


class ZendeskPeople:
    """Reads people, and keeps a listing of everybody until `forget` is called."""

    def __init__(self, http: HttpReader) -> None:
        self._http = http
        self._everybody: tuple[Part, ...] | None = None

    def forget(self) -> None:
        """Let go of what was listed: somebody may hold another role now."""
        self._everybody = None

    def everybody(self) -> tuple[Part, ...]:
        """List everyone who can have a role."""
        if self._everybody is None:
            self._everybody = self._listing(STAFF_QUERY)
        return self._everybody

    def with_role(self, wanted: RoleId, count: int, total: int, recount: Callable[[], int]) -> tuple[Part, ...]:
        """List everyone with a role of which `count` people are told, `total` in all roles together.

        Everybody is listed where that takes no more pages, as it serves the next role too. Fewer than counted is
        read again, against a new count; raises `LiveIncomplete` when it stays so.
        """
        at_once = self._everybody is not None or _pages(total) <= _pages(count)
        found = self._of(self.everybody(), wanted) if at_once else self._asked(wanted)
        if len(found) < count:
            self.forget()
            count, found = recount(), self._asked(wanted)
            if len(found) < count:
                raise LiveIncomplete(
                    f"Zendesk counts {count} people with role {wanted} and lists {len(found)} of them",
                    fix="Run it again; if it stays so, look in Zendesk for people whom the key does not see",
                )
        return found

    def administrators(self, wanted: RoleId, count: int, total: int, recount: Callable[[], int]) -> tuple[Part, ...]:
        """List all administrators, and whoever else was given their role, which `count` people were.

        Everybody is listed where that takes one page, or one who was given the role is no administrator.
        """
        at_once = self._everybody is not None or _pages(total) == 1
        listed = self.everybody() if at_once else self._listing(ADMINISTRATORS_QUERY)
        given = self._of(listed, wanted)
        if len(given) < count:
            given = self.with_role(wanted, count, total, recount)
        unique = {str(part.at("id").count()): part for part in (*given, *filter(administrator, listed))}
        return tuple(unique.values())

    def _of(self, parts: tuple[Part, ...], wanted: RoleId) -> tuple[Part, ...]:
        return tuple(part for part in parts if _holds(part) == wanted)

    def _asked(self, wanted: RoleId) -> tuple[Part, ...]:
        found = self._listing({"permission_set": wanted})
        if any(_holds(part) != wanted for part in found):
            raise TenantAnswerUnusable("GET /api/v2/users lists somebody who does not hold the role that was asked for")
        return found

    def _listing(self, query: Query) -> tuple[Part, ...]:
        found, doubt = self._pass(query)
        if doubt:
            found, doubt = self._pass(query)
        if doubt:
            raise LiveIncomplete(
                f"GET /api/v2/users was read twice and is not complete: {doubt}",
                fix="Run it again; if it stays so, the listing of the account is at fault",
            )
        return found

    def _pass(self, query: Query) -> tuple[tuple[Part, ...], str]:
        """Follow the cursor once; give what was listed and what speaks against believing it."""
        deadline = self._http.deadline()
        found: dict[str, Part] = {}
        cursors: set[str] = set()
        asked: dict[str, str | Sequence[str]] = {**query, "page[size]": str(PAGE)}
        for number in range(MAX_PAGES):
            page = self._http.get(*API, "users", query=asked, deadline=deadline)
            items = page.at("users").each()
            for item in items:
                if found.setdefault(str(item.at("id").count()), item) is not item:
                    return (), f"somebody came twice among {len(found)}"
            if not page.at("meta").at("has_more").flag():
                return tuple(found.values()), ""
            if number == 0:
                self._http.progress.stage("Reading users", None)
            self._http.progress.advance(len(items))
            cursor = page.at("meta").at("after_cursor").token(MAX_CURSOR)
            if cursor in cursors or not items:
                return (), f"its pages go round in a circle after {len(found)}"
            cursors.add(cursor)
            asked["page[after]"] = cursor
        return (), f"it has more than {MAX_PAGES} pages"


def _pages(people: int) -> int:
    return max(1, -(-people // PAGE))


def _holds(part: Part) -> RoleId | None:
    custom = part.optional("custom_role_id")
    return None if custom is None else role_id(custom)
