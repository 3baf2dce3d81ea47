"""Rows as CSV that a spreadsheet opens as text: RFC 4180 in UTF-8, and no cell that it would take for a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable

_STARTERS = frozenset("=+-@\t\r\n")
"""What makes a spreadsheet read a cell as a formula, or lets another cell begin one."""

_MARK = "'"

BYTE_ORDER_MARK = "\ufeff"
"""What tells Excel that a file is UTF-8; without it letters beyond ASCII are shown as others."""


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Give rows as one document with CRLF at the end of each; every cell is text and goes through `cell`.

    It begins with a byte order mark, which is part of no cell.
    """
    document = io.StringIO()
    csv.writer(document, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(map(cell, row) for row in rows)
    return f"{BYTE_ORDER_MARK}{document.getvalue()}"


def cell(text: str) -> str:
    """Give the text of a cell with an apostrophe before it where a spreadsheet could take it for a formula.

    Blanks before such a character are no protection, and neither is its full-width form. A text that begins
    with an apostrophe gets another, so that two different texts never become one.
    """
    firsts = {text[:1], unicodedata.normalize("NFKC", text.lstrip()[:1])[:1]}
    return f"{_MARK}{text}" if firsts & _STARTERS or text.startswith(_MARK) else text


def plain(text: str) -> str:
    """Give back the text that `cell` was given."""
    return text.removeprefix(_MARK)
