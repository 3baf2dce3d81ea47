"""Find what one file both switches on, because something else brings it, and says that a role does not have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reconciler.desired.document import Document, Route
from reconciler.desired.statement import Rule, Step
from reconciler.model.permission import Catalogue


class _Bringer(NamedTuple):
    """What switches a permission on that it does not name."""

    category: str
    named: str | None
    """The permission that implies it; None where a word such as `all` selects that one."""
    line: int


def report_contradictions(document: Document, stated: Iterable[tuple[Route, Rule]], catalogue: Catalogue) -> None:
    """Report every permission that a file says is off though it switches on one that implies it.

    A toggle that takes something back from `all` or `view` of its own category is no contradiction.
    """
    if not catalogue.below:
        return
    stated = tuple(stated)
    bringers: dict[str, list[_Bringer]] = {}
    for _, rule in stated:
        for step in rule.steps:
            _note(bringers, rule, step)
    for route, rule in stated:
        for step in rule.steps:
            if not step.on:
                _report_off(document, rule, step, bringers)
        if rule.replaces:
            _report_left_out(document, route, rule, bringers, catalogue)


def _note(bringers: dict[str, list[_Bringer]], rule: Rule, step: Step) -> None:
    if step.on:
        named = step.permissions[0] if step.named and step.permissions else None
        for permission in step.permissions[1:] if step.named else step.permissions:
            bringers.setdefault(permission, []).append(_Bringer(rule.category, named, step.spot[1]))


def _report_off(document: Document, rule: Rule, step: Step, bringers: dict[str, list[_Bringer]]) -> None:
    for permission in step.permissions[:1]:
        for bringer in bringers.get(permission, ()):
            if bringer.named is not None or bringer.category != rule.category:
                _report(document, (step.spot[1], step.spot[2]), permission, bringer)
                break


def _report_left_out(
    document: Document, route: Route, rule: Rule, bringers: dict[str, list[_Bringer]], catalogue: Catalogue
) -> None:
    """Report what a word or a list leaves out and another category brings."""
    there = {permission for step in rule.steps for permission in step.permissions}
    for permission in catalogue.by_category[rule.category].permissions:
        if permission.key not in there:
            for bringer in bringers.get(permission.key, ())[:1]:
                _report(document, document.value_place(route), permission.key, bringer)


def _report(document: Document, place: tuple[int, int], permission: str, bringer: _Bringer) -> None:
    source = f"`{bringer.named}`" if bringer.named else f"what `{bringer.category}` says"
    message = f"`{permission}` comes with {source} in line {bringer.line}, so a role cannot have one without the other"
    document.report(place, "role.implied", message, f"Take {source} out, or let the role have `{permission}`")
