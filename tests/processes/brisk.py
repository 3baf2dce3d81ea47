"""The support product with little patience, as a kind of tenant that the installed command finds by its entry point.

Everything is the product's own but the numbers: a request may take `BRISK_SECONDS`, and pauses are a fiftieth.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.tenants.clock import SystemClock
from reconciler.tenants.connection import Connection
from reconciler.tenants.http import Patience
from reconciler.tenants.support import SupportKind, SupportReader, SupportWriter

SHORTER = 50


class BriskKind(SupportKind):
    """Opens support tenants as `SupportKind` does; the clock of the connection sleeps less than it is told."""

    @contextmanager
    def open_reader(self, connection: Connection) -> Iterator[SupportReader]:
        """Open for reading."""
        _hurry(connection)
        with super().open_reader(connection) as reader:
            yield reader

    @contextmanager
    def open_writer(self, connection: Connection) -> Iterator[SupportWriter]:
        """Open for reading and writing."""
        _hurry(connection)
        with super().open_writer(connection) as writer:
            yield writer


def _hurry(connection: Connection) -> None:
    """Shorten every sleep: the command waits between read-backs on the same clock that its connection has."""
    # The command has built its clock already and gives every part the same one, so that one is shortened in place.
    assert isinstance(connection.clock, SystemClock)
    vars(connection.clock)["sleep"] = lambda seconds: time.sleep(max(0.0, seconds) / SHORTER)


KIND = BriskKind(Patience(request_seconds=float(os.environ.get("BRISK_SECONDS", "5")), read_seconds=30.0))
