"""Measure how long `reconciler --help` takes beside `python -c "import click"`, as whole processes in turns."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 25
SIDES = {
    "reconciler --help": [sys.executable, "-m", "reconciler.cli.main", "--help"],
    "import click": [sys.executable, "-c", "import click"],
    "python -c pass": [sys.executable, "-c", "pass"],
}


def main() -> None:
    """Print the median of each side in milliseconds, and the ratio of the first to the second."""
    taken: dict[str, list[float]] = {name: [] for name in SIDES}
    for _ in range(ROUNDS):
        for name, command in SIDES.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            taken[name].append((time.perf_counter() - began) * 1000)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, median in medians.items():
        print(f"{name:<20} {median:6.0f} ms")
    print(f"{'ratio':<20} {medians['reconciler --help'] / medians['import click']:6.2f}")


if __name__ == "__main__":
    main()
