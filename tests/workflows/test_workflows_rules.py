"""Every workflow and action, ours and those that `init` writes, keeps the rules; the loader leaves nothing unclear."""

from __future__ import annotations

import pytest
from workflows.reading import File, read, shipped, written
from workflows.rules import RULES, Rule

FILES = (*shipped(), *written(), *written("desk's $(touch pwn) roles/"))


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
@pytest.mark.parametrize("file", FILES)
def test_workflow_keeps_the_rule(file: File, rule: Rule) -> None:
    """Nothing that is shipped breaks a rule, and no file is left out."""
    assert rule(file) == []


def test_no_workflow_is_left_out() -> None:
    """The files that are checked are those of the repository and those that init writes."""
    assert {file.path for file in FILES} == {
        *(f".github/workflows/{n}.yml" for n in ("campaigns", "ci")),
        *(f".github/workflows/roles-{n}.yml" for n in ("apply", "drift", "plan", "validate")),
        *(f"init:.github/workflows/roles-{n}.yml" for n in ("apply", "drift", "plan", "validate")),
        ".github/actions/reconciler/action.yml",
        "init:.github/actions/reconciler/action.yml",
    }


def test_loader_reads_the_word_on_as_it_stands() -> None:
    """The trigger's key, which other loaders turn into a truth value, is a key like any other."""
    assert list(read("x.yml", "on: push\njobs: {}\n").triggers) == ["push"]


@pytest.mark.parametrize(
    "text",
    [
        "on: push\non: pull_request_target\njobs: {}\n",
        "on: &event push\njobs: {a: *event}\n",
        "on: !cancelled()\njobs: {}\n",
        "on: {push: }\njobs: {}\n",
        "true: push\njobs: {}\n",
    ],
)
def test_loader_refuses_what_two_readers_could_read_differently(text: str) -> None:
    """Equal keys, anchors, tags, empty values and keys that are no text: GitHub and a reviewer may disagree on them."""
    with pytest.raises(AssertionError):
        read("x.yml", text)
