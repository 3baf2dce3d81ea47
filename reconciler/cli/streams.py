"""Keeps the numbers of the standard streams for the standard streams."""

from __future__ import annotations

import os


def occupy_standard_streams() -> None:
    """Open nothing on each standard stream that was closed before the program began.

    The next file or socket would get its number otherwise, and a line that is written to standard error from a signal
    would end up in the journal, or in a request to the tenant.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is this one, because those below are taken by now.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
