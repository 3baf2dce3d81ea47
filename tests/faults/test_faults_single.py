"""One fault of every kind at every request of an apply violates nothing, and the next run heals it."""

from __future__ import annotations

import pytest
from faults.harness import printed, requests_of, violations
from faults.plans import WORLDS
from faults.strikes import EVERY_KIND


@pytest.mark.parametrize("name", WORLDS)
def test_faults_none_violates_nothing(name: str) -> None:
    """Without a fault every invariant holds, which is what the other runs are compared with."""
    assert violations(WORLDS[name]) == ()


@pytest.mark.parametrize("name", WORLDS)
def test_faults_one_at_some_requests_violates_nothing(name: str) -> None:
    """Each kind of fault at every seventh request, each kind beginning elsewhere: all holds, and the next run heals."""
    world, found = WORLDS[name], {}

    for place, kind in enumerate(EVERY_KIND):
        for number in range(1 + place % 7, requests_of(world) + 1, 7):
            found[(kind, number),] = violations(world, (kind, number))

    assert printed(name, found) == ""


@pytest.mark.campaign
@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("name", WORLDS)
def test_faults_one_at_any_request_violates_nothing(name: str, kind: str) -> None:
    """Whichever request the fault strikes, the invariants hold and the next run reaches the files' state."""
    world = WORLDS[name]

    found = {((kind, number),): violations(world, (kind, number)) for number in range(1, requests_of(world) + 1)}

    assert printed(name, found) == ""
