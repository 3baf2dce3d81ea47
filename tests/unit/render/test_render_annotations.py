"""Problems and findings as annotations: the right line, the right level, and no more than are shown."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    EXPORT,
    REPLY,
    VIEW,
    a_live_role,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    confirmed,
    planned,
    some_people,
)
from fakes.reading import commands

from reconciler.errors import InputRejected, Problem, Severity, UsageProblem
from reconciler.model.finding import GuardSettings, SensitiveGrant
from reconciler.model.role import DesiredRole, Origin, RetiredRole
from reconciler.operations.plan import Planned, Request
from reconciler.render.annotations import error_annotations, plan_annotations, problem_annotations
from reconciler.render.view import view
from reconciler.render.vocabulary import vocabulary

ASKING = dataclasses.replace(ANYTHING_GOES, sensitive_grant=SensitiveGrant.CONFIRM, narrowing_people=2)


def a_problem(number: int = 3, severity: Severity = Severity.ERROR) -> Problem:
    """Give a problem on a line."""
    return Problem("roles/a.yaml", number, 5, "role.unknown", "100% wrong, a: b", "Correct it", severity)


def asked(*files: DesiredRole | RetiredRole, settings: GuardSettings = ASKING) -> Request:
    """Ask for a plan of files."""
    return a_request(*files, settings=settings)


def told(found: Planned, *, known: bool = True) -> list[str]:
    """Give the annotations of a plan."""
    return plan_annotations(view(found.plan, None, vocabulary(found.facts) if known else None)).splitlines()


def test_problem_is_an_error_on_its_line_and_column() -> None:
    """File, line, column and code are properties; the message has the fix on a line of its own."""
    assert problem_annotations([a_problem()]) == (
        "::error file=roles/a.yaml,line=3,col=5,title=role.unknown::100%25 wrong, a: b%0ACorrect it\n"
    )


def test_problem_of_a_whole_file_has_no_line() -> None:
    """Line 0 is no line to a runner; advice is a warning, and errors come first."""
    whole = Problem("roles/a,b:c.yaml", 0, 0, "role.name", "m", "f", Severity.WARNING)

    assert problem_annotations([whole, a_problem()]).splitlines()[1] == (
        "::warning file=roles/a%2Cb%3Ac.yaml,title=role.name::m%0Af"
    )


def test_more_annotations_than_are_shown_are_counted() -> None:
    """A runner drops the eleventh of a level in silence, so we say how many there are."""
    problems = [a_problem(n) for n in range(1, 13)] + [a_problem(n, Severity.WARNING) for n in range(1, 12)]

    output = problem_annotations(problems)

    assert commands(output) == ["error"] * 10 + ["warning"] * 10
    assert output.splitlines()[-1] == "2 more errors, 1 more warning: see the output as text."
    assert problem_annotations([]) == ""


def test_finding_is_on_the_line_that_grants_the_sensitive_permission() -> None:
    """Not on the head of the file but where a reviewer has to look, first of several."""
    places = {
        EXPORT: Origin("roles/agent.yaml", 9, 7),
        ADMIN: Origin("roles/agent.yaml", 7, 5),
        VIEW: Origin("roles/agent.yaml", 2, 1),
    }
    role = dataclasses.replace(a_role("agent", grants=(VIEW, ADMIN, EXPORT)), provenance=MappingProxyType(places))
    tenant = a_tenant(a_live_role("Agent"), people=some_people(1, "Agent"))

    (first, *_) = told(planned(asked(role), tenant))

    assert first.startswith("::warning file=roles/agent.yaml,line=7,col=5,title=sensitive-grant agent::")
    assert "%0AOnce agreed: reconciler confirm sensitive-grant-agent-" in first


def test_finding_of_a_permission_from_another_file_is_on_the_role() -> None:
    """What a base role brings in is told at the role that is about to get it."""
    elsewhere = {ADMIN: Origin("roles/base.yaml", 7, 5)}
    role = dataclasses.replace(a_role("agent", grants=(VIEW, ADMIN), line=4), provenance=MappingProxyType(elsewhere))

    (first, *_) = told(planned(asked(role), a_tenant(a_live_role("Agent"))))

    assert first.startswith("::warning file=roles/agent.yaml,line=4,col=1,")


@pytest.mark.parametrize("known", [True, False])
def test_finding_of_a_retired_role_is_on_its_file(*, known: bool) -> None:
    """A block is an error, and the file of a retired role is known from the change alone."""
    tenant = a_tenant(a_live_role("Night"), people=some_people(1, "Night"))

    (first, *_) = told(planned(asked(a_retired_role("night")), tenant), known=known)

    assert first.startswith("::error file=roles/night.yaml,line=1,title=in-use night::")


def test_finding_that_was_confirmed_is_a_notice_without_a_command() -> None:
    """Nothing is left to do about it; warnings of the whole plan have no file."""
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), people=some_people(3, "Agent"))
    request = asked(a_role("agent"))

    lines = told(planned(confirmed(request, tenant), tenant))

    assert commands("\n".join(lines)) == ["notice", "notice"]
    assert lines[0].startswith("::notice file=roles/agent.yaml,line=1,col=1,title=narrowing agent::")
    assert lines[1].startswith("::notice title=adoption::")
    assert "reconciler confirm" not in "\n".join(lines)


def test_error_is_annotated_with_its_problems_or_itself() -> None:
    """Rejected files show where; any other error shows what and the way out."""
    assert error_annotations(InputRejected((a_problem(),))) == problem_annotations([a_problem()])
    assert error_annotations(UsageProblem("no key", fix="Set it", reasons=("because",))) == (
        "::error title=usage::Usage or settings: no key%0Abecause%0ASet it\n"
    )
