"""Takes the disguises off a text: percent signs, HTML entities and escapes of JSON and Python, one inside the other.

Texts that say the same in different encodings become equal, and every character knows the span that it came from.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

MOST_LEVELS = 12
"""How many encodings may be inside one another; a text with more is not understood."""

_ESCAPE = re.compile(
    r"%(?P<percent>[0-9a-f]{2})"
    r"|[%\\]u(?P<unit>[0-9a-f]{4})"
    r"|\\x(?P<byte>[0-9a-f]{2})"
    r"|\\(?P<plain>[\"'/\\])"
    r"|(?P<entity>&(?:#[0-9]{1,20}|#x[0-9a-f]{1,20}|[a-z][a-z0-9]{1,32});)",
    re.IGNORECASE | re.ASCII,
)
_BASE = 16


@dataclass(frozen=True, slots=True)
class Undisguised:
    """What a text says, with no difference between upper and lower case of ASCII and without backslashes."""

    text: str
    starts: tuple[int, ...]
    """For each character of `text` where its span begins in what was read."""
    ends: tuple[int, ...]


def undisguised(text: str) -> Undisguised | None:
    """Decode a text level by level until nothing is left to decode; None where it has too many levels.

    Takes time in proportion to its length. Backslashes are left out at the end, as one before a plain character may
    stand there or not.
    """
    said, starts, ends = text, list(range(len(text))), list(range(1, len(text) + 1))
    for _ in range(MOST_LEVELS):
        said, places = _one_level(said)
        if places is None:
            break
        starts, ends = [starts[first] for first, _ in places], [ends[last] for _, last in places]
    else:
        return None
    kept = [index for index, character in enumerate(said) if character != "\\"]
    return Undisguised(
        folded("".join(said[index] for index in kept)),
        tuple(starts[index] for index in kept),
        tuple(ends[index] for index in kept),
    )


def folded(text: str) -> str:
    """Give a text of the same length in lower case; outside ASCII a character could become two and is kept."""
    return "".join(character.lower() if character.isascii() else character for character in text)


def _one_level(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """Decode what is an escape now, and give the first and last place of each character; None where nothing is."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    done = 0
    for match in _ESCAPE.finditer(text):
        character = _meant(match)
        if len(character) == 1:
            parts += (text[done : match.start()], character)
            places += ((place, place) for place in range(done, match.start()))
            places.append((match.start(), match.end() - 1))
            done = match.end()
    if not parts:
        return text, None
    places += ((place, place) for place in range(done, len(text)))
    return "".join((*parts, text[done:])), places


def _meant(match: re.Match[str]) -> str:
    """Give what an escape stands for; an entity that is none stands for itself, and some stand for two characters."""
    if match["entity"] is not None:
        return html.unescape(match["entity"])
    if match["plain"] is not None:
        return match["plain"]
    return chr(int(match["percent"] or match["unit"] or match["byte"], _BASE))
