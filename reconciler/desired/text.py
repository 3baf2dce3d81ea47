"""Find characters that a reader of a file cannot see, or would see as something else.

Works on decoded text, because an escape in double quotes hides a character from any check of the bytes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

COMBINING_MARKS_IN_A_ROW = 4
"""No orthography we know stacks more on one letter."""

_PRINTABLE_BYTES = bytes(range(0x20, 0x7F)) + b"\n"

_CONTROL = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f"
_NEWLINE = "\\x85\\u2028\\u2029"
_BIDI = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069"
# Default-ignorable code points, format characters, and letters or symbols drawn as nothing at all.
_INVISIBLE = (
    "\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f"
    "\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2"
    "\\U000110bd\\U000110cd\\U00013430-\\U0001345f\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a"
    "\\U000e0000-\\U000e0fff"
)
_PRIVATE = "\\ue000-\\uf8ff\\ufdd0-\\ufdef\\ufffe\\uffff\\U000f0000-\\U0010ffff"
_SURROGATE = "\\ud800-\\udfff"

_SUSPECT = re.compile(
    f"(?P<control>[{_CONTROL}])|(?P<newline>[{_NEWLINE}]|\\r(?!\\n))|(?P<bidi>[{_BIDI}])"
    f"|(?P<invisible>[{_INVISIBLE}])|(?P<private>[{_PRIVATE}])|(?P<surrogate>[{_SURROGATE}])"
)

_CODES = {
    "control": ("text.control", "a control character", "Remove the character"),
    "newline": ("text.newline", "a line break that few programs see as one", "Use ordinary line ends (LF or CRLF)"),
    "bidi": ("text.bidi", "a character that reverses the reading direction", "Remove the character"),
    "invisible": ("text.invisible", "an invisible character", "Remove the character"),
    "private": ("text.private-use", "a character without an agreed meaning", "Remove the character"),
    "surrogate": ("text.surrogate", "half of a character", "Write the whole character"),
}
STOPS_READING = frozenset({"text.control", "text.newline", "text.surrogate", "text.private-use"})
"""Codes after which the YAML parser would stumble over the same character again."""


class Suspect(NamedTuple):
    """One unwelcome character and where in the text it is."""

    offset: int
    code: str
    message: str
    fix: str


def suspects(text: str, limit: int = 20) -> list[Suspect]:
    """List unwelcome characters in order of place, at most `limit` of them."""
    found = []
    for match in _SUSPECT.finditer(text):
        code, what, fix = _CODES[match.lastgroup or "control"]
        found.append(Suspect(match.start(), code, f"The text has {what}, U+{ord(match[0]):04X}", fix))
        if len(found) == limit:
            break
    if not text.isascii():
        found += _floods(text)[: limit - len(found)]
    return sorted(found)


def is_plain(raw: bytes) -> bool:
    """Whether bytes hold nothing but printable ASCII and line feeds, so that no other check is needed."""
    return not raw.translate(None, _PRINTABLE_BYTES)


def is_mark(character: str) -> bool:
    """Whether a character is drawn on top of the one before it."""
    return unicodedata.category(character) in {"Mn", "Me"}


def _floods(text: str) -> list[Suspect]:
    if not any(is_mark(character) for character in set(text)):
        return []
    found, run = [], 0
    for offset, character in enumerate(text):
        run = run + 1 if is_mark(character) else 0
        if run == COMBINING_MARKS_IN_A_ROW + 1:
            message = f"More than {COMBINING_MARKS_IN_A_ROW} accents are stacked on one letter"
            found.append(Suspect(offset, "text.combining", message, "Remove the accents"))
    return found


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Give line and column, counted from 1, of an offset; only LF and the lone CR end a line."""
    before = re.split(r"\r\n|\r|\n", text[:offset])
    return len(before), len(before[-1]) + 1


def shown(text: str, limit: int = 60) -> str:
    """Quote foreign text for a message, long text cut; what it has in it is escaped where the message is shown."""
    return f'"{text if len(text) <= limit else text[: limit - 1] + "…"}"'
