"""Ctrl-C during an apply: the write under way is settled, then the run stops; a second Ctrl-C stops at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType


def interject(text: str) -> None:
    """Write a line to standard error from a signal, past the stream, which may be in the middle of a write."""
    with suppress(OSError):
        os.write(2, f"{text}\n".encode())


class Stopping:
    """Whether somebody asked to stop, and whether there is still anything to stop."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._asked = threading.Event()
        self._over = False

    def asked(self) -> bool:
        """Say whether somebody asked to stop."""
        return self._asked.is_set()

    def over(self) -> None:
        """Let every further signal pass: nothing is sent any more, and what was done has yet to be told."""
        self._over = True

    def signalled(self, number: int, frame: FrameType | None) -> None:
        """Take a signal: the first one asks, the second one stops at once by `KeyboardInterrupt`."""
        del number, frame
        if self._over:
            return
        if self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()
        self._tell("Stopping after the write under way; press Ctrl-C again to stop at once.")


@contextmanager
def stopping_gently(tell: Callable[[str], None]) -> Iterator[Stopping]:
    """Take SIGINT and SIGTERM as requests to stop, until the block is left.

    Outside the main thread, where signals cannot be caught, nobody ever asks.
    """
    stopping = Stopping(tell)
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    before = {number: signal.signal(number, stopping.signalled) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
