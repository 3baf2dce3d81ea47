"""Fit a document into a number of bytes: what must stay stays, what may go goes from the end and is counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ARTEFACT = "see the artefact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of a section."""

    text: str
    fixed: bool = True
    """Whether it may never be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Items of one kind with what stands around them; without items there is no section."""

    items: tuple[Item, ...]
    before: str = ""
    opening: str = ""
    """Comes before the items where any is shown, such as the head of a table."""
    closing: str = ""
    """Comes after the items where any is shown; how many were left out is told behind it."""
    after: str = ""
    rest: str = ARTEFACT
    """Where a reader finds what was left out."""

    def shown(self, kept: int) -> str:
        """Give the text with every fixed item and the first `kept` of the others; the rest is counted."""
        if not self.items:
            return ""
        items = []
        for item in self.items:
            kept -= not item.fixed
            if item.fixed or kept >= 0:
                items.append(item.text)
        left_out = len(self.items) - len(items)
        told = f"{self.opening}{''.join(items)}{self.closing}" if items else ""
        more = f"\n{left_out:,} more, {self.rest}.\n" if left_out else ""
        return f"{self.before}{told}{more}{self.after}"

    @property
    def loose(self) -> tuple[int, ...]:
        """The bytes of each item that may be left out."""
        return tuple(size(item.text) for item in self.items if not item.fixed)

    @property
    def least(self) -> int:
        """The bytes that are needed however few items are kept."""
        return size(self.shown(0)) + size(self.opening) + size(self.closing)


def size(text: str) -> int:
    """Give how many bytes a text takes."""
    return len(text.encode("utf-8"))


def fit(sections: Sequence[Section], limit: int) -> str | None:
    """Give the sections one after the other in at most `limit` bytes; None where what must stay does not fit.

    Earlier sections are filled first.
    """
    whole = "".join(section.shown(len(section.items)) for section in sections)
    if size(whole) <= limit:
        return whole
    room = limit - sum(section.least for section in sections)
    return None if room < 0 else "".join(_filled(sections, room))


def _filled(sections: Sequence[Section], room: int) -> Iterator[str]:
    for section in sections:
        kept = 0
        for needed in section.loose:
            if needed > room:
                break
            room -= needed
            kept += 1
        yield section.shown(kept)


def bounded(sections: Sequence[Section], limit: int) -> str:
    """Give the sections in at most `limit` bytes, cut anywhere where what must stay does not fit."""
    whole = fit(sections, limit)
    return within("".join(section.shown(0) for section in sections), limit) if whole is None else whole


def within(text: str, limit: int) -> str:
    """Give Markdown in at most `limit` bytes, whole lines from its beginning and the number of the rest.

    An open fenced block is closed, so that what follows the text is no part of it.
    """
    if size(text) <= limit:
        return text
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    fence = ""
    used = size(_ending("`" * _longest_fence(lines), len(lines)))
    for told in lines:
        used += size(told)
        if used > limit:
            break
        kept.append(told)
        fence = _fence_after(fence, told.rstrip("\n"))
    return f"{''.join(kept)}{_ending(fence, len(lines) - len(kept))}"


def _ending(fence: str, left_out: int) -> str:
    closed = f"{fence}\n" if fence else ""
    return f"{closed}\n{left_out:,} more lines, see the artefact.\n"


def _longest_fence(lines: Sequence[str]) -> int:
    return max((len(told) - len(told.lstrip("`")) for told in lines), default=0)


def _fence_after(fence: str, told: str) -> str:
    """Give the fence that is open after a line: the one before, a new one, or none."""
    run = told[: len(told) - len(told.lstrip("`"))]
    if fence:
        return "" if told == run and len(run) >= len(fence) else fence
    return run if len(run) >= len("```") else ""
