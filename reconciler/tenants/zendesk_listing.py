"""Reads Zendesk's list of roles and proves that none is missing.

Source: the vendor's page on custom roles documents one list without paging; a recording has `next_page` and `count`.
"""

from __future__ import annotations

from reconciler.errors import LiveIncomplete, TenantRejected
from reconciler.tenants.http import HttpReader
from reconciler.tenants.shape import Part
from reconciler.tenants.zendesk_people import API

_MOST_PAGES = 20


def every_role(http: HttpReader) -> list[Part]:
    """Read the list of roles, further pages too where it names some, and prove that none is missing."""
    found: list[Part] = []
    deadline = http.deadline()
    for number in range(1, _MOST_PAGES + 1):
        query = {"page": str(number)} if number > 1 else {}
        page = http.find(*API, "custom_roles", query=query, deadline=deadline)
        if page is None:
            raise TenantRejected(
                "GET /api/v2/custom_roles: answered 404; custom roles belong to the Enterprise plans",
                fix="Check the plan of the account, and that the address is that of Zendesk Support",
            )
        found += page.at("custom_roles").each()
        if page.maybe("next_page") is None:
            return _proved(found, page.optional("count"))
    raise _doubted(len(found))


def _proved(found: list[Part], counted: Part | None) -> list[Part]:
    """Give the roles of the whole list back unless it counts others, or one of them comes twice."""
    ids = {part.at("id").count() for part in found}
    if len(ids) != len(found) or (counted is not None and counted.count() != len(found)):
        raise _doubted(len(ids))
    return found


def _doubted(number: int) -> LiveIncomplete:
    return LiveIncomplete(
        f"GET /api/v2/custom_roles lists {number} roles and does not prove that these are all",
        fix="Run it again; if it stays so, the listing of the account is at fault",
    )
