"""Threats that no test elsewhere proves end to end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from acceptance.desk import Desk

pytestmark = pytest.mark.sockets
CANARIES = ("sitecustomize.py", "usercustomize.py", "conftest.py", "yaml.py", "click.py", "reconciler.py", "json.py")
COMMANDS = (("validate",), ("plan",), ("matrix",), ("explain", "agent"), ("doctor",), ("drift",))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Give a fresh repository as the working directory, known to git, with an author of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Desk")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "desk@desk.example")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=tmp_path, check=True)
    made = Desk(tmp_path, capsys)
    made.write(".gitignore", ".reconciler/\n")
    return made


def test_t03_no_module_beside_the_roles_is_run(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A module that lies where the command is called, under any name that it imports, is never loaded."""
    canary = tmp_path_factory.mktemp("outside") / "canary"
    for name in CANARIES:
        desk.write(name, f"open({str(canary)!r}, 'w').close()\n")
    script = Path(sys.executable).parent / "reconciler"

    codes = [
        subprocess.run([script, *c], cwd=desk.folder, check=False, capture_output=True).returncode for c in COMMANDS
    ]

    assert codes == [0, 0, 0, 0, 0, 2]
    assert not canary.exists()


def test_t42_removing_the_file_of_an_administering_role_is_refused(desk: Desk) -> None:
    """The role that administers roles does not become unmanaged by taking its file away: exit 4 and no write."""
    desk.settle()
    desk.commit("roles as they are")
    before = desk.writes()
    (desk.folder / "roles" / "standard" / "owner.yaml").unlink()

    ran = desk.run("apply", "--yes", "--base", "HEAD")

    assert ran.code == 4
    assert '"Owner" was managed on the base revision' in ran.out + ran.err
    assert desk.writes() == before
