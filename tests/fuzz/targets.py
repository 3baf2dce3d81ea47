"""Readers of foreign bytes and escapers of foreign text as functions of bytes that raise when a promise breaks.

A target fails by any exception. What the product may raise is named in it, and everything else is a finding. Bounds
on time and memory are the fuzzer's (`run.py`); bounds on size are asserted here. The ordinary suite runs the same
functions under Hypothesis, on any Python and without a fuzzer (`test_fuzz_targets.py`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fakes.reading import REFERENCES, Elements, commands, parsed
from fuzz import meaning

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.confirmations import parse_confirmations
from reconciler.desired.document import MOST_PROBLEMS, Document
from reconciler.desired.language import load_desired_from
from reconciler.desired.settings import parse_settings
from reconciler.desired.yaml_events import MOST_LEVELS, read_yaml
from reconciler.desired.yaml_text import MOST_BYTES
from reconciler.errors import InputRejected, PlanStale, Problem, ReconcilerError, SettingsRejected
from reconciler.github.problems import GithubAnswerUnusable
from reconciler.github.review import decode_review, encode_review
from reconciler.model.role import DesiredRole, RetiredRole
from reconciler.model.state import DesiredState
from reconciler.render import page, plan_json
from reconciler.render.csv import BYTE_ORDER_MARK, cell, csv_text, plain
from reconciler.render.escape import visible
from reconciler.render.escape_markdown import code, fenced, prose
from reconciler.render.escape_workflow import command
from reconciler.tenants.retry import BackOff, retry_after
from reconciler.tenants.secret import Redaction
from reconciler.tenants.strict_json import UnusableJsonError, parse

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
CORPUS = HERE / "corpus"
CATALOGUE = load_catalogue(PROJECT)
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
LONGEST_TOLD = 2_000
"""Characters of a message or a fix; a reader's terminal and a comment hold a hundred of them."""
WIDEST_ESCAPE = len("\\u{10ffff}")
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_SECRET = "sa_live_0123456789/abc+def"
"""Made up; with signs that each way of quoting writes differently."""


@dataclass(frozen=True)
class Target:
    """One thing to feed."""

    name: str
    run: Callable[[bytes], None]
    also: tuple[str, ...] = ()
    """Patterns of files of the repository that are seeds, besides those of the corpus."""

    def seeds(self) -> list[Path]:
        """Give the files to start from, sorted."""
        own = (CORPUS / self.name).glob("*")
        return sorted(own) + sorted(path for pattern in self.also for path in PROJECT.glob(pattern))


def text_of(raw: bytes) -> str:
    """Give any bytes as a text, halves of characters included."""
    return raw.decode("utf-8", "surrogateescape")


def _told_well(problems: Iterable[Problem], raw: bytes) -> None:
    """Require that problems point into the file, are of bounded number and length, and can be written out."""
    problems = tuple(problems)
    lines = raw.count(b"\n") + raw.count(b"\r") + 1
    assert 0 < len(problems) <= MOST_PROBLEMS + 1
    for each in problems:
        assert 0 <= each.line <= lines, each
        assert len(each.message) <= LONGEST_TOLD, each
        assert len(each.fix) <= LONGEST_TOLD, each
        visible(f"{each.message}{each.fix}").encode()


def _plain_value(value: object, level: int = 0) -> None:
    """Require that a value is made of the few types of the language, of bounded depth, and can be saved."""
    assert level <= MOST_LEVELS
    assert type(value) in {str, bool, int, list, dict}, type(value)
    if isinstance(value, str):
        value.encode()
    for inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        _plain_value(inner[0], level)
        _plain_value(inner[1], level + 1)


def _same(one: object, other: object) -> bool:
    """Compare values together with their types, in which 1 is not true."""
    return repr(one) == repr(other)


def _says_the_same_again(value: object) -> None:
    """Require that a value which is written by the library is read as what it was."""
    written = meaning.again(value)
    if len(written) <= MOST_BYTES:  # what was in brackets is longer in lines
        document = read_yaml("x.yaml", written)
        assert not document.problems, written
        assert _same(document.value, value)


