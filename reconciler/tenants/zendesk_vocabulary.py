"""The permissions of one Zendesk account: the table, and what the roles of the account say besides.

A value that the table does not know is kept and told: true is more than false, and a text is beside every other value,
so that any move from or to it both widens and narrows. What is no plain word is named by a digest of its JSON.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.model.member import member
from reconciler.model.permission import Catalogue, Category, CategoryForm, Permission, PermissionSet, StandardRole
from reconciler.tenants import zendesk_table as table
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json

_SHORT = re.compile(r"[a-z0-9_][a-z0-9_-]*")
_ESCAPED = ("is-", "as-")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,79}")
_LONGEST = 80

SHIPPED_ROLES = ("Admin", "Billing admin", "Contributor", "Light agent")
"""Roles that accounts have from the start and that cannot be edited; a live list says which ones there are."""


def is_key(key: str) -> bool:
    """Whether a key can stand in permission keys: a plain word that is no category of ours."""
    return _KEY.fullmatch(key) is not None and key not in table.CATEGORIES


def short_of(value: Json) -> str:
    """Name a value that the table does not know; different values get different names."""
    if isinstance(value, str) and _SHORT.fullmatch(value) and len(value) <= _LONGEST:
        return f"is-{value}" if value == "none" or value.startswith(_ESCAPED) else value
    return f"as-{hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]}"


@dataclass(slots=True)
class Vocabulary:
    """What the roles of an account have been seen to say; grows as roles are read, and the catalogue is made of it."""

    stated: frozenset[str] = frozenset()
    """The keys that some role of the account states, as the whole list last said."""
    values: dict[str, Json] = field(default_factory=dict)
    """For each permission of a value that the table does not know, that value."""
    flags: set[str] = field(default_factory=set)
    """Keys that the table does not know and that are true or false."""
    report_flags: set[str] = field(default_factory=set)
    """Parts of `explore_reports` that the table does not know and that are true or false."""
    members: dict[str, set[str]] = field(default_factory=dict)
    """For each category of a family, the shorts seen in it."""
    standard: tuple[str, ...] = SHIPPED_ROLES
    """The names of the roles that cannot be edited, sorted."""

    def remember(self, configurations: Iterable[Mapping[str, Part]], standard: Iterable[str]) -> None:
        """Note which keys the roles of the account state, and what its own roles are called; null states nothing."""
        self.standard = tuple(sorted(set(standard)))
        self.stated = frozenset(
            key
            for configuration in configurations
            for key, part in configuration.items()
            if part.value is not None and key not in table.READ_ONLY
        )

    def unknown(self, part: Part, category: str) -> str:
        """Note a value that the table does not know, and give its permission."""
        key = f"{category}.{short_of(part.value)}"
        if self.values.setdefault(key, part.value) != part.value:
            raise part.unusable("a value of its own, as its digest is that of another")
        return key

    @property
    def unstatable(self) -> PermissionSet:
        """The permissions that stand for keys left out."""
        return frozenset(f"{table.UNSTATED}.{key}" for key in self._leavable())

    def catalogue(self) -> Catalogue:
        """Give every permission of the account."""
        return Catalogue(
            version=1,
            categories=tuple(category for category in self._categories() if category.permissions),
            role_administration=table.ADMINISTERS,
            standard_roles=tuple(StandardRole(name=name, editable=False) for name in self.standard),
        )

    def _categories(self) -> Iterator[Category]:
        for scale in table.SCALES:
            yield Category(
                key=scale.key,
                name=scale.label,
                form=CategoryForm.LEVELS,
                permissions=(*(_of_word(scale.key, word) for word in scale.words), *self._unknown(scale.key)),
            )
        for key, name, flags in table.FLAGS:
            yield Category(key=key, name=name, permissions=tuple(_of_flag(key, flag) for flag in flags))
        more = tuple(_plain(f"{table.MORE}.{key}", key.replace("_", " ").capitalize()) for key in sorted(self.flags))
        yield Category(key=table.MORE, name="Keys that this program does not know", permissions=more)
        heads = {key.partition(".")[0] for key in self.values}
        for key in sorted(head for head in heads if head not in table.SCALE and "/" not in head):
            name = key.replace("_", " ").capitalize()
            yield Category(key=key, name=name, form=CategoryForm.LEVELS, permissions=self._unknown(key))
        yield from self._objects()
        yield from self._reports()
        left = tuple(_plain(f"{table.UNSTATED}.{key}", f"{key} is left out") for key in self._leavable())
        yield Category(key=table.UNSTATED, name="Keys that the role leaves out", permissions=left)

    def _leavable(self) -> tuple[str, ...]:
        known = {*table.FLAG_CATEGORY, *table.SCALE, *self.stated} - {table.OBJECTS, table.REPORTS}
        return tuple(sorted(known - table.READ_ONLY))

    def _unknown(self, category: str) -> tuple[Permission, ...]:
        keys = sorted(key for key in self.values if key.rpartition(".")[0] == category)
        return tuple(_plain(key, _told(self.values[key])) for key in keys)

    def _objects(self) -> Iterator[Category]:
        for key in sorted(key for key in self.members if key.startswith(f"{table.OBJECTS}/")):
            known = {short for short, _, _ in table.SCOPES}
            yield Category(
                key=key,
                name=f"Records of {key.partition('/')[2]}",
                family=table.OBJECTS,
                permissions=(
                    *(
                        Permission(
                            key=f"{key}.{short}",
                            name=label,
                            level=level,
                            sensitive=short == "delete",
                            implies=() if short == "read" else (f"{key}.read",),
                        )
                        for short, label, level in table.SCOPES
                    ),
                    *(_plain(f"{key}.{short}", short) for short in sorted(self.members[key] - known)),
                ),
            )

    def _reports(self) -> Iterator[Category]:
        known = set()
        for name, (label, what) in table.REPORT_SCALES.items():
            key = f"{table.REPORTS}/{name}"
            known.add(key)
            within, selected = f"{key}.within-{what}", f"{key}.selected-{what}"
            levels = (
                Permission(key=selected, name=f"Of selected {what}", level=table.VIEW),
                Permission(key=within, name=f"Of their {what}", level=table.VIEW),
                Permission(key=f"{key}.all", name="All", level=table.MANAGE, implies=tuple(sorted((selected, within)))),
            )
            permissions = (*levels, *self._unknown(key))
            yield Category(key=key, name=label, family=table.REPORTS, form=CategoryForm.LEVELS, permissions=permissions)
        for name, label in table.REPORT_LISTS.items():
            key = f"{table.REPORTS}/{name}"
            known.add(key)
            listed = tuple(_plain(f"{key}.{short}", f"Number {short}") for short in sorted(self.members.get(key, ())))
            yield Category(key=key, name=label, family=table.REPORTS, permissions=listed)
        heads = {key.rpartition(".")[0] for key in self.values}
        for key in sorted(head for head in heads - known if head.startswith(f"{table.REPORTS}/")):
            yield Category(
                key=key,
                name=key.partition("/")[2],
                family=table.REPORTS,
                form=CategoryForm.LEVELS,
                permissions=self._unknown(key),
            )


def category_of(family: str, name: str) -> str:
    """Give the key of the category of one member."""
    return f"{family}/{member(name)}"


def _told(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if text and len(text) <= _LONGEST and text.isprintable() else "A value that this program does not know"


def _plain(key: str, name: str) -> Permission:
    return Permission(key=key, name=name[:_LONGEST], level=table.MANAGE, sensitive=True)


def _of_flag(category: str, flag: table.Flag) -> Permission:
    return Permission(key=f"{category}.{flag.key}", name=flag.label, level=flag.level, sensitive=flag.sensitive)


def _of_word(key: str, word: table.Word) -> Permission:
    return Permission(
        key=f"{key}.{word.word}",
        name=word.label,
        level=word.level,
        sensitive=word.sensitive,
        implies=tuple(sorted(f"{key}.{lower}" for lower in word.below)),
    )
