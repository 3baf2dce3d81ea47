"""Names that go round in a circle: find the circles, and tell how far the swap of each has come.

Once every name of a circle is live, the names alone cannot tell a swap that is done from one that has not begun.
What the live roles permit can, as long as the change that swaps them leaves that alone.
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
    own = [name_key(role.content.name) for role in circle]
    temporary = temporary_name(circle[0].content.name)
    through = name_key(temporary)
    if through in declared:
        return _unclear(circle, f'a file names "{temporary}", which the swap goes through', "Name that role otherwise")
    present = {name for name in (*own, through) if name in by_name}
    if not present:
        return Standing(found={})
    if len(present) > len(own):
        return _unclear(
            circle, f'the swap goes through "{temporary}", which is live beside them', "Rename that role in the product"
        )
    stages = [names for names in _stages(own, through) if present == set(names)]
    fitting = [names for names in stages if _fits(circle, [by_name[name] for name in names], lock)]
    if len(fitting) > 1:
        return _unclear(
            circle,
            "all of these roles permit the same, so nobody can tell a swap that is done from one that is not",
            "Take `previously` out if the swap is done; else give one role a name of its own first, and apply that",
        )
    if not fitting:
        return _unclear(
            circle,
            "the live roles with these names fit neither what the files say before the swap nor after it",
            "Swap names in a change that leaves the permissions of these roles as they are live; "
            "if the swap is done, take `previously` out",
        )
    (names,) = fitting
    found = {role.key: by_name[name] for role, name in zip(circle, names, strict=True)}
    begins = names[0] not in {through, own[0]}
    return Standing(found=found, temporary=temporary if begins else None)


def _stages(own: Sequence[str], through: str) -> Iterator[tuple[str, ...]]:
    """Give the names that the roles of a circle have before each write of the swap, and after the last.

    The first role takes its temporary name, the others take the names that come free, the first takes its own.
    """
    earlier = (*own[1:], own[0])
    yield earlier
    for renamed in range(1, len(own) + 1):
        yield (through, *own[1:renamed], *earlier[renamed:])
    yield tuple(own)


def _fits(circle: Sequence[DesiredRole], live: Sequence[LiveRole], lock: Catalogue) -> bool:
    """Say whether every live role permits what its file says."""
    return all(
        there.content.permissions.intersection(lock.by_key) == role.content.permissions
        for role, there in zip(circle, live, strict=True)
    )


def _unclear(circle: Sequence[DesiredRole], why: str, fix: str) -> Standing:
    paths = listing(sorted(role.origin.path for role in circle))
    return Standing(found={}, problem=(f"the names of {paths} go round in a circle, and {why}", fix))