def loader(raw: bytes) -> None:
    """Any bytes are the value that the library sees in them, with no key twice, or problems; the same each time."""
    document: Document = read_yaml("x.yaml", raw)
    if document.problems:
        _told_well(document.problems, raw)
    else:
        assert document.readable
        _plain_value(document.value)
        assert _same(document.value, meaning.said(raw))
        _says_the_same_again(document.value)
    again = read_yaml("x.yaml", raw)
    assert (again.value, again.problems) == (document.value, document.problems)


def role(raw: bytes) -> None:
    """Any bytes are the role that their words say, also when they are written again, or problems."""
    try:
        state = load_desired_from([("roles/x.yaml", raw)], CATALOGUE)
    except InputRejected as rejected:
        _told_well(rejected.problems, raw)
        return
    found = _only(state)
    file = meaning.fields_of(raw)
    meaning.role_agrees(found, file, CATALOGUE)
    rewritten = load_desired_from([("roles/x.yaml", meaning.again(file))], CATALOGUE)
    meaning.role_agrees(_only(rewritten), file, CATALOGUE)


def _only(state: DesiredState) -> DesiredRole | RetiredRole:
    roles: list[DesiredRole | RetiredRole] = [*state.roles, *state.retired]
    (role,) = roles
    return role


def settings(raw: bytes) -> None:
    """Any bytes are the settings that they say, also when they are written again, or problems."""
    try:
        found = parse_settings("reconciler.yaml", raw)
    except SettingsRejected as rejected:
        _told_well(rejected.problems, raw)
        return
    file = meaning.fields_of(raw)
    meaning.settings_agree(found, file)
    assert parse_settings("reconciler.yaml", meaning.again(file)) == found


def confirmations(raw: bytes) -> None:
    """Any bytes are the confirmations that they say, also when they are written again, or problems."""
    try:
        found = parse_confirmations("confirmations.yaml", raw)
    except InputRejected as rejected:
        _told_well(rejected.problems, raw)
        return
    meaning.confirmations_agree(found, raw)


def strict_json(raw: bytes) -> None:
    """Any bytes are the one value that every reader sees, or are refused without being quoted."""
    try:
        value = parse(raw)
    except UnusableJsonError as refused:
        _unquoted(refused)
        return
    assert parse(json.dumps(value, allow_nan=False).encode()) == value
    assert json.loads(raw) == value


def wait(raw: bytes) -> None:
    """Any header is a wait that ends, or none."""
    asked = retry_after(text_of(raw), NOW)
    assert asked is None or (asked >= 0 and math.isfinite(asked))
    assert math.isfinite(BackOff(random=lambda: 0.5).wait(4, asked))


def escape(raw: bytes) -> None:
    """Any text is shown on one line, of bounded length, with nothing hidden, and can be read back."""
    text = text_of(raw)
    shown = visible(text)
    assert _ESCAPE.sub(lambda found: chr(int(found[1], 16)), shown) == text
    assert len(shown) <= WIDEST_ESCAPE * len(text)
    assert not shown or len(shown.splitlines()) == 1
    assert all(c == " " or (c.isprintable() and unicodedata.category(c)[0] not in "CZ") for c in shown)
    assert [] == [name for name in commands(f"x {shown}") if name]
    assert len(visible(text, 8)) <= WIDEST_ESCAPE * 8 + 30


def markdown(raw: bytes) -> None:
    """Any text is code or words in Markdown, in a sentence, in a table and in a fence; nothing links or commands."""
    text = text_of(raw)
    told = prose(text)
    sentence = parsed(f"- x {told}\n")
    assert {"ul", "li"} == set(sentence.blocks), told
    assert REFERENCES.search(sentence.bare) is None, told
    row = parsed(f"| a | b |\n| --- | --- |\n| {code(text)} | x |\n")
    usual = parsed(f"| a | b |\n| --- | --- |\n| {'`x`' if text else 'x'} | x |\n")
    assert usual.found == row.found
    block = "\n".join([*fenced(text.split("\n"), "diff"), "", "# After"])
    assert ["pre", "code class", "h1"] == parsed(block).found
    assert [] == commands(f"- x {told}\n{block}\n| {code(text)} |")


