"""Make the key of a role, which is the stem of its file, out of its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from reconciler.desired.files import name_fault
from reconciler.model.role import RoleKey

LONGEST = 63
WITHOUT_LETTERS = "role"
"""The key of a role whose name has nothing that a key can have, before a number is added."""

_GAPS = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """Reduce a name to a key that every system takes for a file name; never empty."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode("ascii").lower()
    stem = _GAPS.sub("-", plain).strip("-")[:LONGEST].rstrip("-") or WITHOUT_LETTERS
    return f"{stem}-role" if name_fault(stem) else stem


def free_key(name: str, taken: Container[str]) -> RoleKey:
    """Give the key of a name, with the first number from 2 on that is free where the key is taken."""
    stem = slug(name)
    key, number = stem, 1
    while key in taken:
        number += 1
        ending = f"-{number}"
        key = f"{stem[: LONGEST - len(ending)].rstrip('-')}{ending}"
    return RoleKey(key)
