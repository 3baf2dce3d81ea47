"""The runs that the documents show are run, and print what the documents say."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys

import pytest
from acceptance.desk import PROJECT, Desk, Ran

from reconciler.cli.main import COMMANDS

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
    """Compare line by line; a line `...` stands for any number of lines, and within a line for a word."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(re.escape("..."), r"\S+") + "\n"
        for line in shown.splitlines()
    )
    return re.fullmatch(pattern, printed) is not None


def run_until_stopped(arguments: list[str]) -> Ran:
    """Run one command line as a process, and stop it as Ctrl-C does once it has said its first line."""
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler.cli.main", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        out, err = first + running.stdout.read(), running.stderr.read()
    return Ran(code=running.returncode, out=out, err=err)


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md"])
def test_documented_runs_print_what_the_page_says(desk: Desk, page: str) -> None:
    """From top to bottom, every command of a page prints what is shown below it, and ends as it says."""
    shown = runs((PROJECT / page).read_text(encoding="utf-8"))
    assert shown

    for line, output in shown:
        command, _, comment = line.partition("  # exits ")
        command, stopped, _ = command.partition("  # until Ctrl-C")
        arguments = shlex.split(command)[1:]
        ran = run_until_stopped(arguments) if stopped else desk.run(*arguments)
        assert matches(output, ran.out + ran.err), f"$ {line}\n{ran.out}{ran.err}"
        assert int(comment or 0) == ran.code, f"$ {line}"


def test_pages_show_every_command() -> None:
    """Every command has a run that is run, every format of plan too, and what is hard to show is not left out."""
    shown = [line for line, _ in runs((PROJECT / "docs" / "commands.md").read_text(encoding="utf-8"))]

    for part in (
        *COMMANDS,
        *(f"plan --format {name}" for name in ("markdown", "github", "checklist", "html", "json")),
        "validate --format github",
        "adopt --all",
        "--based-on",
        "init live --adopt",
        "sandbox serve",
        "sandbox reset",
    ):
        assert any(f" {part}" in line for line in shown), part
