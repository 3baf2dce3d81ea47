"""Problems, reports and drift as Markdown: what comes first, and what a reader is told of what was left out."""

from __future__ import annotations

import dataclasses

import pytest
from builders import (
    EXPORT,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_live_role,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    planned,
    some_people,
)

from reconciler.errors import ConfirmationMissing, Exit, InputRejected, PlanRefused, Problem, Severity, UsageProblem
from reconciler.model.change import Action
from reconciler.model.outcome import Outcome, Report, Result
from reconciler.model.plan import Plan
from reconciler.model.role import RoleKey
from reconciler.render.budget import size
from reconciler.render.drift_markdown import drift_markdown
from reconciler.render.drift_text import drift_text
from reconciler.render.drift_view import DriftView, drift_view
from reconciler.render.markdown import COMMENT
from reconciler.render.plan_html import plan_html
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import plan_text
from reconciler.render.problems_markdown import MOST_WORDS, error_markdown, problems_markdown, stray_markdown
from reconciler.render.report_markdown import report_markdown
from reconciler.render.styled import to_text
from reconciler.render.view import full_view

MANY = 5_000


def a_problem(number: int = 1, severity: Severity = Severity.ERROR, message: str = "wrong") -> Problem:
    """Give a problem of one file."""
    return Problem(
        path=f"roles/r{number:04}.yaml",
        line=number,
        column=1,
        code="yaml.x",
        message=message,
        fix="Mend it",
        severity=severity,
    )


# Problems


def test_errors_come_before_advice_and_advice_is_folded() -> None:
    """What has to be mended is not to be looked for."""
    told = problems_markdown([a_problem(1, Severity.WARNING), a_problem(2)], "validate", "1 problem, 1 warning")

    assert told.index("### Problems (1)") < told.index("roles/r0002.yaml:2:1") < told.index("Advice (1)")
    assert told.index("<details>") < told.index(
        "- `roles/r0001.yaml:1:1` **warning** `yaml.x`: wrong\n  - Fix: Mend it"
    )


def test_problem_of_a_whole_file_has_no_line() -> None:
    """A place that is a file is its path; a long path is cut and keeps its line."""
    whole = dataclasses.replace(a_problem(), line=0, column=0)
    long = dataclasses.replace(a_problem(7), path="x" * 900)

    assert "- `roles/r0001.yaml` **error**" in problems_markdown([whole], "plan", "x")
    assert f"- `{'x' * 200}… (700 more):7:1` **error**" in problems_markdown([long], "plan", "x")


def test_problems_that_do_not_fit_are_counted_with_the_way_to_see_them() -> None:
    """The first ones are shown, as many as there is room for."""
    told = error_markdown(InputRejected(tuple(a_problem(n) for n in range(1, MANY + 1))), "plan")

    kept = told.count("**error**")
    assert COMMENT - 200 < size(told) <= COMMENT
    assert f"\n{MANY - kept:,} more, run `reconciler plan` to see them.\n" in told
    assert told.splitlines()[3] == "## Files rejected: 5,000 problems"
    assert told.endswith("`plan` ended with exit code 3; nothing was written to the tenant.\n")


def test_no_problem_takes_the_room_of_the_others() -> None:
    """A sentence without end is cut with the number of the rest."""
    told = problems_markdown([a_problem(1, message="word " * MANY), a_problem(2)], "validate", "x")

    assert f"({5 * MANY - MOST_WORDS:,} more)" in told.replace("`", "")
    assert "roles/r0002.yaml" in told


def test_error_offers_its_commands_to_copy() -> None:
    """Sentences are sentences, commands stand in a block, and what a guard is about is told apart."""
    error = ConfirmationMissing(
        "Nothing was written", reasons=("[narrowing agent] one", "two"), fix="Agree first\nreconciler confirm x"
    )

    told = error_markdown(error, "apply")

    assert "\n\nNothing was written\n\n- `narrowing agent`: one\n- two\n" in told
    assert "\n### What to do\n\nAgree first\n\n```sh\nreconciler confirm x\n```\n" in told


def test_error_whose_reasons_do_not_fit_offers_no_confirmation() -> None:
    """Nobody is led to agree to what is not shown."""
    reasons = tuple(f"[narrowing r{n}] it takes something" for n in range(MANY))
    error = ConfirmationMissing("Nothing was written", reasons=reasons, fix="reconciler confirm x")

    told = error_markdown(error, "apply")

    assert size(told) <= COMMENT
    assert " more, run `reconciler apply` to see them.\n" in told
    assert "reconciler confirm" not in told
    assert "reconciler confirm" in error_markdown(ConfirmationMissing("x", fix=error.fix), "apply")


