"""Read YAML strictly, in one pass over the parser's events, with every bound checked before anything is built.

Never raises for any bytes: what is wrong is a problem of the returned document. Texts of the YAML library are
never passed on, because they quote the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Protocol

from reconciler.desired.document import MOST_PROBLEMS, Document, Mark, Route, Value
from reconciler.desired.text import suspects
from reconciler.desired.yaml_text import readable_text, report_syntax

MOST_LEVELS = 16
MOST_NODES = 20_000

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_WORDS: dict[str, bool | None] = {"true": True, "false": False, **dict.fromkeys(_NULLS)}
# Eighteen digits fit every integer type on the way to a tenant; longer numbers stay text and fail their check.
_INTEGER = re.compile(r"-?[1-9][0-9]{0,17}|0")
_MAY_START_INTEGER = frozenset("-0123456789")


class Event(Protocol):
    """One event of the parser; which of the attributes it has depends on its kind."""

    start_mark: Mark
    anchor: str | None
    tag: str | None
    value: str
    style: str | None
    version: object
    tags: object


class Parser(Protocol):
    """What the loop takes events from; the library publishes no type for it."""

    def get_event(self) -> Event:
        """Give the next event."""
        ...


class _Library(NamedTuple):
    """The parts of the YAML library that the loop needs, resolved once."""

    parser: Callable[[bytes], Parser]
    error: type[Exception]
    scalar: type[Any]
    mapping: type[Any]
    mapping_end: type[Any]
    sequence: type[Any]
    sequence_end: type[Any]
    alias: type[Any]
    stream_end: type[Any]


@cache
def _library() -> _Library:
    import yaml
    from yaml import events

    # CSafeLoader is the way the library offers libyaml; a build without it has only its own parser.
    parser: Callable[[bytes], Parser] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return _Library(
        parser,
        yaml.YAMLError,
        events.ScalarEvent,
        events.MappingStartEvent,
        events.MappingEndEvent,
        events.SequenceStartEvent,
        events.SequenceEndEvent,
        events.AliasEvent,
        events.StreamEndEvent,
    )


class _GaveUp(Exception):
    """Reading cannot go on; the reason is among the document's problems."""


def read_yaml(path: str, raw: bytes) -> Document:
    """Read one file; `path` is how problems name it. Total: any bytes give a document."""
    document = Document(path)
    if not readable_text(document, raw):
        return document
    document.lines = raw.count(b"\n") + (not raw.endswith(b"\n"))
    library = _library()
    try:
        _Builder(document, library.parser(raw), library).read_stream()
    except _GaveUp:
        return document
    except (
        library.error,
        ValueError,
        OverflowError,
    ) as error:  # the last two for escapes beyond Unicode, without libyaml
        report_syntax(document, error)
        return document
    document.readable = True
    return document


