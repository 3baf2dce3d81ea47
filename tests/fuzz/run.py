"""Feed the targets with what a fuzzer finds by watching which branches run.

    python tests/fuzz/run.py [--seconds N] [NAME ...]

Each target runs in a process of its own with bounds on time and memory, beginning with its seeds. An input that breaks
a promise is kept as `.fuzz/NAME-crash-*`; to keep it for good, make it a file of `corpus/NAME` whose name tells why.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOUND = HERE.parents[1] / ".fuzz"
LONGEST_INPUT = 4096
MOST_SECONDS = 20
"""For one input by the clock of a busy machine; the largest takes a fraction of a second."""
MOST_MEBIBYTES = 1024


def one(name: str, arguments: list[str]) -> None:
    """Fuzz one target in this process; never returns."""
    import atheris

    sys.path.insert(0, str(HERE.parent))
    with atheris.instrument_imports(include=["reconciler"]):
        targets = importlib.import_module("fuzz.targets")
    # What is loaded or compiled at the first call is no part of any input's time.
    targets.TARGETS[name].run(targets.TARGETS[name].seeds()[0].read_bytes())
    atheris.Setup([sys.argv[0], *arguments], targets.TARGETS[name].run)
    atheris.Fuzz()


def started(name: str, seeds: list[Path], seconds: int) -> int:
    """Fuzz one target in a process of its own and give its exit code."""
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            Path(folder, f"{number:04}-{seed.name}").write_bytes(seed.read_bytes())
        grown = FOUND / name
        grown.mkdir(exist_ok=True)
        bounds = {
            "max_total_time": seconds,
            "max_len": LONGEST_INPUT,
            "timeout": MOST_SECONDS,
            "rss_limit_mb": MOST_MEBIBYTES,
            "artifact_prefix": f"{FOUND}/{name}-",
            "print_final_stats": 1,
            "verbosity": 0,
        }
        arguments = [f"-{key}={bound}" for key, bound in bounds.items()]
        command = [sys.executable, __file__, "--one", name, *arguments, str(grown), folder]
        ran = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    runs = next((line.split()[-1] for line in ran.stderr.splitlines() if "number_of_executed_units" in line), "?")
    sys.stdout.write(f"{name}: {runs} inputs in {seconds} s, {'fine' if ran.returncode == 0 else 'FAILED'}\n")
    sys.stdout.flush()
    if ran.returncode:
        sys.stderr.write(f"{ran.stdout}\n{ran.stderr}\n")
    return ran.returncode


def main() -> int:
    """Fuzz the named targets, or all; 1 where one of them failed."""
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3:])
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write("There is no atheris for this machine; the tests in tests/fuzz feed the same targets.\n")
        return 1
    sys.path.insert(0, str(HERE.parent))
    targets = importlib.import_module("fuzz.targets").TARGETS
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0], allow_abbrev=False)
    options.add_argument("--seconds", type=int, default=5, help="for each target")
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(targets))
    given = options.parse_args()
    codes = [started(name, targets[name].seeds(), given.seconds) for name in given.names or targets]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
