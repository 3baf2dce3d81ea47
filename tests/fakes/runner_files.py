"""The files that a step writes for its runner, read as the runner reads them."""

from __future__ import annotations

import re
from pathlib import Path

MOST_SUMMARY = 1024 * 1024
"""Bytes of one step's summary; a longer one is thrown away."""
COMMAND_FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")


class StepFileError(Exception):
    """A file that the runner refuses, which fails the step."""


def entries(text: str) -> dict[str, str]:
    """Read `name=value` lines and `name<<end … end` blocks; the last entry of a name counts."""
    found: dict[str, str] = {}
    lines = re.split(r"\r\n|\n|\r", text)
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line:
            continue
        equals, opens = line.find("="), line.find("<<")
        if equals >= 0 and (opens < 0 or equals < opens):
            name, value = line[:equals], line[equals + 1 :]
        elif opens >= 0:
            name, end = line[:opens], line[opens + 2 :]
            if not end or end not in lines[at:]:
                raise StepFileError(f"the block of {name!r} does not end")
            last = lines.index(end, at)
            value = "\n".join(lines[at:last])
            at = last + 1
        else:
            raise StepFileError(f"{line!r} is no entry")
        if not name:
            raise StepFileError("an entry has no name")
        found[name] = value
    return found


def summary(path: Path) -> str:
    """Read a step's summary; raises `StepFileError` where the runner would throw it away."""
    raw = path.read_bytes()
    if len(raw) > MOST_SUMMARY:
        raise StepFileError(f"the summary has {len(raw)} bytes")
    return raw.decode()


def copied(patterns: str, workspace: Path, to: Path) -> int:
    """Copy what an upload names into a folder and give the number of files; hidden ones are left out.

    One folder gives its content; one file gives itself. Several keep their paths below what they share.
    """
    sources = [workspace / line.strip() for line in patterns.splitlines() if line.strip()]
    for source in sources:
        if set(str(source)) & set("*?[!"):
            raise AssertionError(f"patterns are not known to this runner: {source}")
    there = [source for source in sources if source.exists() and not source.name.startswith(".")]
    files = sorted(file for source in there for file in _files(source))
    if not files:
        return 0
    root = _shared(there) if len(there) > 1 else there[0] if there[0].is_dir() else there[0].parent
    for file in files:
        target = to / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    return len(files)


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    inside = [file for file in source.rglob("*") if file.is_file()]
    return [file for file in inside if not any(part.startswith(".") for part in file.relative_to(source).parts)]


def _shared(paths: list[Path]) -> Path:
    parents = [{path.parent, *path.parents} for path in paths]
    return max(set.intersection(*parents), key=lambda parent: len(parent.parts))
