"""The matrix on a terminal, in a spreadsheet and in a browser."""

from __future__ import annotations

import codecs
import csv
import io
from html.parser import HTMLParser

import pytest
from builders import CLOSE, REPLY, UNKNOWN, VIEW, Silence, a_live_role, a_role, a_state, a_tenant

from reconciler.model.matrix import Mark, Matrix
from reconciler.model.role import DesiredRole
from reconciler.operations.matrix import matrix
from reconciler.render.cells import padded, shown, width
from reconciler.render.csv import BYTE_ORDER_MARK, cell, csv_text, plain
from reconciler.render.matrix import letters_of, matrix_csv, matrix_document, matrix_text, summary_text
from reconciler.render.matrix_html import matrix_html
from reconciler.render.styled import to_text

AGENT = a_live_role("Agent", grants=(VIEW, CLOSE))
FILE = a_role("agent", grants=(VIEW, REPLY))


def a_matrix(*files: DesiredRole, live: tuple[str, ...] = ()) -> Matrix:
    """Give the matrix of files beside a tenant that has Agent and, outside the files, roles of these names."""
    more = [a_live_role(name, grants=(VIEW, UNKNOWN)) for name in live]
    return matrix(a_state(*files), a_tenant(AGENT, *more), Silence(), unmanaged=True)


def many(number: int) -> Matrix:
    """Give a matrix of as many roles."""
    return a_matrix(FILE, *(a_role(f"role-{n:03}", name=f"Role {n:03}") for n in range(number)))


def text_of(found: Matrix, cells: int = 80) -> list[str]:
    """Give the lines of a matrix."""
    return to_text(matrix_text(found, cells), colour=False).splitlines()


def test_text_shows_a_sign_for_each_permission_of_each_role() -> None:
    """Letters head the columns, the legend says whose they are and how many of each sign they have."""
    lines = text_of(a_matrix(FILE, live=("Night",)))

    assert lines[0] == "2 roles by 7 permissions: 1 role differs from live"
    assert "A Agent  agent  1 on, 1 to grant, 1 to revoke" in lines
    assert "B Night  no file  2 on" in lines
    tickets = lines.index(next(line for line in lines if line.startswith("Tickets")))
    assert [line.split() for line in lines[tickets : tickets + 5]] == [
        ["Tickets", "A", "B"],
        ["close", "-", "."],
        ["reply", "+", "."],
        ["tag", ".", "."],
        ["view", "x", "x"],
    ]
    assert lines[-2].split() == ["Not", "in", "the", "lock", "A", "B"]
    assert lines[-1].split() == [UNKNOWN, ".", "x"]


def test_text_says_when_files_and_tenant_agree_or_were_not_compared() -> None:
    """The first line has the verdict, with the numbers."""
    same = matrix(a_state(a_role("agent", grants=(VIEW, CLOSE))), a_tenant(AGENT), Silence(), unmanaged=False)
    alone = matrix(a_state(FILE, a_role("other")), None, Silence(), unmanaged=False)

    assert text_of(same)[0] == "1 role by 6 permissions: the tenant is as the files say"
    assert text_of(alone)[:2] == ["2 roles by 6 permissions, as the files say", "x granted   . off"]
    assert to_text(summary_text(many(3)), colour=False) == "4 roles by 6 permissions: 4 roles differ from live\n"


@pytest.mark.parametrize("roles", [0, 1, 25, 60, 800])
@pytest.mark.parametrize(("asked", "given"), [(80, 80), (20, 80), (200, 200)])
def test_text_never_exceeds_the_width(roles: int, asked: int, given: int) -> None:
    """However many roles there are, blocks are made, each with its legend, and every role is in one."""
    lines = text_of(many(roles), asked)

    assert max(map(width, lines)) <= given
    assert sum("to grant" in line for line in lines) == roles + 1


def test_text_fits_where_a_tenant_has_no_role_in_the_files() -> None:
    """A matrix of nothing is its first lines."""
    empty = Matrix(compared=True, roles=(), groups=())

    assert len(text_of(empty)) == 2


def test_text_counts_wide_characters_as_two_cells() -> None:
    """Names in wide scripts are cut where the terminal would cut them, and say so."""
    wide = "品質管理担当" * 10

    lines = text_of(a_matrix(FILE, live=(wide, "a" * 300, "e\u0301" * 90, "\u202eevil")))

    assert max(map(width, lines)) <= 80
    assert any("品質…" in line or line.count("品") > 1 for line in lines)
    assert any("\\u{202e}evil" in line for line in lines)


@pytest.mark.parametrize(
    ("number", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_letters_count_as_spreadsheets_do(number: int, letters: str) -> None:
    """After Z comes AA."""
    assert letters_of(number) == letters


@pytest.mark.parametrize(
    ("text", "cells", "cut"),
    [("agent", 5, "agent"), ("agents", 5, "agen…"), ("品質", 4, "品質"), ("品質品", 4, "品…"), ("品質", 1, "…")],
)
def test_cells_cut_and_pad_by_width(text: str, cells: int, cut: str) -> None:
    """What does not fit ends in a mark; padding makes it exact."""
    assert shown(text, cells) == cut
    assert width(padded(text, cells)) == cells


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "\u00a0-1", "'quoted", "\ufe661"],
)
def test_csv_cell_never_starts_a_formula(text: str) -> None:
    """Whatever a spreadsheet may take for a formula gets an apostrophe, and can be had back."""
    assert cell(text) == f"'{text}"
    assert plain(cell(text)) == text


