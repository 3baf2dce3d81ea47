"""What one role file says, compact and apart from its document, ready to be expanded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from reconciler.desired.document import Place, Spot
from reconciler.errors import Problem
from reconciler.model.permission import Catalogue
from reconciler.model.role import Origin, RoleKey


class Step(NamedTuple):
    """Some permissions switched on or off by one word or toggle."""

    permissions: tuple[str, ...]
    on: bool
    spot: Spot


class Rule(NamedTuple):
    """What a file says about one category."""

    category: str
    replaces: bool
    """True for a word or a list; a mapping adjusts what is inherited."""
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One role file; fields that were wrong are empty and `problems` says so."""

    key: RoleKey
    path: str
    name: str = ""
    description: str = ""
    rules: tuple[Rule, ...] = ()
    based_on: RoleKey | None = None
    standard: bool = False
    previously: tuple[str, ...] = ()
    retired: bool = False
    move_users_to: RoleKey | None = None
    owner: str | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each field is written; `previously.0` and so on for its items."""
    problems: tuple[Problem, ...] = ()
    tolerated: tuple[Problem, ...] = ()
    """What would be problems if the settings did not let them be."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with the file in itself."""
        return not self.problems

    def origin(self, name: str = "name") -> Origin:
        """Give the place of a field."""
        return Origin(self.path, *self.places.get(name, (1, 1)))

    def problem(self, name: str, code: str, message: str, fix: str) -> Problem:
        """Build a problem at a field."""
        return Problem(self.path, *self.places.get(name, (1, 1)), code, message, fix)


class Vocabulary:
    """The words of the catalogue with the permissions they mean, shared by every role."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.selections: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
            {
                category.key: {
                    "all": tuple(p.key for p in category.permissions),
                    "view": tuple(p.key for p in category.permissions if p.level.value == "view"),
                    "none": (),
                }
                for category in catalogue.categories
            }
        )
        self.toggles: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
            {category.key: {p.short: (p.key,) for p in category.permissions} for category in catalogue.categories}
        )
