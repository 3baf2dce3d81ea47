"""Load and extend `confirmations.yaml`: the recorded yeses, each to exactly one finding of a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reconciler.desired.confirmation_text import Unwritable, with_confirmation
from reconciler.desired.document import Document
from reconciler.desired.names import space_problems
from reconciler.desired.reading import read_regular_file
from reconciler.desired.shape import shipped_shape
from reconciler.desired.violations import check_shape
from reconciler.desired.writing import replace_file
from reconciler.desired.yaml_events import read_yaml
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.finding import Confirmation

CONFIRMATIONS = "confirmations.yaml"
"""The name of the file, beside the settings file."""


def load_confirmations(path: Path) -> tuple[Confirmation, ...]:
    """Load the confirmations at `path`, in the order of the file; none where there is no file.

    Raises `InputRejected` with every problem, and `UsageProblem` where the file cannot be read.
    """
    raw = read_regular_file(path.parent, path.name)
    return () if raw is None else parse_confirmations(path.name, raw)


def parse_confirmations(path: str, raw: bytes) -> tuple[Confirmation, ...]:
    """Turn the bytes of the file into confirmations; raises `InputRejected` with every problem."""
    document = read_yaml(path, raw)
    if [problem.code for problem in document.problems] == ["yaml.empty"]:
        return ()  # only comments: every entry was taken out again
    if document.readable:
        check_shape(document, shipped_shape("confirmations.schema.json"))
        _check_meaning(document)
    if document.problems or not isinstance(document.value, list):
        raise InputRejected(tuple(document.problems))
    return _build(document, document.value)


def _check_meaning(document: Document) -> None:
    seen: dict[str, int] = {}
    for index, entry in enumerate(document.value if isinstance(document.value, list) else ()):
        if not isinstance(entry, dict):
            continue
        name, day, reason = entry.get("id"), entry.get("expires"), entry.get("reason")
        if isinstance(day, str) and _day(day) is None:
            message = "`expires` is no day of the calendar"
            document.report(document.value_place((index, "expires")), "confirmation.date", message, "Write 2026-12-04")
        for found in space_problems(reason) if isinstance(reason, str) else ():
            document.report(document.value_place((index, "reason")), *found)
        if isinstance(name, str):
            place = document.value_place((index, "id"))
            if name in seen:
                message = f"The id is listed twice, first in line {seen[name]}"
                document.report(place, "confirmation.duplicate", message, "Keep one of them")
            seen.setdefault(name, place[0])


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _build(document: Document, entries: Iterable[Any]) -> tuple[Confirmation, ...]:
    return tuple(
        Confirmation(
            id=entry["id"],
            people_at_most=entry["people_at_most"],
            reason=entry["reason"],
            expires=dt.date.fromisoformat(entry["expires"]),
            origin=document.origin((index, "id")),
        )
        for index, entry in enumerate(entries)
    )


def record(path: Path, entry: Confirmation) -> None:
    """Write `entry` into the file at `path`, in place of one with the same id; comments and the rest stay as they are.

    The file is replaced as a whole or not at all. Raises `InputRejected` where the file is wrong already, and
    `UsageProblem` where the entry cannot be written as it is.
    """
    before = load_confirmations(path)
    raw = read_regular_file(path.parent, path.name) or b""
    try:
        text = with_confirmation(raw.decode("utf-8"), entry).encode("utf-8")
        after = parse_confirmations(path.name, text)
    except Unwritable as error:
        raise UsageProblem(
            f"{path.name} is written in brackets, where no entry can be added safely",
            fix="Write each entry on lines of its own that start with a dash",
        ) from error
    except (InputRejected, UnicodeEncodeError) as error:
        raise UsageProblem(
            "The confirmation cannot be written as it is; a reason has 1 to 500 visible characters on one line",
            fix="Give a shorter or plainer reason",
        ) from error
    if [_facts(c) for c in after] != _expected(before, entry):
        raise UsageProblem(f"{path.name} could not be extended safely", fix="Add the entry by hand")
    replace_file(path, text)


def _expected(before: tuple[Confirmation, ...], entry: Confirmation) -> list[tuple[object, ...]]:
    known = any(c.id == entry.id for c in before)
    kept = [_facts(entry if c.id == entry.id else c) for c in before]
    return kept if known else [*kept, _facts(entry)]


def _facts(entry: Confirmation) -> tuple[object, ...]:
    return entry.id, entry.people_at_most, entry.reason, entry.expires
