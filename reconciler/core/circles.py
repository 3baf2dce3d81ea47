"""Names that go round in a circle: find the circles, and tell how far the swap of each has come.

Once every name of a circle is live, the names alone cannot tell a swap that is done from one that has not begun.
What the live roles permit can, as long as the change that swaps them leaves that of one of them alone. And because
permissions can be exchanged as well as names, a swap that is to begin is confirmed by a person (the guard `swap`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from reconciler.core.naming import name_key, temporary_name
from reconciler.core.wording import listing
from reconciler.model.permission import Catalogue
from reconciler.model.role import DesiredRole, LiveRole, RoleKey

_BOTH = 2
"""A name of a circle is used twice in the files: by the role that has it now and by the one that had it before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the swap of one circle has come."""

    found: Mapping[RoleKey, LiveRole]
    """The live role that each file means; empty where none of them is live."""
    temporary: str | None = None
    """The name that the first role of the circle goes through; None where the swap has begun or is done."""
    under_way: bool = False
    """Whether the first role is live under its temporary name, so that only an apply should touch any of them."""
    problem: tuple[str, str] | None = None
    """Why nobody can tell, and what to do."""


def circles(names: Mapping[RoleKey, str], earlier: Mapping[RoleKey, Iterable[str]]) -> tuple[tuple[RoleKey, ...], ...]:
    """Find the roles whose names go round: each had one other name before, and the next role has that now.

    No name of a circle is the name or an earlier name of any other role. A circle begins with its first key;
    the others follow in the order in which their names come free once that role gives up its own. Sorted.
    """
    own = {key: name_key(name) for key, name in names.items()}
    before = {key: {name_key(name) for name in earlier[key]} - {own[key]} for key in own}
    owners = {name: key for key, name in own.items()}
    uses = Counter(chain(own.values(), chain.from_iterable(before.values())))
    following = {
        key: owners[name]
        for key, others in before.items()
        for name in others
        if len(others) == 1 and name in owners and uses[name] == _BOTH
    }
    walks = (tuple(_walk(key, following)) for key in sorted(following))
    return tuple(walk for walk in walks if following.get(walk[-1]) == walk[0] == min(walk))


def _walk(key: RoleKey, following: Mapping[RoleKey, RoleKey]) -> Iterator[RoleKey]:
    """Follow the names from one role to the next, once round at most; no two roles are followed by one."""
    link: RoleKey | None = key
    while link is not None:
        yield link
        link = following.get(link)
        if link == key:
            return


def standing(
    circle: Sequence[DesiredRole], by_name: Mapping[str, LiveRole], lock: Catalogue, declared: Collection[str]
) -> Standing:
    """Tell how far a swap has come by the names that are live and by what these roles permit, never by guess.

    `by_name` has the live roles by the form of their names, `declared` the forms of all names that files use.
    Live permissions that the lock does not know say nothing, because no file can name them.
    """
    through = name_key(temporary_name(circle[0].content.name))
    own = [name_key(role.content.name) for role in circle]
    if through in declared:
        temporary = temporary_name(circle[0].content.name)
        return _unclear(circle, f'a file names "{temporary}", which the swap goes through', "Name that role otherwise")
    if through in by_name:
        return _under_way(circle, own, through, by_name)
    if not any(name in by_name for name in own):
        return Standing(found={})
    return _told_by_permissions(circle, own, by_name, lock)


def _under_way(
    circle: Sequence[DesiredRole], own: Sequence[str], through: str, by_name: Mapping[str, LiveRole]
) -> Standing:
    """Place a swap whose first role is live under its temporary name; the name that is free says how far it came."""
    present = {through, *(name for name in own if name in by_name)}
    earlier = (*own[1:], own[0])
    if len(present) > len(own):
        live = by_name[through].content.name
        return _unclear(
            circle, f'the swap goes through "{live}", which is live beside them', "Rename that role in the product"
        )
    for renamed in range(1, len(own) + 1):
        names = (through, *own[1:renamed], *earlier[renamed:])
        if present == set(names):
            return Standing(found=_found(circle, names, by_name), under_way=True)
    return _unclear(
        circle, "it was cut short, and another of them is gone", "Give the roles in the product the names of the files"
    )


def _told_by_permissions(
    circle: Sequence[DesiredRole], own: Sequence[str], by_name: Mapping[str, LiveRole], lock: Catalogue
) -> Standing:
    """Tell a swap that is done from one that has not begun by the roles that permit exactly what their files say.

    All of them on one side decide it, and so does any on one side while there is none on the other: one role
    that was edited, in its file or in the product, does not hide what the others tell.
    """
    earlier = (*own[1:], own[0])
    done, pending = _fitting(circle, own, by_name, lock), _fitting(circle, earlier, by_name, lock)
    if done == pending == len(own):
        return _unclear(
            circle,
            "all of these roles permit the same, so nobody can tell a swap that is done from one that is not",
            "Take `previously` out if the swap is done; else give one role a name of its own first, and apply that",
        )
    if done == len(own) or (done and not pending):
        return Standing(found=_found(circle, own, by_name))
    gone = [role for role, name in zip(circle, own, strict=True) if name not in by_name]
    everywhere = not gone
    if everywhere and (pending == len(own) or (pending and not done)):
        return Standing(found=_found(circle, earlier, by_name), temporary=temporary_name(circle[0].content.name))
    if gone:
        names = listing(f'"{role.content.name}"' for role in gone)
        return _unclear(
            circle,
            f"no live role is called {names}",
            "Take `previously` out of these files, and read the plan with care: it creates what is missing",
        )
    return _unclear(
        circle,
        "what the live roles with these names permit does not tell whether the swap is done",
        "If it is done, take `previously` out; if not, swap the names in a change that leaves the permissions of these "
        "roles as they are live",
    )


def _found(
    circle: Sequence[DesiredRole], names: Sequence[str], by_name: Mapping[str, LiveRole]
) -> Mapping[RoleKey, LiveRole]:
    """Give each file the live role with its name, where there is one."""
    return {role.key: by_name[name] for role, name in zip(circle, names, strict=True) if name in by_name}


def _fitting(
    circle: Sequence[DesiredRole], names: Sequence[str], by_name: Mapping[str, LiveRole], lock: Catalogue
) -> int:
    """Count the files whose live role, by these names, permits exactly what they say."""
    found = _found(circle, names, by_name)
    return sum(
        found[role.key].content.permissions.intersection(lock.by_key) == role.content.permissions
        for role in circle
        if role.key in found
    )


def _unclear(circle: Sequence[DesiredRole], why: str, fix: str) -> Standing:
    paths = listing(sorted(role.origin.path for role in circle))
    return Standing(found={}, problem=(f"the names of {paths} go round in a circle, and {why}", fix))
