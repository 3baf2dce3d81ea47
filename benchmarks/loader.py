"""Compare the strict loader, every check included, with PyYAML's fast loader on the same file.

Prints the ratio of the best of seven rounds. Run `make benchmark`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import yaml

from reconciler.desired.yaml_events import read_yaml

ROUNDS = 7
READINGS = 30


def best(read: Callable[[], object]) -> float:
    """Give the seconds of the best round."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(READINGS):
            read()
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Measure both and print the ratio."""
    text = "name: Night Desk\npermissions:\n" + "".join(f"  c{i}:\n    - a\n    - b\n" for i in range(13))
    raw = text.encode()
    strict = best(lambda: read_yaml("x", raw))
    ordinary = best(lambda: yaml.load(text, yaml.CSafeLoader))
    print(f"strict loader {strict / ordinary:.2f} of CSafeLoader")


if __name__ == "__main__":
    main()
