"""The page on bad inputs, its tables and the tests say the same: no row is without a test or a reason."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from catalogue.page import SECTIONS, cases, page, rows
from meta.source import PROJECT

PAGE = PROJECT / "docs" / "bad-inputs.md"
TOLD = frozenset(SECTIONS)


def test_page_is_made_from_the_tables(pytestconfig: pytest.Config) -> None:
    """Every row is told as the tables have it."""
    if pytestconfig.getoption("--update-golden"):
        PAGE.write_text(page(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("section", sorted(TOLD))
def test_every_number_of_the_specification_has_its_row(section: str) -> None:
    """No number is left out, and none comes twice."""
    wanted = SECTIONS[section]

    assert [row.number for row in rows() if row.number in wanted] == sorted(wanted)


def test_no_row_is_made_up() -> None:
    """Every row and every case has a number of the specification, and no two cases have one name."""
    numbers = {number for section in SECTIONS.values() for number in section}
    told = {number for section in TOLD for number in SECTIONS[section]}

    assert {row.number for row in rows()} <= numbers
    assert {case.row for case in cases()} & told <= {row.number for row in rows()}
    assert len({case.id for case in cases()}) == len(cases())


def test_every_row_is_proved_or_has_a_reason() -> None:
    """A row without a test says why; a test that is named elsewhere is there."""
    tried = {case.row for case in cases()}
    for row in rows():
        assert row.number in tried or row.elsewhere or row.reason, row.number
        for node in row.elsewhere:
            path, _, name = node.partition("::")
            found = ast.parse((PROJECT / "tests" / path).read_text(encoding="utf-8")).body
            assert name.startswith("test_"), node
            assert name in {n.name for n in found if isinstance(n, ast.FunctionDef)}, node


def test_every_case_runs() -> None:
    """No case stands in a table that no test takes up."""
    folder = PROJECT / "tests" / "catalogue"
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert [case.id for case in cases() if f"[{case.id}]" not in listed] == []
