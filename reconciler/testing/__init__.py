"""The contract of the tenant ports as tests, for adapters inside and outside this project; needs pytest.

`docs/write-an-adapter.md` shows how a distribution runs them against its own adapter.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("reconciler.testing.reading", "reconciler.testing.roles", "reconciler.testing.assigning")

from reconciler.testing.contract import TenantContract  # noqa: E402 - only after pytest knows what to rewrite
from reconciler.testing.desk import Desk  # noqa: E402 - as above

__all__ = ["Desk", "TenantContract"]
