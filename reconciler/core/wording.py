"""The few turns of phrase that findings and notes share."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

LISTED = 5
"""How many names a sentence lists before it counts the rest."""


def command(words: str, *, tenant: str | None = None, base: str | None = None) -> str:
    """Give a command to copy, for the tenant that was named and against the revision that was; else the defaults."""
    chosen = "" if tenant is None else f" --tenant {shlex.quote(tenant)}"
    compared = "" if base is None else f" --base {shlex.quote(base)}"
    return f"reconciler{chosen} {words}{compared}"


def people(number: int) -> str:
    """Give a number of people in words."""
    return "1 person" if number == 1 else f"{number:,} people"


def roles(number: int) -> str:
    """Give a number of roles in words."""
    return "1 role" if number == 1 else f"{number:,} roles"


def listing(names: Iterable[str]) -> str:
    """Give sorted names as a sentence lists them; never more than a few, and the number of the rest."""
    ordered = sorted(names)
    if len(ordered) <= LISTED:
        return ", ".join(ordered)
    return f"{', '.join(ordered[:LISTED])} and {len(ordered) - LISTED:,} more"


def every(names: Iterable[str]) -> str:
    """Give all sorted names; for what somebody is asked to confirm, of which nothing may be left out."""
    return ", ".join(sorted(names))


def apart(grants: Iterable[str], revokes: Iterable[str]) -> str:
    """Say how one role differs from another, permissions in the order given."""
    parts = [f"{sign} {', '.join(some)}" for sign, some in (("plus", tuple(grants)), ("minus", tuple(revokes))) if some]
    return ", ".join(parts) or "the same permissions"
