"""The matrix as text that fits a terminal, as rows of a table, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from reconciler.core.wording import roles
from reconciler.model.matrix import Mark, Matrix, MatrixGroup, MatrixRole, MatrixRow
from reconciler.render.cells import padded, shown, width
from reconciler.render.csv import csv_text
from reconciler.render.escape import visible
from reconciler.render.styled import Line, Span, Tone, line, span

NARROWEST = 80
"""Every line fits this many cells, however narrow the terminal says it is."""
_LABEL = 34
"""A permission takes at most this many cells; CSV and JSON have it in full."""
_UNKNOWN = "Not in the lock"
_INDENT = "  "

_TONES = {Mark.ON: Tone.PLAIN, Mark.OFF: Tone.FAINT, Mark.GRANT: Tone.GOOD, Mark.REVOKE: Tone.BAD}
_LEGEND = "x granted   . off"
_COMPARED = f"{_LEGEND}   + the file grants it, not live yet   - live, not in the file"


def matrix_text(matrix: Matrix, cells: int = NARROWEST) -> Iterator[Line]:
    """Give the lines of a matrix, none wider than `cells`.

    Permissions are rows and roles are columns headed by letters; what does not fit beside each other comes in
    blocks, each with the legend of its letters.
    """
    cells = max(cells, NARROWEST)
    yield from summary_text(matrix)
    yield line(span(_COMPARED if matrix.compared else _LEGEND, Tone.FAINT))
    letters = [letters_of(number) for number in range(len(matrix.roles))]
    wide = max(map(len, letters), default=1) + 1
    label = min(_LABEL, max(_widths(matrix), default=0))
    fitting = (cells - label) // wide
    for start in range(0, len(letters), fitting):
        yield ()
        yield from _block(matrix, letters, slice(start, start + fitting), (label, wide, cells))


def summary_text(matrix: Matrix) -> Iterator[Line]:
    """Give the one line that says how large the matrix is and whether files and tenant agree."""
    size = f"{roles(len(matrix.roles))} by {matrix.permissions:,} permissions"
    if not matrix.compared:
        yield line(span(f"{size}, as the files say", Tone.STRONG))
    else:
        tone = Tone.CARE if matrix.differing else Tone.GOOD
        yield line(span(f"{size}: ", Tone.STRONG), span(difference(matrix), tone))


def difference(matrix: Matrix) -> str:
    """Say whether files and tenant agree."""
    if not matrix.differing:
        return "the tenant is as the files say"
    return f"{roles(matrix.differing)} {'differs' if matrix.differing == 1 else 'differ'} from live"


def letters_of(number: int) -> str:
    """Give the heading of a column as spreadsheets count: A to Z, then AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _widths(matrix: Matrix) -> Iterator[int]:
    """Give the cells that each title and each permission would take."""
    for group in matrix.groups:
        yield width(visible(_title(group)))
        for row in group.rows:
            yield len(_INDENT) + width(visible(_name(group, row)))


def _block(matrix: Matrix, letters: Sequence[str], columns: slice, sizes: tuple[int, int, int]) -> Iterator[Line]:
    label, wide, cells = sizes
    shared = letters[columns]
    for letter, role in zip(shared, matrix.roles[columns], strict=True):
        yield _legend(letter.ljust(wide), role, cells)
    head = "".join(letter.rjust(wide) for letter in shared)
    for group in matrix.groups:
        yield (Span(padded(_title(group), label), Tone.STRONG), Span(head, Tone.FAINT))
        for row in group.rows:
            marks = (Span(mark.sign.rjust(wide), _TONES[mark]) for mark in row.marks[columns])
            yield (Span(padded(f"{_INDENT}{_name(group, row)}", label)), *marks)


def _legend(letter: str, role: MatrixRole, cells: int) -> Line:
    counts = f"  {counts_of(role)}"
    about = "no file" if role.key is None else f"{role.key}"
    room = cells - len(letter) - len(counts)
    key = shown(about, room // 2)
    name = shown(role.name, room - width(key) - 2)
    return (Span(letter, Tone.STRONG), Span(name), Span(f"  {key}", Tone.FAINT), Span(counts, Tone.FAINT))


def counts_of(role: MatrixRole) -> str:
    """Give how many permissions of a role bear which mark."""
    parts = [f"{role.on:,} on"]
    parts += [f"{role.to_grant:,} to grant"] if role.to_grant else []
    parts += [f"{role.to_revoke:,} to revoke"] if role.to_revoke else []
    parts += ["to rename"] if role.live_name else []
    return ", ".join(parts)


def _title(group: MatrixGroup) -> str:
    return group.label or _UNKNOWN


def _name(group: MatrixGroup, row: MatrixRow) -> str:
    """Give a permission as role files write it below its category; one without a category in full."""
    return row.permission.removeprefix(f"{group.category}.")


def matrix_csv(matrix: Matrix) -> str:
    """Give one row per permission and one column per role; the words of the marks are the cells."""
    head = ["category", "permission", "label", "sensitive", *(visible(role.name) for role in matrix.roles)]
    rows = [
        [
            visible(_title(group)),
            visible(row.permission),
            visible(row.label),
            "yes" if row.sensitive else "no",
            *map(str, row.marks),
        ]
        for group in matrix.groups
        for row in group.rows
    ]
    return csv_text([head, *rows])


def matrix_document(matrix: Matrix) -> Mapping[str, object]:
    """Give the matrix as data; the marks of a permission are in the order of the roles."""
    return {"format": 1, **asdict(matrix)}
