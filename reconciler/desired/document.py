"""A YAML file after reading: plain values, the place of each, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from reconciler.errors import Problem
from reconciler.model.role import Origin

Value: TypeAlias = "str | bool | int | list[Value] | dict[str, Value] | None"
"""What the loader builds; None stands only where a problem was reported."""

Route: TypeAlias = "tuple[str | int, ...]"
"""How to reach a value from the top: mapping keys and list indices."""

Place: TypeAlias = "tuple[int, int]"
"""Line and column, counted from 1."""

Spot: TypeAlias = "tuple[str, int, int]"
"""Path, line and column: an `Origin` before anybody asks for it, because a large tenant has a million of them."""

MOST_PROBLEMS = 100
"""Problems reported for one file; whoever has more has one cause."""


class Mark(Protocol):
    """The parser's own place, counted from 0."""

    line: int
    column: int


@dataclass(slots=True)
class Document:
    """One file, read once; `places` has (key, value) for a mapping entry and (value, value) for a list item."""

    path: str
    value: Value = None
    places: dict[Route, tuple[Mark, Mark]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lines: int | None = None
    """How many lines an editor shows, where that is known; the parser counts the end of the file as one more."""
    readable: bool = False
    """Whether `value` is all that the file says, apart from the parts with a problem."""

    def key_place(self, route: Route) -> Place:
        """Give the place of the key at `route`, or of the value where a list holds it."""
        return _place(self.places[route][0]) if route in self.places else (1, 1)

    def value_place(self, route: Route) -> Place:
        """Give the place of the value at `route`."""
        return _place(self.places[route][1]) if route in self.places else (1, 1)

    def spot(self, route: Route) -> Spot:
        """Give the place of the key at `route` as something that outlives the document."""
        mark = self.places[route][0]
        return self.path, mark.line + 1, mark.column + 1

    def origin(self, route: Route) -> Origin:
        """Give the place of the key at `route` as the model knows it."""
        return Origin(*self.spot(route))

    def report(self, place: Place, code: str, message: str, fix: str) -> None:
        """Add a problem, unless the place has another kind of one: that would only say again what is wrong there."""
        if self.lines is not None and place[0] > self.lines:
            place = (self.lines, 1)
        here = (p for p in self.problems if (p.line, p.column) == place)
        taken = any(p.code != code or p.message == message for p in here)
        if not taken and len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.path, *place, code, message, fix))


def _place(mark: Mark) -> Place:
    return mark.line + 1, mark.column + 1
