"""Change the code that decides and the code that escapes, bit by bit, and count the changes that no test notices.

    python tests/mutants/run.py [PATTERN ...]

Runs mutmut with the settings of pyproject.toml, in a copy below `mutants/`; `reconciler.core.diff.*` is a pattern.
Fails where more mutants of a module survive than docs/mutants.md justifies: state the missing promise as a test.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
COPY = PROJECT / "mutants"
PAGE = PROJECT / "docs" / "mutants.md"
SURVIVED, NO_TEST = 0, 33
"""Exit codes that mutmut keeps; None stands for a mutant that was not tried."""


def justified() -> dict[str, int]:
    """Give how many mutants of each module may survive, as the page says."""
    rows = re.findall(
        r"^\| `(reconciler/[\w/]+\.py)` \| \d+ \| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {path: int(most) for path, most in rows}


def found() -> tuple[Counter[str], dict[str, list[str]]]:
    """Give how many mutants of each module were tried, and the names of those that survived."""
    tried: Counter[str] = Counter()
    alive: dict[str, list[str]] = {}
    for meta in sorted(COPY.rglob("*.py.meta")):
        path = meta.relative_to(COPY).with_suffix("").as_posix()
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        tried[path] = sum(code is not None for code in codes.values())
        alive[path] = [name for name, code in codes.items() if code in {SURVIVED, NO_TEST}]
    return tried, alive


def main() -> int:
    """Run mutmut and hold what survives against the page; 1 where more does."""
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "mutants"}
    command = [sys.executable, "-m", "mutmut", "run", *sys.argv[1:]]
    # Its progress is a spinner that redraws itself; only what it says when it fails is worth reading.
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=PROJECT, env=environment)
    if ran.returncode:
        sys.stderr.write(f"{ran.stdout[-4_000:]}\n{ran.stderr}\n")
        return ran.returncode
    tried, alive = found()
    most = justified()
    worse = False
    for path in (path for path, number in tried.items() if number):
        # A module without a row has not been judged: what survives there is shown and waits for somebody to read it.
        may = most.get(path)
        worse |= may is not None and len(alive[path]) > may
        told = "not judged yet" if may is None else f"{may} justified"
        sys.stdout.write(f"{path}: {tried[path]} mutants, {len(alive[path])} alive, {told}\n")
        sys.stdout.writelines(f"  {name}\n" for name in alive[path])
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
