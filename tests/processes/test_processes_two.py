"""Two hands at one tenant: two applies of the same commit at once, and an apply beside a person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.gate import Gate, Moment, Watch, is_write
from fakes.wire import Request
from processes.command import PATIENCE, Place, ended
from processes.truth import Clean, assert_as_clean

pytestmark = pytest.mark.sockets

STALE, PARTLY_APPLIED = 6, 8
EDITED = "Edited by a person while the reconciler was writing"


def at_write(chosen: int, then: Callable[[], object]) -> Watch:
    """Do something when the write of this number, counted from 1, has been sent and has not arrived."""
    met: list[int] = []

    def watch(moment: Moment, number: int, request: Request) -> None:
        if moment is Moment.BEFORE and is_write(request):
            met.append(number)
            if len(met) == chosen:
                then()

    return watch


@pytest.mark.parametrize("write", [1, *(pytest.param(n, marks=pytest.mark.campaign) for n in (2, 3, 4, 5))])
def test_two_applies_at_once_come_to_one_plan(place: Place, clean: Clean, write: int, tmp_path: Path) -> None:
    """They meet at a write that both want to send: it happens once, one of them stops, and the other ends the plan."""
    other = place.copied(tmp_path / "other")
    first_is_there, meeting = threading.Event(), threading.Barrier(2, timeout=PATIENCE)

    def arrive() -> None:
        first_is_there.set()
        meeting.wait()

    with place.serving() as url, Gate(url) as ours, Gate(url) as theirs:
        place.point_at(ours.url)
        other.point_at(theirs.url)
        ours.begin(at_write(write, arrive))
        theirs.begin(at_write(1, meeting.wait))
        first = place.start("apply", "--yes")
        assert first_is_there.wait(PATIENCE)
        second = other.start("apply", "--yes", SERVED_KEY=place.environment()["SERVED_KEY"])
        codes = sorted((ended(first).code, ended(second).code))

    assert codes[0] == 0
    assert codes[1] in {STALE, PARTLY_APPLIED}
    for journal in other.folder.glob(".reconciler/journal/*"):
        journal.rename(place.folder / ".reconciler" / "journal" / f"other-{journal.name}")
    assert_as_clean(place, clean)


@pytest.mark.parametrize(
    ("role", "write", "code"),
    [("Agent", 1, STALE), ("Knowledge Curator", 4, PARTLY_APPLIED), ("Night Shift", 1, 0)],
)
def test_a_person_who_edits_during_an_apply_keeps_the_edit(
    place: Place, clean: Clean, role: str, write: int, code: int
) -> None:
    """A role edited between the plan and its write is left as the person made it, and so is one that no file means."""
    with place.serving() as url, Gate(url, at_write(write, lambda: place.edit(role, EDITED))) as gate:
        place.point_at(gate.url)
        ran = place.run("apply", "--yes")

    assert ran.code == code, ran
    assert place.state()["roles"][role][0] == EDITED
    assert {entry.actor for entry in place.audit() if entry.after and entry.after["name"] == role} == {"a person"}
    if code == 0:
        assert sum(place.effects().values()) == sum(clean.effects.values()) + 1