def workflow(raw: bytes) -> None:
    """Any title and message are one command of one line to a runner, with the properties it was given."""
    title, _, message = text_of(raw).partition("\n\n")
    told = command("error", {"file": "roles/x.yaml", "title": title}, message)
    assert ["error"] == commands(told)
    assert len(told.splitlines()) == 1
    assert told[2 : told.index("::", 2)].count(",") == bool(title)


def html(raw: bytes) -> None:
    """Any text stands in a page and in an attribute without an element or attribute of its own."""
    text = text_of(raw)
    shown = page.text(text)
    told = page.page(text, "", [f'<p title="{shown}">{shown}</p>'])
    assert Elements(page.page("x", "", ['<p title="x">x</p>'])).found == Elements(told).found
    told.encode()


def table(raw: bytes) -> None:
    """Any cells come back from a reader of CSV as they went in, and none begins what a spreadsheet calculates."""
    rows = [line.split(";") for line in text_of(raw).split("\n")]
    document = csv_text(rows)
    assert document.startswith(BYTE_ORDER_MARK)
    read = list(csv.reader(io.StringIO(document.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert [[cell(each) for each in row] for row in rows] == read
    assert [[plain(each) for each in row] for row in read] == rows
    assert not any(
        unicodedata.normalize("NFKC", each.lstrip())[:1] in {*"=+-@"} for row in read for each in row if each
    )


def plan(raw: bytes) -> None:
    """Any text is exactly a plan document, or is refused with a bounded message."""
    text = text_of(raw)
    try:
        found = plan_json.decode(text)
    except PlanStale as refused:
        _bounded(refused)
        return
    assert plan_json.encode(found) == text


def review(raw: bytes) -> None:
    """Any bytes are a review that could have been written, or are refused without being quoted."""
    try:
        found = decode_review(raw, "review.json")
    except GithubAnswerUnusable as refused:
        _bounded(refused)
        return
    assert decode_review(encode_review(found), "review.json") == found


def redaction(raw: bytes) -> None:
    """Any text around a key stays as it is, and the key is gone."""
    blank = Redaction(_SECRET)
    before, _, after = text_of(raw).partition("\n")
    for form in (_SECRET, json.dumps(_SECRET), repr(_SECRET), _SECRET.replace("/", "%2F").replace("+", "%2B")):
        assert form.strip("\"'") not in blank(f"{before}{form}{after}")
    assert blank(before) == before or _SECRET[:6] in before or len(before) > len(_SECRET)


def _unquoted(refused: UnusableJsonError) -> None:
    """Require a short message, and no error behind it that carries the document."""
    assert len(str(refused)) < LONGEST_TOLD
    assert refused.__cause__ is None


def _bounded(refused: ReconcilerError) -> None:
    """Require a message that fits on a screen."""
    assert len(refused.detail) <= LONGEST_TOLD
    assert len(refused.fix) <= LONGEST_TOLD


TARGETS = {
    target.name: target
    for target in (
        Target("loader", loader, also=("tests/examples/*/*.yaml",)),
        Target("role", role, also=("tests/examples/*/*.yaml", "roles/**/*.yaml")),
        Target("settings", settings, also=("reconciler.yaml",)),
        Target("confirmations", confirmations),
        Target("json", strict_json),
        Target("wait", wait),
        Target("escape", escape),
        Target("markdown", markdown),
        Target("workflow", workflow),
        Target("html", html),
        Target("table", table),
        Target("plan", plan, also=("tests/golden/*/plan.json",)),
        Target("review", review),
        Target("redaction", redaction),
    )
}
"""By the name that `run.py` takes."""
