"""Two faults in one apply violate nothing either: a sample in every run, all pairs in the campaign."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from faults.harness import printed, requests_of, violations
from faults.plans import WORLDS
from faults.strikes import EVERY_KIND, Strike

SMALLEST = ("administration-moves", "names-in-a-circle")
Pair = tuple[Strike, Strike]


def pairs(name: str) -> list[Pair]:
    """Give every two faults at two requests of a run without faults, in one order."""
    numbers = range(1, requests_of(WORLDS[name]) + 1)
    kinds = list(product(EVERY_KIND, repeat=2))
    return [((one, n), (other, m)) for n, m in combinations(numbers, 2) for one, other in kinds]


def pairs_after(name: str, kind: str) -> list[Pair]:
    """Give every two faults of which the first is of this kind and the second strikes anywhere in the run it makes."""
    world = WORLDS[name]
    return [
        ((kind, n), (other, m))
        for n in range(1, requests_of(world) + 1)
        for m in range(n + 1, requests_of(world, (kind, n)) + 1)
        for other in EVERY_KIND
    ]


def test_faults_two_of_a_sample_violate_nothing() -> None:
    """Of the pairs every 613th, a prime, so that the kinds and the requests mix."""
    name = SMALLEST[0]
    found = {pair: violations(WORLDS[name], *pair) for pair in pairs(name)[::613]}

    assert printed(name, found) == ""


@pytest.mark.campaign
@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("name", SMALLEST)
def test_faults_two_of_all_violate_nothing(name: str, kind: str) -> None:
    """All pairs of the smallest plans, wherever and whatever they are."""
    found = {pair: violations(WORLDS[name], *pair) for pair in pairs_after(name, kind)}

    assert printed(name, found) == ""
