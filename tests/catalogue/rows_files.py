"""Rows 2 to 60: files and YAML."""

from __future__ import annotations

from catalogue.rows import FileCase, Row

HEAD = "name: Night Desk\ndescription: Answers what comes in after hours\n"
A = "roles/a.yaml"


def yaml(row: int, slug: str, code: str, text: str | bytes, *says: str) -> FileCase:
    """Give the case of one bad file beside the good ones."""
    return FileCase(row=row, slug=slug, exit=3, code=code, files={A: text}, says=says)


CASES: tuple[FileCase, ...] = (
    yaml(
        2,
        "duplicate-key-in-a-nested-map",
        "yaml.duplicate-key",
        HEAD + "permissions:\n  notes: view\n  notes: all\n",
        "at 4:3 and at 5:3",
        f"{A}:5:3",
    ),
)

ROWS: tuple[Row, ...] = ()
