"""Rows on what a tenant tells and does: lists, replicas, hostile data, plans that no longer hold."""

from __future__ import annotations

import json

import pytest
from acceptance.desk import Desk, Ran
from catalogue import rows_concurrency, rows_listing, rows_live
from catalogue.duties import Watched
from catalogue.twisting import LiveCase, twisted

pytestmark = pytest.mark.sockets

CASES = (*rows_listing.CASES, *rows_live.CASES, *rows_concurrency.CASES)
_usual: dict[tuple[str, ...], str] = {}
"""What each format says of a harmless name; made once."""
RESULTS = {"applied", "failed", "unknown", "not attempted"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_live(case: LiveCase, desk: Desk) -> None:
    """The answer is as it should be, every duty is kept, and the same files end where they should afterwards."""
    case.arrange(desk)
    watched = Watched(desk)
    with twisted(desk, case.twist, case.faults, case.settings) as line:
        ran = watched.ask(case, *case.command)
        sent = [request for request in line.requests if not request.startswith("GET ")]
    if case.exit == 8:
        _told(desk, ran, len(sent), case.journals)
    case.check(watched, ran)
    if "apply" in case.command and case.exit in {0, 6, 8} and case.heals:
        _ends_well(desk)


@pytest.mark.parametrize("case", rows_live.NAMES, ids=lambda case: case.id)
def test_hostile_name(case: rows_live.NameCase, desk: Desk) -> None:
    """A name is data in every format: nothing raw leaves, a page has the same elements, and no role is left out."""
    watched = Watched(desk)
    if not _usual:
        with twisted(desk, rows_live.renamed("Somebody's role")):
            _usual.update({form: desk.run(*form).out for form in rows_live.FORMATS})
    plain = _usual
    with twisted(desk, rows_live.renamed(case.name)):
        shown = {form: watched.ask(case, *form).out if form[0] != "drift" else desk.run(*form).out for form in plain}

    assert json.loads(shown[rows_live.AS_DATA])["unmanaged"] == [case.name]
    for form, usual in plain.items():
        if form[-1] == "html":
            assert rows_live.elements(shown[form]) == rows_live.elements(usual)
        if form[-1] in {"text", "github"}:
            assert shown[form].count("\n") == usual.count("\n")


def _told(desk: Desk, ran: Ran, sent: int, journals: int) -> None:
    """Check that every change has one outcome, and that the journal explains every write that was sent."""
    outcomes = {outcome["role"]: outcome["result"] for outcome in ran.data["report"]["outcomes"]}
    assert outcomes.keys() == {change["role"] for change in ran.data["plan"]["changes"]}
    assert set(outcomes.values()) <= RESULTS
    latest = sorted((desk.folder / ".reconciler" / "journal").glob("*.jsonl"))[-journals:]
    entries = [json.loads(line) for file in latest for line in file.read_text(encoding="ascii").splitlines()]
    assert sum(entry.get("sent", 0) for entry in entries) == sent


def _ends_well(desk: Desk) -> None:
    """Check that the same files converge, and that a run after that writes nothing."""
    desk.confirm_all()
    assert desk.run("apply", "--yes").code == 0
    writes = len(desk.writes())
    assert desk.run("apply", "--yes").code == 0
    assert len(desk.writes()) == writes
