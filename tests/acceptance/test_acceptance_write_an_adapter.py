"""The tutorial for adapters of other products: its code is put together, proved by the contract, and planned with."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest
from acceptance.desk import PROJECT

pytestmark = pytest.mark.sockets

PAGE = PROJECT / "docs" / "write-an-adapter.md"
SERVER = PROJECT / "docs" / "examples" / "plaindesk" / "server.py"
FILE = re.compile(r"^```(?:python|toml|yaml)\n# (\S+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def files() -> Mapping[str, str]:
    """Give the files of the page; blocks of one file come one after the other."""
    told: dict[str, list[str]] = {}
    for name, text in FILE.findall(PAGE.read_text(encoding="utf-8")):
        told.setdefault(name, []).append(text)
    return {name: "\n\n".join(parts) for name, parts in told.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the distribution as it would be installed."""
    told = files()
    for name in ("plaindesk.py", "test_plaindesk.py"):
        (tmp_path / name).write_text(told[name], encoding="utf-8")
    shutil.copy(SERVER, tmp_path / "server.py")
    project = tomllib.loads(told["pyproject.toml"])["project"]
    about = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n{name} = {place}\n"
            for group, offered in project["entry-points"].items()
            for name, place in offered.items()
        ),
        encoding="utf-8",
    )
    return tmp_path


def plaindesk(folder: Path) -> ModuleType:
    """Give the product of the tutorial."""
    spec = importlib.util.spec_from_file_location("plaindesk_server", folder / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ran(folder: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python with the distribution on the path."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(folder), "PLAINDESK_KEY": "plaindesk-key", "PYTHONIOENCODING": "utf-8"},
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_adapter_is_as_short_as_the_page_says_and_keeps_the_contract(folder: Path) -> None:
    """Under 150 lines, and every promise of the port is kept."""
    assert (folder / "plaindesk.py").read_text(encoding="utf-8").count("\n") < 150

    proved = ran(folder, folder, "pytest", "-q", "-p", "no:cacheprovider", "test_plaindesk.py")

    assert proved.returncode == 0, proved.stdout
    assert re.search(r"^\d\d passed", proved.stdout, flags=re.MULTILINE)


def test_whole_life_of_a_role_works_for_the_new_product(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A repository is made, filled from the product, changed, planned in people, confirmed and applied."""
    desk, repository = (module := plaindesk(folder)).Desk(), tmp_path_factory.mktemp("repository")

    def reconciler(*arguments: str) -> subprocess.CompletedProcess[str]:
        return ran(folder, repository, "reconciler.cli.main", *arguments)

    with module.serving(desk) as url:
        begun = reconciler("init", "--kind", "plaindesk")
        settings = files()["reconciler.yaml"].replace("http://127.0.0.1:8123", url)
        (repository / "reconciler.yaml").write_text(settings, encoding="utf-8")
        assert reconciler("catalogue", "--update", "--overwrite").returncode == 0
        (repository / "roles" / "example-reader.yaml").unlink()
        adopted = reconciler("adopt", "--all")
        quiet = reconciler("plan", "--exit-code")
        role = repository / "roles" / "desk-lead.yaml"
        role.write_text(role.read_text(encoding="utf-8").replace("tickets: all", "tickets: [read, answer]"), "utf-8")
        plan = reconciler("plan")
        for finding in json.loads(reconciler("plan", "--format", "json").stdout)["findings"]:
            if finding["level"] != "confirm":
                continue
            assert reconciler("confirm", finding["confirmation"], "--reason", "Announced").returncode == 0
        applied = reconciler("apply", "--yes")
        drift = reconciler("drift")

    assert (begun.returncode, adopted.returncode, quiet.returncode) == (0, 0, 0), begun.stderr + adopted.stderr
    assert "2 people lose something, most through Desk Lead" in plan.stdout
    assert "- tickets.delete  2 of 2 lose it" in plan.stdout
    assert (applied.returncode, drift.returncode) == (0, 0), applied.stderr + applied.stdout
    assert desk.roles[1]["rights"] == ["desk.roles", "tickets.answer", "tickets.read"]
