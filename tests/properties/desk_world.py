"""The small worlds of the other laws, in the words of the embedded tenant's product."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from faults.record import Files, Somebody
from faults.record import World as TenantWorld
from properties.strategies import World

from reconciler.model.finding import GuardSettings
from reconciler.model.role import DesiredRole

WORDS = {
    "tickets.view": "conversations.view",
    "tickets.reply": "conversations.reply",
    "tickets.close": "conversations.close_reopen",
    "tickets.tag": "conversations.tag",
    "labs.preview": "modules.monitor",
}


def spoken(keys: Iterable[str]) -> frozenset[str]:
    """Give permissions as the product calls them."""
    return frozenset(WORDS.get(key, key) for key in keys)


def files_of(world: World, *, placed: bool = True) -> Files:
    """Give the files of a world; where `placed`, what is retired has a successor if there is any."""
    successor = next((file.key for file in world.files if isinstance(file, DesiredRole)), None)
    return tuple(
        _file(file)
        if isinstance(file, DesiredRole)
        else dataclasses.replace(file, move_users_to=file.move_users_to or (successor if placed else None))
        for file in world.files
    )


def tenant_of(world: World) -> TenantWorld:
    """Give live roles, people and files of a world."""
    names = {role.id: role.content.name for role in world.live}
    return TenantWorld(
        roles={role.content.name: spoken(role.content.permissions) for role in world.live},
        people=tuple(
            Somebody(frozenset(names[role] for role in person.role_ids), active=person.active, human=person.human)
            for person in world.people
        ),
        files=files_of(world),
    )


def guards_of(settings: GuardSettings) -> GuardSettings:
    """Give guard settings whose pairs are the product's permissions."""
    pairs = tuple(sorted(tuple(sorted(spoken(pair))) for pair in settings.never_together))
    return dataclasses.replace(settings, never_together=pairs)


def _file(file: DesiredRole) -> DesiredRole:
    content = dataclasses.replace(file.content, permissions=spoken(file.content.permissions))
    return dataclasses.replace(file, content=content)
