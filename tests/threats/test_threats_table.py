"""Every threat of the threat model has a test, or is named among what is not defended against."""

from __future__ import annotations

import ast
import re

import pytest
from meta.source import PROJECT

PAGE = (PROJECT / "docs" / "threat-model.md").read_text("utf-8")
ROWS = re.findall(r"^\| T(\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, flags=re.MULTILINE)
THREATS = 42
UNDEFENDED = {"37"}


def _tests(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_threat_has_one_row() -> None:
    """The page has each threat once, in order."""
    assert [int(number) for number, *_ in ROWS] == list(range(1, THREATS + 1))


@pytest.mark.parametrize(("number", "cell"), [(row[0], row[3]) for row in ROWS], ids=[f"t{r[0]:0>2}" for r in ROWS])
def test_threat_names_tests_that_are_there(number: str, cell: str) -> None:
    """Each test that a row names is a test of this repository; a row without one is told as not defended."""
    named = _tests(cell)

    assert bool(named) is (number not in UNDEFENDED)
    for node in named:
        path, _, name = node.partition("::")
        found = ast.parse((PROJECT / path).read_text("utf-8")).body
        assert name.startswith("test_")
        assert name in {n.name for n in found if isinstance(n, ast.FunctionDef)}


def test_what_is_not_defended_is_said_in_words() -> None:
    """A threat without a test has a paragraph of its own at the end of the page."""
    words = PAGE.partition("## What is not defended against")[2]

    assert [number for number in UNDEFENDED if f"(T{number})" not in words] == []


def test_reports_are_private_and_to_no_made_up_address() -> None:
    """The page on security sends reports to this repository and names no address that nobody reads."""
    page = (PROJECT / "SECURITY.md").read_text("utf-8")

    assert "Report a vulnerability" in page
    assert "@" not in page
