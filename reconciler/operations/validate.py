"""Check the files alone: run every loader and collect what each finds wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconciler.errors import InputRejected, Problem


def validate(loads: Iterable[Callable[[], object]]) -> tuple[Problem, ...]:
    """Run every loader and give all problems, sorted.

    A loader that fails for another reason than its files' content, such as a missing folder, raises as it
    always does.
    """
    problems: list[Problem] = []
    for load in loads:
        try:
            load()
        except InputRejected as rejected:
            problems.extend(rejected.problems)
    return tuple(sorted(problems))
