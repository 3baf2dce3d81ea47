"""The repository that acceptance tests work in."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Give a fresh repository as the working directory."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)
