"""Confirmations: they lift exactly the finding they name, as long and as far as they say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from builders import a_confirmation

from reconciler.core.confirm import confirm
from reconciler.model.finding import Finding, FindingLevel, Guard
from reconciler.model.role import Origin

TODAY = dt.date(2026, 3, 2)
ASKS = Finding(
    guard=Guard.NARROWING,
    level=FindingLevel.CONFIRM,
    role=None,
    message="m",
    confirmation="narrowing-agent-1",
    people=42,
)
OTHER = replace(ASKS, confirmation="narrowing-agent-2")
BLOCKS = replace(ASKS, level=FindingLevel.BLOCK, confirmation=None)
WARNS = replace(ASKS, level=FindingLevel.WARN, confirmation=None)


def test_confirm_lifts_the_finding_it_names_and_no_other() -> None:
    """One yes is one yes; blocks and warnings stay what they are, in the order given."""
    judged = confirm((BLOCKS, OTHER, ASKS, WARNS), (a_confirmation("narrowing-agent-1", people_at_most=42),), TODAY)

    assert judged.findings == (BLOCKS, OTHER, replace(ASKS, confirmed=True), WARNS)
    assert judged.notes == ()


@pytest.mark.parametrize(("day", "counts"), [(1, False), (2, True), (3, True)])
def test_confirm_counts_through_the_whole_last_day(day: int, *, counts: bool) -> None:
    """Yesterday is over, today and tomorrow are good."""
    entry = a_confirmation("narrowing-agent-1", expires=dt.date(2026, 3, day))

    assert counts is confirm((ASKS,), (entry,), TODAY).findings[0].confirmed


def test_confirm_says_when_an_entry_expired() -> None:
    """The note names the entry and its day."""
    entry = a_confirmation("narrowing-agent-1", expires=dt.date(2026, 3, 1))

    assert confirm((ASKS,), (entry,), TODAY).notes == (
        "the confirmation narrowing-agent-1 expired on 2026-03-01 and has no effect",
    )


@pytest.mark.parametrize(("at_most", "counts"), [(41, False), (42, True), (43, True)])
def test_confirm_counts_up_to_its_number_of_people(at_most: int, *, counts: bool) -> None:
    """One person more than agreed and it no longer counts."""
    entry = a_confirmation("narrowing-agent-1", people_at_most=at_most)

    assert counts is confirm((ASKS,), (entry,), TODAY).findings[0].confirmed


def test_confirm_says_both_numbers_when_exceeded() -> None:
    """The note holds what was agreed and what it is now, and where the entry is written."""
    entry = a_confirmation(
        "narrowing-agent-1", people_at_most=1, origin=Origin(path="confirmations.yaml", line=3, column=1)
    )

    (note,) = confirm((ASKS,), (entry,), TODAY).notes
    assert note.startswith("confirmations.yaml:3: the confirmation narrowing-agent-1 allows at most 1 person")
    assert note.endswith("where it is now 42 people and has no effect")


def test_confirm_reports_an_entry_that_matches_nothing() -> None:
    """An old yes is told, once for each entry, sorted."""
    judged = confirm((ASKS,), (a_confirmation("z"), a_confirmation("a")), TODAY)

    assert judged.findings == (ASKS,)
    assert judged.notes == (
        "the confirmation a matches nothing in this plan and has no effect",
        "the confirmation z matches nothing in this plan and has no effect",
    )


def test_confirm_lifts_no_block_even_if_an_id_could_name_one() -> None:
    """A finding that blocks is never confirmed."""
    judged = confirm((replace(BLOCKS, confirmation="x"),), (a_confirmation("x"),), TODAY)

    assert not judged.findings[0].confirmed
    assert len(judged.notes) == 1


def test_confirm_takes_the_good_entry_of_two_with_one_name() -> None:
    """An expired entry does not spoil the good one beside it, and is still reported."""
    entries = (
        a_confirmation("narrowing-agent-1", expires=dt.date(2026, 3, 1)),
        a_confirmation("narrowing-agent-1"),
    )

    judged = confirm((ASKS,), entries, TODAY)

    assert judged.findings[0].confirmed
    assert len(judged.notes) == 1
