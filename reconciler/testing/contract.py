"""The whole contract as one class of tests; a subclass in a test module says which desk to run it on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.testing.assigning import AssigningContract
from reconciler.testing.desk import Desk
from reconciler.testing.reading import ReadingContract
from reconciler.testing.roles import RolesContract

__all__ = ["Desk", "TenantContract"]


class TenantContract(ReadingContract, RolesContract, AssigningContract):
    """Every promise of `TenantReader` and `TenantWriter`; what a product lacks is asked of its `Product`.

    A subclass named `Test…` overrides the fixture `desk`. No test is left out for any product: where one cannot do
    a thing, the test states what the product says instead.
    """

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        """Give a fresh desk; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture `desk`")
