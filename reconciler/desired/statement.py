"""What one role file says, compact and apart from its document, ready to be expanded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from reconciler.desired.document import Place, Spot
from reconciler.errors import Problem
from reconciler.model.permission import WHOLE, Catalogue, Category, CategoryForm
from reconciler.model.role import Origin, RoleKey


class Step(NamedTuple):
    """Some permissions switched on or off by one word or toggle."""

    permissions: tuple[str, ...]
    on: bool
    spot: Spot
    named: bool = False
    """Whether the file names what it switches, as a toggle, a list or a level does and `all` does not."""


class Rule(NamedTuple):
    """What a file says about one category."""

    category: str
    """The key of the category; of a family, the one of the member."""
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
    """The words of the catalogue with the permissions they switch, but not what those bring; shared by every role."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.selections: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
            {category.key: MappingProxyType(self._selections(category)) for category in catalogue.categories}
        )
        self.toggles: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
            {category.key: {p.short: (p.key,) for p in category.permissions} for category in catalogue.categories}
        )
        families: dict[str, dict[str, str]] = {}
        for category in catalogue.categories:
            if category.family is not None:
                families.setdefault(category.family, {})[category.member] = category.key
        self.families: Mapping[str, Mapping[str, str]] = MappingProxyType(families)
        """For each family the category of each member."""
        self.entries: Mapping[str, None] = MappingProxyType(
            dict.fromkeys(category.family or category.key for category in catalogue.categories)
        )
        """The words that may stand below `permissions`, in the order of the catalogue."""

    def has_levels(self, category: str) -> bool:
        """Whether one word says what a role has of a category."""
        return self.catalogue.by_category[category].form is CategoryForm.LEVELS

    def _selections(self, category: Category) -> dict[str, tuple[str, ...]]:
        """Give the words that select a part of a category; in one of levels every other word is a level."""
        if category.form is CategoryForm.LEVELS:
            return {"none": ()}
        return {
            "all": tuple(p.key for p in category.permissions if p.short != WHOLE),
            "view": tuple(p.key for p in category.permissions if p.level.value == "view" and p.short != WHOLE),
            "none": (),
        }
