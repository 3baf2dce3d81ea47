"""The turns of phrase that all explanations share."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.wording import people
from reconciler.model.explanation import Given, Headcount, Labelled, RoleName
from reconciler.model.role import Origin
from reconciler.render.cells import width
from reconciler.render.escape import visible


def heads(count: Headcount) -> str:
    """Give a number of people; an upper bound says so, and so does a number that nobody knows."""
    if count.people is None:
        return "an unknown number of people"
    return people(count.people) if count.exact else f"at most {people(count.people)}"


def who(count: Headcount, one: str, many: str) -> str:
    """Give a number of people with its verb in both numbers."""
    if count.people == 0 and count.exact:
        return f"nobody {one}"
    return f"{heads(count)} {one if count.people == 1 else many}"


def permissions(number: int) -> str:
    """Give a number of permissions in words."""
    return "1 permission" if number == 1 else f"{number:,} permissions"


def place(role: RoleName, origin: Origin | None) -> str:
    """Give the line that says something of a role, or why there is none."""
    if origin is not None:
        return f"{origin.path}:{origin.line}"
    return "no file" if role.key is None else "not in its file"


def givers(through: Iterable[Given]) -> str:
    """Give roles with the line that makes each of them give a permission."""
    return ", ".join(f"{given.role.told} ({place(given.role, given.origin)})" for given in through)


def titled(permission: Labelled) -> str:
    """Give a permission's label, and whether it is sensitive."""
    label = permission.label or "not in the lock"
    return f"{label} (sensitive)" if permission.sensitive else label


def widest(texts: Iterable[str]) -> int:
    """Give how many cells the widest of foreign texts takes, 1 at least."""
    return max((width(visible(text)) for text in texts), default=1) or 1