@pytest.mark.parametrize(
    ("error", "promises"), [(UsageProblem("no"), True), (PlanRefused("no"), True), (InputRejected(()), True)]
)
def test_error_says_that_nothing_was_written(error: UsageProblem, *, promises: bool) -> None:
    """What these exit codes promise is told."""
    assert ("nothing was written to the tenant" in error_markdown(error, "apply")) is promises


def test_stray_error_has_places_and_promises_nothing_of_a_bug() -> None:
    """Where a bug happened is a list; whether anything was written nobody knows."""
    told = stray_markdown("apply", Exit.OUR_BUG, "A bug of ours: KeyError", "report it", ["a.py:1 in b"])

    assert "\n## A bug of ours: KeyError\n\n- `a.py:1` in b\n" in told
    assert told.endswith("`apply` ended with exit code 70.\n")


# Reports


def outcomes(*results: Result) -> tuple[Outcome, ...]:
    """Give an end for each of so many changes."""
    return tuple(
        Outcome(role=RoleKey(f"r{n}"), name=f"R{n}", action=Action.UPDATE, result=result, detail="because")
        for n, result in enumerate(results)
    )


def some_plan() -> Plan:
    """Give a plan for its tenant."""
    return a_plan(a_request(a_role("agent")), a_tenant())


def test_report_begins_with_what_is_not_known() -> None:
    """Unknown, failed and not attempted come before what was applied, with their reasons and the next command."""
    report = Report(
        digest="sha256:0",
        outcomes=outcomes(Result.APPLIED, Result.NOT_ATTEMPTED, Result.FAILED, Result.UNKNOWN),
        writes=3,
        proved=1,
        stale=True,
        interrupted=True,
    )

    told = report_markdown(some_plan(), report)
    rows = [each for each in told.splitlines() if each.startswith("| ") and "`r" in each]

    assert "## `sandbox`: Not everything was applied: 1 of 4 changes" in told
    assert [row.split(" | ")[0] for row in rows] == ["| unknown", "| failed", "| not attempted", "| applied"]
    assert rows[0] == "| unknown | update `R3` | `r3` | because |"
    assert "- 1 applied, 1 failed, 1 unknown, 1 not attempted\n- 3 writes sent, 1 read back\n" in told
    assert "The tenant moved" in told
    assert "Stopped as asked" in told
    assert told.index("### Next") < told.index("Applied (1)")


def test_report_of_one_change_is_singular() -> None:
    """One change, one write, and nothing to do next."""
    told = report_markdown(
        some_plan(), Report(digest="sha256:0", outcomes=outcomes(Result.APPLIED), writes=1, proved=1)
    )

    assert "## `sandbox`: Applied: 1 change\n" in told
    assert "- 1 write sent, 1 read back" in told
    assert "### N" not in told


def test_report_that_does_not_fit_keeps_what_went_wrong() -> None:
    """Of thousands of changes the applied ones are left out first, with their number."""
    results = [Result.APPLIED] * MANY + [Result.FAILED]
    report = Report(digest="sha256:0", outcomes=outcomes(*results), writes=MANY)

    told = report_markdown(some_plan(), report)

    assert size(told) <= COMMENT
    assert told.count("\n| failed |") == 1
    assert f"\n{MANY - told.count(chr(10) + '| applied |'):,} more, see the journal of the run.\n" in told


# Drift


def drift(*files: object, live: tuple[object, ...], people: int = 3) -> DriftView:
    """Give the drift of a tenant."""
    found = planned(a_request(*files), a_tenant(*live, people=some_people(people, "Agent")))
    return drift_view(found.plan, found.facts)


def test_drift_puts_sensitive_widening_before_everything_else() -> None:
    """However many people another role reaches, the sensitive permission comes first in both forms."""
    shown = drift(
        a_role("agent", grants=(VIEW,)),
        a_role("quiet", grants=(VIEW,)),
        live=(a_live_role("Agent", grants=(VIEW, REPLY)), a_live_role("Quiet", grants=(VIEW, EXPORT))),
    )

    told = drift_markdown(shown)
    lines = to_text(drift_text(shown), colour=False)

    assert told.index(f"\n+ quiet  {EXPORT}\n") < told.index(f"\n+ agent  {REPLY}  3 of 3 through this role alone\n")
    assert told.index("| `Quiet` | 1 more than the file says |") < told.index("| `Agent` | 1 more")
    assert lines.index(f"+ {EXPORT}  in the tenant, not in the file, sensitive") < lines.index(f"+ {REPLY}  in the")
    assert "**2 roles allow more than the files say; 3 people can use it through no other role**" in told


