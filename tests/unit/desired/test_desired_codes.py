"""The table of codes is complete and says nothing that is not so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from reconciler.desired.codes import CODES

ROOMS = [Path(__file__).parents[3] / "reconciler" / room for room in ("desired", "snapshot")]
SOURCES = sorted(path for room in ROOMS for path in room.rglob("*.py"))
CODE = re.compile(
    r"(adopt|ids|snapshot|yaml|text|file|merge|schema|role|catalogue|settings|confirmation|lint)\.[a-z]+(-[a-z]+)*"
)


def codes_in(path: Path) -> set[str]:
    """Give every text of a module that has the form of a code."""
    texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}


def test_every_code_used_is_in_the_table_and_the_other_way_round() -> None:
    """A problem cannot have a code without a meaning, nor the table a meaning without a use."""
    used = set().union(*(codes_in(path) for path in SOURCES if path.name != "codes.py"))

    assert set(CODES) == used


def test_every_meaning_is_one_sentence() -> None:
    """A meaning is a sentence on one line."""
    for meaning in CODES.values():
        assert re.fullmatch(r"[A-Z`][^\n]+\.", meaning)
