"""The page about threats has each numbered sentence once, and what it names is there."""

from __future__ import annotations

import ast
import re

from faults.invariants import INVARIANTS
from meta.source import PROJECT
from properties.desk_seen import NUMBERS

PAGE = (PROJECT / "docs" / "threat-model.md").read_text("utf-8")
ROWS = re.findall(r"^\| I-(\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$", PAGE, flags=re.MULTILINE)
OF_THE_RUN_AFTER = {9, 10}


def test_faults_every_invariant_has_one_row_and_its_check() -> None:
    """Each number is on the page in order, is looked at by the machine, and has its check in the harness."""
    assert tuple(int(number) for number, *_ in ROWS) == NUMBERS
    assert {f"I-{number}" for number in NUMBERS if number not in OF_THE_RUN_AFTER} == set(INVARIANTS)


def test_faults_tests_that_the_rows_name_are_there() -> None:
    """A test that proves the rest of a sentence exists."""
    named = [node for *_, cell in ROWS for node in re.findall(r"`([^`]+::[^`]+)`", cell)]

    assert named
    for node in named:
        path, _, name = node.partition("::")
        found = ast.parse((PROJECT / path).read_text("utf-8")).body
        assert name in {n.name for n in found if isinstance(n, ast.FunctionDef)}
