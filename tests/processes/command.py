"""The installed command in a process of its own, and the embedded tenant's server in another."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acceptance.desk import PROJECT

from reconciler.sandbox.records import AuditRecord, Author
from reconciler.sandbox.seed import seed
from reconciler.sandbox.store import Store
from reconciler.sandbox.tenant import DATABASE, opened_store

COMMAND = str(Path(sys.executable).with_name("reconciler"))
"""The console script that installing makes."""
PATIENCE = 90
"""Seconds after which a process hangs; no measurement."""

EMBEDDED = "sandbox: {kind: sandbox}"
BRISK = Path(__file__).with_name("brisk.py")


@dataclass(frozen=True)
class Ended:
    """How a process ended, and what it printed."""

    code: int
    out: str
    err: str


class Place:
    """A repository of roles in a folder, with the embedded tenant's database beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address: str | None = None
        """Where its tenant is served already, if it is."""

    @classmethod
    def made(cls, folder: Path) -> Place:
        """Copy this repository's roles and settings, and install the kind `brisk` beside them."""
        shutil.copytree(PROJECT / "roles", folder / "roles")
        shutil.copy(PROJECT / "reconciler.yaml", folder / "reconciler.yaml")
        (folder / "schemas").mkdir()
        for name in ("permissions.yaml", "role.schema.json"):
            shutil.copy(PROJECT / "schemas" / name, folder / "schemas" / name)
        brisk = folder / "brisk"
        information = brisk / "brisk-1.dist-info"
        information.mkdir(parents=True)
        shutil.copy(BRISK, brisk / "brisk.py")
        (information / "METADATA").write_text("Metadata-Version: 2.1\nName: brisk\nVersion: 1\n", encoding="utf-8")
        (information / "entry_points.txt").write_text("[reconciler.tenants]\nbrisk = brisk:KIND\n", encoding="utf-8")
        return cls(folder)

    def enrich(self) -> None:
        """Let the plan rename a role too, and retire one whose people move, so that it has every kind of write."""
        billing = self.folder / "roles" / "billing-specialist.yaml"
        text = billing.read_text(encoding="utf-8")
        assert "name: Billing Specialist\n" in text
        renamed = "name: Billing Expert\npreviously: [Billing Specialist]\n"
        billing.write_text(text.replace("name: Billing Specialist\n", renamed), encoding="utf-8")
        (self.folder / "roles" / "knowledge-curator.yaml").write_text(
            "name: Knowledge Curator\ndescription: Kept the knowledge base until it moved\nowner: Knowledge Base\n"
            "retired: true\nmove_users_to: quality-reviewer\n",
            encoding="utf-8",
        )

    def copied(self, folder: Path) -> Place:
        """Give the same place in another folder."""
        assert not folder.is_relative_to(self.folder)
        return Place(Path(shutil.copytree(self.folder, folder, dirs_exist_ok=True)))

    def environment(self, **more: str) -> Mapping[str, str]:
        """Give the environment of a process; not measured, as what is killed or has no room breaks the figures."""
        key = self.folder / ".reconciler" / "sandbox.key"
        served = {"SERVED_KEY": key.read_text(encoding="ascii").strip()} if key.exists() else {}
        path = os.pathsep.join(filter(None, (str(self.folder / "brisk"), os.environ.get("PYTHONPATH"))))
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "COVERAGE"))}
        return {**plain, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": path, **served, **more}

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start the command with nothing on standard input."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=self.environment(**more),
        )

    def run(self, *arguments: str, patience: float = PATIENCE, **more: str) -> Ended:
        """Run the command to its end."""
        return ended(self.start(*arguments, **more), patience)

    def shell(self, script: str, *arguments: str, **more: str) -> Ended:
        r"""Run a shell script in which `"$@"` is the command, such as `ulimit -v 100; exec "$@"`."""
        process = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            cwd=self.folder,
            env=self.environment(**more),
        )
        return ended(process)

    def point_at(self, url: str, kind: str = "support") -> None:
        """Let the settings name a server instead of the embedded tenant."""
        text = (PROJECT / "reconciler.yaml").read_text(encoding="utf-8")
        assert EMBEDDED in text
        there = f"sandbox: {{kind: {kind}, url: '{url}', key: 'env:SERVED_KEY'}}"
        (self.folder / "reconciler.yaml").write_text(text.replace(EMBEDDED, there), encoding="utf-8")

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve the tenant from a process of its own, unless it is, and give its address."""
        if self.address is not None:
            yield self.address
            return
        server = subprocess.Popen(
            [COMMAND, "sandbox", "serve", "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=self.environment(),
        )
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE)
            server.stdout.close()

    def confirm_all(self) -> None:
        """Confirm every finding of the plan."""
        plan = json.loads(self.run("plan", "--format", "json").out)
        for name in filter(None, (finding["confirmation"] for finding in plan["findings"])):
            assert self.run("confirm", name, "--reason", "announced").code == 0

    def start_over(self) -> None:
        """Make the tenant as on the first day, with nobody to speak to; a server that has it open goes on with that."""
        shutil.copy(PROJECT / "reconciler.yaml", self.folder / "reconciler.yaml")
        Store.start_over(self.folder / ".reconciler" / DATABASE, seed)
        shutil.rmtree(self.folder / ".reconciler" / "journal", ignore_errors=True)

    def audit(self) -> tuple[AuditRecord, ...]:
        """Give everything that happened to the tenant."""
        with opened_store(self.folder / ".reconciler") as store:
            return tuple(store.audit.page(after=0, limit=10_000).entries)

    def state(self) -> Mapping[str, Any]:
        """Give the tenant's roles by name, and everybody's roles by name: all that matters, without ids."""
        with opened_store(self.folder / ".reconciler") as store:
            roles = store.roles.page(after=0, limit=10_000).entries
            people = store.users.page(after=0, limit=10_000).entries
        names = {role.id: role.name for role in roles}
        assert len(set(names.values())) == len(names)
        return {
            "roles": {role.name: (role.description, role.permissions, role.kind) for role in roles},
            "people": {person.email: sorted(names[role] for role in person.role_ids) for person in people},
        }

    def edit(self, name: str, description: str) -> None:
        """Edit a role as a person in the product does."""
        import datetime as dt

        from reconciler.sandbox.records import RoleEdit

        with opened_store(self.folder / ".reconciler") as store:
            role = store.roles.named(name)
            assert role is not None
            author = Author(actor="a person", at=dt.datetime.now(dt.UTC))
            store.roles.edit(role.id, RoleEdit(description=description), author)

    def effects(self) -> Counter[str]:
        """Count what happened to the tenant, each kind of effect on each thing, without ids."""
        return Counter(_effect(entry) for entry in self.audit())

    def journals(self) -> list[list[Mapping[str, Any]]]:
        """Give the entries of every journal, oldest first; every line of every file has to parse."""
        files = sorted((self.folder / ".reconciler" / "journal").glob("*.jsonl"))
        return [[json.loads(line) for line in file.read_text(encoding="ascii").splitlines()] for file in files]


def ended(process: subprocess.Popen[str], patience: float = PATIENCE) -> Ended:
    """Wait for the end of a process; none of ours may show a traceback."""
    out, err = process.communicate(timeout=patience)
    assert "Traceback" not in out + err, out + err
    return Ended(code=process.returncode, out=out, err=err)


def _effect(entry: AuditRecord) -> str:
    shown = [
        None if side is None else {key: side[key] for key in sorted(side) if key in {"name", "permissions", "email"}}
        for side in (entry.before, entry.after)
    ]
    return json.dumps([entry.action, shown])
