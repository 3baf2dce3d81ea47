"""Rows 101 to 150: HTTP, transport and protocol."""

from __future__ import annotations

from catalogue.rows import Row

ROWS: tuple[Row, ...] = ()
