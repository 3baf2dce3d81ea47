"""A repository of roles on GitHub beside a tenant that is as its files say, and people who act in both."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acceptance.desk import PROJECT
from fakes.depot import Depot, git
from fakes.forge import MAIN, Forge
from fakes.guarded_github import GuardedGithub
from fakes.reading import commands
from fakes.runner import Run
from fakes.runner_actions import SYSTEM_PATH
from fakes.warm import warmed

from reconciler.cli.main import run as run_command
from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.keys import ApiKey
from reconciler.sandbox.records import Author, RoleDraft, RoleEdit, RoleRecord
from reconciler.sandbox.server import serving
from reconciler.sandbox.store import Store
from reconciler.sandbox.tenant import DATABASE, opened_store
from reconciler.tenants.clock import SystemClock

KEYS = {"tenant-read": "sa_test_key-that-may-only-look", "tenant-write": "sa_test_key-that-may-write"}
SCOPES = {
    "tenant-read": ("analytics:read", "settings:read", "users:read"),
    "tenant-write": ("analytics:read", "settings:write", "users:write"),
}
OUTSIDER = "in a browser"
CANARY = "pwn"
HOSTILE_BRANCH = 'a"$(touch${IFS}pwn)`id`;#\u202e'
HOSTILE_TITLE = 'a"$(touch pwn)`touch pwn`;# ::set-output name=go::true\n##[set-env name=X]y\u202e @team'
HOSTILE_ROLE = "::set-output name=verdict::ready ##[add-path]x $(touch pwn) <img src=x> @team \u202e"
ANNOTATIONS = frozenset({"error", "warning", "notice"})
OUTPUTS = frozenset({"go", "pull", "head", "digest", "verdict", "code"})
_VALUE = re.compile(r"[A-Za-z0-9:_-]*")


@dataclass(frozen=True)
class Settled:
    """What every test starts from, made once."""

    folder: Path
    address: str
    """Of the tenant."""
    serve: Callable[[Any], object]
    """Puts a tenant behind the address."""


@contextmanager
def settled(folder: Path) -> Iterator[Settled]:
    """Make the repository, and a tenant that is as its files say; one address serves whichever tenant is put there."""
    behind: list[Any] = []

    def app(environ: Any, start_response: Any) -> Any:  # noqa: ANN401 - the server's own types exist for checkers only
        return behind[-1](environ, start_response)

    with serving(app) as address:  # type: ignore[arg-type]  # anything that can be called serves
        files = _files(address)
        for path, text in files.items():
            (folder / "files" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "files" / path).write_text(text, encoding="utf-8")
        Depot(folder).commit(None, files, MAIN, message="Roles of the desk")
        _settle(folder / "files")
        for tools in ("tools", "plain"):
            (folder / tools).mkdir()
        command = folder / "plain" / "reconciler"
        command.write_text(f"#!{sys.executable} -I\nfrom reconciler.cli.main import main\nmain()\n", encoding="utf-8")
        command.chmod(0o755)
        with warmed(folder / "tools" / "reconciler"):
            yield Settled(folder, address, behind.append)


@contextmanager
def staged(made: Settled, folder: Path) -> Iterator[Stage]:
    """Give a stage of its own to one test; leaving the block checks that nothing broke a rule of all runs."""
    for name in ("bare", "work"):
        shutil.copytree(made.folder / name, folder / name)
    (folder / "tenant").mkdir()
    shutil.copy(made.folder / "files" / ".reconciler" / DATABASE, folder / "tenant" / DATABASE)
    with ExitStack() as stack:
        store = stack.enter_context(opened_store(folder / "tenant"))
        # Two people's keys: what a plan comes to must not depend on who asks.
        people = store.users.page(after=0, limit=2).entries
        keys = [
            ApiKey(secret=KEYS[environment], scopes=SCOPES[environment], user_id=user.id)
            for environment, user in zip(("tenant-read", "tenant-write"), people, strict=True)
        ]

        def serve(known: Iterable[ApiKey]) -> None:
            app = SandboxApp(store, known, SystemClock())
            stack.callback(app.close)
            made.serve(app)

        serve(keys)
        github = stack.enter_context(GuardedGithub())
        elsewhere = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        stage = Stage(folder, made, github, store, elsewhere)
        stage.close_tenant = lambda: serve(())
        yield stage
        stage.check()


class Stage:
    """One test's GitHub and tenant."""

    def __init__(
        self, folder: Path, made: Settled, github: GuardedGithub, store: Store, elsewhere: socket.socket
    ) -> None:
        self.forge = Forge(folder / "runs", Depot(folder), github, made.folder / "tools", KEYS)
        self.github = github
        self.address = made.address
        self.elsewhere = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/api/v1"
        """An address that listens and that nothing may ever speak to."""
        self.close_tenant: Callable[[], object] = lambda: None
        """Lets the tenant refuse every key from then on."""
        self._files = made.folder / "files"
        self._store = store
        self._listener = elsewhere
        self._folder = folder
        self._before = len(self._entries())

    def text(self, path: str) -> str:
        """Give a file of the first commit."""
        return (self._files / path).read_text(encoding="utf-8")

    def edited(self, path: str, before: str, after: str) -> dict[str, str]:
        """Give an edit of a file of the first commit; the text must be there."""
        text = self.text(path)
        assert before in text
        return {path: text.replace(before, after)}

    def settings(self, before: str, after: str) -> dict[str, str]:
        """Give an edit of the settings."""
        return self.edited("reconciler.yaml", before, after)

    def role(self, name: str) -> RoleRecord:
        """Give a live role."""
        found = self._store.roles.named(name)
        assert found is not None
        return found

    def writes(self) -> list[str]:
        """Give what the program wrote to the tenant: what it did, and to which role."""
        return [
            f"{entry.action} {(entry.after or entry.before or {}).get('name')}"
            for entry in self._entries()[self._before :]
            if entry.actor != OUTSIDER
        ]

    def somebody_edits(self, role: str, *, adds: Iterable[str] = (), takes: Iterable[str] = ()) -> None:
        """Edit a role in the product, as an administrator does in a browser."""
        live = self.role(role)
        edit = RoleEdit(permissions=frozenset({*live.permissions, *adds}) - frozenset(takes))
        self._store.roles.edit(live.id, edit, _outsider())

    def somebody_creates(self, role: str) -> None:
        """Create a role in the product."""
        draft = RoleDraft(name=role, description=role, permissions=frozenset({"conversations.view"}))
        self._store.roles.create(draft, _outsider())

    def at_the_desk(self, commit: str, command: str) -> Path:
        """Run a command in somebody's own clone, with the key that may look, and give the clone."""
        folder = self._folder / "clone"
        git(self._folder, "clone", "--quiet", self.forge.remote, str(folder))
        git(folder, "checkout", "--quiet", "--detach", commit)
        path = f"{self._files.parent}/plain:{SYSTEM_PATH}"
        env = {"PATH": path, "HOME": str(self._folder), "LANG": "C.UTF-8", "RECONCILER_KEY": KEYS["tenant-read"]}
        subprocess.run(["bash", "-ec", command], cwd=folder, env=env, capture_output=True, check=True)
        return folder

    def comments(self, number: int) -> list[str]:
        """Give the comments on a pull request."""
        at = f"/issues/{number}"
        return [comment["body"] for comment in self.github.comments.values() if comment["issue_url"].endswith(at)]

    def conclusions(self, commit: str) -> list[str]:
        """Give what the checks on a commit say, the newest first."""
        return [check["conclusion"] for check in self.github.checks if check["head_sha"] == commit]

    def digest(self, commit: str) -> str:
        """Give the digest that the newest check on a commit carries."""
        found = next(check["external_id"] for check in self.github.checks if check["head_sha"] == commit)
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", found)
        return str(found)

    def issues(self) -> list[tuple[str, str]]:
        """Give title and state of the issues that are no pull requests."""
        all_ = self.github.issues.values()
        return [(issue["title"], issue["state"]) for issue in all_ if "pull_request" not in issue]

    def check(self) -> None:
        """Assert what holds for every run of every test."""
        assert self.github.refused == [], "a job's permissions were not enough"
        for run in self.forge.runs:
            _check(run, self.github.tokens)
        assert not [path for path in self._folder.rglob(f"*{CANARY}*") if path.name == CANARY]
        self._listener.setblocking(False)
        try:
            self._listener.accept()[0].close()
        except BlockingIOError:
            return
        raise AssertionError("something spoke to an address of the pull request")

    def _entries(self) -> list[Any]:
        return [*self._store.audit.page(after=0, limit=10_000).entries]


