"""What an undisturbed apply comes to, and how a disturbed one is held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fakes.gate import Gate
from processes.command import Place

from reconciler.sandbox.records import AuditRecord

REQUESTS = {
    "role.created": "create",
    "role.updated": "update",
    "role.deleted": "delete",
    "user.roles_assigned": "move",
}
"""What the journal calls the request behind each entry of the tenant's own log."""


@dataclass(frozen=True)
class Clean:
    """What an apply comes to that nobody disturbs."""

    state: Mapping[str, Any]
    effects: Counter[str]
    requests: int

    @classmethod
    def of(cls, place: Place) -> Clean:
        """Apply without harm."""
        with place.serving() as url, Gate(url) as gate:
            place.point_at(gate.url)
            ran = place.run("apply", "--yes")
            assert ran.code == 0, ran.err
            return cls(place.state(), place.effects(), len(gate.requests))


def assert_as_clean(place: Place, clean: Clean) -> None:
    """Hold a tenant against the undisturbed one: the same state, nothing done twice, everything explained."""
    assert place.state() == clean.state
    assert place.effects() == clean.effects
    assert unexplained(place) == []


def assert_journal_is_what_was_sent(place: Place, gate: Gate) -> None:
    """Hold the latest journal against the writes that came: all of them, and at most one that was yet to be sent."""
    begun = sum(entry["event"] == "sending" for journal in place.journals()[-1:] for entry in journal)
    assert begun - len(gate.writes) in {0, 1}


def unexplained(place: Place) -> list[str]:
    """Give every effect on the tenant that no entry of a journal explains."""
    begun = [entry for journal in place.journals() for entry in journal if entry["event"] == "sending"]
    return [
        f"{effect.action} of {effect.target}"
        for effect in place.audit()
        if not any(_explains(entry, effect) for entry in begun)
    ]


def _explains(entry: Mapping[str, Any], effect: AuditRecord) -> bool:
    if entry["request"] != REQUESTS[effect.action]:
        return False
    if entry["request"] == "move":
        return bool(entry["person"] == effect.target)
    shown = [
        None if side is None else (side["name"], side["description"], sorted(side["permissions"]))
        for side in (entry["before"], entry["after"], effect.before, effect.after)
    ]
    return shown[:2] == shown[2:]
