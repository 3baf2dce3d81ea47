"""Reads Zammad's listings, bare arrays that name no total, and proves that nothing is missing.

A server answers fewer items than were asked for without a word where that is more than it gives at once, and versions
differ in how much that is. So a short first page is believed only where it is shorter than the least that any version
gives unasked; else the place behind its last item is asked for alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.errors import LiveIncomplete
from reconciler.tenants.address import Query
from reconciler.tenants.http import Deadline, HttpReader
from reconciler.tenants.shape import Part

API = ("api", "v1")
LEAST = 50
"""No version gives fewer items than this unless asked to."""
MAX_PAGES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of the server: where it is, what it is asked with, and how many items a page is to have."""

    path: tuple[str, ...]
    size: int
    size_field: str = "per_page"
    query: Query

    @property
    def where(self) -> str:
        """What error texts call it."""
        return f"GET /{'/'.join((*API, *self.path))}"

    def page(self, http: HttpReader, number: int, size: int, deadline: Deadline) -> list[Part]:
        """Read one page."""
        query = {**self.query, self.size_field: str(size), "page": str(number)}
        return http.get(*API, *self.path, query=query, deadline=deadline).each()


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a listing."""

    items: tuple[Part, ...] = ()
    doubt: str = ""
    """Empty where it is proved complete."""
    cut: bool = False
    """Whether the server gives fewer at once than it was asked for."""


def listing(http: HttpReader, wanted: Listing) -> tuple[Part, ...]:
    """Give every item in the server's order; raises `LiveIncomplete` where it cannot be proved complete.

    Costs one request a page, and one more for a first page that is short and yet as long as a page may be. Read once
    more, in small pages where they were cut, when the first time proves nothing.
    """
    read = whole(http, wanted, wanted.size)
    if read.doubt:
        read = whole(http, wanted, LEAST if read.cut else wanted.size)
    if read.doubt:
        raise LiveIncomplete(
            f"{wanted.where} was read twice and is not complete: {read.doubt}",
            fix="Run it again; if it stays so, the listing of the server is at fault",
        )
    return read.items


def whole(http: HttpReader, wanted: Listing, size: int, first: tuple[Part, ...] | None = None) -> Read:
    """Read a listing once, from its `first` page on where that was read already."""
    deadline = http.deadline()
    found: dict[str, Part] = {}
    for number in range(1, MAX_PAGES + 1):
        read = number == 1 and first is not None
        items = list(first or ()) if read else wanted.page(http, number, size, deadline)
        if len(items) > size:
            return Read(doubt=f"a page of {size} has {len(items)}")
        for item in items:
            if found.setdefault(str(item.at("id").count()), item) is not item:
                return Read(doubt=f"something came twice among {len(found)}")
        if len(items) < size:
            return _ended(http, wanted, tuple(found.values()), deadline, alone=number == 1)
        if number == 1:
            http.progress.stage(f"Reading {wanted.path[0]}", None)
        http.progress.advance(len(items))
    return Read(doubt=f"it has more than {MAX_PAGES} pages")


def _ended(http: HttpReader, wanted: Listing, items: tuple[Part, ...], deadline: Deadline, *, alone: bool) -> Read:
    """Believe a page that is short, as one before it was not, or it is too short to be cut, or nothing is behind it."""
    if not alone or len(items) < LEAST or not wanted.page(http, len(items) + 1, 1, deadline):
        return Read(items)
    return Read(doubt=f"there are more than {len(items)}", cut=True)
