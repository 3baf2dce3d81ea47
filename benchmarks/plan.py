"""Measure a plan of many roles against a lower bound, as whole processes, and print the ratios.

    python benchmarks/plan.py [ROLES ...]        default: 100 1000 10000

The lower bound does the least that any tool in this language must do for the same answer: parse every file with
libyaml, read every page of the role list, and compare two sets per role. It checks nothing, keeps no positions,
proves no listing complete, and counts nobody. Both run in a fresh process against the same embedded tenant, which
is served by a process of its own, in turns; the median of the runs counts.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUNS = 3
CHANGED = 10
"""Roles that differ between files and tenant."""
KEY = "sa_test_benchmark"

FILE = """\
# yaml-language-server: $schema=../schemas/role.schema.json
name: {name}
description: Handles the conversations of desk {number:05} and keeps its contacts in order
owner: Support Operations
permissions:
  conversations:
    view: on
    view_all: on
    reply: on
    assign: on
    close_reopen: on
    tag: on
    forward: off
    merge: off
    use_snippets: on
    flag_for_coaching: off
    bulk_assign: off
    bulk_tag: off
    bulk_close: off
  notes:
    view: on
    add: on
    edit_own: on
    delete_own: on
    mention: on
  contacts:
    view: on
    create: on
    edit: on
    delete: off
    manage_custom_fields: off
    bulk: off
  teams: view
  users:
    view: on
    edit: off
  analytics:
    view_dashboards: on
    export: off
  settings: none
  modules:
    monitor: on
    beta: off
"""
ON = {
    "conversations": "view view_all reply assign close_reopen tag use_snippets",
    "notes": "view add edit_own delete_own mention",
    "contacts": "view create edit",
    "teams": "view",
    "users": "view",
    "analytics": "view_dashboards",
    "modules": "monitor",
}
PERMISSIONS = frozenset(f"{category}.{name}" for category, names in ON.items() for name in names.split())


def name_of(number: int) -> str:
    """Name one role."""
    return f"Desk {number:05} Agent"


def write_files(folder: Path, roles: int) -> None:
    """Write the repository."""
    (folder / "roles").mkdir()
    for number in range(roles):
        (folder / "roles" / f"desk-{number:05}.yaml").write_text(
            FILE.format(name=name_of(number), number=number), encoding="utf-8"
        )


def serve(roles: int) -> None:
    """Serve a tenant with as many roles until standard input closes; prints its address."""
    from reconciler.model.person import PersonId
    from reconciler.sandbox.app import SandboxApp
    from reconciler.sandbox.keys import ALL_SCOPES, ApiKey, Tier
    from reconciler.sandbox.records import RoleDraft
    from reconciler.sandbox.seed import seed
    from reconciler.sandbox.server import serving
    from reconciler.sandbox.store import Store
    from reconciler.tenants.clock import SystemClock

    store = Store.open(None, seed)
    store.add_roles(
        RoleDraft(
            name=name_of(number),
            description=f"Handles the conversations of desk {number:05} and keeps its contacts in order",
            permissions=PERMISSIONS - ({"notes.mention"} if number < CHANGED else set()),
        )
        for number in range(roles)
    )
    (owner,) = store.users.page(after=0, limit=1).entries
    key = ApiKey(secret=KEY, scopes=ALL_SCOPES, tier=Tier.ENTERPRISE, user_id=PersonId(owner.id))
    with serving(SandboxApp(store, (key,), SystemClock())) as url:
        print(url, flush=True)
        sys.stdin.read()


def lower_bound(folder: Path, url: str) -> None:
    """Parse, read, compare; print how many roles differ."""
    import requests
    import yaml

    desired = {}
    for file in sorted((folder / "roles").glob("*.yaml")):
        role = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
        desired[role["name"]] = {
            f"{category}.{name}"
            for category, said in role["permissions"].items()
            for name, on in (said.items() if isinstance(said, dict) else [("view", said == "view")])
            if on
        }
    live = {}
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {KEY}"
    cursor = None
    while True:
        reply = session.get(f"{url}/roles", params={"limit": 100, **({"cursor": cursor} if cursor else {})}, timeout=30)
        page = json.loads(reply.content)
        live.update((role["name"], set(role["permissions"])) for role in page["data"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    print(sum(1 for name, permissions in desired.items() if permissions != live[name]))


def plan(folder: Path, url: str) -> None:
    """Run the command itself."""
    from reconciler.cli.main import run

    (folder / "reconciler.yaml").write_text(
        f"tenants:\n  bench: {{kind: support, url: '{url}', key: 'env:BENCH_KEY'}}\n"
        "default_tenant: bench\nroles: roles/\n",
        encoding="utf-8",
    )
    os.environ["BENCH_KEY"] = KEY
    os.chdir(folder)
    code = run(["plan", "--format", "json", "--out", "plan.json"])
    assert code == 0, code
    print(len(json.loads((folder / "plan.json").read_text(encoding="utf-8"))["changes"]))


@contextmanager
def tenant(roles: int) -> Iterator[str]:
    """Serve from another process and give the address."""
    process = subprocess.Popen(
        [sys.executable, __file__, "serve", str(roles)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


def measure(what: str, folder: Path, roles: int) -> tuple[float, float, int]:
    """Run one side in a fresh process; give wall seconds, peak memory in MiB, and the number it printed."""
    with tenant(roles) as url:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, __file__, what, str(folder), url], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        printed = process.stdout.read().split()
        process.stdout.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - began
        assert process.returncode == 0, f"{what} failed"
        return took, used.ru_maxrss / (1024 * 1024 if platform.system() == "Darwin" else 1024), int(printed[-1])


def compare(roles: int) -> None:
    """Measure both sides in turns and print a row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, roles)
        taken: dict[str, list[tuple[float, float, int]]] = {"plan": [], "bound": []}
        for _ in range(RUNS):
            for what, results in taken.items():
                results.append(measure(what, folder, roles))
    expected = min(CHANGED, roles)
    assert {found for results in taken.values() for _, _, found in results} == {expected}, taken
    seconds = {what: statistics.median(r[0] for r in results) for what, results in taken.items()}
    memory = {what: statistics.median(r[1] for r in results) for what, results in taken.items()}
    print(
        f"| {roles:,} | {seconds['plan']:.2f} | {seconds['bound']:.2f} | {seconds['plan'] / seconds['bound']:.2f} "
        f"| {memory['plan']:.0f} | {memory['bound']:.0f} | {memory['plan'] / memory['bound']:.2f} |",
        flush=True,
    )


def main() -> None:
    """Run what the arguments say; the first words are the sides of a measurement."""
    match sys.argv[1:]:
        case ["serve", roles]:
            serve(int(roles))
        case ["bound", folder, url]:
            lower_bound(Path(folder), url)
        case ["plan", folder, url]:
            plan(Path(folder), url)
        case sizes:
            print("| roles | plan s | bound s | ratio | plan MiB | bound MiB | ratio |")
            print("| --- | --- | --- | --- | --- | --- | --- |")
            for size in sizes or ["100", "1000", "10000"]:
                compare(int(size))


if __name__ == "__main__":
    main()
