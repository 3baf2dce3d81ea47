"""The environment of a workflow: read in one place, missing parts told at once, values in no text."""

from __future__ import annotations

import pytest
from fakes.clock import FakeClock
from fakes.github import TOKEN

from reconciler.errors import UsageProblem
from reconciler.github.api import ACTIONS_BOT, Author
from reconciler.github.context import ACTIONS_APP, context_of, run_url

WORKFLOW = {
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_REPOSITORY": "desk/roles",
    "GITHUB_TOKEN": TOKEN,
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_RUN_ID": "4711",
}


def test_a_workflows_environment_is_enough() -> None:
    """The defaults are what the token of a workflow on github.com writes as; the token shows in no text."""
    context = context_of(WORKFLOW, "ci publish")

    assert (context.author, context.app) == (ACTIONS_BOT, ACTIONS_APP)
    assert context.run_url == "https://github.com/desk/roles/actions/runs/4711"
    assert TOKEN not in repr(context)
    with context.open_api(FakeClock()) as api:
        assert api.author == ACTIONS_BOT


def test_another_app_is_named_by_its_ids() -> None:
    """Where an app of the company writes, its account and its number say so."""
    told = {"RECONCILER_GITHUB_AUTHOR": "77:desk-roles[bot]", "RECONCILER_GITHUB_APP": "99"}
    context = context_of(WORKFLOW | told, "ci publish")

    assert (context.author, context.app) == (Author(id=77, login="desk-roles[bot]"), 99)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (["GITHUB_TOKEN"], "GITHUB_TOKEN is not set"),
        (["GITHUB_API_URL", "GITHUB_TOKEN"], "GITHUB_API_URL and GITHUB_TOKEN are not set"),
        (
            ["GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN"],
            "GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN are not set",
        ),
    ],
)
@pytest.mark.parametrize("empty", [True, False])
def test_everything_that_is_missing_is_named_at_once(missing: list[str], words: str, empty: bool) -> None:
    """One error; a variable without a value is as good as none."""
    there = {name: value for name, value in WORKFLOW.items() if name not in missing}

    with pytest.raises(UsageProblem) as caught:
        context_of(there | (dict.fromkeys(missing, " ") if empty else {}), "ci publish")

    assert caught.value.detail == f"ci publish speaks to GitHub, but {words}"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *[("RECONCILER_GITHUB_AUTHOR", text) for text in ("x", "7", "7:", ":bot", "0:bot", "7:a b", "7:bot\n", "-1:b")],
        *[("RECONCILER_GITHUB_APP", text) for text in ("x", "0", "-1", "1.5", "٣", "9" * 19)],
    ],
)
def test_ids_that_cannot_be_read_are_told_without_their_text(variable: str, value: str) -> None:
    """Whoever set them knows what they hold."""
    with pytest.raises(UsageProblem, match=variable):
        context_of(WORKFLOW | {variable: value}, "ci publish")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_SERVER_URL", ""),
        ("GITHUB_SERVER_URL", "javascript:alert(1)//"),
        ("GITHUB_SERVER_URL", "https://github.com) [x](https://evil.example"),
        ("GITHUB_RUN_ID", "1)"),
        ("GITHUB_REPOSITORY", "desk/roles\n@team"),
    ],
)
def test_no_address_is_made_of_anything_else(name: str, value: str) -> None:
    """The address stands in comments and issues, so every part of it is as GitHub sets it, or there is none."""
    assert run_url(WORKFLOW | {name: value}) is None
