"""The journal of an apply: one JSON line per event, on disk before anything happens."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from reconciler.ports import Clock

_ROOM = 4096
"""Bytes that must fit when the journal is made: a full disk is better found before the first write than at it."""


class FileJournal:
    """Appends to one new file; an entry is on disk when `write` returns."""

    def __init__(self, folder: Path, digest: str, clock: Clock) -> None:
        """Create the file; raises `OSError`, leaving none behind, when that is not possible or there is no room."""
        folder.mkdir(parents=True, exist_ok=True)
        stamp = clock.now().strftime("%Y%m%dT%H%M%S%fZ")
        self.path = folder / f"{stamp}-{digest.removeprefix('sha256:')[:12]}.jsonl"
        self._clock = clock
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._file = os.open(self.path, flags, 0o600)
        try:
            self._append(b"\n" * _ROOM)
            os.ftruncate(self._file, 0)
        except OSError:
            self.close()
            self.path.unlink(missing_ok=True)
            raise

    def write(self, entry: Mapping[str, object]) -> None:
        """Append one entry with its time and return when it is on disk; raises `OSError` when it cannot be.

        Of an entry that did not fit nothing stays, so that every line of the file can be read.
        """
        dated = {"at": self._clock.now().isoformat(), **entry}
        size = os.fstat(self._file).st_size
        try:
            self._append(f"{json.dumps(dated, ensure_ascii=True)}\n".encode("ascii"))
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, size)
            raise

    def _append(self, left: bytes) -> None:
        while left:
            left = left[os.write(self._file, left) :]
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
