"""The runs that the documents show are run, and print what the documents say."""

from __future__ import annotations

import re
import shlex

import pytest
from acceptance.desk import PROJECT, Desk

pytestmark = pytest.mark.sockets

BLOCK = re.compile(r"^```console\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def runs(text: str) -> list[tuple[str, str]]:
    """Give each command line that starts with `$ ` and what is shown below it."""
    shown: list[tuple[str, str]] = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            shown.append((line, output))
    return shown


def matches(shown: str, printed: str) -> bool:
    """Compare line by line; a line `...` stands for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in shown.splitlines())
    return re.fullmatch(pattern, printed) is not None


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md"])
def test_documented_runs_print_what_the_page_says(desk: Desk, page: str) -> None:
    """From top to bottom, every command of a page prints what is shown below it."""
    shown = runs((PROJECT / page).read_text(encoding="utf-8"))
    assert shown

    for line, output in shown:
        command, _, comment = line.partition("  # exits ")
        ran = desk.run(*shlex.split(command)[1:])
        assert matches(output, ran.out + ran.err), f"$ {line}\n{ran.out}{ran.err}"
        assert int(comment or 0) == ran.code, f"$ {line}"
