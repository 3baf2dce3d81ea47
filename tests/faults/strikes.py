"""What can go wrong at one request, as a schedule that `sandbox serve --faults` reads, and the little beside it.

A strike is a kind and the number of a request. Killing the process, and merging or applying something or suspending
somebody meanwhile, are no faults of a tenant: they stand in the comments of the schedule, for a person to do at that
request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import yaml

from reconciler.sandbox.faults import FaultSchedule
from reconciler.sandbox.schedule_file import schedule_from

Strike = tuple[str, int]
Entry = dict[str, object]

NEVER = 86_400
"""Seconds after which nobody waits for an effect any more."""
SOON, LATER = 31, 39
"""Seconds after which an effect comes between two read-backs, and between the last of them and the next sending."""
GRANTED = "conversations.merge"
EDIT: Mapping[str, object] = {"description": "Text of somebody else", "grants": [GRANTED]}
"""What the other person does."""

_ONE: Mapping[str, Entry] = {
    "rate_limit": {"kind": "rate_limit"},
    "error_before": {"kind": "error_before"},
    "error_after": {"kind": "error_after"},
    "drop_before": {"kind": "drop_before"},
    "drop_after": {"kind": "drop_after"},
    "truncated_body": {"kind": "truncated_body"},
    "malformed_body": {"kind": "malformed_body"},
    "wrong_shape": {"kind": "wrong_shape"},
    "wrong_content_type": {"kind": "wrong_content_type"},
    "short_page": {"kind": "short_page"},
    "duplicate_page": {"kind": "duplicate_page"},
    "stale_read": {"kind": "stale_read"},
    # Two of them in a row stay within the five looks that follow a write; what lags for longer is told as failed.
    "lag": {"kind": "stale_read", "times": 2},
    "second_writer": {"kind": "second_writer", "edit": EDIT},
    "second_writer_of_alpha": {"kind": "second_writer", "edit": {**EDIT, "role": "Alpha"}},
    "409": {"kind": "error_before", "status": 409},
    "412": {"kind": "error_before", "status": 412},
    "revoked": {"kind": "error_before", "status": 401, "times": 1000},
    "timeout_before": {"kind": "latency", "seconds": NEVER},
    "timeout_after": {"kind": "late_reply", "seconds": SOON},
    "late_effect": {"kind": "latency", "seconds": SOON},
    "later_effect": {"kind": "latency", "seconds": LATER},
    "redirect": {"kind": "redirect"},
    "yes_without_effect": {"kind": "yes_without_effect"},
    "crash_before": {"kind": "latency", "seconds": NEVER},
    "crash_after": {"kind": "late_reply", "seconds": 20},
}
KILLED, APPLIED, MERGED = "kill the apply while it waits for", "apply the same files elsewhere before", "merge before"
SUSPENDED = "suspend the last person of the world before"
_BESIDE = {
    "crash_before": KILLED,
    "crash_after": KILLED,
    "second_apply": APPLIED,
    "newer_commit": MERGED,
    "suspended": SUSPENDED,
}
EVERY_KIND = (*_ONE, "second_apply", "newer_commit", "suspended")
EDITS = frozenset({"second_writer", "second_writer_of_alpha"})

_LINE = re.compile(rf"# ({KILLED}|{APPLIED}|{MERGED}|{SUSPENDED}) request ([0-9]+)")


@dataclass(frozen=True)
class Plot:
    """Everything that goes wrong in one run."""

    schedule: FaultSchedule
    beside: tuple[tuple[str, int], ...] = ()
    """What no schedule can say: one of the deeds above, and the request."""

    def at(self, deed: str) -> tuple[int, ...]:
        """Give the requests at which somebody does this."""
        return tuple(number for done, number in self.beside if done == deed)


def text_of(strikes: Iterable[Strike]) -> str:
    """Write strikes as a schedule file; a run without a fault of the tenant has a latency of no time."""
    strikes = tuple(strikes)
    entries = [{**_ONE[kind], "nth": number} for kind, number in strikes if kind in _ONE]
    lines = [f"# {_BESIDE[kind]} request {number}" for kind, number in strikes if kind in _BESIDE]
    # JSON is YAML too, and shows each entry as one line.
    shown = [f"  - {json.dumps(entry)}" for entry in entries or [{"kind": "latency", "seconds": 0}]]
    return "\n".join([*lines, "faults:", *shown, ""])


def plot_of(text: str) -> Plot:
    """Read a schedule file with the comments above."""
    beside = tuple((found[1], int(found[2])) for line in text.splitlines() if (found := _LINE.fullmatch(line)))
    return Plot(schedule_from(yaml.safe_load(text), "the schedule"), beside)


def edits(strikes: Iterable[Strike]) -> bool:
    """Whether a person edits a role meanwhile."""
    return any(kind in EDITS for kind, _ in strikes)


Deeds = Mapping[int, Callable[[], None]]
