"""Two faults in one apply violate nothing either: a sample in every run, all pairs in the campaign."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from faults.harness import EVERY_KIND, requests_of, violations
from faults.plans import WORLDS

SMALLEST = WORLDS["administration-moves"]
Strike = tuple[str, int]


def pairs() -> list[tuple[Strike, Strike]]:
    """Give every two faults at two requests of a run without faults, in one order."""
    numbers = range(1, requests_of(SMALLEST) + 1)
    kinds = list(product(EVERY_KIND, repeat=2))
    return [((one, n), (other, m)) for n, m in combinations(numbers, 2) for one, other in kinds]


def test_faults_two_of_a_sample_violate_nothing() -> None:
    """Of the pairs every 211th, a prime, so that the kinds and the requests mix."""
    found = {pair: violations(SMALLEST, *pair) for pair in pairs()[::211]}

    assert {pair: texts for pair, texts in found.items() if texts} == {}


@pytest.mark.campaign
def test_faults_two_of_all_violate_nothing() -> None:
    """All pairs of the smallest plan, wherever and whatever they are."""
    found = {pair: violations(SMALLEST, *pair) for pair in pairs()}

    assert {pair: texts for pair, texts in found.items() if texts} == {}
