"""Workflows and actions as they are shipped, read by the strict loader that reads role files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meta.source import PROJECT

from reconciler.desired.workflows import WORKFLOW_FILES, workflow_texts
from reconciler.desired.yaml_events import read_yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)


@dataclass(frozen=True)
class File:
    """One workflow or action: its text, and what the text says."""

    path: str
    text: str
    value: Mapping[str, Any]

    @property
    def triggers(self) -> Mapping[str, Any]:
        """What starts it; none for an action."""
        told = self.value.get("on", {})
        return {told: None} if isinstance(told, str) else dict.fromkeys(told) if isinstance(told, list) else told

    @property
    def jobs(self) -> Mapping[str, Mapping[str, Any]]:
        """Its jobs; an action is one job, which has no rights of its own."""
        return self.value["jobs"] if "jobs" in self.value else {"(action)": self.value["runs"]}

    @property
    def is_action(self) -> bool:
        """Whether it is an action and no workflow."""
        return "runs" in self.value

    def steps(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give every step with a name for its place."""
        for job, body in self.jobs.items():
            for number, step in enumerate(body.get("steps", ()), start=1):
                yield f"{self.path}: {job}, step {number}", step


def read(path: str, text: str) -> File:
    """Read strictly: anchors, tags, equal keys and words that YAML would turn into something else are refused."""
    document = read_yaml(path, text.encode())
    assert document.problems == []
    assert isinstance(document.value, dict)
    return File(path, text, document.value)


def shipped() -> tuple[File, ...]:
    """Give every workflow and action of this repository."""
    folder = PROJECT / ".github"
    found = (*folder.glob("workflows/*"), *folder.glob("actions/*/action.y*ml"))
    return tuple(read(p.relative_to(PROJECT).as_posix(), p.read_text(encoding="utf-8")) for p in sorted(found))


def written(below: str = "") -> tuple[File, ...]:
    """Give every workflow and action that `init` writes."""
    texts = workflow_texts(below)
    return tuple(read(f"init:{path}", texts[path]) for path in WORKFLOW_FILES if _is_ours(path))


def _is_ours(path: str) -> bool:
    return path.startswith(".github/workflows/") or path.endswith("/action.yml")


def strings(value: object) -> Iterator[str]:
    """Give every text in a value, keys too."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def expressions(value: object) -> Iterator[str]:
    """Give what stands between `${{` and `}}`; an `if:` is one even without them."""
    for text in strings(value):
        yield from EXPRESSION.findall(text)
    yield from _conditions(value)


def _conditions(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("if"), str):
            yield value["if"]
        for inner in value.values():
            yield from _conditions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _conditions(inner)
