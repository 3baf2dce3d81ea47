"""Laws about the documents beside the plan: problems, reports and drift in Markdown stand whatever names they hold."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest
from builders import planned
from fakes.reading import REFERENCES, commands, parsed
from hypothesis import example, given
from hypothesis import strategies as st
from properties.hostile import HOSTILE, hostile
from properties.strategies import World, worlds

from reconciler.errors import (
    ConfirmationMissing,
    Exit,
    InputRejected,
    Interrupted,
    PlanRefused,
    PlanStale,
    Problem,
    ReconcilerError,
    SettingsRejected,
    Severity,
    TenantUnreachable,
    UsageProblem,
)
from reconciler.model.change import Action
from reconciler.model.outcome import Outcome, Report, Result
from reconciler.model.role import RoleKey
from reconciler.render.budget import size
from reconciler.render.drift_markdown import drift_markdown
from reconciler.render.drift_view import DriftView, drift_view, is_there
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.problems_markdown import error_markdown, problems_markdown, stray_markdown
from reconciler.render.report_markdown import report_markdown
from reconciler.render.view import full_view

USUAL = "Agent"
Named = Callable[[str], str]
"""A document by the text that somebody may have chosen."""
limits = st.integers(500, 4_000)


def require_same_shape(document: Named, text: str, command: str) -> None:
    """Assert that a text changes no element and no line of a document, and is nothing to GitHub or its runner."""
    usual, strange = document(USUAL), document(text)
    found = parsed(strange)
    assert parsed(usual).blocks == found.blocks
    assert usual.count("\n") == strange.count("\n")
    assert REFERENCES.search(found.bare) is None
    assert commands(strange) == []
    assert strange.splitlines()[0] == f"<!-- reconciler:{command} -->"
    assert [each for each in strange.splitlines() if each.startswith("<!--")] == strange.splitlines()[:1]


@dataclasses.dataclass(frozen=True)
class Wrong:
    """A problem by the text in it."""

    line: int
    sentence: str
    severity: Severity

    def problem(self, text: str) -> Problem:
        """Put the text wherever an author may write anything."""
        told = self.sentence.replace("{}", text)
        return Problem(
            path=f"roles/{text}.yaml",
            line=self.line,
            column=self.line,
            code="yaml.x",
            message=told,
            fix=told,
            severity=self.severity,
        )


sentences = st.sampled_from(('"{}" is no name', "{}", "1. {}", "12) {}", "see {} and `{}`, not {}", '"{}', "` {} `"))
wrongs = st.lists(
    st.builds(Wrong, line=st.integers(0, 2), sentence=sentences, severity=st.sampled_from(Severity)), max_size=4
)


@given(wrongs, sentences, hostile)
def test_problems_of_any_text_have_the_same_elements(some: list[Wrong], verdict: str, text: str) -> None:
    """A path, a message, a fix and a verdict with anything in them stay one item of a list and one heading."""

    def document(told: str) -> str:
        return problems_markdown([w.problem(told) for w in some], "validate", f"x {verdict.replace('{}', told)}")

    require_same_shape(document, text, "validate")


@pytest.mark.parametrize("kind", [InputRejected, SettingsRejected])
@given(wrongs.filter(bool), hostile)
def test_rejected_input_of_any_text_has_the_same_elements(
    kind: type[InputRejected | SettingsRejected], some: list[Wrong], text: str
) -> None:
    """Every problem of rejected files is an item with its place and its fix."""
    errors = [dataclasses.replace(wrong, severity=Severity.ERROR) for wrong in some]

    def document(told: str) -> str:
        return error_markdown(kind(tuple(wrong.problem(told) for wrong in errors)), "plan")

    require_same_shape(document, text, "plan")
    assert parsed(document(text)).found.count("ul") == 1 + len(errors)


@pytest.mark.parametrize(
    "kind", [ConfirmationMissing, Interrupted, PlanRefused, PlanStale, TenantUnreachable, UsageProblem]
)
@given(sentences, st.lists(sentences, max_size=3), hostile)
@example(sentence="{}", reasons=["{}"], text="1. one")
@example(sentence="{}", reasons=["[{} {}] {}"], text="] [x](https://evil.example)")
def test_error_of_any_text_has_the_same_elements(
    kind: type[ReconcilerError], sentence: str, reasons: list[str], text: str
) -> None:
    """What stopped a command is a heading, a paragraph, a list and what to do, whatever a tenant answered."""

    def document(told: str) -> str:
        said = [f"x{part}".replace("{}", told) for part in (sentence, *reasons)]
        error = kind(said[0], fix=f"reconciler confirm {told.replace(chr(10), ' ')}", reasons=tuple(said[1:]))
        return error_markdown(error, "apply")

    require_same_shape(document, text, "apply")


@given(hostile, st.lists(hostile, max_size=2))
def test_stray_error_of_any_text_has_the_same_elements(text: str, places: list[str]) -> None:
    """A command line that cannot be read is told in words of which none is an element."""

    def document(told: str) -> str:
        return stray_markdown("plan", Exit.USAGE, f"No such option: {told}", "see `--help`", [told for _ in places])

    require_same_shape(document, text, "plan")


outcomes = st.lists(st.sampled_from(Result), max_size=6)


@given(worlds(), outcomes, st.booleans(), st.booleans(), hostile)
def test_report_of_any_name_has_the_same_elements(
    world: World, results: list[Result], stale: bool, interrupted: bool, text: str
) -> None:
    """A row for each change, whatever the roles are called and whatever the tenant answered."""
    plan = planned(world.request(), world.tenant()).plan

    def document(told: str) -> str:
        report = a_report(results, told, stale=stale, interrupted=interrupted)
        return report_markdown(plan, report)

    require_same_shape(document, text, "apply")
    assert document(text).count("\n| ") == len(results) + 2 * len({r is Result.APPLIED for r in results})


def a_report(results: list[Result], text: str, *, stale: bool = False, interrupted: bool = False) -> Report:
    """Give a report whose roles and answers say `text`."""
    return Report(
        digest="sha256:0",
        outcomes=tuple(
            Outcome(role=RoleKey("agent"), name=text, action=Action.UPDATE, result=result, detail=text)
            for result in results
        ),
        writes=len(results),
        stale=stale,
        interrupted=interrupted,
    )


def named(shown: DriftView, text: str) -> DriftView:
    """Put a text wherever a tenant may name anything."""
    changes = tuple(
        dataclasses.replace(
            change,
            name=text,
            fields=tuple(dataclasses.replace(f, before=text, after=text) for f in change.fields),
        )
        for change in shown.changes
    )
    return dataclasses.replace(
        shown,
        plan=dataclasses.replace(shown.plan, unmanaged=tuple(text for _ in shown.plan.unmanaged)),
        changes=changes,
        unknown={f"{text}{n}": permissions for n, permissions in enumerate(shown.unknown.values())},
    )


@given(worlds(), hostile)
def test_drift_of_any_name_has_the_same_elements(world: World, text: str) -> None:
    """The body of an issue keeps its shape, whatever somebody called a role by hand."""
    found = planned(world.request(), world.tenant())
    shown = drift_view(found.plan, found.facts)

    require_same_shape(lambda told: drift_markdown(named(shown, told)), text, "drift")


@given(worlds())
def test_drift_tells_every_permission_that_moved(world: World) -> None:
    """What a plan would revoke is in the tenant and what it would grant is not; nothing is missing or told twice."""
    found = planned(world.request(), world.tenant())
    shown = drift_view(found.plan, found.facts)
    blocks = re.findall(r"^```diff\n(.*?)^```$", drift_markdown(shown), re.MULTILINE | re.DOTALL)

    expected = [[f"+ {c.role}", p] for c in found.plan.changes for p in c.revokes]
    expected += [[f"- {c.role}", p] for c in found.plan.changes if is_there(c) for p in c.grants]
    expected += [[f"+ {name}", p] for name, some in shown.unknown.items() for p in some]
    assert sorted(expected) == sorted(line.split("  ")[:2] for block in blocks for line in block.splitlines())


@given(worlds(), wrongs, outcomes, st.sampled_from(HOSTILE), limits)
def test_no_document_is_longer_than_it_may_be(
    world: World, some: list[Wrong], results: list[Result], text: str, limit: int
) -> None:
    """Whatever has to be left out, the bytes hold, and the first line and the verdict stay."""
    found = planned(world.request(), world.tenant())
    many = tuple(wrong.problem(text) for wrong in some) * 20
    reasons = tuple(f"[guard] {text}" for _ in some) * 20

    for told in (
        plan_markdown(full_view(found.plan, found.facts), limit),
        problems_markdown(many, "validate", "some problems", limit),
        error_markdown(InputRejected(many), "plan", limit),
        error_markdown(ConfirmationMissing("No", fix="reconciler confirm x", reasons=reasons), "apply", limit),
        report_markdown(found.plan, a_report(results * 20, text), limit),
        drift_markdown(drift_view(found.plan, found.facts), limit),
    ):
        assert size(told) <= limit
        assert told.startswith("<!-- reconciler:")
        assert told.splitlines()[3].startswith("## ")
