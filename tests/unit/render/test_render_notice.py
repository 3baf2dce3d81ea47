"""Messages to the people who lose something: short, true and plain, and a list that is safe to open."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from builders import REPLY, VIEW, a_live_role, a_plan, a_request, a_role, a_tenant, planned, some_people
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.change import Action
from reconciler.model.notice import Affected, Beside, Loss, Notice
from reconciler.model.role import RoleKey
from reconciler.render.csv import BYTE_ORDER_MARK
from reconciler.render.notice import message, names_csv, names_written, notices_document, notices_text, subject
from reconciler.render.plan_json import to_json
from reconciler.render.plan_text import plan_text
from reconciler.render.styled import Line, to_text
from reconciler.render.view import full_view

MOST_LINES = 12
"""A longer message is not read."""


def a_loss(label: str = "Bulk close", category: str = "Conversations") -> Loss:
    """Give a loss."""
    return Loss(permission=f"{category}.{label}", label=label, category=category)


NOTICE = Notice(
    role=RoleKey("agent"),
    name="Agent",
    action=Action.UPDATE,
    becomes=None,
    people=42,
    exact=True,
    losses=(a_loss(),),
    alike=True,
    beside=Beside.NOTHING,
    owner="Desk Ops",
)

words = st.text(max_size=20)
losses = st.lists(st.builds(Loss, permission=words, label=words, category=words), min_size=1, max_size=30)
any_notice = st.builds(
    Notice,
    role=words.map(RoleKey),
    name=words,
    action=st.sampled_from((Action.UPDATE, Action.RENAME, Action.RETIRE)),
    becomes=st.none() | words,
    people=st.integers(1, 10_000),
    exact=st.booleans(),
    losses=losses.map(tuple),
    alike=st.booleans(),
    beside=st.sampled_from(Beside),
    owner=st.none() | words,
)


def text(lines: Iterable[Line]) -> str:
    """Give lines without colours."""
    return to_text(lines, colour=False)


def test_message_says_what_when_what_stays_and_whom_to_ask() -> None:
    """The whole of a plain message."""
    assert [
        "From the next page you load after this change is made, you can no longer do the following:",
        "- Conversations: Bulk close",
        "Nothing else changes for you.",
        "If an open page still shows it, load the page again, or sign out and back in.",
        "Questions? Ask Desk Ops.",
    ] == list(message(NOTICE))
    assert subject(NOTICE) == "What changes in your role Agent"


def test_message_without_an_owner_names_the_administrator() -> None:
    """A role that no team answers for still has somebody to ask."""
    assert "Questions? Ask your administrator." in message(replace(NOTICE, owner=None))


def test_message_to_people_who_lose_different_things_says_so() -> None:
    """Nobody is told that all of it goes where another role keeps some of it."""
    assert "you can no longer do one or more of the following:" in next(iter(message(replace(NOTICE, alike=False))))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"beside": Beside.GAINS}, ["Nothing else is taken from you."]),
        ({"beside": Beside.LOSSES}, ["Everything else that this role lets you do stays."]),
        (
            {"action": Action.RENAME, "becomes": "Frontline"},
            ["From then on the role is called Frontline.", "Nothing else changes for you."],
        ),
        (
            {"action": Action.RETIRE, "becomes": "Reader"},
            ["The role itself goes away; you get the role Reader instead.", "Nothing else changes for you."],
        ),
        ({"action": Action.RETIRE, "beside": Beside.LOSSES}, ["The role itself goes away."]),
    ],
    ids=["gains", "losses", "renamed", "retired", "retired-without-successor"],
)
def test_message_promises_no_more_than_is_true(parts: dict, expected: list[str]) -> None:
    """What becomes of the role, and what stays, as the plan has it."""
    assert expected == list(message(replace(NOTICE, **parts)))[2:-2]


def test_message_lists_labels_by_area_and_counts_what_would_be_too_long() -> None:
    """Five areas are listed; of more, four are, and the rest is named and counted."""
    many = tuple(a_loss(f"{area}{n}", area) for area in "ABCDEF" for n in range(2))

    lines = list(message(replace(NOTICE, losses=many)))
    five = list(message(replace(NOTICE, losses=many[:10])))

    assert ["- A: A0, A1", "- B: B0, B1", "- C: C0, C1", "- D: D0, D1", "- E, F: 4 more"] == lines[1:6]
    assert "- E: E0, E1" in five


@given(any_notice)
def test_message_is_never_long(notice: Notice) -> None:
    """With subject and the blank line below it, a message fits a screen corner, whatever is lost."""
    assert len(["subject", "", *message(notice)]) <= MOST_LINES


@given(st.lists(any_notice, max_size=3))
def test_text_and_data_cannot_move_a_terminal(notices: list[Notice]) -> None:
    """Foreign names are escaped in the text, and the data are ASCII."""
    shown = text(notices_text(notices))
    document = to_json(notices_document(notices))

    assert all(char.isprintable() or char == "\n" for char in shown)
    assert document.isascii()
    assert len(json.loads(document)["notices"]) == len(notices)


def test_section_heads_each_message_with_its_people() -> None:
    """The number is the plan's; an upper bound is marked, and one person loses."""
    shown = text(notices_text([NOTICE, replace(NOTICE, name="Night", people=1), replace(NOTICE, exact=False)]))

    assert "  Agent: 42 people lose something\n    Subject: What changes in your role Agent\n\n    From" in shown
    assert "  Night: 1 person loses something\n" in shown
    assert "  Agent: at most 42 people lose something\n" in shown


