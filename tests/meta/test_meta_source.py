"""The shape of the source is a promise too: small modules, told jobs, counted exceptions."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from meta.source import MODULES, PROJECT, TEST_MODULES, functions, name_of, tree

LONGEST_MODULE = 300
LONGEST_FUNCTION = 50
EXCEPTIONS = {"# type: ignore": 1, "# noqa": 13, "pragma: no cover": 0}
"""How many exceptions the product's source holds; a number may only fall."""
TEST_EXCEPTIONS = {"# type: ignore": 7, "# noqa": 12, "pragma: no cover": 0}
"""How many the tests hold at most, this file not counted; lower a number when one goes."""


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_module_is_small_and_tells_its_job(module: Path) -> None:
    """Every module stays under 300 lines and begins with a sentence on its job."""
    lines = module.read_text(encoding="utf-8").count("\n")

    assert lines < LONGEST_MODULE
    assert ast.get_docstring(tree(module))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_functions_are_short_and_public_ones_documented(module: Path) -> None:
    """Every function stays under 50 lines; what others may call says what it promises."""
    found = list(functions(module))

    assert [] == [f.node.name for f in found if f.lines >= LONGEST_FUNCTION]
    public = [n for n in tree(module).body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    assert [] == [n.name for n in public if not n.name.startswith("_") and not ast.get_docstring(n)]


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_names_are_the_words_of_the_glossary(module: Path) -> None:
    """No type is called after a pattern instead of its job."""
    names = [n.name for n in ast.walk(tree(module)) if isinstance(n, ast.ClassDef | ast.FunctionDef)]

    assert [] == [n for n in names if re.search(r"Manager|Helper|Handler|Util|(?i:^do_|^process_)", n)]


@pytest.mark.parametrize("module", [m for m in MODULES if "cli" not in m.parts], ids=name_of)
def test_only_the_command_line_prints_or_exits(module: Path) -> None:
    """No other room prints, exits or reads the arguments."""
    calls = {ast.unparse(n.func) for n in ast.walk(tree(module)) if isinstance(n, ast.Call)}

    assert not calls & {"print", "exit", "quit", "sys.exit", "os._exit", "click.echo"}


def test_exceptions_from_the_rules_only_get_fewer() -> None:
    """The number of suppressed findings is pinned, so that one more is a visible change."""
    text = "\n".join(module.read_text(encoding="utf-8") for module in MODULES)

    assert {mark: text.count(mark) for mark in EXCEPTIONS} == EXCEPTIONS


def test_exceptions_in_tests_only_get_fewer() -> None:
    """What tests let pass is pinned like what the product does."""
    read = [m for m in (PROJECT / "tests").rglob("*.py") if m.name != "test_meta_source.py"]
    text = "\n".join(module.read_text(encoding="utf-8") for module in read)

    assert {mark: n for mark, most in TEST_EXCEPTIONS.items() if (n := text.count(mark)) > most} == {}


def test_every_suppression_has_its_reason_beside_it() -> None:
    """A suppressed finding says why on the same line."""
    read = [m for m in (*MODULES, *(PROJECT / "tests").rglob("*.py")) if m.name != "test_meta_source.py"]
    lines = [line for m in read for line in m.read_text(encoding="utf-8").splitlines() if "# noqa" in line]

    assert [] == [line for line in lines if not re.search(r"# noqa: [A-Z0-9, ]+ - .{10,}", line)]


@pytest.mark.parametrize("module", TEST_MODULES, ids=name_of)
def test_tests_state_promises(module: Path) -> None:
    """Every test says in one sentence what it promises."""
    tests = [f for f in functions(module) if f.node.name.startswith("test_")]

    assert [] == [f.node.name for f in tests if not ast.get_docstring(f.node)]


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    """A test that does not run is no test."""
    read = [m for m in (PROJECT / "tests").rglob("*.py") if m.name != "test_meta_source.py"]
    text = "\n".join(m.read_text(encoding="utf-8") for m in read)

    assert not re.search(r"pytest\.(mark\.)?(skip|skipif|xfail)\b|importorskip|unittest\.skip|SkipTest", text)


def test_requirements_are_hashed_and_name_no_host() -> None:
    """Every pinned requirement has hashes, and no file names where it is downloaded from."""
    for file in sorted((PROJECT / "requirements").glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][\w.-]*==", text, flags=re.MULTILINE)
        assert pins
        assert len(re.findall(r"^[a-z0-9][\w.-]*==[^\n]*\\\n +--hash=", text, flags=re.MULTILINE)) == len(pins)
        assert not re.search(r"https?://|--index-url|--find-links", text)
