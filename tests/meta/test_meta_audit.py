"""`make audit` asks about every list of what is pinned, whatever it hears about one of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from meta.source import PROJECT

LISTS = sorted(path.relative_to(PROJECT).as_posix() for path in (PROJECT / "requirements").glob("*.txt"))
AUDITOR = """\
#!/bin/sh
for last; do :; done
echo "asked $last"
case "$last" in {bad}) exit 1 ;; esac
"""


def audited(folder: Path, bad: str) -> subprocess.CompletedProcess[str]:
    """Run the target with an auditor that finds something in the lists of this pattern."""
    (folder / "bin").mkdir()
    auditor = folder / "bin" / "pip-audit"
    auditor.write_text(AUDITOR.format(bad=bad), encoding="ascii")
    auditor.chmod(0o755)
    for stamp in (".python", ".runtime", ".dev", ".campaign"):
        (folder / stamp).touch()
    return subprocess.run(
        ["make", "--old-file", f"{folder}/.campaign", "audit", f"VENV={folder}"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("bad", "code"), [("none", 0), ("*/build.txt", 2), ("*", 2)])
def test_audit_asks_about_every_list_and_what_runs_first(tmp_path: Path, bad: str, code: int) -> None:
    """A finding in one list keeps no other from being asked about; what is installed at run time comes first."""
    ran = audited(tmp_path, bad)
    asked = [line.removeprefix("asked ") for line in ran.stdout.splitlines() if line.startswith("asked ")]

    assert ran.returncode == code, ran.stderr
    assert asked[0] == "requirements/runtime.txt"
    assert sorted(asked) == LISTS


def test_audit_names_the_lists_that_failed(tmp_path: Path) -> None:
    """The last line says where to look."""
    assert "not clean: requirements/dev.txt\n" in audited(tmp_path, "*/dev.txt").stderr
