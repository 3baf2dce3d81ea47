"""Say a set of permissions in the role language: the shortest form that means exactly this set.

Lengths are compared as written, so the result is the one a reader takes in fastest; at equal length the plainer
form wins, in the order word, list, mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.desired.category_schema import SELECTIONS
from reconciler.desired.implied import bottoms, brought, tops
from reconciler.desired.quoting import scalar, word
from reconciler.model.permission import (
    WHOLE,
    Category,
    CategoryForm,
    Permission,
    PermissionLevel,
    PermissionSet,
)

MOST_COLUMNS = 100
"""A longer line is written with one word a line."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a file says about one category."""

    opening: str
    """`[` for a list, `{` for a mapping, nothing for a word."""
    words: tuple[str, ...]
    """Items, entries such as `reply: on`, or the one word."""

    @property
    def flow(self) -> str:
        """The form on one line."""
        closing = {"[": "]", "{": "}", "": ""}[self.opening]
        return f"{self.opening}{', '.join(self.words)}{closing}"

    def lines(self, category: str, indent: str) -> Iterator[str]:
        """Give the entry of a category, on one line where it fits."""
        return self._lines(word(category), indent)

    def member_lines(self, member: str, indent: str) -> Iterator[str]:
        """Give the entry of a member of a family, on one line where it fits."""
        return self._lines(scalar(member), indent)

    def _lines(self, key: str, indent: str) -> Iterator[str]:
        whole = f"{indent}{key}: {self.flow}"
        if len(whole) <= MOST_COLUMNS:
            yield whole
            return
        yield f"{indent}{key}:"
        dash = "- " if self.opening == "[" else ""
        yield from (f"{indent}  {dash}{entry}" for entry in self.words)


def whole_form(category: Category, wanted: PermissionSet, *, replaces: bool = False) -> Form:
    """Say exactly the permissions of `category` that are in `wanted`, where nothing is inherited.

    `wanted` is closed: with each permission it has what that implies. With `replaces`, say it so that it also holds
    in a role with a base: nothing that only adds to what is there.
    """
    held = [p for p in category.permissions if p.key in wanted]
    if not held:
        return Form("", ("none",))
    said = tops(category, held)
    if category.form is CategoryForm.LEVELS:
        return Form("", (word(said[0].short),)) if len(said) == 1 else _list(said)
    everything = [p for p in category.permissions if p.short != WHOLE]
    views = brought(category, [p for p in everything if p.level is PermissionLevel.VIEW])
    if held == everything:
        return Form("", ("all",))
    if held == views:
        return Form("", ("view",))
    forms: list[Form | None] = [_list(said)]
    if all(p.short != WHOLE for p in held):
        missing = [p for p in everything if p.key not in wanted]
        forms.append(_on_top("all", [], bottoms(category, missing)))
    if views and all(p.key in wanted for p in views) and not replaces:
        forms.append(_on_top("view", tops(category, [p for p in held if p not in views]), []))
    return _shortest(forms)


def adjusting_form(category: Category, wanted: PermissionSet, inherited: PermissionSet) -> Form | None:
    """Say what a role with a base has in `category`; None where that is just what its base has.

    Both sets are closed.
    """
    on = [p for p in category.permissions if p.key in wanted and p.key not in inherited]
    off = [p for p in category.permissions if p.key not in wanted and p.key in inherited]
    if not on and not off:
        return None
    whole = whole_form(category, wanted, replaces=True)
    if category.form is CategoryForm.LEVELS or _selects(on):
        return whole
    toggles = (*_toggles(tops(category, on), "on"), *_toggles(bottoms(category, off), "off"))
    return _shortest([Form("{", toggles), whole])


def _shortest(forms: Iterable[Form | None]) -> Form:
    return min((form for form in forms if form is not None), key=lambda form: len(form.flow))


def _list(held: list[Permission]) -> Form:
    return Form("[", tuple(word(p.short) for p in held))


def _on_top(selection: str, on: list[Permission], off: list[Permission]) -> Form | None:
    """Select a part, then switch some; None where a permission has the name of a selection and would select again."""
    if _selects(on) or any(p.short == selection for p in off):
        return None
    return Form("{", (f"{selection}: on", *_toggles(on, "on"), *_toggles(off, "off")))


def _selects(on: list[Permission]) -> bool:
    """Whether switching one of these on would be read as `all: on` or `view: on`."""
    return any(p.short in SELECTIONS for p in on)


def _toggles(permissions: list[Permission], state: str) -> tuple[str, ...]:
    return tuple(f"{word(p.short)}: {state}" for p in permissions)
