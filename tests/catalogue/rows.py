"""The form of the catalogue of bad inputs: a row of the specification, and the cases that try it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest
from acceptance.desk import Desk, Ran

Arrange: TypeAlias = Callable[[Desk, pytest.MonkeyPatch], None]
"""Does to a repository what files alone cannot, such as making a link."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the specification, as docs/bad-inputs.md tells it."""

    number: int
    what: str
    """The input or fault, in short."""
    exit: str
    """What the command ends with here, such as `3` or `0 or 8`; empty where nothing is run."""
    answer: str
    """Our codes in backticks, or what happens instead."""
    elsewhere: tuple[str, ...] = ()
    """Tests outside the catalogue that prove it, by node id."""
    reason: str = ""
    """Why the row does not apply, or why our answer is another one than the specification suggests."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to try a row; several cases may share one."""

    row: int
    slug: str
    """A few words joined by dashes."""
    exit: int
    code: str = ""
    """The code that the answer carries: of a problem, of an error, or of a guard; empty for none."""
    says: tuple[str, ...] = ()
    """Words that the answer has as text."""

    @property
    def id(self) -> str:
        """Give the name of the test."""
        return f"row-{self.row:03}-{self.slug}"


@dataclass(frozen=True, kw_only=True)
class FileCase(Case):
    """Files that are laid into a good repository, which is then validated, planned and applied."""

    files: Mapping[str, str | bytes] = field(default_factory=dict)
    keeps_quiet: tuple[str, ...] = ()
    """Words that no answer has."""
    arrange: Arrange | None = None
    """Runs after the files are written."""
    only_validated: bool = False
    """Whether the fault is in what `validate` alone looks at."""
    alone: bool = False
    """Whether the fault is of the whole folder, so that no problem of another file can be told beside it."""


@dataclass(frozen=True, kw_only=True)
class RunCase(Case):
    """One command line in a repository beside the embedded tenant, after something was arranged."""

    arguments: tuple[str, ...]
    arrange: Arrange = lambda _desk, _patch: None
    check: Callable[[Desk, Ran], None] = lambda _desk, _ran: None
    """What the answer must be beyond its codes and words."""
