"""Confirmations, checks, drift, reports and problems, as text and as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pytest
from builders import (
    ANYTHING_GOES,
    CLOSE,
    REPLY,
    TAG,
    VIEW,
    a_confirmation,
    a_live_role,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    planned,
    some_people,
)

from reconciler.errors import InputRejected, PlanRefused, Problem, ReconcilerError, SettingsRejected
from reconciler.model.change import Action
from reconciler.model.check import Check, Standing
from reconciler.model.outcome import Outcome, Report, Result
from reconciler.model.plan import Plan
from reconciler.render.confirmation import confirmation_document, confirmation_text
from reconciler.render.doctor import doctor_document, doctor_text
from reconciler.render.drift_text import drift_text
from reconciler.render.drift_view import drift_view
from reconciler.render.problems import error_document, error_text, problem_text, problems_document, problems_of
from reconciler.render.report import report_document, report_text
from reconciler.render.styled import Line, to_text

ASKING = replace(ANYTHING_GOES, narrowing_people=2)


def text(lines: Iterable[Line]) -> str:
    """Give lines without colours."""
    return to_text(lines, colour=False)


def a_question(*, standard: bool = False, roles: tuple[str, ...] = ("Agent",)) -> Plan:
    """Give a plan with a finding to confirm for each role."""
    live = [a_live_role(name, grants=(VIEW, REPLY)) for name in roles]
    files = [a_role(name.lower(), standard=standard) for name in roles]
    people = [p for name in roles for p in some_people(3, name, prefix=name)]
    return a_plan(a_request(*files, settings=ASKING), a_tenant(*live, people=people))


# Confirmations


def test_confirmation_text_says_what_was_recorded_and_what_comes_next() -> None:
    """The entry with its limits, then the next finding, then the apply."""
    both = a_question(roles=("Agent", "Closer"))
    first, second = both.unconfirmed
    entry = a_confirmation(first.confirmation, people_at_most=3, expires=dt.date(2026, 3, 16))

    more = text(confirmation_text(entry, "confirmations.yaml", both))
    last = text(confirmation_text(entry, "confirmations.yaml", replace(both, findings=(first,))))

    assert more.startswith(f"Recorded in confirmations.yaml: {first.confirmation}\n")
    assert "at most 3 people, through 2026-03-16 (UTC)" in more
    assert f"Next:  reconciler confirm {second.confirmation}" in more
    assert f"Next:  reconciler apply --expect {both.digest}" in last


def test_confirmation_text_promises_no_apply_where_a_guard_blocks() -> None:
    """A yes lifts no block."""
    plan = a_question(standard=True)
    (finding,) = plan.unconfirmed

    assert "Next:" not in text(confirmation_text(a_confirmation(finding.confirmation), "c.yaml", plan))


def test_confirmation_document_is_the_entry() -> None:
    """The four words of the file."""
    entry = a_confirmation("x", people_at_most=3, expires=dt.date(2026, 3, 16))

    assert confirmation_document(entry) == {
        "id": "x",
        "people_at_most": 3,
        "reason": "Agreed",
        "expires": "2026-03-16",
    }


# Doctor


@pytest.mark.parametrize("standing", Standing)
def test_doctor_says_each_standing_in_words(standing: Standing) -> None:
    """One line for a check; its standing is a word and never a colour alone."""
    check = Check(subject="role list", standing=standing, detail="\x1b detail")

    shown = text(doctor_text([check]))

    assert shown.startswith(standing)
    assert "role list" in shown
    assert "\\u{1b} detail" in shown
    assert doctor_document([check]) == {
        "checks": [{"subject": "role list", "standing": standing, "detail": "\x1b detail"}]
    }


# Drift


def drifted(*files: object, live: tuple[object, ...]) -> str:
    """Give the drift report of a tenant."""
    made = planned(a_request(*files), a_tenant(*live, people=some_people(3, "Agent")))
    return text(drift_text(drift_view(made.plan, made.facts)))


def test_drift_says_when_there_is_none() -> None:
    """One line."""
    assert drifted(a_role("agent"), live=(a_live_role("Agent"),)) == (
        "sandbox: No drift: the tenant is as the files say\n"
    )


def test_drift_is_told_from_the_side_of_the_tenant() -> None:
    """What a plan would take is what the tenant allows beyond the files, and comes first."""
    live = (a_live_role("Agent", grants=(VIEW, CLOSE)), a_live_role("Gone"), a_live_role("Bare", grants=()))
    files = (
        a_role("agent", grants=(VIEW, TAG), description="New"),
        a_role("bare", grants=(VIEW,)),
        a_retired_role("gone"),
        a_role("new"),
    )

    shown = drifted(*files, live=(*live, a_live_role("Wild")))

    assert shown.startswith("sandbox: 4 roles differ from the files\n")
    assert "3 people can use it" in shown
    assert "+ tickets.close  in the tenant, not in the file" in shown
    assert "- tickets.tag  in the file, not in the tenant" in shown
    assert '~ description: the tenant has "", the file "New"' in shown
    assert "is missing in the tenant" in shown
    assert "is retired in the files and still in the tenant" in shown
    assert "Not managed here: Wild" in shown
    assert shown.index("Agent") < shown.index("Bare")


def test_drift_of_one_role_is_singular_and_may_allow_nothing_more() -> None:
    """A role with less than its file says allows nothing beyond it."""
    shown = drifted(a_role("agent", grants=(VIEW, TAG)), live=(a_live_role("Agent"),))

    assert shown.startswith("sandbox: 1 role differs from its file\n")
    assert "can use it" not in shown


# Reports


def outcome(result: Result, detail: str = "") -> Outcome:
    """Give the end of one change."""
    return Outcome(role="agent", name="Agent\x07", action=Action.UPDATE, result=result, detail=detail)


@pytest.mark.parametrize("result", Result)
def test_report_says_every_result_in_words(result: Result) -> None:
    """The role, its result and why; and what to do where something is left."""
    report = Report(digest="sha256:0", outcomes=(outcome(result, "because"),), writes=2)

    shown = text(report_text(report))

    assert f"{result:<14}update Agent\\u{{7}}: because\n" in shown
    assert f"1 {result}; 2 writes sent" in shown
    assert ("reconciler plan" in shown) is (result is not Result.APPLIED)


def test_report_says_that_it_was_stopped() -> None:
    """Somebody asked, and the write under way was settled."""
    report = Report(digest="sha256:0", outcomes=(outcome(Result.NOT_ATTEMPTED),), writes=0, interrupted=True)

    assert "Stopped as asked" in text(report_text(report))


def test_report_document_has_everything() -> None:
    """Facts for machines."""
    report = Report(digest="sha256:0", outcomes=(outcome(Result.FAILED, "no"),), writes=1, stale=True)

    assert report_document(report) == {
        "digest": "sha256:0",
        "complete": False,
        "interrupted": False,
        "stale": True,
        "writes": 1,
        "proved": 0,
        "outcomes": [
            {"role": "agent", "name": "Agent\x07", "action": "update", "result": "failed", "detail": "no"},
        ],
    }


# Problems

PLACED = Problem(path="roles/a.yaml", line=2, column=3, code="yaml.x", message="wrong\x1b", fix="right")
WHOLE = replace(PLACED, line=0, column=0)


@pytest.mark.parametrize(("problem", "place"), [(PLACED, "roles/a.yaml:2:3: wrong"), (WHOLE, "roles/a.yaml: wrong")])
def test_problem_says_where_what_and_how_to_right_it(problem: Problem, place: str) -> None:
    """`error[code] path:line:column: message`, then the fix."""
    assert text(problem_text(problem)) == f"error[yaml.x] {place}\\u{{1b}}\n  fix: right\n"


@pytest.mark.parametrize("error", [InputRejected, SettingsRejected])
def test_error_with_problems_shows_all_and_counts_them(error: type[InputRejected | SettingsRejected]) -> None:
    """Every problem, then how many there are."""
    one, two = error((PLACED,)), error((PLACED, WHOLE))

    assert text(error_text(one)).endswith(f"{one.summary}: 1 problem\n")
    assert text(error_text(two)).endswith(f"{two.summary}: 2 problems\n")
    assert text(error_text(two)).count("error[yaml.x]") == 2
    assert problems_of(two) == (WHOLE, PLACED)


def test_error_says_what_why_and_what_to_do() -> None:
    """The fixed summary, the detail, each reason, each step."""
    error = PlanRefused("Nothing was written", reasons=("[self] one\x1b", "[lockout] two"), fix="do a\nthen b")

    assert text(error_text(error)) == (
        "error[refused] Refused by a guard: Nothing was written\n"
        "  [self] one\\u{1b}\n"
        "  [lockout] two\n"
        "  fix: do a\n"
        "  fix: then b\n"
    )
    assert problems_of(error) == ()


def test_error_document_has_the_same_as_data() -> None:
    """Code, exit, words, reasons, fix and problems."""
    error: ReconcilerError = InputRejected((PLACED,))

    told = error_document(error)

    assert told == {
        "error": {
            "code": "input",
            "exit": 3,
            "summary": "Files rejected",
            "detail": error.detail,
            "reasons": [],
            "fix": error.fix,
            **problems_document((PLACED,)),
        }
    }
    assert problems_document((PLACED,))["problems"] == [
        {
            "path": "roles/a.yaml",
            "line": 2,
            "column": 3,
            "code": "yaml.x",
            "message": "wrong\x1b",
            "fix": "right",
            "severity": "error",
        },
    ]
