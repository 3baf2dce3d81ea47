"""What Zendesk refuses of a role before it is asked: names that are reserved or too near, and too many roles.

Sources: the help center's articles 4408832292506 and 4408882153882 (names must be unique and not too similar; a role
whose name is too near that of a system role keeps its description), the limit of 197 custom roles, and the list of
reserved names in the Zendesk adapter of the open project salto. What counts as too similar is not documented: here it
is the same letters and digits, whatever their case and whatever stands between them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind

MOST_ROLES = 197
RESERVED = ("agen", "agent", "administrator", "admin", "billing admin", "light agent", "contributor")


def likeness(name: str) -> str:
    """Give the letters and digits of a name without case; the whole name where it has none."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(character for character in folded if character.isalnum()) or folded


def name_objection(before: RoleContent | None, after: RoleContent, roles: Mapping[RoleId, LiveRole]) -> str:
    """Say why a role cannot get its name, or keep it with another description; empty where it can."""
    reserved = {likeness(name): name for name in RESERVED}
    reserved |= {likeness(role.content.name): role.content.name for role in roles.values() if is_system(role)}
    like = likeness(after.name)
    if before is not None and before.name == after.name:
        if like in reserved and before.description != after.description:
            return (
                "Zendesk takes no new description for a role whose name is so near that of its own role "
                f'"{reserved[like]}": rename the role first.'
            )
        return ""
    if like in reserved:
        return f'Zendesk keeps the name "{reserved[like]}" for itself: choose a name that differs in more than form.'
    near = near_name(before, after, roles)
    if near:
        return (
            f'Zendesk has a role "{near}" already, and refuses names that are so near: choose another name, or give '
            "that role another one in a plan of its own before."
        )
    return ""


def near_name(before: RoleContent | None, after: RoleContent, roles: Mapping[RoleId, LiveRole]) -> str:
    """Give the first name of another role that is too near to a new name; empty where none is, or it is not new."""
    own = None if before is None else before.name
    taken = sorted(role.content.name for role in roles.values() if role.content.name != own)
    like = likeness(after.name)
    return "" if own == after.name else next((name for name in taken if likeness(name) == like), "")


def crowding_objection(roles: Mapping[RoleId, LiveRole]) -> str:
    """Say why there can be no further role; empty where there can."""
    own = sum(not is_system(role) for role in roles.values())
    if own < MOST_ROLES:
        return ""
    return (
        f"Zendesk has at most {MOST_ROLES} custom roles, and there are {own}: retire one in a plan of its own before."
    )


def is_system(role: LiveRole) -> bool:
    """Whether a role is one of the product's own."""
    return role.kind is RoleKind.STANDARD
