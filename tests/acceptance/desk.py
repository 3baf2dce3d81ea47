"""A repository of roles in a folder of its own, and the command line run in it against the embedded tenant."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run
from reconciler.sandbox.records import AuditRecord, Author, RoleEdit, RoleRecord
from reconciler.sandbox.tenant import opened_store

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """What one command line printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """Standard output as JSON."""
        return json.loads(self.out)


class Desk:
    """A copy of this repository's roles and settings."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        shutil.copytree(PROJECT / "roles", folder / "roles")
        shutil.copy(PROJECT / "reconciler.yaml", folder / "reconciler.yaml")
        (folder / "schemas").mkdir()
        for name in ("permissions.yaml", "role.schema.json"):
            shutil.copy(PROJECT / "schemas" / name, folder / "schemas" / name)

    def run(self, *arguments: str) -> Ran:
        """Run one command line in this process."""
        self._capsys.readouterr()
        code = run(arguments)
        printed = self._capsys.readouterr()
        return Ran(code=int(code), out=printed.out, err=printed.err)

    def plan(self, *arguments: str) -> Mapping[str, Any]:
        """Give the plan document."""
        document: Mapping[str, Any] = self.run("plan", "--format", "json", *arguments).data
        return document

    def write(self, path: str, text: str) -> None:
        """Write a file of the repository."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def replace(self, path: str, before: str, after: str) -> None:
        """Edit a file; the text must be there."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert before in text
        self.write(path, text.replace(before, after))

    def confirm_all(self) -> None:
        """Confirm every finding of the plan."""
        for finding in self.plan()["findings"]:
            if finding["confirmation"]:
                assert self.run("confirm", finding["confirmation"], "--reason", "announced").code == 0

    def settle(self) -> None:
        """Bring the tenant to what the files say."""
        self.confirm_all()
        assert self.run("apply", "--yes").code == 0

    def commit(self, message: str) -> None:
        """Commit every file."""
        subprocess.run(["git", "add", "--all"], cwd=self.folder, check=True)
        subprocess.run(["git", "commit", "--quiet", "--message", message], cwd=self.folder, check=True)

    def writes(self) -> tuple[AuditRecord, ...]:
        """Give every write that the tenant has seen."""
        with opened_store(self.folder / ".reconciler") as store:
            return tuple(store.audit.page(after=0, limit=10_000).entries)

    def role(self, name: str) -> RoleRecord | None:
        """Give a live role by its name."""
        with opened_store(self.folder / ".reconciler") as store:
            return store.roles.named(name)

    def edit_live(self, name: str, edit: RoleEdit) -> None:
        """Edit a live role as somebody would in the product."""
        with opened_store(self.folder / ".reconciler") as store:
            role = store.roles.named(name)
            assert role is not None
            store.roles.edit(role.id, edit, Author(actor="usr_1", at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC)))
