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


@contextmanager
def stopping_gently(tell: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Give a function that says whether somebody asked to stop; SIGTERM asks like Ctrl-C does.

    Outside the main thread, where signals cannot be caught, nobody ever asks.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        tell("Stopping after the write under way; press Ctrl-C again to stop at once.")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
