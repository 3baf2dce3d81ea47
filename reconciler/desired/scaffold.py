"""Make a role file to start from, and hold it against every rule of `validate` before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from reconciler.desired.files import list_role_files, name_fault, read_role_files
from reconciler.desired.language import load_desired, read_desired_from
from reconciler.desired.lint.levels import LintLevel, tolerated
from reconciler.desired.lint.run import refused
from reconciler.desired.names import name_problems, skeleton, space_problems
from reconciler.desired.scaffold_text import derived_text, empty_text
from reconciler.desired.slugs import WITHOUT_LETTERS, slug
from reconciler.desired.text import shown, suspects
from reconciler.desired.words import suggestion
from reconciler.errors import InputRejected, NoRolesFound, Problem, UsageProblem
from reconciler.model.permission import Catalogue
from reconciler.model.role import DesiredRole, RetiredRole, RoleKey
from reconciler.model.state import DesiredState

_FIXES = {"lint.sensitive-without-owner": "Name the team that decides who gets this role with --owner"}
"""What to do where the advice is to edit a file that does not exist yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks for."""

    name: str
    key: str | None = None
    """Made out of the name where nobody says it."""
    based_on: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """A role file that does not exist yet."""

    path: str
    """Seen from the root of the repository."""
    text: str
    role: DesiredRole
    """What the file will say."""


def scaffold(
    root: Path,
    folder: str,
    catalogue: Catalogue,
    wanted: Wanted,
    levels: Mapping[str, LintLevel] = MappingProxyType({}),
) -> Scaffold:
    """Give the file of a new role in `folder`; nothing is written, and lint rules are what `levels` make them.

    The files that are there must be in order. Raises `InputRejected` with everything that is wrong with the name and
    everything for which `validate` would refuse the file, and `UsageProblem` for a key or a base that cannot be used.
    """
    desired = _declared(root, folder, catalogue, tolerated(levels))
    key = _key(wanted)
    path = f"{folder}/{key}.yaml"
    hidden = [*_hidden(path, "name", wanted.name), *_hidden(path, "owner", wanted.owner or "")]
    if hidden:
        raise InputRejected(tuple(hidden))
    faults = (problem for problem in _name_faults(path, wanted.name) if problem.code not in desired.tolerated)
    found = [*faults, *_taken(path, key, wanted.name, desired), *_owner_faults(path, wanted.owner or "")]
    if found:
        raise InputRejected(tuple(found))
    if wanted.key is None and key == WITHOUT_LETTERS:
        raise UsageProblem(
            f"No key can be made out of {shown(wanted.name)}: a key has a-z, 0-9 and dashes", fix="Name one with --key"
        )
    if wanted.based_on is None:
        text = empty_text(path, wanted.name, wanted.owner, catalogue)
    else:
        text = derived_text(path, wanted.name, wanted.owner, _base(wanted.based_on, desired), catalogue)
    return Scaffold(path=path, text=text, role=_checked(root, folder, desired, levels, (path, text)))


def _declared(root: Path, folder: str, catalogue: Catalogue, let_be: frozenset[str]) -> DesiredState:
    """Load what is there; a folder without a role is where the first one goes."""
    try:
        return load_desired(root, folder, catalogue, let_be)
    except NoRolesFound:
        return DesiredState(roles=(), retired=(), catalogue=catalogue, tolerated=let_be)


def _key(wanted: Wanted) -> RoleKey:
    if wanted.key is None:
        return RoleKey(slug(wanted.name))
    fault = name_fault(wanted.key)
    if fault:
        raise UsageProblem(f"The key {shown(wanted.key)} {fault}", fix="Choose one such as `quality-reviewer`")
    return RoleKey(wanted.key)


def _hidden(path: str, field: str, text: str) -> Iterator[Problem]:
    """Find characters that no file may hold; what the shell gave in another encoding than UTF-8 is among them."""
    for suspect in suspects(text):
        yield Problem(
            path, 0, 0, suspect.code, f"In the {field}: {suspect.message}", f"Type the {field} again, in UTF-8"
        )


def _name_faults(path: str, name: str) -> Iterator[Problem]:
    for code, message, fix in name_problems(name):
        yield Problem(path, 0, 0, code, message, fix)


def _owner_faults(path: str, owner: str) -> Iterator[Problem]:
    """Find what nobody sees in an owner; the loader could not say which of the two texts it is in."""
    for code, message, fix in space_problems(owner):
        yield Problem(path, 0, 0, code, f"In the owner: {message}", fix)


def _taken(path: str, key: RoleKey, name: str, desired: DesiredState) -> Iterator[Problem]:
    """Find the roles that have the key, the name, or one that looks like it; earlier names count."""
    seen = skeleton(name)
    declared: Iterable[DesiredRole | RetiredRole] = (*desired.roles, *desired.retired)
    for role in declared:
        where = f"{role.origin.path}, line {role.origin.line}"
        theirs = role.name if isinstance(role, RetiredRole) else role.content.name
        if role.key == key:
            message = f"The key `{key}` is taken by {role.origin.path}"
            yield Problem(path, 0, 0, "role.duplicate-key", message, "Choose another name, or a key with --key")
        if theirs == name:
            yield Problem(path, 0, 0, "role.duplicate-name", f"The name is taken by {where}", "Choose another name")
        elif skeleton(theirs) == seen:
            message = f"{shown(name)} looks like {shown(theirs)} in {where}"
            yield Problem(path, 0, 0, "role.confusable-name", message, "Choose a name that looks different")
        elif seen in map(skeleton, role.previously):
            message = f"{shown(name)} is an earlier name of {shown(theirs)} in {where}"
            yield Problem(path, 0, 0, "role.previous-name", message, "Choose another name")


def _base(key: str, desired: DesiredState) -> DesiredRole:
    for role in desired.roles:
        if role.key == key:
            return role
    if any(role.key == key for role in desired.retired):
        raise UsageProblem(f"`{key}` is retired, so nothing can be based on it", fix="Base it on another role")
    raise UsageProblem(
        f"No file declares a role with the key {shown(key)}",
        fix=suggestion(key, (role.key for role in desired.roles), "Write the file name of a role without .yaml"),
    )


def _checked(
    root: Path, folder: str, desired: DesiredState, levels: Mapping[str, LintLevel], document: tuple[str, str]
) -> DesiredRole:
    """Read the file among the others as `validate` will; its places mean nothing to somebody who does not see it."""
    path, text = document
    others = list(read_role_files(root, list_role_files(root, folder)))
    there = read_desired_from(others, desired.catalogue, desired.tolerated)
    documents = [*others, (path, text.encode("utf-8", "surrogatepass"))]
    then = read_desired_from(documents, desired.catalogue, desired.tolerated)
    found = then.problems or refused(there, then, levels)
    if found:
        problems = {Problem(p.path, 0, 0, p.code, p.message, _FIXES.get(p.code, p.fix)) for p in found}
        raise InputRejected(tuple(problems))
    return next(role for role in then.desired.roles if role.origin.path == path)
