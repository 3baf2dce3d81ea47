"""The ground that tests stand on keeps its own promises."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketBlockedError, SocketConnectBlockedError

PROJECT = Path(__file__).resolve().parents[2]
REFUSALS = (SocketBlockedError, SocketConnectBlockedError, UserWarning)
"""The plug-in warns before it raises, and warnings are errors here."""


def test_ground_blocks_sockets() -> None:
    """A test without the marker opens none."""
    with pytest.raises(REFUSALS, match="socket"):
        socket.socket()


@pytest.mark.sockets
def test_ground_lets_marked_tests_reach_loopback_and_nothing_else() -> None:
    """A marked test talks to this machine only."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

        with pytest.raises(REFUSALS, match=r"192\.0\.2\.1"), socket.socket() as other:
            other.connect(("192.0.2.1", 80))


@pytest.mark.parametrize("part", ["PROXY", "TOKEN", "API_KEY", "GITHUB_", "RECONCILER_", "GIT_", "NO_COLOR"])
def test_ground_has_a_clean_environment(part: str) -> None:
    """Nothing of the machine or of a workflow reaches a test."""
    assert [name for name in os.environ if part in name.upper()] == []


def test_ground_refuses_new_golden_files_where_nobody_reads_them() -> None:
    """In CI the option is a usage error."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--update-golden", "--collect-only", "-q", "tests/golden"],
        cwd=PROJECT,
        env={**os.environ, "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--update-golden is refused when CI is set" in ran.stderr
