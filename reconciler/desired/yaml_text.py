"""Check the text of a YAML file before the parser sees it, and say in our own words what the parser refuses."""

from __future__ import annotations

import re

from reconciler.desired.document import Document
from reconciler.desired.text import STOPS_READING, is_plain, place_of, suspects

MOST_BYTES = 256 * 1024

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(?=[ \r\n]|\Z)", re.MULTILINE)

# From what the library says to what a reader can do about it.
_SYNTAX_HINTS = (
    ("mapping values are not allowed", "A colon stands where no key can be", "Quote the text that holds the colon"),
    ("did not find expected ',' or", "A bracket or brace is not closed here", "Close it, or add the missing comma"),
    ("did not find expected key", "The indentation does not fit the lines above", "Indent by two spaces a level"),
    ("could not find expected ':'", "A key has no colon", "Write `key: value`"),
    ("unexpected end of stream", "The file ends in the middle of a quoted text", "Close the quotation mark"),
    ("cannot start any token", "A character stands where no value can begin with it", "Quote the text"),
    ("block sequence entries are not allowed", "A list item stands where none can be", "Begin the list on a new line"),
    ("escape", "A backslash in double quotes starts no known escape", "Write the character itself"),
)


def readable_text(document: Document, raw: bytes) -> bool:
    """Check size, encoding and characters; report and say whether the parser may see the bytes."""
    if len(raw) > MOST_BYTES:
        message = f"The file is larger than {MOST_BYTES // 1024} KiB"
        document.report((1, 1), "yaml.size", message, "Split the file")
        return False
    if is_plain(raw):
        return _no_conflict(document, raw.decode("ascii"))
    if raw.startswith(_BYTE_ORDER_MARKS):
        message = "The file starts with a byte order mark"
        document.report((1, 1), "file.encoding", message, "Save the file as UTF-8 without a byte order mark")
        return False
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        place = place_of(raw[: error.start].decode("utf-8"), error.start)
        document.report(place, "file.encoding", "The file is not UTF-8", "Save the file as UTF-8")
        return False
    for found in suspects(text):
        document.report(place_of(text, found.offset), found.code, found.message, found.fix)
    if not STOPS_READING.isdisjoint(p.code for p in document.problems) or not _no_conflict(document, text):
        return False
    tab = text.find("\t")
    if tab >= 0:
        # Builds of the library with and without libyaml do not agree on tabs, so none is let through.
        document.report(place_of(text, tab), "yaml.tab", "The file has a tab in it", "Write spaces in its place")
    return tab < 0


def _no_conflict(document: Document, text: str) -> bool:
    if "<<<<<<<" not in text and ">>>>>>>" not in text:
        return True
    marker = _CONFLICT.search(text)
    if marker:
        message = "A git conflict marker is left in the file"
        document.report(place_of(text, marker.start()), "yaml.conflict-marker", message, "Resolve the merge conflict")
    return marker is None


def report_syntax(document: Document, error: Exception) -> None:
    """Report an error of the YAML library; its own words quote the file, so they are matched and never shown."""
    mark = getattr(error, "problem_mark", None)
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"
    for sign, message, fix in _SYNTAX_HINTS:
        if sign in said:
            document.report(place, "yaml.syntax", message, fix)
            return
    document.report(place, "yaml.syntax", "This is not well-formed YAML", "Check indentation, quotes and brackets")
