"""Progress on standard error: bars on a terminal, or lines with -v."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from reconciler.render.styled import Line, line

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Lines:
    """Says which stage begins, one line each."""

    def __init__(self, tell: Callable[[Iterable[Line]], None]) -> None:
        self._tell = tell

    def stage(self, label: str, total: int | None) -> None:
        """Begin a stage."""
        count = "" if total is None else f" ({total:,})"
        self._tell([line(f"{label}{count}")])

    def advance(self, steps: int = 1) -> None:
        """Count steps."""


class Bars:
    """A bar for each stage; finished ones disappear, so the result stands alone."""

    def __init__(self) -> None:
        self._bars: RichProgress | None = None
        self._task: TaskID | None = None

    def stage(self, label: str, total: int | None) -> None:
        """Begin a stage; a stage of no steps shows nothing."""
        self.close()
        if total == 0:
            return
        from rich.console import Console
        from rich.progress import Progress as RichProgress

        self._bars = RichProgress(console=Console(stderr=True), transient=True)
        self._bars.start()
        self._task = self._bars.add_task(label, total=total)

    def advance(self, steps: int = 1) -> None:
        """Count steps; the last one ends the bar."""
        if self._bars is None or self._task is None:
            return
        self._bars.advance(self._task, steps)
        if self._bars.finished:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bars is not None:
            self._bars.stop()
        self._bars = self._task = None