def test_section_without_anybody_to_tell_says_so() -> None:
    """Nobody has to wonder whether the section is missing."""
    assert text(notices_text([])) == "Tell the people: nobody loses anything, so nobody needs a message\n"


def test_section_stands_in_the_plan_only_where_it_is_asked_for() -> None:
    """The messages come after the changes and before the next commands; without them a line says how to get them."""
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), people=some_people(2, "Agent"))
    found = planned(a_request(a_role("agent")), tenant)
    shown = full_view(found.plan, found.facts)

    with_section, without = text(plan_text(shown, drafts=True)), text(plan_text(shown))

    assert "Tell the people" not in without
    head, _, rest = with_section.partition("\nTell the people")
    assert without.startswith(head)
    assert with_section.splitlines()[-1] == without.splitlines()[-1]
    assert "\nDigest " in rest
    assert "\nTell:  reconciler plan --notice   (drafts what 2 people should know beforehand)\nNext:" in without
    assert "Tell:  " not in with_section


def test_document_has_facts_and_message_of_each_notice() -> None:
    """Machines get the facts beside the text; the plan document has none of it."""
    (told,) = notices_document([NOTICE])["notices"]

    assert (told["role"], told["people"], told["people_exact"], told["owner"]) == ("agent", 42, True, "Desk Ops")
    assert told["loses"] == [
        {"permission": "Conversations.Bulk close", "label": "Bulk close", "category": "Conversations"}
    ]
    assert told["message"].endswith("Questions? Ask Desk Ops.\n")
    assert told["subject"] == subject(NOTICE)


def test_list_is_csv_that_no_spreadsheet_runs() -> None:
    """One row per person and role with the labels; what would be a formula is text."""
    row = Affected(name='=HYPERLINK("x")', email="ada@desk.example", role="Agent", losses=(a_loss(), a_loss("Reply")))

    header, (name, *rest) = csv.reader(io.StringIO(names_csv([row]).removeprefix(BYTE_ORDER_MARK), newline=""))

    assert header == ["name", "email", "role", "loses"]
    assert not name.startswith("=")
    assert rest == ["ada@desk.example", "Agent", "Bulk close; Reply"]


def test_word_on_the_written_list_has_numbers_only() -> None:
    """Rows and people can differ, because somebody may lose something through two roles."""
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), people=some_people(2, "Agent"))
    plan = a_plan(a_request(a_role("agent")), tenant)

    assert "people.csv: 3 rows for 2 people; " in text(names_written("people.csv", 3, plan))
    assert "people.csv: 1 row for 2 people; " in text(names_written("people.csv", 1, plan))
