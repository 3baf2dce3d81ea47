"""What a fuzzer is asked for also holds for every seed and for what Hypothesis makes of the seeds, on any Python."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
import yaml
from fuzz.targets import CATALOGUE, CORPUS, TARGETS, Target
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired import yaml_events
from reconciler.desired.confirmations import parse_confirmations
from reconciler.desired.document import Document, Mark
from reconciler.desired.language import load_desired_from
from reconciler.desired.settings import parse_settings
from reconciler.desired.yaml_events import read_yaml
from reconciler.errors import InputRejected, SettingsRejected
from reconciler.model.finding import GuardSettings
from reconciler.model.permission import Catalogue
from reconciler.model.state import DesiredState

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


READERS: dict[str, Callable[[bytes], object]] = {
    "loader": lambda raw: not read_yaml("x.yaml", raw).problems,
    "role": lambda raw: load_desired_from([("roles/x.yaml", raw)], CATALOGUE),
    "settings": lambda raw: parse_settings("reconciler.yaml", raw),
    "confirmations": lambda raw: parse_confirmations("confirmations.yaml", raw),
}
"""The targets that read files of a repository, each as something true for a file that is taken."""


@pytest.mark.parametrize(("name", "read"), READERS.items(), ids=READERS)
def test_seeds_hold_files_that_are_accepted_and_others(name: str, read: Callable[[bytes], object]) -> None:
    """What is promised of a file that is accepted is tried on one, and a careless reader on one that is not."""
    accepted = {accepts(read, path.read_bytes()) for path in TARGETS[name].seeds()}

    assert accepted == {True, False}


def accepts(read: Callable[[bytes], object], raw: bytes) -> bool:
    """Say whether a file is taken."""
    try:
        return bool(read(raw))
    except (InputRejected, SettingsRejected):
        return False


def test_corpus_has_no_folder_of_no_target() -> None:
    """Every seed is used."""
    assert {path.name for path in CORPUS.iterdir()} <= set(TARGETS)


def crash(*_: object, **__: object) -> NoReturn:
    """Fail as no reader may."""
    raise RecursionError


def same(text: str, *_: object) -> str:
    """Escape nothing."""
    return text


def lax(true: Callable[..., object], code: str) -> Callable[..., object]:
    """Give a reader of files that lets pass what the loader refuses with this code."""
    refuse = yaml_events._Builder.refuse

    def knowing(self: yaml_events._Builder, mark: Mark, found: str, message: str, fix: str) -> None:
        if found != code:
            refuse(self, mark, found, message, fix)

    def wrong(*given: object) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_events._Builder, "refuse", knowing)
            return true(*given)

    return wrong


def misread(path: str, raw: bytes) -> Document:
    """Read plain words as YAML 1.1 does, where `no` is false."""
    document = read_yaml(path, raw)
    document.value = yaml.safe_load(raw) if document.readable and not document.problems else document.value
    return document


def nobody_owns(documents: list[tuple[str, bytes]], catalogue: Catalogue) -> DesiredState:
    """Forget who answers for a role."""
    state = load_desired_from(documents, catalogue)
    return replace(state, roles=tuple(replace(role, owner=None) for role in state.roles))


def nothing_is_granted(documents: list[tuple[str, bytes]], catalogue: Catalogue) -> DesiredState:
    """Read every role as one that permits nothing."""
    state = load_desired_from(documents, catalogue)
    nothing = frozenset[str]()
    roles = (replace(role, content=replace(role.content, permissions=nothing)) for role in state.roles)
    return replace(state, roles=tuple(roles))


BROKEN: dict[str, list[tuple[str, Callable[..., object]]]] = {
    "loader": [
        ("read_yaml", crash),
        *(("read_yaml", lax(read_yaml, code)) for code in ("yaml.duplicate-key", "yaml.alias", "yaml.tag")),
        ("read_yaml", misread),
    ],
    "role": [
        ("load_desired_from", crash),
        ("load_desired_from", lax(load_desired_from, "yaml.duplicate-key")),
        ("load_desired_from", nobody_owns),
        ("load_desired_from", nothing_is_granted),
    ],
    "settings": [
        ("parse_settings", crash),
        ("parse_settings", lax(parse_settings, "yaml.duplicate-key")),
        ("parse_settings", lambda path, raw: replace(parse_settings(path, raw), guards=GuardSettings())),
        ("parse_settings", lambda path, raw: replace(parse_settings(path, raw), default_tenant="sandbox")),
    ],
    "confirmations": [
        ("parse_confirmations", crash),
        ("parse_confirmations", lax(parse_confirmations, "yaml.duplicate-key")),
        ("parse_confirmations", lambda *given: parse_confirmations(*given)[1:]),
        (
            "parse_confirmations",
            lambda *given: tuple(replace(c, people_at_most=9) for c in parse_confirmations(*given)),
        ),
    ],
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
