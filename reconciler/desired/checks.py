"""Check role files against one another: keys, names, successors and what permissions need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from reconciler.core.circles import circles
from reconciler.desired.bases import Statements
from reconciler.desired.expansion import Expanded
from reconciler.desired.names import skeleton
from reconciler.desired.statement import Statement
from reconciler.desired.text import shown
from reconciler.desired.words import suggestion
from reconciler.errors import Problem
from reconciler.model.permission import Catalogue
from reconciler.model.role import RoleKey


def check_keys(statements: Iterable[Statement]) -> Iterator[Problem]:
    """Give a problem for every file whose stem another folder has too."""
    first: dict[str, Statement] = {}
    for statement in statements:
        other = first.setdefault(statement.key, statement)
        if other is not statement:
            message = f"The key `{statement.key}` is taken by {other.path}; folders do not make keys different"
            yield Problem(statement.path, 0, 0, "role.duplicate-key", message, "Rename one of the files")


def check_names(statements: Statements) -> Iterator[Problem]:
    """Give a problem for every name that cannot be told apart from another role's."""
    owners: dict[str, Statement] = {}
    for key in sorted(statements):
        statement = statements[key]
        if not statement.name:
            continue
        other = owners.setdefault(skeleton(statement.name), statement)
        if other is statement:
            continue
        where = f"{shown(other.name)} in {other.path}, line {other.origin().line}"
        if statement.name == other.name:
            message = f"The name is taken by {where}"
            yield statement.problem("name", "role.duplicate-name", message, "Choose another name")
        else:
            message = f"{shown(statement.name)} looks like {where}"
            yield statement.problem("name", "role.confusable-name", message, "Choose a name that looks different")
    yield from _check_earlier_names(statements, owners)


class _Mention(NamedTuple):
    """One place where a file lists an earlier name."""

    statement: Statement
    place: str
    name: str
    is_sound: bool
    """Whether nothing else is wrong with it."""


def _check_earlier_names(statements: Statements, owners: dict[str, Statement]) -> Iterator[Problem]:
    mentions: dict[str, list[_Mention]] = {}
    swapped = _swapped(statements)
    for key in sorted(statements):
        statement = statements[key]
        for index, name in enumerate(statement.previously):
            fault = _earlier_name_fault(statement, name, owners, is_swapped=key in swapped)
            place = f"previously.{index}"
            if fault is not None:
                yield statement.problem(place, "role.previous-name", *fault)
            mentions.setdefault(skeleton(name), []).append(_Mention(statement, place, name, fault is None))
    for found in mentions.values():
        yield from _listed_twice(found)


def _earlier_name_fault(
    statement: Statement, name: str, owners: dict[str, Statement], *, is_swapped: bool
) -> tuple[str, str] | None:
    """Say what is wrong with one earlier name of a file, and what to do."""
    owner = owners.get(skeleton(name))
    if owner is None:
        return None
    if owner is statement:
        renames = name != statement.name
        return None if renames else (f"{shown(name)} is the role's name already", "Remove it from `previously`")
    if not owner.previously:
        message = f"{shown(name)} is the name of another role, declared in {owner.path}"
        return message, "Remove it, or give that role the earlier name it had itself"
    if not is_swapped and _hands_back(owner, statement, owners):
        message = f"{shown(name)} goes round in a circle: it is the name of the role in {owner.path}"
        return message, (
            "Let each role of the circle stay and list one earlier name, exactly as the other file writes it; "
            "or rename one of them to a name of its own first, and merge that"
        )
    return None


def _listed_twice(mentions: list[_Mention]) -> Iterator[Problem]:
    """Name every file that lists one earlier name; which of them is wrong cannot be told from the files."""
    for index, mention in enumerate(mentions):
        others = [other for other in mentions if other.statement is not mention.statement] or mentions[:index]
        if others and mention.is_sound:
            path = others[0].statement.path
            message = f"{shown(mention.name)} is listed as an earlier name twice, also in {path}"
            yield mention.statement.problem(mention.place, "role.previous-name", message, "Keep it in one place")


def _swapped(statements: Statements) -> frozenset[RoleKey]:
    """Give the roles that swap names in circles which a plan can carry out; a role that goes cannot take part."""
    found = circles(
        {key: statement.name for key, statement in statements.items()},
        {key: statement.previously for key, statement in statements.items()},
    )
    stay = (circle for circle in found if not any(statements[key].retired for key in circle))
    return frozenset(chain.from_iterable(stay))


def _hands_back(owner: Statement, statement: Statement, owners: dict[str, Statement]) -> bool:
    """Say whether the earlier names of `owner` lead, role by role, to the name that `statement` has now."""
    seen: set[str] = set()
    waiting = [owner]
    while waiting:
        link = waiting.pop()
        if link is statement:
            return True
        if link.key not in seen:
            seen.add(link.key)
            earlier = (owners.get(skeleton(name)) for name in link.previously)
            waiting.extend(found for found in earlier if found is not None and found is not link)
    return False


def check_successors(statements: Statements) -> Iterator[Problem]:
    """Give a problem for every `move_users_to` that leads nowhere."""
    for key in sorted(statements):
        statement = statements[key]
        target = statement.move_users_to
        if target is None or not statement.retired:
            continue
        if target == key:
            message = "The role would move its people to itself"
            yield statement.problem("move_users_to", "role.move-target", message, "Name another role")
        elif target not in statements:
            message = f"No file declares a role with the key {shown(target)}"
            fix = suggestion(target, statements.keys() - {key}, "Write the file name of a role without .yaml")
            yield statement.problem("move_users_to", "role.move-target", message, fix)
        elif statements[target].retired:
            message = f"`{target}` is retired itself"
            yield statement.problem("move_users_to", "role.move-target", message, "Name a role that stays")


def check_needs(statement: Statement, expanded: Expanded, base: Expanded, catalogue: Catalogue) -> Iterator[Problem]:
    """Give a problem for each permission without one that it needs; what the base lacks is told there."""
    for permission in sorted(expanded):
        for needed in catalogue.by_key[permission].requires:
            if needed in expanded or (permission in base and needed not in base):
                continue
            path, line, column = expanded[permission]
            message = f"`{permission}` does nothing without `{needed}`, which this role does not have"
            fix = f"Switch `{needed}` on, or `{permission}` off"
            if path == statement.path:
                yield Problem(path, line, column, "role.depends", message, fix)
            else:
                yield statement.problem("permissions", "role.depends", message, fix)
