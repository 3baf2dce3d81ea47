"""Find the live role that each file means; roles that no file means are left out of everything that follows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from reconciler.core.circles import circles, standing
from reconciler.core.identity import identities
from reconciler.core.naming import name_key, temporary_of
from reconciler.errors import InputRejected, Problem
from reconciler.model.product import SUPPORT, Product
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
    temporary: str | None = None
    """The name it goes through first, where names go round in a circle and this role is the one to begin."""


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
    swapping: frozenset[RoleKey] = frozenset()
    """Files whose names go round in a circle, with a role of it live under its temporary name."""
    pending: tuple[tuple[RoleKey, ...], ...] = ()
    """The circles of names whose swap has not begun."""
    gone: Mapping[RoleKey, RoleId] = field(default_factory=lambda: MappingProxyType({}))
    """The pinned id of each file whose role is not live, retired files too."""


def match(desired: DesiredState, live: LiveState) -> Matching:
    """Match files to live roles by pinned id where the product lets two have one name, by name, then by earlier names.

    A file gives up the live role of its name when another file has that as its only earlier name and it has
    an earlier name of its own to fall back on: then roles hand their names on, A becoming B and B becoming C.
    Where the names of files go round in a circle, A becoming B and B becoming A, what the live roles permit
    tells whether that is done (see `circles`).

    Raises `InputRejected` with every problem when an earlier name is ambiguous: it still exists beside the
    role it became, two earlier names exist at once, two files mean the same live role, nobody can tell how far
    a swap has come, or one was cut short and the files do not say how it goes on. Raises `LiveAmbiguous` when
    two live roles have the same name, as `identities` says.
    """
    return match_roles(desired, live.roles, live.product)


def match_roles(desired: DesiredState, live: Sequence[LiveRole], product: Product = SUPPORT) -> Matching:
    """Match files to these live roles, like `match`."""
    known = identities(desired, live, product)
    pinned, by_name = known.pinned, known.by_name
    by_id = pinned.keys() | known.gone.keys()
    files: list[File] = [*desired.roles, *desired.retired]
    swaps = _Swaps(_without(desired, by_id), by_name)
    claims = _Claims([file for file in files if file.key not in swaps.keys | by_id], by_name)
    claims.settle()
    found = {**claims.found, **swaps.found, **pinned}
    meant = {role.id for role in found.values()}
    unmanaged = sorted((r for r in live if r.id not in meant), key=lambda r: (r.content.name, r.id))
    told = [*_cut_short(files, unmanaged), *_taken_from_retired(desired, found, by_name)]
    problems = [*swaps.problems, *claims.problems] or told
    if problems:
        raise InputRejected(tuple(problems))
    return Matching(
        matched=tuple(
            Match(
                role=role,
                live=found[role.key],
                renamed=name_key(found[role.key].content.name) != _own_name(role),
                temporary=swaps.temporary.get(role.key),
            )
            for role in desired.roles
            if role.key in found
        ),
        missing=tuple(role for role in desired.roles if role.key not in found),
        retiring=tuple((role, found[role.key]) for role in desired.retired if role.key in found),
        unmanaged=tuple(unmanaged),
        swapping=frozenset(swaps.under_way),
        pending=tuple(swaps.pending),
        gone=known.gone,
    )


def _without(desired: DesiredState, pinned: Collection[RoleKey]) -> DesiredState:
    """Give the files that are found by name alone."""
    if not pinned:
        return desired
    return replace(
        desired,
        roles=tuple(role for role in desired.roles if role.key not in pinned),
        retired=tuple(role for role in desired.retired if role.key not in pinned),
    )


class _Swaps:
    """The files whose names go round in circles, each circle settled as a whole."""

    def __init__(self, desired: DesiredState, by_name: Mapping[str, LiveRole]) -> None:
        self.keys: set[RoleKey] = set()
        self.found: dict[RoleKey, LiveRole] = {}
        self.temporary: dict[RoleKey, str] = {}
        self.under_way: set[RoleKey] = set()
        self.pending: list[tuple[RoleKey, ...]] = []
        self.problems: list[Problem] = []
        files: list[File] = [*desired.roles, *desired.retired]
        declared = {name_key(name) for file in files for name in (_name(file), *file.previously)}
        roles = {role.key: role for role in desired.roles}
        for keys in circles({f.key: _name(f) for f in files}, {f.key: f.previously for f in files}):
            circle = [roles[key] for key in keys if key in roles]
            if len(circle) < len(keys):
                continue  # One of them is retired: these files were refused before, and are settled like any others.
            stands = standing(circle, by_name, desired.catalogue, declared)
            self.keys.update(keys)
            self.found.update(stands.found)
            self.under_way.update(keys if stands.under_way else ())
            if stands.temporary is not None:
                self.temporary[keys[0]] = stands.temporary
                self.pending.append(keys)
            if stands.problem is not None:
                self.problems += [_problem(role, *stands.problem) for role in circle]


def _cut_short(files: Sequence[File], unmanaged: Sequence[LiveRole]) -> Iterator[Problem]:
    """Give a problem for each live role that a swap left half way under a temporary name, and no file means."""
    names = {_name(file): file for file in files}
    for live in unmanaged:
        name = temporary_of(live.content.name, names)
        if name is not None:
            yield _problem(
                names[name],
                f'"{live.content.name}" is live: a swap of names was cut short, and no file says how it goes on',
                "Apply the files that swap the names again, or give that role its name back in the product",
            )


def _taken_from_retired(
    desired: DesiredState, found: Mapping[RoleKey, LiveRole], by_name: Mapping[str, LiveRole]
) -> Iterator[Problem]:
    """Give a problem for each role whose new name stays in use until the end, where roles are deleted."""
    going = {found[file.key].id: file for file in desired.retired if file.key in found}
    for role in desired.roles:
        holder = by_name.get(_own_name(role))
        if holder is not None and holder.id in going:
            yield _problem(
                role,
                f'"{holder.content.name}" is the name of the live role that {going[holder.id].origin.path} retires, '
                "and roles are deleted last",
                "Retire that role first, and take its name in the next change",
            )


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
            self.problems.append(_meant_twice(file, other, role))

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


def _meant_twice(one: File, other: File, role: LiveRole) -> Problem:
    """Blame the file that means the role by an earlier name; the later one by key where both do."""
    first, second = sorted((one, other), key=lambda file: (name_key(role.content.name) != _own_name(file), file.key))
    own = name_key(role.content.name) == _own_name(first)
    return _problem(
        second,
        f'the live role "{role.content.name}" is also meant by {first.origin.path}',
        f'Take "{role.content.name}" out of previously' if own else "Give the earlier name to one file only",
    )


def _problem(file: File, message: str, fix: str) -> Problem:
    origin = file.origin
    return Problem(
        path=origin.path, line=origin.line, column=origin.column, code="role.previous-name", message=message, fix=fix
    )