def test_drift_names_what_the_lock_does_not_know() -> None:
    """A permission that no file can say is drift even where no change follows from it."""
    shown = drift(a_role("agent", grants=(VIEW,)), live=(a_live_role("Agent", grants=(VIEW, UNKNOWN)),))

    told = drift_markdown(shown)

    assert shown.moved
    assert f"### Not known to the catalogue lock\n\n```diff\n+ Agent  {UNKNOWN}\n```\n" in told
    assert "- **1 with permissions that the catalogue lock does not know**" in told
    assert "which the catalogue lock does not know" in to_text(drift_text(shown), colour=False)


def test_drift_says_how_each_role_stands() -> None:
    """Missing, retired, less, and other texts; what stands on one side only is not compared."""
    shown = drift(
        a_role("agent", grants=(VIEW, TAG), description="New"),
        a_role("new", grants=(VIEW,)),
        a_retired_role("old"),
        live=(a_live_role("Agent", grants=(VIEW,)), a_live_role("Old", grants=(VIEW,)), a_live_role("Wild")),
    )

    told = drift_markdown(shown)

    assert "| `Agent` | 1 less, other texts | `roles/agent.yaml:1` |" in told
    assert "| `New` | is missing in the tenant | `roles/new.yaml:1` |" in told
    assert "| `Old` | is retired in the files and still in the tenant |" in told
    assert f"In the files, not in the tenant (1)</summary>\n\n```diff\n- agent  {TAG}\n```\n" in told
    assert "- `agent` description: the tenant has (empty), the file `New`" in told
    assert "Not managed here (1)</summary>\n\n- `Wild`\n" in told


def test_drift_that_does_not_fit_keeps_the_sensitive_part() -> None:
    """Thousands of roles with other texts leave no room, and the one export is still there."""
    live = [a_live_role(f"R{n}", description="x" * 50) for n in range(1_000)]
    shown = drift(
        *(a_role(f"r{n}") for n in range(1_000)),
        a_role("zz"),
        live=(*live, a_live_role("Zz", grants=(VIEW, EXPORT))),
        people=0,
    )

    told = drift_markdown(shown)

    assert size(told) <= COMMENT
    assert f"\n+ zz  {EXPORT}\n" in told
    assert " more, run `reconciler drift` to see them.\n" in told


def test_drift_says_that_the_live_state_is_incomplete() -> None:
    """What could not be read is never called clean by leaving that out."""
    shown = drift(a_role("agent", grants=(VIEW, TAG)), live=(a_live_role("Agent"),))
    partly = dataclasses.replace(shown, plan=dataclasses.replace(shown.plan, complete=False))

    assert "The live state could not be read completely." in drift_markdown(partly)


# Notices


def test_notices_are_the_first_to_be_left_out() -> None:
    """Where a plan hardly fits, its drafts go before anything else of it, and are counted."""
    live = [a_live_role(f"R{n}", grants=(VIEW, REPLY)) for n in range(30)]
    people = [person for n in range(30) for person in some_people(2, f"R{n}", prefix=f"p{n}-")]
    found = planned(
        a_request(*(a_role(f"r{n}", owner="Floor") for n in range(30)), a_role("agent")), a_tenant(*live, people=people)
    )
    shown = full_view(found.plan, found.facts)
    whole = plan_markdown(shown)
    before, _, notices = whole.partition("<details><summary>Notice to the people affected (30)</summary>")

    cut = plan_markdown(shown, size(whole) - 2_000)

    assert notices.count("Subject: ") == 30
    assert cut.startswith(before)
    kept = cut.count("Subject: ")
    assert 0 < kept < 30
    assert f"\n{30 - kept} more, see the artefact.\n" in cut


def test_names_in_a_notice_are_cut_where_room_is_bounded() -> None:
    """A role with a name without end fills neither comment nor page."""
    long = "x" * 5_000
    found = planned(
        a_request(a_role("agent", name=long, owner=long)),
        a_tenant(a_live_role(long, id="rol_agent", grants=(VIEW, REPLY)), people=some_people(2, "Agent")),
    )
    shown = full_view(found.plan, found.facts)

    assert len(shown.notices) == 1
    assert "x" * 201 not in plan_markdown(shown)
    assert "x" * 201 not in plan_html(shown)
    assert "x" * 5_000 in to_text(plan_text(shown, drafts=True), colour=False)


def test_plan_that_takes_nothing_has_no_notice() -> None:
    """There is nobody to tell, so no form speaks of it."""
    found = planned(a_request(a_role("agent", grants=(VIEW, TAG))), a_tenant(a_live_role("Agent")))
    shown = full_view(found.plan, found.facts)

    for told in (plan_markdown(shown), plan_html(shown)):
        assert "Notice to the people" not in told
    assert "Tell:" not in to_text(plan_text(shown), colour=False)