class _Builder:
    """Turns events into values; one object a file."""

    __slots__ = ("document", "get", "library", "nodes", "places")

    def __init__(self, document: Document, parser: Parser, library: _Library) -> None:
        self.document = document
        self.get = parser.get_event
        self.library = library
        self.nodes = 0
        self.places = document.places

    def read_stream(self) -> None:
        """Read the one document of the stream into `document.value`."""
        self.get()
        start = self.get()
        if type(start) is self.library.stream_end:
            self.document.report((1, 1), "yaml.empty", "The file says nothing", "Fill the file or delete it")
            raise _GaveUp
        if start.version or start.tags:
            self.refuse(start.start_mark, "yaml.directive", "A line that starts with % is not used here", "Remove it")
        event = self.get()
        self.places[()] = (event.start_mark, event.start_mark)
        self.document.value = self.value(event, (), 1)
        self.get()
        after = self.get()
        if type(after) is not self.library.stream_end:
            message = "A second document starts here; one file holds one document"
            self.refuse(after.start_mark, "yaml.multi-document", message, "Move it to a file of its own")
            raise _GaveUp

    def refuse(self, mark: Mark, code: str, message: str, fix: str) -> None:
        """Report a problem and go on, unless there are too many."""
        self.document.report((mark.line + 1, mark.column + 1), code, message, fix)
        if len(self.document.problems) >= MOST_PROBLEMS:
            raise _GaveUp

    def value(self, event: Event, route: Route, level: int) -> Value:
        """Build the value that starts with `event`; None where a problem was reported instead."""
        kind = type(event)
        library = self.library
        self.nodes += 1
        if self.nodes > MOST_NODES:
            message = f"The file has more than {MOST_NODES} values"
            self.refuse(event.start_mark, "yaml.nodes", message, "Split the file")
            raise _GaveUp
        if event.anchor is not None or kind is library.alias:
            message = "Anchors and aliases (& and *) are not used here"
            self.refuse(event.start_mark, "yaml.alias", message, "Write the value out where it is needed")
            if kind is library.alias:
                return None
        if event.tag is not None:
            self.refuse(event.start_mark, "yaml.tag", "Tags (!) are not used here", "Remove the tag")
        if kind is library.scalar:
            return self.scalar(event)
        if level > MOST_LEVELS:
            message = f"The file is nested deeper than {MOST_LEVELS} levels"
            self.refuse(event.start_mark, "yaml.depth", message, "Close the brackets, or nest less")
            raise _GaveUp
        return self.mapping(route, level) if kind is library.mapping else self.sequence(route, level)

    def mapping(self, route: Route, level: int) -> dict[str, Value]:
        """Build a mapping whose start was read."""
        result: dict[str, Value] = {}
        library, get, places = self.library, self.get, self.places
        scalar, end = library.scalar, library.mapping_end
        while True:
            event = get()
            if type(event) is end:
                return result
            key = event.value if type(event) is scalar else None
            mark = event.start_mark
            if key is None or event.style == '"' or key in _WORDS or key[0] in _MAY_START_INTEGER or key == "<<":
                key = self.odd_key(event)
            if event.anchor is not None or event.tag is not None:
                message = "Anchors and tags (& and !) are not used here"
                self.refuse(mark, "yaml.alias" if event.tag is None else "yaml.tag", message, "Remove it")
            inner = (*route, key)
            if key in result:
                first = places[inner][0]
                both = f"at {first.line + 1}:{first.column + 1} and at {mark.line + 1}:{mark.column + 1}"
                message = f"The key is written twice in this mapping, {both}"
                self.refuse(mark, "yaml.duplicate-key", message, "Keep one of them")
            event = get()
            places[inner] = (mark, event.start_mark)
            style = event.style if type(event) is scalar else "container"
            if not style and event.value in _NULLS and event.tag is None and event.anchor is None:
                self.nodes += 1
                self.null(mark, f"`{key}` has no value")
                places[inner] = (mark, mark)
                result[key] = None
            else:
                result[key] = self.value(event, inner, level + 1)
            self.nodes += 1

    def sequence(self, route: Route, level: int) -> list[Value]:
        """Build a list whose start was read."""
        result: list[Value] = []
        end = self.library.sequence_end
        while True:
            event = self.get()
            if type(event) is end:
                return result
            inner = (*route, len(result))
            self.places[inner] = (event.start_mark, event.start_mark)
            result.append(self.value(event, inner, level + 1))

    def odd_key(self, event: Event) -> str:
        """Accept or refuse a key that is not obviously plain text, and give its text."""
        mark = event.start_mark
        if type(event) is not self.library.scalar:
            if type(event) is self.library.alias:
                self.refuse(mark, "yaml.alias", "Anchors and aliases (& and *) are not used here", "Write the key out")
            else:
                self.refuse(mark, "yaml.key", "A key must be plain text", "Write one word before the colon")
            raise _GaveUp
        key: str = event.value
        if event.style:
            self.check_text(event)
        elif key == "<<":
            self.refuse(mark, "yaml.alias", "Merge keys (<<) are not used here", "Write the entries out")
        elif key in _WORDS or _INTEGER.fullmatch(key):
            message = "A key must be plain text, not a number, true, false or null"
            self.refuse(mark, "yaml.key", message, "Rename the key")
        return key

    def scalar(self, event: Event) -> str | bool | int | None:
        """Convert the few plain words that are not text; everything else stays as written."""
        text: str = event.value
        if event.style:
            if event.style == '"':
                self.check_text(event)
            return text
        if text in _WORDS:
            if text in _NULLS:
                self.null(event.start_mark, "A value is missing here")
            return _WORDS[text]
        if text[0] in _MAY_START_INTEGER and _INTEGER.fullmatch(text):
            return int(text)
        return text

    def null(self, mark: Mark, what: str) -> None:
        """Refuse nothing as a value: it could be meant as "remove" or be a slip."""
        message = f"{what}; nothing is changed or removed by leaving it empty"
        self.refuse(mark, "yaml.null", message, "Write a value, or remove the line")

    def check_text(self, event: Event) -> None:
        """Check text that may hold escaped characters."""
        text: str = event.value
        if text.isascii() and text.isprintable():
            return
        for found in suspects(text, limit=1):
            self.refuse(event.start_mark, found.code, found.message, found.fix)
            if found.code == "text.surrogate":
                raise _GaveUp  # libyaml refuses half a character itself; nothing behind this could save or compare it