@pytest.mark.parametrize("text", ["", "Agent", "a=b", "Tier 1 - Agent", "1"])
def test_csv_cell_leaves_other_text_alone(text: str) -> None:
    """Nothing is added where nothing is needed."""
    assert cell(text) == text == plain(text)


def test_csv_is_quoted_with_crlf() -> None:
    """Quotes are doubled, every line ends as RFC 4180 says, and the mark for Excel comes first, once."""
    told = csv_text([["a", 'say "x"'], ["b,c", "d\ne"]])
    assert told == f'{BYTE_ORDER_MARK}"a","say ""x"""\r\n"b,c","d\ne"\r\n'
    assert csv_text([]) == BYTE_ORDER_MARK


def test_csv_begins_with_the_bytes_that_mean_utf_8() -> None:
    """Excel reads a file without them in the encoding of the machine, and shows other letters than the role has."""
    written = csv_text([["Qualität"]]).encode()

    assert written.startswith(codecs.BOM_UTF8)
    assert written.decode("utf-8-sig") == '"Qualität"\r\n'


def test_csv_has_a_row_for_each_permission_and_a_column_for_each_role() -> None:
    """The marks are words, so that no sign looks like a formula and a filter can name them."""
    written = matrix_csv(a_matrix(FILE, live=("=cmd()",))).removeprefix(BYTE_ORDER_MARK)
    rows = list(csv.reader(io.StringIO(written, newline="")))

    assert rows[0] == ["category", "permission", "label", "sensitive", "Agent", "'=cmd()"]
    by_key = {row[1]: row for row in rows[1:]}
    assert by_key[CLOSE] == ["Tickets", CLOSE, CLOSE, "no", "to revoke", "off"]
    assert by_key[REPLY][4:] == ["to grant", "off"]
    assert by_key[UNKNOWN] == ["Not in the lock", UNKNOWN, "", "yes", "off", "on"]


def test_document_has_the_same_marks() -> None:
    """Machines get every role and every mark in the same order."""
    found = a_matrix(FILE)

    told = matrix_document(found)

    assert told["format"] == 1
    assert told["compared"] is True
    (role,) = told["roles"]
    assert (role["key"], role["to_grant"], role["origin"]["path"]) == ("agent", 1, "roles/agent.yaml")
    marks = {row["permission"]: row["marks"] for group in told["groups"] for row in group["rows"]}
    assert marks[CLOSE] == (Mark.REVOKE,)


class Page(HTMLParser):
    """What a browser would find: elements in order, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append(data)

    def tags(self) -> list[str]:
        """Give the names of the elements."""
        return [tag for tag, _ in self.elements]


def test_html_loads_and_runs_nothing() -> None:
    """No script, no address, no inline style, and a policy that allows one style by its hash alone."""
    page = Page(matrix_html(a_matrix(FILE, live=("Night",))))

    assert not {"script", "link", "img", "iframe", "a"} & set(page.tags())
    attributes = {name for _, found in page.elements for name in found}
    assert attributes <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "scope",
        "class",
        "colspan",
        "title",
    }
    policy = next(found["content"] for _, found in page.elements if found.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_html_shows_signs_and_words_besides_colours() -> None:
    """Each mark has its sign as text and its word as a title; roles have their counts and places."""
    page = Page(matrix_html(a_matrix(FILE, live=("Night",))))

    cells = [found for tag, found in page.elements if tag == "td"]
    assert {"on", "off", "grant", "revoke"} == {found["class"] for found in cells}
    assert {str(mark) for mark in Mark} == {found["title"] for found in cells}
    assert {"x", ".", "+", "-"} <= set(page.texts)
    assert "1 on, 1 to grant, 1 to revoke" in page.texts
    assert {"roles/agent.yaml:1", "no file", "Not in the lock"} <= set(page.texts)
    assert any("1 role differs from live" in text for text in page.texts)
    assert any(" · sensitive" in text for text in page.texts)


def test_html_offline_says_so() -> None:
    """Without a tenant only two signs are explained."""
    page = Page(matrix_html(matrix(a_state(FILE), None, Silence(), unmanaged=False)))

    assert "As the files say. x granted, . off." in page.texts


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style><b>", "&lt;b&gt;", "' onload='x"],
)
def test_html_of_hostile_names_has_the_same_elements(hostile: str) -> None:
    """A name is text wherever it stands, and reads as it is."""
    usual = Page(matrix_html(a_matrix(FILE, live=("Night",))))

    page = Page(matrix_html(a_matrix(FILE, live=(hostile,))))

    assert page.elements == usual.elements
    assert hostile in page.texts
