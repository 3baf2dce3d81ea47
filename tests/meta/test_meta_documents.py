"""Documents are part of the product: they list everything, and what they show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from meta.source import MODULES, PROJECT, name_of

from reconciler import errors
from reconciler.cli.main import COMMANDS, reconciler
from reconciler.desired.codes import CODES
from reconciler.model.finding import Guard
from reconciler.tenants.remarks import REMARKS

DOCS = PROJECT / "docs"
INSIDE = {errors.ReconcilerError, errors.WriteConflict, errors.WriteRefused, errors.WriteUnclear}
"""Errors that apply turns into outcomes, and the root of all; no command ends with one."""
PAGES = (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")))


def page(name: str) -> str:
    """Read one page."""
    return (DOCS / name).read_text(encoding="utf-8")


def errors_page() -> str:
    """Make the page of error codes out of the tables in the code."""
    classes = sorted(
        (
            c
            for c in vars(errors).values()
            if isinstance(c, type) and issubclass(c, errors.ReconcilerError) and c not in INSIDE
        ),
        key=lambda c: c.code,
    )
    lines = [
        "# Error codes",
        "",
        "Stable names for what can be wrong. This page is made from the tables in the code.",
        "",
        "## Problems in the files",
        "",
        "| code | means |",
        "| --- | --- |",
        *(f"| `{code}` | {meaning} |" for code, meaning in sorted(CODES.items())),
        "",
        "## Errors of a command",
        "",
        "| code | exit | means |",
        "| --- | --- | --- |",
        *(f"| `{c.code}` | {int(c.exit_code)} | {(c.__doc__ or '').splitlines()[0]} |" for c in classes),
        "",
        "## Remarks of a command",
        "",
        "Warnings on standard error that no command fails for.",
        "",
        "| code | means |",
        "| --- | --- |",
        *(f"| `{code}` | {meaning} |" for code, meaning in sorted(REMARKS.items())),
        "",
    ]
    return "\n".join(lines)


def test_error_page_is_made_from_the_tables(pytestconfig: pytest.Config) -> None:
    """Every code is explained, and no explained code is gone."""
    if pytestconfig.getoption("--update-golden"):
        (DOCS / "errors.md").write_text(errors_page(), encoding="utf-8")

    assert errors_page() == page("errors.md")


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_problem_code_is_in_the_table(module: Path) -> None:
    """A problem that the code can report is explained."""
    used = re.findall(r'code="([a-z]+\.[a-z-]+)"', module.read_text(encoding="utf-8"))

    assert [] == [code for code in used if code not in CODES]


@pytest.mark.parametrize("code", list(errors.Exit), ids=lambda c: str(int(c)))
def test_every_exit_code_is_documented(code: errors.Exit) -> None:
    """The table of exit codes has a row for each, and the help names it."""
    assert f"| {int(code)} |" in page("exit-codes.md")
    assert re.search(rf"\b{int(code)} [a-z]", (reconciler.epilog or ""))


@pytest.mark.parametrize("guard", list(Guard), ids=str)
def test_every_guard_is_documented(guard: Guard) -> None:
    """The table of guards has a row for each."""
    assert f"| `{guard}` |" in page("guards.md")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_examples_and_a_run_in_the_documents(name: str) -> None:
    """Help shows how to use a command, and the documents show what it prints."""
    command = reconciler.get_command(click.Context(reconciler), name)

    assert command is not None
    assert "Examples:" in (command.epilog or "")
    assert f"$ reconciler {name}" in page("commands.md")


@pytest.mark.parametrize("file", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(file: Path) -> None:
    """Every link to another page finds it."""
    links = re.findall(r"\]\(([^)#:]+)\)", file.read_text(encoding="utf-8"))

    assert [] == [link for link in links if not (file.parent / link).exists()]
