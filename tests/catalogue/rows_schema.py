"""Rows 62 to 99: schema and meaning."""

from __future__ import annotations

from catalogue.rows import FileCase, Row

CASES: tuple[FileCase, ...] = ()
ROWS: tuple[Row, ...] = ()
