"""Git, people in the product, faults and applies in any order: what must hold after every step of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from faults.seeds import (
    Patch,
    counts_the_suspended,
    drops_unknown_permissions,
    forgets_the_newer_commit,
    ignores_versions,
    retries_blindly,
    skips_read_back,
    widens_first,
)
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from properties.desk_machine import Desk

TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=30, stateful_step_count=8)

SOON = (
    (widens_first, "I-6"),
    (drops_unknown_permissions, "I-3"),
    (forgets_the_newer_commit, "I-18"),
    (retries_blindly, "I-13"),
)
LATE = ((counts_the_suspended, "I-5"), (skips_read_back, "I-14"), (ignores_versions, "I-12"))


@pytest.mark.parametrize(("bug", "number"), SOON, ids=[bug.__name__ for bug, _ in SOON])
def test_machine_finds_a_seeded_bug(bug: Callable[[Patch], None], number: str) -> None:
    """With a mistake put in, some life of a desk ends with the invariant that forbids it."""
    assert_found(bug, number, lives=400)


@pytest.mark.campaign
@pytest.mark.parametrize(("bug", "number"), LATE, ids=[bug.__name__ for bug, _ in LATE])
def test_machine_finds_a_rare_seeded_bug(bug: Callable[[Patch], None], number: str) -> None:
    """The same for mistakes that show in few lives only."""
    assert_found(bug, number, lives=4_000)


def assert_found(bug: Callable[[Patch], None], number: str, *, lives: int) -> None:
    """Run the machine with a mistake put in, and expect it to end with one invariant."""
    bounds = settings(max_examples=lives, stateful_step_count=8, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.MonkeyPatch.context() as patch:
        bug(patch)
        with pytest.raises(AssertionError, match=f"{number}: "):
            run_state_machine_as_test(Desk, settings=bounds)


@pytest.mark.campaign
def test_machine_of_many_hands_runs_for_long() -> None:
    """The same with more and longer lives of a desk, drawn anew in each campaign."""
    calm = [HealthCheck.too_slow, HealthCheck.data_too_large]
    long = settings(max_examples=3_000, stateful_step_count=25, derandomize=False, suppress_health_check=calm)

    run_state_machine_as_test(Desk, settings=long)
