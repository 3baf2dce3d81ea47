"""What Zendesk would refuse of a plan as a whole: too many roles, names near each other, and people it does not move.

The writes are carried out in their order on a picture of the roles. Sources: see `reconciler.tenants.zendesk_names`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey, RoleKind
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.tenants.zendesk_names import MOST_ROLES, crowding_objection, is_system, near_name
from reconciler.tenants.zendesk_replies import is_agent
from reconciler.tenants.zendesk_table import ADMINISTERS


def makes_administrators(role: LiveRole) -> bool:
    """Whether whoever gets a role becomes an administrator, which is done in Zendesk itself."""
    return is_system(role) and ADMINISTERS in role.content.permissions


def objections_together(
    writes: tuple[Write, ...], roles: Mapping[RoleKey, LiveRole], live: Mapping[RoleId, LiveRole]
) -> tuple[str, ...]:
    """Say what stands against writes that come after others; what already stands against one alone is not said again.

    `roles` has the live role of each file that has one, and `live` every role of the account.
    """
    moves = [write for write in writes if isinstance(write, MoveHolder)]
    return tuple(dict.fromkeys((*_in_order(writes, live), *_moves(moves, roles, live))))


def _in_order(writes: Iterable[Write], live: Mapping[RoleId, LiveRole]) -> Iterator[str]:
    then = dict(live)
    for write in writes:
        match write:
            case CreateRole():
                yield from _named(near_name(None, write.content, live), None, write.content, then)
                if crowding_objection(then) and not crowding_objection(live):
                    yield (
                        f"Zendesk has at most {MOST_ROLES} custom roles, and this plan would create more than that: "
                        "create fewer, or retire some in a plan of its own before."
                    )
                then[RoleId(f"created {write.role}")] = _created(write)
            case UpdateRole():
                alone, before = (known.get(write.live.id, write.live).content for known in (live, then))
                yield from _named(near_name(alone, write.content, live), before, write.content, then)
                then[write.live.id] = replace(write.live, content=write.content)
            case DeleteRole():
                then.pop(write.live.id, None)
            case MoveHolder():
                pass
            case _:
                assert_never(write)


def _created(write: CreateRole) -> LiveRole:
    return LiveRole(
        id=RoleId(f"created {write.role}"),
        content=write.content,
        kind=RoleKind.CUSTOM,
        editable=True,
        version="",
        user_count=0,
    )


def _named(
    alone: str, before: RoleContent | None, after: RoleContent, then: Mapping[RoleId, LiveRole]
) -> Iterator[str]:
    """Object to a name that only the writes before stand against; `alone` is what stands against it without them."""
    near = near_name(before, after, then)
    if near and not alone:
        yield (
            f'Zendesk refuses names that are as near as "{near}" and "{after.name}", and both would be there while '
            "this plan is applied: choose another name for one of the two."
        )


def _moves(
    moves: Iterable[MoveHolder], roles: Mapping[RoleKey, LiveRole], live: Mapping[RoleId, LiveRole]
) -> Iterator[str]:
    moves = tuple(moves)
    for key in sorted(
        {move.joins for move in moves if move.joins in roles and makes_administrators(roles[move.joins])}
    ):
        yield (
            f'"{roles[key].content.name}" makes administrators, and Zendesk lets nobody be made one through roles: '
            "name another role in `move_users_to`, or make them administrators in Zendesk itself first."
        )
    stay = Counter(move.leaves for move in moves if not is_agent(move.person))
    for role_id, number in sorted(stay.items()):
        name = live[role_id].content.name if role_id in live else role_id
        told = "1 person" if number == 1 else f"{number:,} people"
        yield (
            f'{told} with "{name}" are administrators or end users, whose role is changed in Zendesk itself, and it '
            "deletes no role that somebody has: give them another one there first."
        )
