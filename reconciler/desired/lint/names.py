"""Lint what roles are called: names that promise other permissions than there are, and names near a standard role's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.core.circles import circles
from reconciler.core.wording import listing
from reconciler.desired.lint.subject import Advice, Subject
from reconciler.desired.names import skeleton
from reconciler.desired.text import shown
from reconciler.model.permission import PermissionLevel
from reconciler.model.role import DesiredRole

_ONLY_READS = re.compile(r"\b(read ?only|view ?only|reader|readers|viewer|viewers|observer|observers)\b")
_ADMINISTERS = re.compile(r"\b(admin|admins|administrator|administrators|manager|managers)\b")
_FILLERS = frozenset(
    {"access", "basic", "copy", "custom", "default", "new", "of", "old", "other", "our", "permissions"}
    | {"plain", "role", "roles", "staff", "standard", "support", "the", "user", "users"}
)
_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 5
"""A name of fewer letters has too many neighbours."""
_LONG = 8
"""From here on, two letters may differ."""


def misleading_name(subject: Subject) -> Iterator[Advice]:
    """Find names that promise only reading where something can be changed, and administrators who manage nothing.

    A role that grants nothing is still a draft and promises nothing.
    """
    for role in subject.roles:
        plain = skeleton(role.content.name)
        levels = {p: subject.catalogue.by_key[p].level for p in role.content.permissions}
        changing = [p for p, level in levels.items() if level is not PermissionLevel.VIEW]
        reads, administers = _ONLY_READS.search(plain), _ADMINISTERS.search(plain)
        if reads and changing:
            yield Advice(
                subject.written(role).place("name"),
                f"{shown(role.content.name)} sounds as if it only reads, and it can change things: {listing(changing)}",
                _way_out(role, "Switch them off"),
            )
        elif administers and levels and PermissionLevel.MANAGE not in levels.values():
            yield Advice(
                subject.written(role).place("name"),
                f"{shown(role.content.name)} sounds as if it administers something, and none of its permissions does",
                _way_out(role, "Grant what it is to manage"),
            )


def _way_out(role: DesiredRole, otherwise: str) -> str:
    """Say what to do; the product keeps the names of its own roles."""
    return otherwise if role.standard else f"Name it after the work, or {otherwise[0].lower()}{otherwise[1:]}"


def near_standard_name(subject: Subject) -> Iterator[Advice]:
    """Find names that people will take for a standard role's; a role based on it may say so in its name."""
    standard = [(role.name, _core(role.name)) for role in subject.catalogue.standard_roles]
    ours = {role.content.name: role.key for role in subject.roles if role.standard}
    for role in subject.roles:
        if role.standard:
            continue
        core, bases = _core(role.content.name), subject.bases(role)
        for name, other in standard:
            if ours.get(name) not in bases and _near(core, other):
                yield Advice(
                    subject.written(role).place("name"),
                    f"{shown(role.content.name)} is easily taken for the standard role {name}",
                    f"Say in the name what tells it from {name}",
                )
                break


def swapped_names(subject: Subject) -> Iterator[Advice]:
    """Find roles whose names go round in a circle: what the files say holds for one apply and misleads after it."""
    names = {role.key: role.content.name for role in subject.roles}
    for keys in circles(names, {role.key: role.previously for role in subject.roles}):
        everyone = listing(shown(names[key]) for key in keys)
        same = len({subject.by_key[key].content.permissions for key in keys}) == 1
        for key in keys:
            yield Advice(
                subject.written(subject.by_key[key]).place("previously"),
                f"{everyone} exchange their names{', and permit the same, so no plan can tell how far it is' * same}",
                "Give one of them a name of its own first, and apply that"
                if same
                else "Apply this before these roles change otherwise, then take `previously` out of their files",
            )


def _core(name: str) -> str:
    """Reduce a name to what tells it from others: no case, spaces, plurals, numbers and words that say nothing."""
    words = [w for w in _WORD.findall(skeleton(name)) if w not in _FILLERS and len(w) > 1 and not w.isdigit()]
    return "".join(w.removesuffix("s") for w in words)


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < _SHORTEST:
        return False
    allowed = 2 if shorter >= _LONG else 1
    return abs(len(one) - len(other)) <= allowed and distance(one, other) <= allowed


def distance(one: str, other: str) -> int:
    """Count the letters to insert, remove or replace on the way from one word to the other."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, row = row, [i]
        for j, facing in enumerate(other, start=1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != facing)))
    return row[-1]
