"""Find what one file both switches on, because something else brings it, and says that a role does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reconciler.desired.document import Document, Place, Route
from reconciler.desired.statement import Rule
from reconciler.model.permission import Catalogue


class _Bringer(NamedTuple):
    """What brings a permission that the file does not switch on itself."""

    permission: str
    line: int


def report_contradictions(document: Document, stated: Iterable[tuple[Route, Rule]], catalogue: Catalogue) -> None:
    """Report every permission that a file says is off though it switches on one that implies it.

    A toggle that takes something back from `all` or `view` of its own category is no contradiction.
    """
    if not catalogue.below:
        return
    stated = tuple(stated)
    bringers: dict[str, _Bringer] = {}
    for _, rule in stated:
        for lower, bringer in _brought(rule, catalogue):
            bringers.setdefault(lower, bringer)
    for route, rule in stated:
        for place, permission in _denied(document, route, rule, catalogue):
            if permission in bringers:
                _report(document, place, permission, bringers[permission])


def _denied(document: Document, route: Route, rule: Rule, catalogue: Catalogue) -> Iterator[tuple[Place, str]]:
    """Give what a rule switches off, and what a word or a list leaves out."""
    for step in rule.steps:
        yield from (((step.spot[1], step.spot[2]), permission) for permission in step.permissions if not step.on)
    if rule.replaces:
        there = catalogue.closed(permission for step in rule.steps for permission in step.permissions)
        for permission in catalogue.by_category[rule.category].permissions:
            if permission.key not in there:
                yield document.value_place(route), permission.key


def _brought(rule: Rule, catalogue: Catalogue) -> Iterator[tuple[str, _Bringer]]:
    """Give what comes with the permissions that a rule switches on, as far as it does not take them back itself."""
    off = {permission for step in rule.steps if not step.on for permission in step.permissions}
    for step in rule.steps:
        for permission in step.permissions if step.on else ():
            below = catalogue.below.get(permission, frozenset())
            if step.named or not off & below:
                for lower in sorted(below - {permission}):
                    yield lower, _Bringer(permission, step.spot[1])


def _report(document: Document, place: Place, permission: str, bringer: _Bringer) -> None:
    source = f"`{bringer.permission}`"
    message = f"`{permission}` comes with {source} in line {bringer.line}, so a role cannot have one without the other"
    document.report(place, "role.implied", message, f"Take {source} out, or let the role have `{permission}`")
