"""The tenant of a desk behind a socket, with faults, for as long as a test needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from acceptance.desk import Desk

from reconciler.sandbox.faults import Fault, FaultSchedule
from reconciler.sandbox.server import serving
from reconciler.sandbox.tenant import new_secret, opened_app, opened_store
from reconciler.tenants.clock import SystemClock


@contextmanager
def served(desk: Desk, monkeypatch: pytest.MonkeyPatch, *faults: Fault) -> Iterator[None]:
    """Serve the desk's tenant with faults while the settings point at it."""
    secret = new_secret()
    with (
        opened_store(desk.folder / ".reconciler") as store,
        opened_app(store, SystemClock(), secret=secret, faults=FaultSchedule(faults)) as app,
        serving(app) as url,
    ):
        monkeypatch.setenv("SERVED_KEY", secret)
        embedded, here = "sandbox: {kind: sandbox}", f"sandbox: {{kind: support, url: '{url}', key: 'env:SERVED_KEY'}}"
        desk.replace("reconciler.yaml", embedded, here)
        yield
        desk.replace("reconciler.yaml", here, embedded)
