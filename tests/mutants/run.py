"""Change the code that decides and the code that escapes, bit by bit, and count the changes that no test notices.

    python tests/mutants/run.py [--most N] [--minutes N] [--children N] [PATTERN ...]

`core/diff` and `guards/*` are patterns of the modules in targets.py; without one it is all of them. Each module is
run by itself: mutmut, in a copy of the project below TMPDIR that goes away, with the tests that targets.py names.
`--most` tries a sample that is the same every time, and `--minutes` ends a module that takes longer. Fails where more
mutants of a module survive than docs/mutants.md justifies: state the missing promise as a test. Fails as well where a
module was not tried to the end.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from targets import TARGETS

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "mutants.md"
FAILED = frozenset({1, 3})
SLOW = frozenset({-24, 24, 36, 152, 255})
"""Exit codes that mutmut keeps where a test failed or took too long; None stands for a mutant that was not tried."""
TABLE = "[tool.mutmut]\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of the mutants of one module."""

    mutants: int
    tried: int
    slow: int = 0
    """How many were noticed by the time they took alone."""
    alive: tuple[str, ...] = ()
    failure: str = ""
    """What mutmut said, where it could not begin."""


def justified() -> dict[str, int]:
    """Give how many mutants of each module may survive, as the page says."""
    rows = re.findall(
        r"^\| `(reconciler/[\w/]+\.py)` \| \d+ \| \d+ \| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {path: int(most) for path, most in rows}


def copied(into: Path, module: str) -> None:
    """Copy what mutmut reads, and tell it the one module and its tests."""
    settings = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    also = re.search(r"^also_copy = (\[.*\])$", settings, re.MULTILINE)
    assert also is not None
    for name in ("reconciler", "tests", *json.loads(also.group(1))):
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, into / name)
    narrowed = (
        f"{TABLE}only_mutate = {json.dumps([module])}\n"
        f"pytest_add_cli_args_test_selection = {json.dumps(list(TARGETS[module]))}\n"
    )
    (into / "pyproject.toml").write_text(settings.replace(TABLE, narrowed), encoding="utf-8")


def sample(module: str, most: int | None) -> list[str]:
    """Give the names of the mutants to try: all of the module, or as many, chosen by the digests of their names."""
    dotted = module.removesuffix(".py").replace("/", ".")
    if most is None:
        return [f"{dotted}.*"]
    from mutmut.mutation.file_mutation import mutate_file_contents

    made = mutate_file_contents(module, (PROJECT / module).read_text(encoding="utf-8"), None, None)
    names = [f"{dotted}.{name}" for name in made.mutant_names]
    return sorted(sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())[:most])


def tried(module: str, choice: list[str], children: int, minutes: float, into: Path) -> Told:
    """Run mutmut on one module in a copy."""
    copied(into, module)
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "mutants"}
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(children), *choice]
    # Its progress is a spinner that redraws itself; only what it says when it fails is worth reading.
    with (into / "log").open("w+", encoding="utf-8") as log:
        running = subprocess.Popen(
            command, cwd=into, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        failed = False
        try:
            failed = running.wait(minutes * 60) != 0
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()
        log.seek(0)
        said = log.read()[-4_000:]
    if failed:
        return Told(mutants=0, tried=0, failure=said)
    kept = into / "mutants" / f"{module}.meta"
    codes = json.loads(kept.read_text(encoding="utf-8"))["exit_code_by_key"] if kept.exists() else {}
    known = {name: code for name, code in codes.items() if code is not None}
    alive = tuple(name for name, code in known.items() if code not in FAILED | SLOW)
    slow = sum(code in SLOW for code in known.values())
    return Told(mutants=len(codes), tried=len(known), slow=slow, alive=alive)


def shown(name: str, into: Path) -> str:
    """Give the change that a mutant is."""
    command = [sys.executable, "-m", "mutmut", "show", name]
    said = subprocess.run(command, check=False, capture_output=True, text=True, cwd=into)
    return "\n".join(f"    {line}" for line in said.stdout.splitlines() if re.match(r"[-+@](?!--|\+\+)", line))


def main() -> int:
    """Try each module and hold what survives against the page; 1 where more does or a run stopped short."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("patterns", nargs="*", metavar="PATTERN", default=["*"])
    reading.add_argument("--most", type=int, help="try so many mutants of each module")
    reading.add_argument("--minutes", type=float, default=30.0, help="end a module after so many minutes")
    reading.add_argument("--children", type=int, default=os.cpu_count() or 1, help="try so many mutants at once")
    said = reading.parse_args()
    modules = [m for m in TARGETS if any(fnmatch.fnmatch(m, f"*{pattern}.py") for pattern in said.patterns)]
    if not modules:
        reading.error("no module in targets.py has such a name")
    most = justified()
    worse = False
    for module in modules:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mutants-") as name:
            into = Path(name)
            told = tried(module, sample(module, said.most), said.children, said.minutes, into)
            # A module without a row has not been judged: what survives there waits for somebody to read it.
            may = most.get(module)
            unfinished = said.most is None and told.tried < told.mutants
            worse |= bool(told.failure) or unfinished or (may is not None and len(told.alive) > may)
            judged = "not judged yet" if may is None else f"{may} justified"
            sys.stdout.write(
                f"{module}: {told.tried} of {told.mutants} mutants tried in {time.monotonic() - begun:.0f} s, "
                f"{told.slow} too slow, {len(told.alive)} alive, {judged}\n{told.failure}"
            )
            if may is None or len(told.alive) > may:
                sys.stdout.writelines(f"  {mutant}\n{shown(mutant, into)}\n" for mutant in told.alive)
            sys.stdout.flush()
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
