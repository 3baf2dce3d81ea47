"""Expand statements to the permissions they mean, each with the place that put it there.

A base is never changed: a role starts from a copy of what its base expands to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.desired.document import Spot
from reconciler.desired.statement import Statement
from reconciler.model.permission import Catalogue, PermissionSet
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

    Within one file what is switched off wins, wherever it stands. Whatever implies something that a role does not
    have in the end goes too, so the result is closed.
    """

    def __init__(self, statements: Mapping[RoleKey, Statement], catalogue: Catalogue) -> None:
        self._statements = statements
        self._below = catalogue.below
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
            expanded = _expand(statement, inherited)
            self._done[statement.key] = _closed(expanded, self._below) if self._below else expanded
        return self._done[key]


def _expand(statement: Statement, inherited: Expanded) -> Expanded:
    result = dict(inherited)
    for rule in statement.rules:
        if rule.replaces and result:
            prefix = f"{rule.category}."
            for permission in [p for p in result if p.startswith(prefix)]:
                del result[permission]
    off: list[str] = []
    for rule in statement.rules:
        for step in rule.steps:
            if step.on:
                result.update(dict.fromkeys(step.permissions, step.spot))
            else:
                off += step.permissions[:1]
    for permission in off:
        result.pop(permission, None)
    return result


def _closed(expanded: Expanded, below: Mapping[str, PermissionSet]) -> Expanded:
    """Take out what implies something that is not there; what implied that implies it too, so once is enough."""
    return {key: spot for key, spot in expanded.items() if key not in below or below[key] <= expanded.keys()}
