"""Expand statements to the permissions they mean, each with the place that put it there.

A base is never changed: a role starts from a copy of what its base expands to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.desired.document import Spot
from reconciler.desired.statement import Statement
from reconciler.model.permission import Catalogue
from reconciler.model.role import Origin, RoleKey

MOST_BASES = 10
"""How long a chain of `based_on` may be; longer ones nobody can follow in a review."""

Expanded = dict[str, Spot]
"""Permissions with the place that switched each on."""


class Provenance(Mapping[str, Origin]):
    """A read-only view of an expansion that makes origins when they are asked for."""

    __slots__ = ("_expanded",)

    def __init__(self, expanded: Expanded) -> None:
        self._expanded = expanded

    def __getitem__(self, permission: str) -> Origin:
        return Origin(*self._expanded[permission])

    def __iter__(self) -> Iterator[str]:
        return iter(self._expanded)

    def __len__(self) -> int:
        return len(self._expanded)


class Expansion:
    """Expands the roles of one set of statements, each once; `statements` must be free of cycles where asked.

    Within one file what is switched off wins, wherever it stands. The result is closed: with each permission it has
    what that implies.
    """

    def __init__(self, statements: Mapping[RoleKey, Statement], catalogue: Catalogue) -> None:
        self._statements = statements
        self._catalogue = catalogue
        self._done: dict[RoleKey, Expanded] = {}

    def of(self, key: RoleKey) -> Expanded:
        """Give what a role expands to; the result is shared and must not be changed."""
        chain = []
        step: RoleKey | None = key
        while step is not None and step not in self._done:
            chain.append(self._statements[step])
            step = chain[-1].based_on
        for statement in reversed(chain):
            inherited = self._done[statement.based_on] if statement.based_on is not None else {}
            self._done[statement.key] = _expand(statement, inherited, self._catalogue)
        return self._done[key]


def _expand(statement: Statement, inherited: Expanded, catalogue: Catalogue) -> Expanded:
    kept = dict(inherited)
    for rule in statement.rules:
        if rule.replaces and kept:
            prefix = f"{rule.category}."
            for permission in [p for p in kept if p.startswith(prefix)]:
                del kept[permission]
    on: Expanded = {}
    off: set[str] = set()
    for rule in statement.rules:
        for step in rule.steps:
            if step.on:
                on.update(dict.fromkeys(step.permissions, step.spot))
            else:
                off.update(step.permissions)
    if not catalogue.below:
        return {key: spot for key, spot in (kept | on).items() if key not in off}
    return _closed(kept, on, off, catalogue)


def _closed(kept: Expanded, on: Expanded, off: set[str], catalogue: Catalogue) -> Expanded:
    """Take out what is off and all that implies it, then let what is on bring what it implies.

    Of what is kept, that goes too which implies something that is not there in the end.
    """
    gone = off.union(*(catalogue.above[key] for key in off if key in catalogue.above))
    said = {key: spot for key, spot in on.items() if key not in gone}
    brought = {lower: spot for key, spot in said.items() for lower in sorted(catalogue.below.get(key, ()))}
    there = {**{key: spot for key, spot in kept.items() if key not in gone}, **brought, **said}
    return {key: spot for key, spot in there.items() if catalogue.below.get(key, frozenset()) <= there.keys()}
