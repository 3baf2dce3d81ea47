"""Labels: the pure choice by kind of plan, and that no label but ours is touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from builders import ADMIN, CLOSE, REPLY, VIEW, a_live_role, a_plan, a_request, a_role, a_tenant
from fakes.github import PULL, FakeGithub, an_api
from fakes.github_shapes import error_json
from fakes.wire import reply

from reconciler.github.labels import Label, Labelled, labels_for, set_labels
from reconciler.github.problems import GithubRefused
from reconciler.model.finding import Finding, FindingLevel, Guard, GuardSettings
from reconciler.model.plan import Plan


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request."""
    with FakeGithub() as opened:
        yield opened


def plan_between(before: tuple[str, ...], after: tuple[str, ...]) -> Plan:
    """Give the plan that takes one role from one permission set to another."""
    return a_plan(a_request(a_role("agent", grants=after)), a_tenant(a_live_role("Agent", grants=before)))


@pytest.mark.parametrize(
    ("before", "after", "labels"),
    [
        ((VIEW,), (VIEW,), {Label.NO_CHANGES}),
        ((VIEW, CLOSE), (VIEW,), {Label.NARROWS}),
        ((VIEW,), (VIEW, CLOSE), {Label.WIDENS}),
        ((VIEW, CLOSE), (VIEW, REPLY), {Label.NARROWS, Label.WIDENS}),
    ],
)
def test_labels_follow_what_a_plan_does_to_access(
    before: tuple[str, ...], after: tuple[str, ...], labels: set[Label]
) -> None:
    """Narrowing, widening, both, or nothing at all."""
    plan = dataclasses.replace(plan_between(before, after), findings=())

    assert labels_for(plan) == labels


def test_a_sensitive_grant_is_labelled() -> None:
    """Somebody filtering pull requests sees that administration is handed out."""
    request = a_request(a_role("agent", grants=(VIEW, ADMIN)), settings=GuardSettings())
    plan = a_plan(request, a_tenant(a_live_role("Agent")))

    assert labels_for(plan) >= {Label.WIDENS, Label.SENSITIVE}


def test_a_refused_plan_is_labelled() -> None:
    """A block by any guard, also where there is nothing to change."""
    block = Finding(guard=Guard.INCOMPLETE, level=FindingLevel.BLOCK, role=None, message="x")
    plan = dataclasses.replace(plan_between((VIEW,), (VIEW,)), findings=(block,))

    assert labels_for(plan) == {Label.BLOCKED, Label.NO_CHANGES}


@pytest.mark.parametrize("label", list(Label))
def test_a_label_looks_as_github_allows(label: Label) -> None:
    """Six hexadecimal digits, a description of at most 100 characters, and our namespace."""
    assert int(label.colour, 16) >= 0
    assert len(label.colour) == 6
    assert 0 < len(label.description) <= 100
    assert label.startswith("roles: ")


@pytest.mark.sockets
def test_missing_labels_are_made_and_added(github: FakeGithub) -> None:
    """A new label has its colour and description."""
    outcome = set_labels(an_api(github), PULL, {Label.NARROWS, Label.SENSITIVE})

    assert outcome == Labelled(added=(Label.NARROWS, Label.SENSITIVE), removed=())
    assert github.labels_of(PULL) == [Label.NARROWS, Label.SENSITIVE]
    made = github.labels[Label.NARROWS]
    assert (made["color"], made["description"]) == (Label.NARROWS.colour, Label.NARROWS.description)


@pytest.mark.sockets
def test_other_labels_stay(github: FakeGithub) -> None:
    """Only ours come and go, however much another one looks like ours."""
    others = ["bug", "roles: audit", "roles:blocked", "roles: blocked!", "a/../b", '"; rm -rf /; #', "ünï"]
    github.put_labels(PULL, *others, Label.WIDENS, Label.BLOCKED)

    outcome = set_labels(an_api(github), PULL, {Label.NO_CHANGES})

    assert outcome == Labelled(added=(Label.NO_CHANGES,), removed=(Label.BLOCKED, Label.WIDENS))
    assert github.labels_of(PULL) == [*others, Label.NO_CHANGES]


@pytest.mark.sockets
def test_labels_that_are_right_cost_no_write(github: FakeGithub) -> None:
    """A second run writes nothing, also where somebody spelt ours in upper case."""
    github.put_labels(PULL, Label.NARROWS.upper(), "bug")

    assert set_labels(an_api(github), PULL, {Label.NARROWS}) == Labelled(added=(), removed=())
    assert github.writes == []


@pytest.mark.sockets
def test_a_label_of_somebody_elses_making_keeps_its_looks(github: FakeGithub) -> None:
    """A label that exists is used as it is."""
    github.put_labels(PULL, Label.NARROWS)
    github.issues[PULL]["labels"] = []

    set_labels(an_api(github), PULL, {Label.NARROWS})

    assert github.writes == [f"POST /issues/{PULL}/labels"]
    assert github.labels[Label.NARROWS]["color"] == "ededed"


@pytest.mark.sockets
def test_a_race_with_another_run_is_no_problem(github: FakeGithub) -> None:
    """Made or taken away by somebody quicker is as good."""
    github.put_labels(PULL, Label.BLOCKED)
    github.at(r"POST .*/roles/labels", reply(422, error_json(422, "Validation Failed")))
    github.at(r"DELETE ", reply(404, error_json(404, "Label does not exist")))

    outcome = set_labels(an_api(github), PULL, {Label.NARROWS})

    assert outcome == Labelled(added=(Label.NARROWS,), removed=(Label.BLOCKED,))


@pytest.mark.sockets
@pytest.mark.parametrize("line", [r"GET .*/roles/labels/", r"POST .*/roles/labels", r"POST .*/7/labels", r"DELETE "])
def test_a_refusal_stops_and_is_told(github: FakeGithub, line: str) -> None:
    """The first thing that goes wrong is the problem."""
    github.put_labels(PULL, Label.BLOCKED)
    github.at(line, reply(403, error_json(403, "Resource not accessible by integration")))

    with pytest.raises(GithubRefused):
        set_labels(an_api(github), PULL, {Label.NARROWS})
