"""Examples on disk: a new case is a new file in tests/examples."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from reconciler.desired import yaml_events
from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.language import load_desired_from
from reconciler.errors import InputRejected

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "tests" / "examples"
VALID = sorted((EXAMPLES / "valid").glob("*.yaml"))
INVALID = sorted((EXAMPLES / "invalid").glob("*.yaml"))
CATALOGUE = load_catalogue(ROOT)


def found_in(path: Path) -> str:
    """Give the problems of one example as its .expected file lists them."""
    try:
        load_desired_from([(path.name, path.read_bytes())], CATALOGUE)
    except InputRejected as rejected:
        return "".join(f"{p.line}:{p.column} {p.code}\n" for p in rejected.problems)
    return ""


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_example_is_accepted(path: Path) -> None:
    """Every file in tests/examples/valid gives a role and no problem."""
    assert not found_in(path)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_example_is_refused_where_and_why(path: Path) -> None:
    """Every file in tests/examples/invalid is refused at the places and for the reasons listed beside it."""
    assert path.with_suffix(".expected").read_text() == found_in(path)


@pytest.mark.parametrize("path", VALID + INVALID, ids=lambda path: path.stem)
def test_verdict_is_the_same_without_libyaml(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML was built without libyaml, the same files are refused."""
    refused = bool(found_in(path))
    monkeypatch.delattr(yaml, "CSafeLoader")
    yaml_events._library.cache_clear()

    refused_without = bool(found_in(path))

    yaml_events._library.cache_clear()
    assert refused == refused_without


def test_every_expectation_has_its_file() -> None:
    """No .expected file is left behind after its example went away."""
    assert {path.stem for path in INVALID} == {path.stem for path in (EXAMPLES / "invalid").glob("*.expected")}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_problem_says_what_and_how_to_mend(path: Path) -> None:
    """Every problem has a sentence without a line break and an imperative."""
    with pytest.raises(InputRejected) as caught:
        load_desired_from([(path.name, path.read_bytes())], CATALOGUE)

    for problem in caught.value.problems:
        assert problem.message
        assert problem.fix
        assert (problem.message + problem.fix).isprintable()