def _check(run: Run, tokens: Iterable[str]) -> None:
    """Assert that no job of a run had or told more than it may."""
    for job in run.jobs.values():
        where = f"{run.workflow.name}/{job.id}"
        writes = {scope for scope, level in job.permissions.items() if level == "write"}
        assert not (writes and job.secrets), f"{where} has a key and may write on GitHub"
        assert run.occasion.name != "pull_request" or not (job.secrets or writes), where
        assert not set(commands(job.log)) - ANNOTATIONS, where
        for step in job.steps:
            assert set(step.outputs) <= OUTPUTS, where
            assert all(_VALUE.fullmatch(value) for value in step.outputs.values()), where
            told = f"{step.log}{step.summary}{step.outputs}"
            assert not [secret for secret in (*KEYS.values(), *tokens) if secret in told], where
            assert "Traceback" not in told, where
    kept = b"\n".join(path.read_bytes() for path in run.artifacts.rglob("*") if path.is_file())
    assert not [secret for secret in (*KEYS.values(), *tokens) if secret.encode() in kept]


def _files(address: str) -> dict[str, str]:
    """Give the repository: this one's roles and workflows, for a tenant at an address."""
    paths = [*(PROJECT / "roles").rglob("*.yaml"), *(PROJECT / ".github" / "workflows").glob("roles-*.yml")]
    paths += [path for path in (PROJECT / ".github" / "actions").rglob("*") if path.is_file()]
    paths += [PROJECT / "schemas" / name for name in ("permissions.yaml", "role.schema.json")]
    files = {path.relative_to(PROJECT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    settings = (PROJECT / "reconciler.yaml").read_text(encoding="utf-8")
    sandbox = "  sandbox: {kind: sandbox}\n"
    assert sandbox in settings
    production = f"  production: {{kind: support, url: '{address}', key: 'env:RECONCILER_KEY'}}\n"
    return files | {"reconciler.yaml": settings.replace(sandbox, sandbox + production), ".gitignore": ".reconciler/\n"}


def _settle(folder: Path) -> None:
    """Bring the embedded tenant of a folder to what the files say."""
    before = ("--settings", str(folder / "reconciler.yaml"), "--tenant", "sandbox")
    assert run_command([*before, "plan", "--format", "json", "--out", str(folder / "plan.json")]) == 0
    findings = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["findings"]
    confirms = [f"{each['confirmation']}={each['people']}" for each in findings if each["confirmation"]]
    assert run_command([*before, "apply", "--yes", *(word for each in confirms for word in ("--confirm", each))]) == 0


def _outsider() -> Author:
    return Author(actor=OUTSIDER, at=dt.datetime.now(dt.UTC))
