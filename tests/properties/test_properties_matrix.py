"""The matrix whatever roles are called: it fits, it parses back, and no name becomes more than a text."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.matrix import Mark, Matrix, MatrixGroup, MatrixRole, MatrixRow
from reconciler.model.role import Origin, RoleId, RoleKey
from reconciler.render.cells import padded, shown, width
from reconciler.render.csv import BYTE_ORDER_MARK, cell, csv_text, plain
from reconciler.render.escape import visible
from reconciler.render.matrix import matrix_csv, matrix_text
from reconciler.render.matrix_html import matrix_html
from reconciler.render.styled import to_text

hostile = st.sampled_from(
    (
        "=1+1",
        "@SUM(A1:A9)",
        "\t=1",
        " \u00a0-2",
        "</th></table><script>alert(1)</script>",
        "' onmouseover='alert(1)",
        "&amp;<b>",
        '"><style>',
        "<!--",
        "]]>",
        "品質管理" * 30,
        "\u202eabc",
        "a\u0301" * 90,
        "a\r\nb",
        "\x00",
        "x" * 400,
    )
)
names = st.one_of(hostile, st.text(max_size=30), st.tuples(hostile, st.text(max_size=5)).map("".join))


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    """Draw a matrix in which everything foreign may be hostile."""
    roles = tuple(
        MatrixRole(
            key=RoleKey(f"role-{n}") if draw(st.booleans()) else None,
            id=draw(st.sampled_from((None, RoleId(f"rol_{n}")))),
            name=draw(names),
            origin=draw(st.sampled_from((None, Origin("roles/a.yaml", 2, 1)))),
            on=draw(st.integers(0, 10_000)),
            to_grant=draw(st.integers(0, 3)),
            to_revoke=draw(st.integers(0, 3)),
        )
        for n in range(draw(st.integers(0, 40)))
    )
    marks = st.tuples(*(st.sampled_from(Mark) for _ in roles))
    rows = st.builds(MatrixRow, permission=names, label=names, sensitive=st.booleans(), marks=marks)
    groups = st.builds(
        MatrixGroup,
        category=st.sampled_from(("", "tickets")),
        label=names,
        rows=st.lists(rows, max_size=3).map(tuple),
    )
    drawn = draw(st.lists(groups, max_size=3))
    return Matrix(compared=draw(st.booleans()), roles=roles, groups=tuple(drawn))


@given(matrices(), st.integers(0, 200))
def test_text_fits_and_has_every_role_and_every_row(matrix: Matrix, cells: int) -> None:
    """No line is wider than asked, or than 80; each role is in one block, and each block has every row."""
    lines = to_text(matrix_text(matrix, cells), colour=False).splitlines()

    assert max(map(width, lines)) <= max(cells, 80)
    blocks = lines.count("")
    legend = len(matrix.roles)
    body = blocks * sum(1 + len(group.rows) for group in matrix.groups)
    assert len(lines) == 2 + blocks + legend + body


@given(st.lists(st.lists(names, min_size=1, max_size=5), max_size=6))
def test_csv_parses_back_to_the_same_cells(rows: list[list[str]]) -> None:
    """A reader of RFC 4180 gets the cells, and from those the very texts."""
    parsed = list(csv.reader(io.StringIO(csv_text(rows).removeprefix(BYTE_ORDER_MARK), newline=""), strict=True))

    assert [[cell(text) for text in row] for row in rows] == parsed
    assert rows == [[plain(text) for text in row] for row in parsed]


@given(names)
def test_csv_cells_never_start_a_formula(text: str) -> None:
    """Neither as written nor once blanks are trimmed or wide forms are folded."""
    written = cell(text)

    folded = unicodedata.normalize("NFKC", written)
    for seen in (written, written.strip(), folded, folded.strip()):
        assert seen[:1] not in tuple("=+-@\t\r\n")


@given(matrices())
def test_csv_of_a_matrix_has_every_mark(matrix: Matrix) -> None:
    """One row per permission, one column per role, each mark as a word."""
    written = matrix_csv(matrix).removeprefix(BYTE_ORDER_MARK)
    head, *rows = csv.reader(io.StringIO(written, newline=""), strict=True)

    assert [cell(visible(role.name)) for role in matrix.roles] == head[4:]
    told = [row for group in matrix.groups for row in group.rows]
    assert [[str(mark) for mark in row.marks] for row in told] == [row[4:] for row in rows]
    assert [visible(row.permission) for row in told] == [plain(row[1]) for row in rows]


class Elements(HTMLParser):
    """The elements and attributes that a parser finds, without texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, object]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the start of an element."""
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        """Keep the end of an element."""
        self.found.append((f"/{tag}", None))

    def handle_comment(self, data: str) -> None:
        """Keep a comment; there is none."""
        self.found.append(("comment", data))


def renamed(matrix: Matrix) -> Matrix:
    """Give the same matrix with harmless names."""
    return replace(
        matrix,
        roles=tuple(replace(role, name="Role") for role in matrix.roles),
        groups=tuple(
            replace(
                group,
                label="Label",
                rows=tuple(replace(row, permission="tickets.view", label="View") for row in group.rows),
            )
            for group in matrix.groups
        ),
    )


@given(matrices())
def test_html_has_the_same_elements_whatever_the_names(matrix: Matrix) -> None:
    """A hostile name changes no element and no attribute."""
    assert Elements(matrix_html(renamed(matrix))).found == Elements(matrix_html(matrix)).found


@given(names, st.integers(1, 60))
def test_cells_are_never_more_than_asked(text: str, cells: int) -> None:
    """Cutting never exceeds, padding is exact."""
    assert width(shown(text, cells)) <= cells
    assert width(padded(text, cells)) == cells
