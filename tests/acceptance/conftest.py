"""The repository that acceptance tests work in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.desk import Desk
from acceptance.stage import Settled, Stage, settled, staged


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


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settled]:
    """Make once what every test of the workflows starts from."""
    with settled(tmp_path_factory.mktemp("settled")) as found:
        yield found


@pytest.fixture
def stage(made: Settled, tmp_path: Path) -> Iterator[Stage]:
    """Give a repository on GitHub beside a tenant that is as its files say."""
    with staged(made, tmp_path) as found:
        yield found
