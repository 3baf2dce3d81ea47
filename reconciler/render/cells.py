"""Measure, cut and pad text by the cells it takes on a terminal, where a wide character takes two."""

from __future__ import annotations

from rich.cells import cell_len

from reconciler.render.escape import visible

_CUT = "…"


def width(text: str) -> int:
    """Give how many cells `text` takes, which holds nothing that `visible` would escape."""
    return cell_len(text)


def shown(text: str, cells: int) -> str:
    """Give foreign text made visible and cut to at most `cells` cells, at least 1; what was cut is marked."""
    safe = visible(text)
    if width(safe) <= cells:
        return safe
    cut = safe[:cells]  # no character but a mark takes less than a cell, and marks may as well go
    while width(cut) > cells - 1:
        cut = cut[:-1]
    return f"{cut}{_CUT}"


def padded(text: str, cells: int) -> str:
    """Give foreign text made visible in exactly `cells` cells."""
    safe = shown(text, cells)
    return safe + " " * (cells - width(safe))
