"""The repository that the catalogue works in, a tenant nobody may speak to, and a clock that does not wait."""

from __future__ import annotations

import functools
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.desk import Desk
from catalogue.duties import KEY, KEY_VARIABLE, Stranger, Watched

from reconciler.tenants.clock import SystemClock
from reconciler.tenants.http import Patience

EMBEDDED = "sandbox: {kind: sandbox}"


class JumpingClock(SystemClock):
    """The machine's clock, ahead by all that was slept."""

    slept = 0.0

    def monotonic(self) -> float:
        """Give the machine's time and what was slept."""
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        """Pass the time without waiting."""
        JumpingClock.slept += max(0.0, seconds)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Give a fresh repository as the working directory; its tenant's key, if it has one, is the canary."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    monkeypatch.setattr("reconciler.tenants.clock.SystemClock", JumpingClock)
    return Desk(tmp_path, capsys)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon on a request that must be seen to be given up."""
    hurry(monkeypatch)


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Let every request have a fraction of a second."""
    patch.setattr("reconciler.tenants.http.Patience", functools.partial(Patience, request_seconds=0.3))


@pytest.fixture
def watched(desk: Desk) -> Watched:
    """Give the repository beside the embedded tenant."""
    return Watched(desk)


@pytest.fixture(scope="session")
def stranger() -> Iterator[Stranger]:
    """Listen where no request may ever arrive."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Stranger(listener)


@pytest.fixture
def unasked(desk: Desk, stranger: Stranger, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Give a repository whose tenant counts every connection as a write: nobody may even speak to it."""
    hurry(monkeypatch)
    url = f"http://{stranger.address}/api/v1"
    desk.replace("reconciler.yaml", EMBEDDED, f"sandbox: {{kind: support, url: '{url}', key: 'env:{KEY_VARIABLE}'}}")
    return Watched(desk, stranger.asked)
