"""Follows a cursor through a listing and proves that nothing is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.errors import LiveIncomplete
from reconciler.tenants.http import Deadline, HttpReader
from reconciler.tenants.shape import MAX_CURSOR, Part

PAGE = 100
"""Items asked for at once."""
MAX_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class _Listing:
    """One pass over the pages, and what speaks against believing it."""

    items: tuple[Part, ...]
    doubt: str
    """Empty when the listing is proved complete."""


def listing(
    http: HttpReader, *segments: str, query: Mapping[str, str] | None = None, unique: Callable[[Part], str]
) -> tuple[Part, ...]:
    """Give every item of `{data, next_cursor, total}` pages in the tenant's order.

    Complete means: the last page was reached, no cursor came twice, every page names the same total, no id came
    twice, and as many items as that total arrived. A listing that moved while it was read is read once more from the
    start; then `LiveIncomplete` is raised with both numbers. Costs one request a page.
    """
    deadline = http.deadline()
    first = _read(http, segments, query or {}, unique, deadline)
    if not first.doubt:
        return first.items
    second = _read(http, segments, query or {}, unique, deadline)
    if not second.doubt:
        return second.items
    raise LiveIncomplete(
        f"GET /{'/'.join(segments)} was read twice and is not complete: {second.doubt}",
        fix="Run it again; if it stays so, the tenant's listing is at fault",
    )


def _read(
    http: HttpReader,
    segments: tuple[str, ...],
    query: Mapping[str, str],
    unique: Callable[[Part], str],
    deadline: Deadline,
) -> _Listing:
    items: list[Part] = []
    ids: set[str] = set()
    cursors: set[str] = set()
    total: int | None = None
    asked = {**query, "limit": str(PAGE)}
    for _ in range(MAX_PAGES):
        page = http.get(*segments, query=asked, deadline=deadline)
        named = page.at("total").count()
        if total not in {None, named}:
            return _Listing((), f"the total changed from {total} to {named} between two pages")
        total = named
        data = page.at("data").each()
        if not items and len(data) < total:
            http.progress.stage(f"Reading {segments[-1]}", total)
        if len(data) < total:
            http.progress.advance(len(data))
        items += data
        ids.update(unique(item) for item in data)
        cursor = page.maybe("next_cursor")
        doubt = _doubt(len(items), len(ids), total, last=cursor is None)
        if doubt or cursor is None:
            return _Listing(tuple(items), doubt)
        text = cursor.token(MAX_CURSOR)
        if text in cursors or not data:
            return _Listing((), f"its pages go round in a circle after {len(items)} of {total}")
        cursors.add(text)
        asked["cursor"] = text
    return _Listing((), f"it has more than {MAX_PAGES} pages, {len(items)} of {total} were read")


def _doubt(received: int, different: int, total: int, *, last: bool) -> str:
    if received > total or (last and received < total):
        return f"{received} of {total} arrived"
    if different < received:
        return f"{different} of {total} arrived, as {received - different} came twice"
    return ""
