"""When two names are one name to a tenant, and the name that a role goes through while two swap theirs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from reconciler.model.role import LONGEST_NAME

_DIGITS = 6
_TEMPORARY = re.compile(rf" \(renaming [0-9a-f]{{{_DIGITS}}}\)\Z")


def name_key(name: str) -> str:
    """Give the form in which two names are the same name to a tenant: case and compatibility forms ignored."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def temporary_name(name: str) -> str:
    """Give the name that a role has for a moment before it gets `name`, which another role must give up first.

    It is the same on every run, so that a run that was cut short is recognised by the next. The digits tell
    apart long names that are cut to the same text, and make it no name that anybody would choose.
    """
    digits = hashlib.sha256(name_key(name).encode()).hexdigest()[:_DIGITS]
    ending = f" (renaming {digits})"
    return name[: LONGEST_NAME - len(ending)].rstrip() + ending


def temporary_of(name: str, names: Iterable[str]) -> str | None:
    """Give the one of `names` that `name` is the temporary name of; None where it is that of none."""
    wanted = name_key(name)
    if _TEMPORARY.search(wanted) is None:
        return None
    return next((each for each in names if name_key(temporary_name(each)) == wanted), None)
