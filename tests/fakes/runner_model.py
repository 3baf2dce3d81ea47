"""What goes into a run of a workflow and what is known of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

GOOD = "success"


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a run was started for, as its runner knows it."""

    name: str
    """Of the event, such as `push`."""
    payload: Mapping[str, Any]
    ref: str
    sha: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    actor: str = "ada"
    head_ref: str = ""
    base_ref: str = ""
    is_trusted: bool = True
    """False for a fork: its token cannot write, whatever the file says."""


class Host(Protocol):
    """What a runner needs of the GitHub that it belongs to."""

    api: str
    """Address of the API."""
    remote: str
    """Address of the repository."""
    repository: str
    tools: Path
    """The folder that installing the program puts on the path."""
    variables: Mapping[str, str]
    """Of the repository; what is not among them is empty."""

    def issue_token(self, permissions: Mapping[str, str]) -> str:
        """Make a token that may do this and nothing else."""
        ...

    def secrets_of(self, environment: str, ref: str) -> Mapping[str, str] | None:
        """Give the secrets of an environment; None where its rule does not let this ref in."""
        ...


@dataclass(kw_only=True)
class StepRan:
    """What became of one step."""

    name: str
    outcome: str
    """Before `continue-on-error`."""
    conclusion: str
    code: int = 0
    out: str = ""
    err: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    """Everything that its process had."""

    @property
    def log(self) -> str:
        """Both streams, as the runner reads them for commands."""
        return f"{self.out}\n{self.err}"


@dataclass(kw_only=True)
class JobRan:
    """What became of one job, and what it could have used."""

    id: str
    result: str = GOOD
    steps: list[StepRan] = field(default_factory=list)
    outputs: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] = field(default_factory=dict)
    workspace: Path = field(default_factory=Path)

    @property
    def log(self) -> str:
        """What all steps printed."""
        return "\n".join(step.log for step in self.steps)

    def step(self, command: str) -> StepRan:
        """Give the one step whose name holds this."""
        (found,) = [step for step in self.steps if command in step.name]
        return found
