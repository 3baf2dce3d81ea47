"""How the foreign name of a group, a brand or an object is written as the member of a family of categories.

A member stands in permission keys, in role files and in the lock, so it has neither dots nor slashes nor anything
that a reader cannot see; other characters than letters, digits, space, `_`, `-` and `:` are percent-encoded.
"""

from __future__ import annotations

import re
import unicodedata

_PLAIN = frozenset(" _-:")
_FILLERS = frozenset("\u115f\u1160")
"""Letters that are drawn as nothing."""
_ENCODED = re.compile(r"(?:%[0-9A-F]{2})+")


def member(name: str) -> str:
    """Give a name as a member; different names give different members, and only the empty name an empty one."""
    last = len(name) - 1
    return "".join(
        character if _stays(character, edge=place in {0, last}) else _encoded(character)
        for place, character in enumerate(name)
    )


def member_name(text: str) -> str:
    """Give the name that `member` wrote; raises `ValueError` for text that is no member."""
    name = _ENCODED.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "surrogatepass"), text)
    if not text or member(name) != text:
        msg = "no member of a family"
        raise ValueError(msg)
    return name


def _stays(character: str, *, edge: bool) -> bool:
    """Whether a character is written as it is: letters and digits that have one form only, spaces inside."""
    if character in _PLAIN:
        return not (edge and character == " ")
    single = unicodedata.normalize("NFKC", character) == character and character not in _FILLERS
    return single and character.isalnum()


def _encoded(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
