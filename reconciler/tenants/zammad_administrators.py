"""Foresees Zammad's guards for those who may administer people, over the writes of a plan in their order.

A role loses `admin` or `admin.user`, or becomes inactive, only while somebody active has either through another active
role; whoever it is, a person loses a role with either only while two active people have one. Sources: the product's
models (app/models/role.rb, app/models/user.rb), and calls recorded from a server of version 5.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.tenants import zammad_table as table
from reconciler.tenants.shape import Part
from reconciler.tenants.zammad_replies import held

Listed = Callable[[RoleId], tuple[Part, ...] | None]
"""Gives everyone assigned to a role; None where that was not read."""
_ENOUGH_TO_MOVE = 2
_UNTOLD = (
    "Zammad keeps somebody who may administer people, and who may through other roles was not told: give the token and "
    "its user admin.user."
)


def gives(content: RoleContent) -> bool:
    """Say whether a role is one of those that the guards count."""
    return bool(content.permissions & table.GUARDED)


def last_administrator(
    known: Mapping[RoleId, LiveRole], listed: Listed, writes: tuple[Write, ...], live: Mapping[RoleKey, LiveRole]
) -> tuple[str, ...]:
    """Say which write Zammad would refuse first; `known` are the active roles, and `live` those that have files."""
    if not known:
        return ()
    first, sight = _Sight.of(known, listed, writes), _Sight.of(known, listed, writes)
    for write in writes:
        told = _against(write, sight, first)
        if told:
            return (told,)
        sight.follow(write, live)
    return ()


@dataclass(slots=True)
class _Sight:
    """Who has which role at one moment of an apply."""

    giving: set[str]
    """The roles that the guards count."""
    held: dict[str, frozenset[str]]
    """The roles of everybody who was listed."""
    active: frozenset[str]
    unlisted: frozenset[str]
    """Roles whose people were not read."""

    @classmethod
    def of(cls, known: Mapping[RoleId, LiveRole], listed: Listed, writes: tuple[Write, ...]) -> _Sight:
        giving: set[str] = {role_id for role_id, role in known.items() if gives(role.content)}
        touched: set[str] = {write.live.id for write in writes if isinstance(write, UpdateRole | DeleteRole)}
        found = {role_id: listed(RoleId(role_id)) for role_id in giving | touched}
        people = {str(part.at("id").count()): part for parts in found.values() for part in parts or ()}
        return cls(
            giving=giving,
            held={person_id: frozenset[str](held(part)) for person_id, part in people.items()},
            active=frozenset(person_id for person_id, part in people.items() if part.at("active").flag()),
            unlisted=frozenset(role_id for role_id, parts in found.items() if parts is None),
        )

    def count(self, without: str = "") -> int:
        """Count the active people who have a role that gives it, other than the one named."""
        roles = self.giving - {without}
        return sum(1 for person_id in self.active if self.held[person_id] & roles)

    def is_whole(self, without: str = "") -> bool:
        """Whether nobody can have been missed by counting."""
        return (self.giving - {without}).isdisjoint(self.unlisted)

    def follow(self, write: Write, live: Mapping[RoleKey, LiveRole]) -> None:
        """Go on to the moment after a write."""
        match write:
            case CreateRole():
                self._note(_created(write.role), write.content)
            case UpdateRole():
                self._note(write.live.id, write.content)
            case MoveHolder():
                role = live.get(write.joins)
                joined = _created(write.joins) if role is None else role.id
                before = self.held.get(write.person.id, frozenset(write.person.role_ids))
                self.held[write.person.id] = before - {write.leaves} | {joined}
            case DeleteRole():
                self.giving.discard(write.live.id)
            case _:
                assert_never(write)

    def _note(self, place: str, content: RoleContent) -> None:
        if gives(content):
            self.giving.add(place)
        else:
            self.giving.discard(place)


def _created(key: RoleKey) -> str:
    """Give what stands for the id of a role that is not there yet; no id looks like it."""
    return f"new {key}"


def _against(write: Write, sight: _Sight, first: _Sight) -> str:
    match write:
        case CreateRole():
            return ""
        case UpdateRole():
            lost = write.live.content.permissions - write.content.permissions
            return _role_taken(write.live, sight, first) if lost & table.GUARDED else ""
        case MoveHolder():
            return _person_moved(write, sight)
        case DeleteRole():
            return _role_taken(write.live, sight, first) if write.live.id in sight.giving else ""
        case _:
            assert_never(write)


def _role_taken(role: LiveRole, sight: _Sight, first: _Sight) -> str:
    name = role.content.name
    if sight.count(without=role.id):
        return ""
    if not sight.is_whole(without=role.id):
        return _UNTOLD
    if first.count(without=role.id):
        return (
            f'Zammad keeps somebody who may administer people: when "{name}" loses that, an earlier write of this plan '
            f'has left nobody who may through another role. Change "{name}" first, in a plan of its own.'
        )
    return (
        f'Zammad keeps somebody who may administer people: "{name}" loses that here, and through no other role does '
        "anybody have it. Give `admin: [user]` to another role that an active person holds, in an earlier plan."
    )


def _person_moved(write: MoveHolder, sight: _Sight) -> str:
    if write.leaves not in sight.giving or sight.count() >= _ENOUGH_TO_MOVE:
        return ""
    if not sight.is_whole():
        return _UNTOLD
    return (
        "Zammad takes no role that may administer people from anybody while fewer than two active people may, not even "
        f"in exchange for another such role: let a second person have one before those of `{write.role}` are moved."
    )
