"""The permissions of one Zammad: what it lists for the key's account, what its roles have, and what it then ships.

A name of the product with a dot is a key as it is; a root is `everything` in its category where it has others below it,
and `access` where it stands alone. A server lists only what the account of the key holds, what is below that, and
what is above it: what it cannot show is taken from the table of its version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reconciler.errors import TenantAnswerUnusable
from reconciler.model.member import member, member_name
from reconciler.model.permission import WHOLE, Catalogue, Category, Permission, PermissionLevel, PermissionSet
from reconciler.tenants import zammad_table as table

_ALONE = "access"
_ROOT = re.compile(r"[a-z][a-z0-9_]*")
_SHORT = re.compile(r"[a-z0-9_][a-z0-9_-]*")
_LONGEST = 80
_TAKEN = frozenset({"everything", "all", "view", "none"})
_ROOTS = frozenset(name.partition(".")[0] for name in table.ENTRY if "." in name)
"""The roots that have others below them in every version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A permission as the server lists it."""

    name: str
    label: str
    signup: bool
    disabled: bool
    """Whether it can be given to no role, or is only shown as the parent of one that the account has."""


@dataclass(slots=True)
class Vocabulary:
    """What a server has been seen to have; grows as roles are read, and the catalogue is made of it."""

    version: table.Version = table.NEWEST
    listed: dict[str, Listed] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """Names that roles have."""
    groups: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    """For each permission of an access word that the product does not know, that word."""
    _catalogue: Catalogue | None = None
    _names: dict[str, str] = field(default_factory=dict)
    """For each permission key the product's name."""

    def remember(self, names: Iterable[str], groups: Iterable[str]) -> None:
        """Note what a role has; raises `TenantAnswerUnusable` for a group without a name."""
        new_names, new_groups = set(names) - self.seen, set(groups) - self.groups
        if "" in new_groups:
            raise TenantAnswerUnusable("Zammad has a group without a name, which no role file could say")
        if new_names or new_groups:
            self.seen |= new_names
            self.groups |= new_groups
            self._catalogue = None

    def begin(self, listed: Iterable[Listed], groups: Iterable[str], version: table.Version) -> None:
        """Note what the server lists, and forget what roles had before."""
        self.listed = {entry.name: entry for entry in listed}
        self.groups = set()
        self.version = version
        self.seen, self.words = set(), {}
        self._catalogue = None
        self.remember((), groups)

    def counts(self, name: str) -> bool:
        """Whether a name that a role has permits anything: one that would be listed and is not is switched off."""
        return name in self.listed or not any(
            parent in self.listed and not self.listed[parent].disabled for parent in parents(name)
        )

    def key(self, name: str) -> str:
        """Give the permission key of a name; raises `TenantAnswerUnusable` for one that no file could say."""
        root, _, rest = name.partition(".")
        short = rest.replace(".", "-") or (WHOLE if self._has_children(root) else _ALONE)
        if not _ROOT.fullmatch(root) or not _SHORT.fullmatch(short) or root == table.GROUPS:
            raise TenantAnswerUnusable("Zammad has a permission with a name that role files cannot say")
        return f"{root}.{short}"

    def group_key(self, group: str, word: str) -> str:
        """Give the permission of an access to a group; a word that the product does not know is kept beside others."""
        plain = _SHORT.fullmatch(word) is not None and len(word) <= _LONGEST and word not in _TAKEN
        short = word if plain else f"as-{hashlib.sha256(word.encode()).hexdigest()[:12]}"
        key = f"{table.GROUPS}/{member(group)}.{short}"
        if word not in table.WORDS and key not in self.words:
            self.words[key] = word
            self._catalogue = None
        return key

    def held(self, names: Iterable[str], groups: Iterable[tuple[str, str]]) -> PermissionSet:
        """Give the permissions of a role from its names and its accesses, each with all that it implies."""
        keys = {self.key(name) for name in names if self.counts(name)}
        keys |= {self.group_key(group, word) for group, word in groups}
        return self.catalogue().closed(keys)

    def names(self, permissions: PermissionSet, written: Iterable[str]) -> list[str]:
        """Give the names to write so that a role permits exactly `permissions`, sorted.

        What the role has `written` stays as long as it is covered, also where something else covers it, and so does
        what is switched off: taking a name away is what the product's guards look at.
        """
        catalogue = self.catalogue()
        plain = frozenset(key for key in permissions if not is_of_group(key))
        kept = {name for name in written if not self.counts(name) or self.key(name) in plain}
        return sorted(kept | {self._names[key] for key in catalogue.maxima(plain)})

    def accesses(self, permissions: PermissionSet) -> dict[str, list[str]]:
        """Give the access to groups to write, by the name of each; `full` stands alone."""
        found: dict[str, set[str]] = {}
        for key in permissions:
            if is_of_group(key):
                category, _, short = key.rpartition(".")
                group = member_name(category.partition("/")[2])
                found.setdefault(group, set()).add(self.words.get(key, short))
        return {group: [table.FULL] if table.FULL in words else sorted(words) for group, words in sorted(found.items())}

    def is_open_to_signup(self, name: str) -> bool:
        """Whether a role that new accounts get may have this."""
        listed, entry = self.listed.get(name), table.ENTRY.get(name)
        return listed.signup if listed else entry is not None and entry.signup

    def ungrantable(self, key: str) -> bool:
        """Whether a permission of the catalogue can only be kept: the product gives it to no role any more."""
        if is_of_group(key):
            return key in self.words
        name = self._names.get(key, "")
        entry, listed = table.ENTRY.get(name), self.listed.get(name)
        return entry.disabled if entry else listed is not None and listed.disabled

    def catalogue(self) -> Catalogue:
        """Give every permission of the server."""
        if self._catalogue is None:
            self._catalogue = Catalogue(
                version=1,
                categories=(*self._categories(), *map(self._group, sorted(self.groups))),
                role_administration=table.ADMINISTERS,
            )
        return self._catalogue

    def _known(self) -> list[str]:
        """Give every name that a role can have, those of the table first and in its order."""
        found = {name for name, entry in self.listed.items() if not self._groups_only(entry)}
        found |= {name for name in self.seen if self.counts(name)}
        hidden = (entry for entry in table.ENTRIES if not entry.disabled and entry.shipped_in(self.version))
        found |= {entry.name for entry in hidden if not self.listed or self._is_hidden(entry.name)}
        order = {entry.name: place for place, entry in enumerate(table.ENTRIES)}
        return sorted(found, key=lambda name: (order.get(name, len(order)), name))

    def _groups_only(self, listed: Listed) -> bool:
        entry = table.ENTRY.get(listed.name)
        return entry.disabled if entry else listed.disabled

    def _is_hidden(self, name: str) -> bool:
        """Whether the server would not list a name even where it has it, as the account holds none above it."""
        return name not in self.listed and self.counts(name)

    def _has_children(self, root: str) -> bool:
        lead = f"{root}."
        return root in _ROOTS or any(name.startswith(lead) for name in (*self.listed, *self.seen))

    def _categories(self) -> Iterator[Category]:
        known = self._known()
        self._names = {self.key(name): name for name in known}
        if len(self._names) != len(known):
            raise TenantAnswerUnusable("Zammad has two permissions that role files could not tell apart")
        for root in dict.fromkeys(name.partition(".")[0] for name in known):
            permissions = tuple(self._permission(name, known) for name in known if name.partition(".")[0] == root)
            yield Category(key=root, name=self._label(root), permissions=permissions)

    def _permission(self, name: str, known: list[str]) -> Permission:
        entry = table.ENTRY.get(name)
        below = [other for other in known if other.startswith(f"{name}.")]
        below += [other for other in table.IMPLIED.get(name, ()) if other in known]
        return Permission(
            key=self.key(name),
            name=self._label(name),
            level=entry.level if entry else PermissionLevel.MANAGE,
            sensitive=entry.sensitive if entry else True,
            implies=tuple(sorted(self.key(other) for other in below)),
        )

    def _label(self, name: str) -> str:
        entry, listed = table.ENTRY.get(name), self.listed.get(name)
        if entry is not None:
            return entry.label
        label = listed.label if listed else ""
        return label if label.isprintable() and 0 < len(label) <= _LONGEST else name

    def _group(self, group: str) -> Category:
        key = f"{table.GROUPS}/{member(group)}"
        needed = (table.AGENT,)
        levels = [
            Permission(key=f"{key}.{word}", name=label, level=level, requires=needed)
            for word, label, level in table.ACCESS
        ]
        levels.append(
            Permission(
                key=f"{key}.{table.FULL}",
                name="Everything, and be an owner",
                level=PermissionLevel.MANAGE,
                requires=needed,
                implies=tuple(sorted(level.key for level in levels)),
            )
        )
        unknown = sorted(other for other in self.words if other.rpartition(".")[0] == key)
        levels += [Permission(key=k, name="No access that Zammad knows", level=PermissionLevel.MANAGE) for k in unknown]
        return Category(key=key, name=f"Tickets of {group}"[:_LONGEST], permissions=tuple(levels), family=table.GROUPS)


def parents(name: str) -> Iterator[str]:
    """Give the names above a name, nearest first."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def is_of_group(key: str) -> bool:
    """Whether a permission is the access to a group."""
    return key.startswith(f"{table.GROUPS}/")


def shipped() -> Catalogue:
    """Give the permissions of the newest version, with the one group that every new installation has."""
    return Vocabulary(groups={"Users"}).catalogue()
