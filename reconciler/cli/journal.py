"""The journal of an apply: one JSON line per event, on disk before anything happens."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from reconciler.ports import Clock


class FileJournal:
    """Appends to one new file; an entry is on disk when `write` returns."""

    def __init__(self, folder: Path, digest: str, clock: Clock) -> None:
        """Create the file; raises `OSError` when that is not possible."""
        folder.mkdir(parents=True, exist_ok=True)
        stamp = clock.now().strftime("%Y%m%dT%H%M%S%fZ")
        self.path = folder / f"{stamp}-{digest.removeprefix('sha256:')[:12]}.jsonl"
        self._clock = clock
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._file = os.open(self.path, flags, 0o600)

    def write(self, entry: Mapping[str, object]) -> None:
        """Append one entry with its time and return when it is on disk; raises `OSError` when it cannot be."""
        dated = {"at": self._clock.now().isoformat(), **entry}
        left = f"{json.dumps(dated, ensure_ascii=True)}\n".encode("ascii")
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
