"""Rows on HTTP: what the commands make of a tenant whose answers are late, broken, hostile or missing."""

from __future__ import annotations

import json

import pytest
from acceptance.desk import Desk
from catalogue import rows_http
from catalogue.duties import PLAN, Stranger, Watched
from catalogue.rows import RunCase
from catalogue.wires import HttpCase, bent

pytestmark = pytest.mark.sockets

APPLY = ("apply", "--yes", "--format", "json")
EDITED = ("roles/beta-tester.yaml", "roles/billing-specialist.yaml", "roles/knowledge-curator.yaml")
BEFORE, AFTER = "\npermissions:\n", "\nowner: Nobody\npermissions:\n"
_settled: list[tuple[bytes, bytes]] = []


def settled(desk: Desk) -> None:
    """Bring the tenant to what the files say; made once and copied afterwards."""
    database, confirmations = desk.folder / ".reconciler" / "sandbox.sqlite3", desk.folder / "confirmations.yaml"
    if _settled:
        database.parent.mkdir()
        database.write_bytes(_settled[0][0])
        confirmations.write_bytes(_settled[0][1])
    else:
        desk.settle()
        _settled.append((database.read_bytes(), confirmations.read_bytes()))


def edited(desk: Desk, number: int) -> None:
    """Change so many roles in the files, in what nobody needs to confirm."""
    for path in EDITED[:number]:
        text = (desk.folder / path).read_text(encoding="utf-8")
        description = next(line for line in text.splitlines() if line.startswith("description: "))
        desk.replace(path, description, f"{description} too")


@pytest.mark.parametrize("case", rows_http.CASES, ids=lambda case: case.id)
def test_http(
    case: HttpCase, desk: Desk, stranger: Stranger, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The answer is as it should be, every duty is kept, and the same files end where they should afterwards."""
    for name, value in case.environment.items():
        monkeypatch.setenv(name, value.replace("NOBODY", stranger.address))
    settled(desk)
    if case.files is None:
        edited(desk, case.edits)
    else:
        case.files(desk)
    if case.hasty:
        request.getfixturevalue("impatient")
    arguments = APPLY if case.command == ("apply",) else (*case.command, "--format", "json", "--out", PLAN)
    with bent(desk, case.at, case.bend, nth=case.nth, times=case.times) as wire:
        ran = Watched(desk, lambda: len(wire.writes)).ask(case, *arguments)
    assert stranger.asked() == 0
    assert "<script>" not in ran.out + ran.err
    assert case.writes is None or len(wire.writes) == case.writes, wire.requests
    for words in case.says:
        assert words in ran.out
    if ran.code in {6, 8} or case.results is not None:
        report = ran.data["report"]
        assert tuple(outcome["result"] for outcome in report["outcomes"]) == case.results, ran.out
        _journal(desk, len(wire.writes), case.unseen)
    case.check(desk, ran)
    if case.command == ("apply",):
        _converges(desk)


def _journal(desk: Desk, sent: int, unseen: int) -> None:
    """Every write that was sent is in the journal, and nothing else but what a closed connection swallowed."""
    *_, journal = sorted((desk.folder / ".reconciler" / "journal").glob("*.jsonl"))
    entries = [json.loads(line) for line in journal.read_text(encoding="ascii").splitlines()]
    assert sent <= sum(entry.get("sent", 0) for entry in entries) <= sent + unseen


def _converges(desk: Desk) -> None:
    """Without the fault the same files end with the tenant as they say, and then nothing more is written."""
    desk.confirm_all()
    assert desk.run("apply", "--yes").code == 0
    writes = len(desk.writes())
    assert desk.run("apply", "--yes").code == 0
    assert len(desk.writes()) == writes
    names = [role["name"] for role in desk.run("matrix", "--format", "json").data["roles"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", rows_http.RUNS, ids=lambda case: case.id)
def test_no_tenant_there(case: RunCase, unasked: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that cannot be used, or where no tenant answers, is told, and nothing else is asked."""
    case.arrange(unasked.desk, monkeypatch)

    ran = unasked.ask(case, *case.arguments)

    case.check(unasked.desk, ran)
