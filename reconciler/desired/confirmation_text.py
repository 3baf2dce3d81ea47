"""Add a confirmation to the text of `confirmations.yaml` and leave every other byte as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from reconciler.model.finding import Confirmation


class Unwritable(Exception):
    """The text has a form into which no entry can be put; never leaves this room."""


class _Span(NamedTuple):
    """A value in the text: from its first character to the one after its last."""

    start: int
    end: int
    text: str


class _Entry(NamedTuple):
    """A mapping of the list, by its keys."""

    values: dict[str, _Span]


class _List(NamedTuple):
    """The list of the file: where it starts, how it is written, and its entries."""

    start: int
    end: int
    column: int
    flow: bool
    entries: list[_Entry]


def with_confirmation(text: str, entry: Confirmation) -> str:
    """Give `text` with `entry` in it: in place of the one with its id, or as the last.

    `text` must be a valid list of confirmations, or nothing but comments. Raises `Unwritable` for a list in brackets.
    """
    fields = _fields(entry)
    found = _find_list(text)
    if found is None:
        return _appended(text, fields, 0)
    for known in found.entries:
        if known.values["id"].text == entry.id:
            return _replaced(text, known, fields)
    if not found.flow:
        return _appended(text, fields, found.column)
    if found.entries:
        raise Unwritable
    return _appended(text[: found.start] + text[found.end :].lstrip(), fields, 0)


def _fields(entry: Confirmation) -> dict[str, str]:
    return {
        "id": entry.id,
        "people_at_most": str(entry.people_at_most),
        "reason": json.dumps(entry.reason, ensure_ascii=False),
        "expires": entry.expires.isoformat(),
    }


def _appended(text: str, fields: dict[str, str], column: int) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = newline if text and not text.endswith("\n") else ""
    lines = [
        f"{' ' * column}{'  ' if index else '- '}{key}: {value}" for index, (key, value) in enumerate(fields.items())
    ]
    return text + gap + newline.join(lines) + newline


def _replaced(text: str, known: _Entry, fields: dict[str, str]) -> str:
    """Put new values in place of the old ones, last first, so that the earlier places stay true."""
    spans = sorted(((span, fields[key]) for key, span in known.values.items() if key != "id"), reverse=True)
    for span, value in spans:
        # A block scalar ends where the next line starts; its line breaks must stay.
        old = text[span.start : span.end]
        text = text[: span.start] + value + old[len(old.rstrip()) :] + text[span.end :]
    return text


def _find_list(text: str) -> _List | None:
    """Find the list and its entries by the parser's own places; None where there are only comments."""
    import yaml

    events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
    start: Any = next((event for event in events if isinstance(event, yaml.SequenceStartEvent)), None)
    if start is None:
        return None
    entries, end = [], start.end_mark.index
    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            entries.append(_entry(events))
        elif isinstance(event, yaml.SequenceEndEvent):
            end = (event.end_mark or start.end_mark).index
            break
    return _List(start.start_mark.index, end, start.start_mark.column, bool(start.flow_style), entries)


def _entry(events: Iterator[Any]) -> _Entry:
    import yaml

    values: dict[str, _Span] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        value = next(events)
        values[event.value] = _Span(value.start_mark.index, value.end_mark.index, value.value)
    return _Entry(values)
