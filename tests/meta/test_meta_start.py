"""What the command line does not load before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = (
    "requests",
    "urllib3",
    "yaml",
    "jsonschema",
    "jsonschema_rs",
    "deepdiff",
    "rich",
    "bottle",
    "waitress",
    "sqlite3",
)


def loaded_by(*arguments: str) -> set[str]:
    """Run a command line in a fresh interpreter and give the modules it loaded."""
    program = (
        "import sys; from reconciler.cli.main import run; run(sys.argv[1:]); "
        "print('\\n'.join(sorted(sys.modules)), file=sys.stderr)"
    )
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "COVERAGE"))}
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=unmeasured,  # measuring coverage loads modules of its own
    )
    return set(ran.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("plan", "--help"), ("apply", "--help"), ("validate", "--help"), ("--version",)],
    ids=" ".join,
)
def test_help_loads_no_heavy_library(arguments: tuple[str, ...]) -> None:
    """Help starts without the libraries that only commands need."""
    assert loaded_by(*arguments).isdisjoint(HEAVY)


def test_validate_loads_no_live_side() -> None:
    """Checking files needs no HTTP client, no tenant, no diff library, and no schema library while all is well."""
    loaded = loaded_by("validate")

    assert loaded.isdisjoint({"requests", "urllib3", "deepdiff", "rich", "bottle", "waitress", "sqlite3", "jsonschema"})
