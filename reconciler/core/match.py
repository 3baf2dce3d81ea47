"""Find the live role that each file means; roles that no file means are left out of everything that follows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.errors import InputRejected, LiveAmbiguous, Problem
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole
from reconciler.model.state import DesiredState, LiveState


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

    Raises `InputRejected` with every problem when an earlier name is ambiguous: it still exists beside the
    role it became, two earlier names exist at once, two files mean the same live role, or a role takes a
    name that another live role still has. Raises `LiveAmbiguous` when two live roles have the same name.
    """
    by_name = _by_name(live)
    problems: list[Problem] = []
    matched: list[Match] = []
    missing: list[DesiredRole] = []
    retiring: list[tuple[RetiredRole, LiveRole]] = []
    for role in desired.roles:
        found = _find(role, role.content.name, by_name, problems)
        if found is None:
            missing.append(role)
        else:
            matched.append(Match(role=role, live=found[0], renamed=found[1]))
    for retired in desired.retired:
        found = _find(retired, retired.name, by_name, problems)
        if found is not None:
            retiring.append((retired, found[0]))
    problems.extend(_claimed_twice(matched, retiring))
    if problems:
        raise InputRejected(tuple(problems))
    meant = {m.live.id for m in matched} | {role.id for _, role in retiring}
    unmanaged = sorted((r for r in live.roles if r.id not in meant), key=lambda r: (r.content.name, r.id))
    return Matching(
        matched=tuple(matched), missing=tuple(missing), retiring=tuple(retiring), unmanaged=tuple(unmanaged)
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


def _find(
    role: DesiredRole | RetiredRole, name: str, by_name: Mapping[str, LiveRole], problems: list[Problem]
) -> tuple[LiveRole, bool] | None:
    """Find the live role that a file means and whether it has an earlier name; ambiguity becomes a problem."""
    named = by_name.get(name_key(name))
    keys = dict.fromkeys(map(name_key, role.previously))
    earlier = [by_name[key] for key in keys if key in by_name and by_name[key] is not named]
    if named is not None:
        if earlier:
            problems.append(_ambiguous(role, f'"{name}" and its earlier name "{earlier[0].content.name}"'))
        return named, False
    if len(earlier) > 1:
        names = " and ".join(f'"{found.content.name}"' for found in earlier)
        problems.append(_ambiguous(role, f"the earlier names {names}"))
    return (earlier[0], True) if earlier else None


def _ambiguous(role: DesiredRole | RetiredRole, names: str) -> Problem:
    return Problem(
        path=role.origin.path,
        line=role.origin.line,
        column=role.origin.column,
        code="role.previous-name",
        message=f"{names} are both live, so this file could mean either",
        fix="Retire one of them first, or take it out of previously",
    )


def _claimed_twice(matched: list[Match], retiring: list[tuple[RetiredRole, LiveRole]]) -> Iterator[Problem]:
    """Find live roles that two files mean."""
    seen: dict[str, DesiredRole | RetiredRole] = {}
    claims: list[tuple[DesiredRole | RetiredRole, LiveRole]] = [(m.role, m.live) for m in matched]
    for role, live in sorted([*claims, *retiring], key=lambda claim: claim[0].key):
        other = seen.setdefault(live.id, role)
        if other is not role:
            yield Problem(
                path=role.origin.path,
                line=role.origin.line,
                column=role.origin.column,
                code="role.previous-name",
                message=f'the live role "{live.content.name}" is also meant by {other.origin.path}',
                fix="Give the earlier name to one file only; swap names in two pull requests",
            )
