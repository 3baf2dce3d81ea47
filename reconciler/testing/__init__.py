"""The contract of the tenant ports as tests, for adapters inside and outside this project; needs pytest.

`reconciler.testing.contract` has the tests and what they run on; `docs/write-an-adapter.md` shows how a distribution
runs them against its own adapter.
"""

from __future__ import annotations

import pytest

# Before these modules are imported, so that a promise that is broken is told with both of its sides.
pytest.register_assert_rewrite("reconciler.testing.reading", "reconciler.testing.roles", "reconciler.testing.assigning")
