"""Write text as YAML that the strict loader reads back as the same text, as plainly as that allows."""

from __future__ import annotations

import json
import re

# Words that the strict loader, or another program that opens the file, would not take for text.
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_MISREAD = re.compile(r"[0-9].*|true|false|null")


def scalar(text: str, *, style: str | None = None, flow: bool = False) -> str:
    """Give `text` plain where that is safe, else in quotes; `style` is the kind of quotes that was there before.

    `flow` says that the text will stand between brackets or braces. Text that no file may hold, such as control
    characters, comes out escaped, for the loader to refuse.
    """
    if style not in {"'", '"'} and _is_plain(text, flow=flow):
        return text
    if style == "'" or (style != '"' and ('"' in text or "\\" in text)):
        return single_quoted(text)
    return json.dumps(text, ensure_ascii=False)


def single_quoted(text: str) -> str:
    """Give `text` in single quotes, or in double quotes where it has a character that needs an escape."""
    return "'" + text.replace("'", "''") + "'" if text.isprintable() else json.dumps(text, ensure_ascii=False)


def word(short: str) -> str:
    """Give the key of a category or a permission as a word of a role file, in quotes where it would be misread."""
    return single_quoted(short) if _MISREAD.fullmatch(short) else short


def _is_plain(text: str, *, flow: bool) -> bool:
    return (
        text[:1].isalpha()
        and text.isprintable()
        and ": " not in text
        and " #" not in text
        and not text.endswith((":", " "))
        and text.casefold() not in _TAKEN
        and not (flow and any(sign in text for sign in ",[]{}:"))
    )
