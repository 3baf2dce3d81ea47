"""Make foreign text safe to show on a terminal, in a log or in a line of text."""

from __future__ import annotations

import unicodedata

LONGEST = 200
"""Names are cut after this many characters, with the number of the rest, where there is little room for them."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_BLANK = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    ]
)
"""Code points that draw nothing although their category says letter, mark or symbol."""

_COMMAND, _COMMAND_SHOWN = "##[", "#\\u{23}["


def cut(text: str, most: int) -> str:
    """Give the first `most` characters of `text` and the number of the rest; nothing in it is escaped."""
    rest = len(text) - most
    return f"{text[:most]}… ({rest:,} more)" if rest > 0 else text


def visible(text: str, most: int | None = None) -> str:
    r"""Give `text` with everything invisible, moving or confusing as `\u{hex}`.

    Two different texts never look the same, text without such characters comes back as it is, and the
    result has no line ends, control characters, direction marks or blank letters, nor `##[`, which a runner
    would read as a command anywhere in a line. `most` cuts what follows that many characters of `text` and
    says how many they were.
    """
    fitting = most is None or len(text) <= most
    if fitting and text.isascii() and text.isprintable() and "\\u{" not in text and _COMMAND not in text:
        return text
    shown = text if most is None else text[:most]
    escaped = "".join(
        f"\\u{{{ord(char):x}}}" if _hidden(char) or (char == "\\" and shown[at + 1 : at + 3] == "u{") else char
        for at, char in enumerate(shown)
    )
    escaped = escaped.replace(_COMMAND, _COMMAND_SHOWN)
    rest = len(text) - len(shown)
    return f"{escaped}… ({rest:,} more)" if rest else escaped


def _hidden(char: str) -> bool:
    """Say whether a reader could miss or misread the character; any space but the plain one counts."""
    category = unicodedata.category(char)
    return category in _HIDDEN_CATEGORIES or (category == "Zs" and char != " ") or ord(char) in _BLANK
