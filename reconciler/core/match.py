"""Find the live role that each file means; roles that no file means are left out of everything that follows."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import InputRejected, LiveAmbiguous, Problem
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleId, RoleKey
from reconciler.model.state import DesiredState, LiveState

File = DesiredRole | RetiredRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A file and the live role it means."""

    role: DesiredRole
    live: LiveRole
    renamed: bool
    """Whether the live role was found by an earlier name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Every file beside its live role; each part sorted by key."""

    matched: tuple[Match, ...]
    missing: tuple[DesiredRole, ...]
    """Declared and not live."""
    retiring: tuple[tuple[RetiredRole, LiveRole], ...]
    """Declared retired and still live."""
    unmanaged: tuple[LiveRole, ...]
    """Live and not declared, sorted by name and id; never touched."""


def name_key(name: str) -> str:
    """Give the form in which two names are the same name to a tenant: case and compatibility forms ignored."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def match(desired: DesiredState, live: LiveState) -> Matching:
    """Match files to live roles by name, then by earlier names.

    A file gives up the live role of its name when another file has that as its only earlier name and it has
    an earlier name of its own to fall back on: then roles hand their names on, A becoming B and B becoming C.
    Files whose earlier names go round in a circle are refused before (`role.previous-name`): once both names
    are live, nobody could tell a swap that is done from one that is not.

    Raises `InputRejected` with every problem when an earlier name is ambiguous: it still exists beside the
    role it became, two earlier names exist at once, or two files mean the same live role. Raises
    `LiveAmbiguous` when two live roles have the same name.
    """
    claims = _Claims([*desired.roles, *desired.retired], _by_name(live))
    claims.settle()
    if claims.problems:
        raise InputRejected(tuple(claims.problems))
    found = claims.found
    meant = {role.id for role in found.values()}
    unmanaged = sorted((r for r in live.roles if r.id not in meant), key=lambda r: (r.content.name, r.id))
    return Matching(
        matched=tuple(
            Match(role=role, live=found[role.key], renamed=name_key(found[role.key].content.name) != _own_name(role))
            for role in desired.roles
            if role.key in found
        ),
        missing=tuple(role for role in desired.roles if role.key not in found),
        retiring=tuple((role, found[role.key]) for role in desired.retired if role.key in found),
        unmanaged=tuple(unmanaged),
    )


def _by_name(live: LiveState) -> Mapping[str, LiveRole]:
    """Give each live role by the form of its name; a second one of that name would hide the first."""
    by_name: dict[str, LiveRole] = {}
    for role in live.roles:
        other = by_name.setdefault(name_key(role.content.name), role)
        if other is not role:
            raise LiveAmbiguous(
                f'"{other.content.name}" ({other.id}) and "{role.content.name}" ({role.id}) have the same name, '
                "so no file can mean one of them",
                fix="Rename one of the two in the product",
            )
    return by_name


class _Claims:
    """Files on their way to the live roles they mean."""

    def __init__(self, files: list[File], by_name: Mapping[str, LiveRole]) -> None:
        self.files = sorted(files, key=lambda file: file.key)
        self.by_name = by_name
        self.found: dict[RoleKey, LiveRole] = {}
        self.problems: list[Problem] = []
        self._holder: dict[RoleId, File] = {}

    def settle(self) -> None:
        """Give every file its live role, or a problem."""
        unnamed = []
        for file in self.files:
            named = self.by_name.get(_own_name(file))
            if named is None:
                unnamed.append(file)
            else:
                self._give(file, named)
        for file in unnamed:
            self._find_earlier(file)
        for file in self.files:
            if file not in unnamed:
                self._require_no_leftover(file)

    def _give(self, file: File, role: LiveRole) -> None:
        """Let a file mean a live role; whoever meant it must have another, or both are told."""
        other = self._holder.get(role.id)
        self._holder[role.id] = file
        self.found[file.key] = role
        if other is None:
            return
        del self.found[other.key]
        fallback = [earlier for earlier in self._earlier(other) if earlier.id != role.id]
        if name_key(role.content.name) == _own_name(other) and len(fallback) == 1:
            self._give(other, fallback[0])
        else:
            first, second = sorted((file, other), key=lambda f: f.key)
            self.problems.append(_meant_twice(first, second, role))

    def _find_earlier(self, file: File) -> None:
        """Find the one live role with an earlier name of a file whose own name is not live."""
        earlier = self._earlier(file)
        if len(earlier) > 1:
            names = " and ".join(f'"{role.content.name}"' for role in earlier)
            self.problems.append(_ambiguous(file, f"the earlier names {names}"))
        elif earlier:
            self._give(file, earlier[0])

    def _require_no_leftover(self, file: File) -> None:
        """Tell of a live role with an earlier name of the file that no other file means."""
        left = [role for role in self._earlier(file) if role.id not in self._holder]
        if left:
            self.problems.append(_ambiguous(file, f'"{_name(file)}" and its earlier name "{left[0].content.name}"'))

    def _earlier(self, file: File) -> list[LiveRole]:
        """Give the live roles with an earlier name of the file, in the order it lists them."""
        keys = dict.fromkeys(map(name_key, file.previously))
        keys.pop(_own_name(file), None)
        return [self.by_name[key] for key in keys if key in self.by_name]


def _name(file: File) -> str:
    return file.name if isinstance(file, RetiredRole) else file.content.name


def _own_name(file: File) -> str:
    return name_key(_name(file))


def _ambiguous(file: File, names: str) -> Problem:
    return _problem(
        file,
        f"{names} are both live, so this file could mean either",
        "Retire one of them first, or take it out of previously",
    )


def _meant_twice(first: File, second: File, role: LiveRole) -> Problem:
    return _problem(
        second,
        f'the live role "{role.content.name}" is also meant by {first.origin.path}',
        "Give the earlier name to one file only; swap names in two pull requests",
    )


def _problem(file: File, message: str, fix: str) -> Problem:
    origin = file.origin
    return Problem(
        path=origin.path, line=origin.line, column=origin.column, code="role.previous-name", message=message, fix=fix
    )
