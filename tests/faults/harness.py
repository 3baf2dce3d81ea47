"""Break one apply in one way, look at every invariant, and heal it: gives the violations, none for a sound product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from faults.bench import ORIGIN, Bench, Killed, Special, World
from faults.invariants import EDIT_GRANTS, EDITED, broken

from reconciler.errors import Exit, InputRejected
from reconciler.sandbox.faults import Fault, FaultKind, SecondWrite
from reconciler.tenants.exchange import Answer, Exchange, NoAnswer

Call = Callable[[], Exchange]
_JSON = {"content-type": "application/json"}


def _refusing(status: int) -> Special:
    def special(_call: Call, _url: str) -> Exchange:
        return Answer(status, _JSON, b'{"error": {"code": "changed", "message": "It changed", "details": {}}}')

    return special


def _killed_before(_call: Call, _url: str) -> Exchange:
    raise Killed


def _killed_after(call: Call, _url: str) -> Exchange:
    call()
    raise Killed


def _timeout_after(call: Call, _url: str) -> Exchange:
    call()
    return NoAnswer("there was no complete answer in time")


def _timeout(_call: Call, _url: str) -> Exchange:
    return NoAnswer("there was no complete answer in time")


def _redirect(_call: Call, url: str) -> Exchange:
    return Answer(307, {**_JSON, "location": url.replace(ORIGIN, "http://elsewhere.example")}, b"{}")


def _lie(_call: Call, url: str) -> Exchange:
    return Answer(200, _JSON, b'{"id": "%s"}' % url.rpartition("/")[2].encode())


SPECIALS: Mapping[str, Special] = {
    "409": _refusing(409),
    "412": _refusing(412),
    "crash_before": _killed_before,
    "crash_after": _killed_after,
    "timeout_after": _timeout_after,
    "timeout_before": _timeout,
    "redirect": _redirect,
    "yes_without_effect": _lie,
}
KINDS = tuple(kind.value for kind in FaultKind if kind is not FaultKind.LATENCY)
EVERY_KIND = (*KINDS, "lag", *SPECIALS)


EDIT = SecondWrite(description=f"Text {EDITED}", grants=(EDIT_GRANTS,))
"""What the other person does, seen in two fields: a write of ours that sends one of them leaves the other."""


@contextmanager
def opened(world: World) -> Iterator[Bench]:
    """Open a bench on a world."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(world, patch)
        try:
            yield bench
        finally:
            bench.close()


def requests_of(world: World) -> int:
    """Give how many requests a run without faults takes."""
    with opened(world) as bench:
        run = bench.apply(bench.confirmed())
        assert run.code == Exit.DONE
        return len(run.sent)


def violations(world: World, *strikes: tuple[str, int], reviewed: bool = True) -> tuple[str, ...]:
    """Run with each of these faults, then again without; give what was violated.

    Where the plan was not `reviewed` the run expects no digest, as with a person at the keyboard.
    """
    with opened(world) as bench:
        request = bench.confirmed()
        truth = bench.look(request)
        bench.arm(*_faults(strikes), specials=_specials(strikes))
        run = bench.apply(request, expect=truth.plan.digest if reviewed else None)
        found = [*broken(run, truth)]
        bench.arm()
        found += _healed(bench, edited=any(kind == FaultKind.SECOND_WRITER for kind, _ in strikes))
    return tuple(found)


def _healed(bench: Bench, *, edited: bool) -> Iterator[str]:
    """Check I-9 and I-10; where a person edited, a new plan is looked at before the run."""
    try:
        again = bench.confirmed()
    except InputRejected as rejected:
        # Where names go round in a circle an edit leaves two meanings: a person has to decide.
        if not edited or {problem.code for problem in rejected.problems} != {"role.previous-name"}:
            yield f"I-9: the files are rejected after it: {rejected}"
        return
    truth = bench.look(again)
    run = bench.apply(again, expect=truth.plan.digest)
    if run.code != Exit.DONE:
        yield f"I-9: the run after it ends with {run.code}"
        return
    if not edited:
        yield from broken(run, truth)
    quiet = bench.apply(bench.confirmed())
    if quiet.code != Exit.DONE or quiet.writes:
        yield f"I-10: the run after that ends with {quiet.code} and {len(quiet.writes)} writes"


def _faults(strikes: Iterable[tuple[str, int]]) -> Iterator[Fault]:
    for kind, number in strikes:
        if kind in KINDS:
            yield Fault(kind=FaultKind(kind), nth=number, edit=EDIT)
        elif kind == "lag":
            yield Fault(kind=FaultKind.STALE_READ, nth=number, times=3)


def _specials(strikes: Iterable[tuple[str, int]]) -> Mapping[int, Special]:
    return {number: SPECIALS[kind] for kind, number in strikes if kind in SPECIALS}
