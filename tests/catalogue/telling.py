"""A short way to write a row of the catalogue down."""

from __future__ import annotations

from catalogue.rows import Row


def row(number: int, what: str, ends: str, answer: str, *elsewhere: str, reason: str = "") -> Row:
    """Give a row; `ends` is its exit code as the page tells it, empty where nothing is run."""
    return Row(number=number, what=what, exit=ends, answer=answer, elsewhere=elsewhere, reason=reason)
