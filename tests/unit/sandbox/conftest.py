"""The fixture that every test of the embedded tenant starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from unit.sandbox.sandbox_client import Desk, a_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Give a freshly seeded desk without faults, and an Owner's key with every scope."""
    with a_desk() as opened:
        yield opened
