"""What a fuzzer is asked for also holds for every seed and for what Hypothesis makes of the seeds, on any Python."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from fuzz.targets import CORPUS, TARGETS, Target
from hypothesis import given
from hypothesis import strategies as st

NAMES = sorted(TARGETS)
SEEDS = [(name, path) for name in NAMES for path in sorted((CORPUS / name).glob("*"))]
IDS = [f"{name}-{path.name}" for name, path in SEEDS]
edits = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 8), st.binary(max_size=6) | st.sampled_from([b"\n", b'"', b"`"])),
    max_size=4,
)


def edited(raw: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """Put other bytes in the place of some."""
    for at, taken, put in changes:
        raw = raw[:at] + put + raw[at + taken :]
    return raw


@pytest.mark.parametrize(("name", "path"), SEEDS, ids=IDS)
def test_seed_breaks_no_promise(name: str, path: Path) -> None:
    """Each file of the corpus, and each that once broke a promise, keeps it."""
    TARGETS[name].run(path.read_bytes())


@pytest.mark.parametrize("target", [TARGETS[name] for name in NAMES], ids=NAMES)
def test_any_bytes_break_no_promise(target: Target) -> None:
    """Arbitrary bytes, and seeds with some bytes changed, keep every promise of the target."""
    seeds = [path.read_bytes() for path in target.seeds()]

    @given(st.binary(max_size=200) | st.text(max_size=80).map(lambda t: t.encode("utf-8", "surrogatepass")))
    def with_bytes(raw: bytes) -> None:
        target.run(raw)

    @given(st.sampled_from(seeds), edits)
    def with_seeds(raw: bytes, changes: list[tuple[int, int, bytes]]) -> None:
        target.run(edited(raw, changes))

    with_bytes()
    with_seeds()


@pytest.mark.parametrize("name", NAMES)
def test_every_target_has_seeds(name: str) -> None:
    """A fuzzer starts from something, and the corpus holds nothing that no target reads."""
    assert TARGETS[name].seeds()


def test_corpus_has_no_folder_of_no_target() -> None:
    """Every seed is used."""
    assert {path.name for path in CORPUS.iterdir()} <= set(TARGETS)


def crash(*_: object, **__: object) -> NoReturn:
    """Fail as no reader may."""
    raise RecursionError


def same(text: str, *_: object) -> str:
    """Escape nothing."""
    return text


BROKEN: dict[str, list[tuple[str, Callable[..., object]]]] = {
    "loader": [("read_yaml", crash)],
    "role": [("load_desired_from", crash)],
    "settings": [("parse_settings", crash)],
    "confirmations": [("parse_confirmations", crash)],
    "json": [("parse", json.loads), ("parse", crash)],
    "wait": [("retry_after", lambda text, _: float(text)), ("retry_after", lambda *_: -1.0)],
    "escape": [("visible", same)],
    "markdown": [("prose", same), ("code", lambda text: f"`{text}`"), ("fenced", lambda lines, _: ["```", *lines])],
    "workflow": [("command", lambda name, texts, message: f"::{name} title={texts['title']}::{message}")],
    "html": [("page.text", same)],
    "table": [("cell", same), ("csv_text", lambda rows: "\n".join(";".join(row) for row in rows))],
    "plan": [("plan_json.decode", json.loads), ("plan_json.decode", crash)],
    "review": [("decode_review", lambda raw, _: json.loads(raw)), ("decode_review", crash)],
    "redaction": [("Redaction", lambda _: same)],
}
"""For each target the ways in which what it feeds is broken by hand."""
BREAKS = [(name, path, broken) for name, ways in BROKEN.items() for path, broken in ways]


BREAK_IDS = [f"{name}-{path}-{number}" for number, (name, path, _) in enumerate(BREAKS)]


@pytest.mark.parametrize(("name", "path", "broken"), BREAKS, ids=BREAK_IDS)
def test_target_notices_a_broken_promise(
    name: str, path: str, broken: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reader or escaper replaced by a careless one, some seed already fails."""
    monkeypatch.setattr(f"fuzz.targets.{path}", broken)

    failed = [seed for seed in TARGETS[name].seeds() if fails(TARGETS[name], seed)]

    assert failed


def fails(target: Target, seed: Path) -> bool:
    """Say whether a target takes offence, by whatever exception."""
    with contextlib.suppress(Exception):
        target.run(seed.read_bytes())
        return False
    return True
