"""Check the files alone: run every loader, collect what each finds wrong, and ask for advice on what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconciler.errors import InputRejected, Problem

Load = Callable[[], object]
Advise = Callable[[], Iterable[Problem]]


def no_advice() -> Iterable[Problem]:
    """Say nothing."""
    return ()


def validate(loads: Iterable[Load], advise: Advise = no_advice) -> tuple[Problem, ...]:
    """Run every loader and give all problems and the advice, sorted, each once.

    A loader that fails for another reason than its files' content, such as a missing folder, raises as it
    always does. Advice may be refused like a load, where it is asked of files that are wrong.
    """
    problems: set[Problem] = set()
    for load in loads:
        try:
            load()
        except InputRejected as rejected:
            problems.update(rejected.problems)
    try:
        problems.update(advise())
    except InputRejected as rejected:
        problems.update(rejected.problems)
    return tuple(sorted(problems))
