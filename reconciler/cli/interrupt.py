"""Ctrl-C during an apply: the write under way has seconds to settle, then the run stops; a second one stops at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SETTLE_SECONDS = 4.0
"""So long the write under way may take after somebody asked to stop: the report has to be told within five seconds.

A runner of a workflow that is cancelled is killed about ten seconds after its first signal.
"""


def interject(text: str) -> None:
    """Write a line to standard error from a signal, past the stream, which may be in the middle of a write."""
    with suppress(OSError):
        os.write(2, f"{text}\n".encode())


class Stopping:
    """Whether somebody asked to stop, and whether there is still anything to stop."""

    def __init__(self, tell: Callable[[str], None], seconds: float) -> None:
        self._tell = tell
        self._seconds = seconds
        self._asked = threading.Event()
        self._under_way = False
        self._over = False

    def asked(self) -> bool:
        """Say whether somebody asked to stop."""
        return self._asked.is_set()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Mark the one stretch that a second signal cuts short.

        Outside it nothing takes long, and what is known there must not be lost.
        """
        self._under_way = True
        try:
            yield
        finally:
            self._under_way = False

    def over(self) -> None:
        """Let every further signal pass: nothing is sent any more, and what was done has yet to be told."""
        self._over = True

    def signalled(self, number: int, frame: FrameType | None) -> None:
        """Take a signal: the first one asks, the second one cuts the write under way short by `KeyboardInterrupt`."""
        if self._over:
            return
        if self._asked.is_set():
            self.late(number, frame)
            return
        self._asked.set()
        if hasattr(signal, "setitimer"):  # Windows has none: there a second Ctrl-C is the only way to hurry
            signal.setitimer(signal.ITIMER_REAL, self._seconds)
        self._tell("Stopping after the write under way, within five seconds; press Ctrl-C again to stop at once.")

    def late(self, number: int, frame: FrameType | None) -> None:
        """Cut the write under way short by `KeyboardInterrupt`, if there is one."""
        del number, frame
        if self._under_way:
            self._under_way = False
            raise KeyboardInterrupt


@contextmanager
def stopping_gently(tell: Callable[[str], None], seconds: float = SETTLE_SECONDS) -> Iterator[Stopping]:
    """Take SIGINT and SIGTERM as requests to stop, until the block is left.

    The write under way then has `seconds`. Outside the main thread, where signals cannot be caught, nobody ever asks.
    """
    stopping = Stopping(tell, seconds)
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    takes = dict.fromkeys((signal.SIGINT, signal.SIGTERM), stopping.signalled)
    if hasattr(signal, "SIGALRM"):
        takes[signal.SIGALRM] = stopping.late
    before = {number: signal.signal(number, take) for number, take in takes.items()}
    try:
        yield stopping
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, previous in before.items():
            signal.signal(number, previous)
