"""Gives every test of this folder both sides, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.sides import Side, a_fake_side, an_http_side


@pytest.fixture(params=["fake", pytest.param("http", marks=pytest.mark.sockets)])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    """Give a fresh desk of each kind."""
    with {"fake": a_fake_side, "http": an_http_side}[request.param]() as opened:
        yield opened
