"""Who may be planned with a key: branches of the repository, and of forks only what a maintainer labelled (T18)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.github import HEAD, PULL
from fakes.github_shapes import REPOSITORY_ID
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageProblem
from reconciler.github.event import MOST_BYTES, PullRequestEvent, pull_request_event, read_event
from reconciler.github.gate import PLAN_OK, decide
from reconciler.github.problems import GithubAnswerUnusable

MOVES = ("opened", "reopened", "synchronize")
OTHERS = ("labeled", "unlabeled", "closed", "edited", "ready_for_review", "", "Opened", "synchronize\n")
FORK = 99


def an_event(action: str, *labels: str, home: int | None = REPOSITORY_ID, label: str | None = None) -> dict[str, Any]:
    """Give the event of a pull request as GitHub writes it, cut down to what could matter."""
    event: dict[str, Any] = {
        "action": action,
        "number": PULL,
        "pull_request": {
            "number": PULL,
            "title": "x\n::set-output name=go::true",
            "user": {"login": "mallory", "id": 666},
            "head": {"ref": 'a"$(touch pwn)`id`;#', "sha": HEAD, "repo": None if home is None else {"id": home}},
            "base": {"ref": "main", "sha": "0" * 40, "repo": {"id": REPOSITORY_ID}},
            "labels": [{"id": at, "name": name} for at, name in enumerate(labels)],
        },
        "repository": {"id": REPOSITORY_ID, "full_name": "desk/roles"},
        "sender": {"login": "mallory", "id": 666},
    }
    if action in {"labeled", "unlabeled"}:
        event["label"] = {"id": 1, "name": PLAN_OK if label is None else label}
    return event


def read(tmp_path: Path, event: object) -> PullRequestEvent:
    """Read an event from its file."""
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event), encoding="utf-8")
    return pull_request_event(read_event(file))


@pytest.mark.parametrize("action", [*MOVES, *OTHERS])
def test_a_branch_of_the_repository_is_planned_when_it_moves(tmp_path: Path, action: str) -> None:
    """The label is not needed and takes no plan away; nothing is taken off."""
    gate = decide(read(tmp_path, an_event(action, PLAN_OK)))

    assert (gate.go, gate.takes_back) == (action in {*MOVES, "labeled"}, None)
    assert not decide(read(tmp_path, an_event("labeled", label="bug"))).go


@pytest.mark.parametrize("home", [FORK, None])
@pytest.mark.parametrize("action", MOVES)
def test_a_fork_that_moves_loses_its_label(tmp_path: Path, action: str, home: int | None) -> None:
    """T18: what a maintainer looked at is not what is there now; without the label there is nothing to take off."""
    gate = decide(read(tmp_path, an_event(action, "bug", PLAN_OK, home=home)))
    assert (gate.go, gate.takes_back) == (False, PLAN_OK)

    assert decide(read(tmp_path, an_event(action, "bug", home=home))).takes_back is None
    assert decide(read(tmp_path, an_event(action, "Plan-OK", home=home))).takes_back == "Plan-OK"


@pytest.mark.parametrize("action", OTHERS)
def test_of_a_fork_only_the_label_is_a_yes(tmp_path: Path, action: str) -> None:
    """Every other thing that can happen to it is a no, the label being there or not."""
    gate = decide(read(tmp_path, an_event(action, PLAN_OK, home=FORK)))

    assert (gate.go, gate.takes_back) == (action == "labeled", None)


@pytest.mark.parametrize("label", ["plan-ok ", "Plan-OK", "plan-o\u212a", "plan-ok\n", "bug", "", "roles: plan-ok"])
def test_another_label_is_no_yes(tmp_path: Path, label: str) -> None:
    """A yes is exactly the word, even while the right label is on it."""
    assert not decide(read(tmp_path, an_event("labeled", PLAN_OK, home=FORK, label=label))).go


@given(
    action=st.sampled_from([*MOVES, *OTHERS]) | st.text(),
    labels=st.lists(st.text() | st.just(PLAN_OK)),
    label=st.none() | st.just(PLAN_OK) | st.text(),
)
def test_a_fork_is_planned_for_its_label_alone(action: str, labels: list[str], label: str | None) -> None:
    """However an event looks: a yes to a fork is the label being put on, and its reason holds no foreign text."""
    event = PullRequestEvent(
        action=action, number=1, head=HEAD, same_repository=False, label=label, labels=tuple(sorted(labels))
    )
    gate = decide(event)

    assert gate.go == (action == "labeled" and label == PLAN_OK)
    assert gate.reason.isascii()
    assert gate.reason.isprintable()


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Give an event that was tampered with."""
    event = copy.deepcopy(an_event("synchronize", PLAN_OK))
    change(event)
    return event


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        None,
        changed(lambda e: e.pop("action")),
        changed(lambda e: e.update(action=None)),
        changed(lambda e: e.pop("repository")),
        changed(lambda e: e["repository"].update(id="4711")),
        changed(lambda e: e.update(number=PULL + 1)),
        changed(lambda e: (e.update(number=0), e["pull_request"].update(number=0))),
        changed(lambda e: e["pull_request"].update(number=True)),
        changed(lambda e: e["pull_request"].pop("labels")),
        changed(lambda e: e["pull_request"].update(labels=[{}])),
        changed(lambda e: e["pull_request"]["head"].pop("repo")),
        changed(lambda e: e["pull_request"]["head"].update(repo={})),
        changed(lambda e: e["pull_request"]["head"].update(sha="main")),
        changed(lambda e: e["pull_request"]["head"].update(sha=f"{HEAD}\n")),
        changed(lambda e: e.update(action="labeled")),
    ],
)
def test_an_event_is_read_whole_or_not_at_all(tmp_path: Path, event: object) -> None:
    """What is missing, of another type, or contradicts itself is a problem and never a yes."""
    with pytest.raises(GithubAnswerUnusable):
        read(tmp_path, event)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"action": "opened", "action": "closed"}', b"\xff", b"{}" + b" " * MOST_BYTES]
)
def test_a_file_that_is_no_strict_json_is_a_problem(tmp_path: Path, raw: bytes) -> None:
    """Two readers could understand it differently, or it is too long."""
    (tmp_path / "event.json").write_bytes(raw)

    with pytest.raises(GithubAnswerUnusable):
        pull_request_event(read_event(tmp_path / "event.json"))


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path, name: str) -> None:
    """Outside a workflow, somebody has to name it."""
    with pytest.raises(UsageProblem):
        read_event(tmp_path / name)
