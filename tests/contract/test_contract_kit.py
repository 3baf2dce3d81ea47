"""The published contract, kept by the tenant in memory and by the support adapter over real HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.sides import a_fake_contract_desk, a_support_contract_desk

from reconciler.testing.contract import Desk, TenantContract


class TestFakeTenant(TenantContract):
    """The tenant that most tests of this project run on."""

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        """Give a fresh tenant in memory."""
        with a_fake_contract_desk() as desk:
            yield desk


@pytest.mark.sockets
class TestSupportTenant(TenantContract):
    """The support product, played by the embedded tenant."""

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        """Give the adapter over a fresh embedded tenant on a loopback port."""
        with a_support_contract_desk() as desk:
            yield desk


def test_contract_says_where_the_desk_is_missing(tmp_path: Path) -> None:
    """A class without a desk of its own fails with the name of what to override."""
    module = tmp_path / "test_mine.py"
    module.write_text(
        "from reconciler.testing.contract import TenantContract\n\n\nclass TestMine(TenantContract):\n    pass\n",
        "utf-8",
    )

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "test_person_is_found_by_id", module.name],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 1
    assert "TestMine must override the fixture `desk`" in ran.stdout
