"""The repository that acceptance tests work in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from acceptance.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Give a fresh repository as the working directory."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


@pytest.fixture
def git(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the repository one of git, with an author and nobody's own settings."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Desk")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "desk@desk.example")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=desk.folder, check=True)
    desk.write(".gitignore", ".reconciler/\n")
