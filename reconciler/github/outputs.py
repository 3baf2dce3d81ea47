"""Tells later steps of a job what a command found: outputs in a strict alphabet, and the job's summary."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from reconciler.errors import UsageProblem
from reconciler.github.problems import GithubUnusable

MAX_SUMMARY = 1024 * 1024
"""Bytes of one step's summary that GitHub shows; it shows nothing of a longer one."""

Output: TypeAlias = "str | int | bool | None"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VALUE = re.compile(r"[A-Za-z0-9:_-]*")


def write_outputs(environment: Mapping[str, str], values: Mapping[str, Output]) -> None:
    """Append outputs to the file that `GITHUB_OUTPUT` names; nothing where it names none.

    Booleans are `true` and `false`, None is empty. Only digests, counts, commit ids and words of ours pass: raises
    `GithubUnusable`, before anything is written, for a value with any other sign than letters, digits, `:`, `_` and
    `-`, and `UsageProblem` where the file cannot be written.
    """
    lines = "".join(f"{_checked_name(name)}={_checked_value(name, value)}\n" for name, value in values.items())
    _append(environment, "GITHUB_OUTPUT", lines)


def append_summary(environment: Mapping[str, str], markdown: str) -> None:
    """Append Markdown to the summary of the job, the file that `GITHUB_STEP_SUMMARY` names; nothing without one.

    Raises `GithubUnusable` for more than `MAX_SUMMARY` bytes and `UsageProblem` where the file cannot be written.
    """
    if len(markdown.encode("utf-8", "surrogatepass")) > MAX_SUMMARY:
        raise GithubUnusable(f"A summary of more than {MAX_SUMMARY} bytes was not written", fix="Shorten it")
    _append(environment, "GITHUB_STEP_SUMMARY", f"{markdown.rstrip()}\n")


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise GithubUnusable("An output has a name of lower-case letters, digits and underscores; nothing was written")
    return name


def _checked_value(name: str, value: Output) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    if not _VALUE.fullmatch(text):
        raise GithubUnusable(f"The output {name} has signs that no output may have; nothing was written")
    return text


def _append(environment: Mapping[str, str], variable: str, text: str) -> None:
    named = environment.get(variable, "")
    if not named:
        return
    try:
        with Path(named).open("a+b") as file:
            # What an earlier program of the step left without a line end would swallow our first line.
            torn = file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
            file.write((b"\n" if torn else b"") + text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        raise UsageProblem(
            f"The file that {variable} names cannot be written", fix=f"Set {variable} to a file, or unset it"
        ) from error
