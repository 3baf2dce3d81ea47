"""Load desired state: every role file of a folder, checked, expanded and sorted.

All problems of all files are raised together; a partial desired state exists only as a `Reading` that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from reconciler.desired.bases import Statements, check_bases, expandable
from reconciler.desired.checks import check_keys, check_names, check_needs, check_successors
from reconciler.desired.compile import Compiler, apart
from reconciler.desired.expansion import Expanded, Expansion, Provenance
from reconciler.desired.files import Listing, accept_name, list_role_files, read_role_files
from reconciler.desired.statement import Statement
from reconciler.errors import InputRejected, NoRolesFound, Problem
from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.role import DesiredRole, Origin, RetiredRole, RoleContent, RoleKey
from reconciler.model.state import DesiredState


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How a role file says what it says; expansion does not need to know it, advice does."""

    categories: frozenset[str]
    """The words that stand below `permissions`: categories, and families of them."""
    places: Mapping[str, Origin]
    """Where each field is."""

    def place(self, field: str) -> Origin:
        """Give the place of a field, or of the name where the file does not have it."""
        return self.places.get(field) or self.places["name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What role files mean, how they say it, and everything that is wrong with them."""

    desired: DesiredState
    """Whole only where there are no problems; else without the roles that could not be expanded."""
    written: Mapping[RoleKey, Written]
    """Every role of the desired state that is not retired."""
    problems: tuple[Problem, ...]
    tolerated: tuple[Problem, ...] = ()
    """What would be problems if the settings did not let them be, sorted."""


def load_desired(
    root: Path, folder: str, catalogue: Catalogue, tolerated: frozenset[str] = frozenset()
) -> DesiredState:
    """Load the role files below `folder`, a relative path inside `root`; problems of a tolerated code are none.

    Raises `UsageProblem` where there is no folder, `NoRolesFound` where it is empty, and `InputRejected` with the
    problems of all files.
    """
    statements, file_problems = _read(root, folder, catalogue, tolerated)
    return _sound(*_state(statements, file_problems, catalogue, tolerated))


def read_desired(root: Path, folder: str, catalogue: Catalogue, tolerated: frozenset[str] = frozenset()) -> Reading:
    """Read the role files like `load_desired`, and give their problems instead of raising them.

    Raises `UsageProblem` where there is no folder and `NoRolesFound` where it is empty.
    """
    return _reading(*_read(root, folder, catalogue, tolerated), catalogue, tolerated)


def read_desired_from(
    documents: Iterable[tuple[str, bytes]], catalogue: Catalogue, tolerated: frozenset[str] = frozenset()
) -> Reading:
    """Read role files given as path and bytes, and give their problems instead of raising them."""
    return _reading(*_accepted(documents, catalogue, tolerated), catalogue, tolerated)


def _reading(
    statements: list[Statement], file_problems: list[Problem], catalogue: Catalogue, tolerated: frozenset[str]
) -> Reading:
    desired, problems, let_be = _state(statements, file_problems, catalogue, tolerated)
    declared = {role.key for role in desired.roles}
    written = {s.key: _written(s) for s in statements if s.key in declared}
    return Reading(
        desired=desired,
        written=MappingProxyType(written),
        problems=tuple(sorted(problems)),
        tolerated=tuple(sorted(let_be)),
    )


def _read(
    root: Path, folder: str, catalogue: Catalogue, tolerated: frozenset[str]
) -> tuple[list[Statement], list[Problem]]:
    listing = list_role_files(root, folder)
    if not listing.files and not listing.problems:
        raise NoRolesFound(
            f"{folder} holds no role file; going on would leave every role of the tenant unmanaged",
            fix="Add a role file, or correct `roles:` in the settings",
        )
    # The problems are listed after the reading, which adds to them.
    return _compile(read_role_files(root, listing), catalogue, tolerated), listing.problems


def load_desired_from(
    documents: Iterable[tuple[str, bytes]], catalogue: Catalogue, tolerated: frozenset[str] = frozenset()
) -> DesiredState:
    """Load role files given as path and bytes; raises `InputRejected` with the problems of all of them."""
    return _sound(*_state(*_accepted(documents, catalogue, tolerated), catalogue, tolerated))


def _accepted(
    documents: Iterable[tuple[str, bytes]], catalogue: Catalogue, tolerated: frozenset[str]
) -> tuple[list[Statement], list[Problem]]:
    listing = Listing(Path())
    statements = _compile((d for d in sorted(documents) if accept_name(listing, d[0])), catalogue, tolerated)
    return statements, listing.problems


def key_of_path(path: str) -> RoleKey:
    """Give the key of the role that a file declares."""
    return RoleKey(path.rpartition("/")[2].removesuffix(".yaml"))


def _compile(
    documents: Iterator[tuple[str, bytes]], catalogue: Catalogue, tolerated: frozenset[str]
) -> list[Statement]:
    compiler = Compiler(catalogue, tolerated)
    return [compiler.compile(path, key_of_path(path), raw) for path, raw in documents]


def _state(
    found: list[Statement], file_problems: list[Problem], catalogue: Catalogue, tolerated: frozenset[str]
) -> tuple[DesiredState, list[Problem], list[Problem]]:
    """Give the desired state with what is wrong, and with what would be if it were not tolerated."""
    statements: dict[RoleKey, Statement] = {}
    for statement in found:
        statements.setdefault(statement.key, statement)
    problems = [*file_problems, *(problem for statement in found for problem in statement.problems)]
    problems += check_keys(found)
    problems += check_bases(statements)
    problems += check_names(statements)
    problems += check_successors(statements)
    expansion = Expansion(statements, catalogue)
    roles, shared = [], _Shared()
    for key in sorted(statements):
        statement = statements[key]
        if statement.retired or not expandable(statement, statements):
            continue
        expanded = expansion.of(key)
        base: Expanded = expansion.of(statement.based_on) if statement.based_on else {}
        problems += check_needs(statement, expanded, base, catalogue)
        roles.append(_role(statement, expanded, shared))
    problems, let_be = apart(problems, tolerated)
    let_be += (problem for statement in found for problem in statement.tolerated)
    desired = DesiredState(roles=tuple(roles), retired=_retired(statements), catalogue=catalogue, tolerated=tolerated)
    return desired, problems, let_be


def _sound(desired: DesiredState, problems: list[Problem], _: list[Problem]) -> DesiredState:
    """Give the desired state, or raise what is wrong with it."""
    if problems:
        raise InputRejected(tuple(problems))
    return desired


def _written(statement: Statement) -> Written:
    places = {name: statement.origin(name) for name in ("name", *statement.places)}
    categories = frozenset(rule.category.partition("/")[0] for rule in statement.rules)
    return Written(categories=categories, places=MappingProxyType(places))


class _Shared:
    """Equal permission sets, kept once: most roles of a large tenant are alike."""

    def __init__(self) -> None:
        self._sets: dict[PermissionSet, PermissionSet] = {}

    def permissions(self, expanded: Expanded) -> PermissionSet:
        """Give the set of the permissions, the same object for equal ones."""
        permissions = frozenset(expanded)
        return self._sets.setdefault(permissions, permissions)


def _role(statement: Statement, expanded: Expanded, shared: _Shared) -> DesiredRole:
    permissions = shared.permissions(expanded)
    return DesiredRole(
        key=statement.key,
        content=RoleContent(name=statement.name, description=statement.description, permissions=permissions),
        origin=statement.origin(),
        provenance=Provenance(expanded),
        standard=statement.standard,
        based_on=statement.based_on,
        previously=statement.previously,
        owner=statement.owner,
    )


def _retired(statements: Statements) -> tuple[RetiredRole, ...]:
    return tuple(
        RetiredRole(
            key=key,
            name=statement.name,
            origin=statement.origin(),
            standard=statement.standard,
            previously=statement.previously,
            move_users_to=statement.move_users_to,
            owner=statement.owner,
        )
        for key, statement in sorted(statements.items())
        if statement.retired
    )
