"""The page docs/bad-inputs.md, made from the rows and cases of the tables beside this module."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from catalogue.rows import Case, Row

HEAD = """# Bad inputs and faults

What the program answers to each bad input and each fault we could think of. This page is made from the tables in
`tests/catalogue/`. A test named `row-…` is a case of those tables, tried through the command line; a test named with
its file stands elsewhere in `tests/`, and not each of those goes through the command line. Numbers have gaps.

Always, and checked with every `row-…` (a test elsewhere checks what its own sentence says):

- exit codes 3, 4, 5, 7 and 64 mean that the tenant saw no write. With 3, 5, 7 and 64 no plan file is left; with 4 there
  may be one, which says what was refused. No command takes a plan file in, so none can be carried out;
- the key is in no output and in no file, in no encoding: not as it is, URL-encoded, JSON-escaped, as Python or HTML
  writes it, in hex, or in base64 at any offset;
- there is no traceback, one line for each problem, and nothing in the output that a terminal would not show as text;
- the problems of other files are told beside it, unless the folder itself is at fault.
"""
SECTIONS: Mapping[str, tuple[int, ...]] = {
    "Files and YAML": (
        *(2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 21, 24, 26, 27, 29, 30, 32, 33, 35, 36, 38, 39, 41, 42, 44, 45),
        *(47, 48, 50, 51, 53, 54, 56, 57, 59, 60),
    ),
    "Schema and meaning": (
        *(62, 66, 68, 71, 72, 74, 75, 77, 78, 80, 81, 83, 84, 86, 87, 89, 90, 92, 93, 95, 96, 98, 99),
    ),
    "HTTP: transport and protocol": (
        *(101, 102, 104, 105, 107, 108, 110, 111, 113, 114, 116, 117, 119, 120, 122, 123, 125, 126, 128, 129, 131),
        *(132, 134, 135, 137, 138, 140, 141, 143, 144, 146, 147, 149, 150),
    ),
    "HTTP: listing and consistency": (152, 153, 155, 156, 158, 159, 161, 162, 164, 165, 167),
    "Live tenant data": (168, 170, 171, 173, 174, 176, 177, 179, 180, 182, 183, 185, 186, 188, 189, 191, 192),
    "Plan file and confirmation": (194, 195, 197, 198, 200, 201, 203, 204, 206, 207, 209, 210, 213),
    "Concurrency, crash, environment failure": (
        *(215, 216, 218, 219, 221, 222, 224, 225, 227, 228, 230, 231, 233, 234, 236),
    ),
    "CLI, environment, configuration": (237, 239, 240, 242, 243, 245, 246, 249, 251, 252, 254, 255),
    "CI and GitHub": (257, 258, 260, 261, 263, 264, 266, 267, 269, 270, 272, 273, 275, 278, 279, 281, 282, 284),
}
"""Every number of the specification that the catalogue answers to."""


def tables() -> Iterator[object]:
    """Give everything at the top of every module of tables."""
    for path in sorted(Path(__file__).parent.glob("rows_*.py")):
        yield from vars(importlib.import_module(f"catalogue.{path.stem}")).values()


def rows() -> tuple[Row, ...]:
    """Give every row of every table, by number."""
    found = {row for table in tables() if isinstance(table, tuple) for row in table if isinstance(row, Row)}
    return tuple(sorted(found, key=lambda row: (row.number, row.what)))


def cases() -> tuple[Case, ...]:
    """Give every case of every table, by name."""
    found = {id(x): x for table in tables() if isinstance(table, tuple) for x in table if isinstance(x, Case)}
    return tuple(sorted(found.values(), key=lambda case: case.id))


def page() -> str:
    """Make the page."""
    known = {row.number: row for row in rows()}
    by_row: dict[int, list[Case]] = {}
    for case in cases():
        by_row.setdefault(case.row, []).append(case)
    lines = [HEAD]
    for title, numbers in SECTIONS.items():
        there = [known[number] for number in numbers if number in known]
        if there:
            lines += [f"## {title}", "", *_table(there, by_row), ""]
    return "\n".join(lines)


def _table(there: Iterable[Row], by_row: Mapping[int, list[Case]]) -> Iterator[str]:
    yield "| # | input or fault | exit | answer | tests |"
    yield "| --- | --- | --- | --- | --- |"
    for row in there:
        answer = f"{row.answer}. {row.reason}" if row.answer and row.reason else row.answer or row.reason
        tests = ", ".join((*_named(by_row.get(row.number, [])), *(f"`{node}`" for node in row.elsewhere)))
        yield f"| {row.number} | {row.what} | {row.exit} | {answer} | {tests} |"


def _named(found: list[Case]) -> Iterator[str]:
    if len(found) > 1:
        yield f"{len(found)} of `row-{found[0].row:03}`"
    elif found:
        yield f"`{found[0].id}`"
