"""The project's own source, read as text and as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
MODULES = tuple(sorted((PROJECT / "reconciler").rglob("*.py")))
TEST_MODULES = tuple(sorted((PROJECT / "tests").rglob("test_*.py")))


@dataclass(frozen=True)
class Function:
    """A function or method and where it stands."""

    module: Path
    node: ast.FunctionDef

    @property
    def lines(self) -> int:
        """How many lines it has, its docstring not counted."""
        body = self.node.body
        first = body[0].end_lineno if ast.get_docstring(self.node) and body[0].end_lineno else self.node.lineno - 1
        return (self.node.end_lineno or first) - first


def name_of(path: Path) -> str:
    """Give a path as a reader knows it."""
    return path.relative_to(PROJECT).as_posix()


def tree(path: Path) -> ast.Module:
    """Parse one module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    """Give every function and method of a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef):
            yield Function(path, node)
