"""Break one apply in one way, look at every invariant, and heal it: gives the violations, none for a sound product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import pytest
from faults.bench import Bench
from faults.invariants import broken
from faults.record import Run, World
from faults.strikes import APPLIED, KILLED, MERGED, SUSPENDED, Deeds, Plot, Strike, plot_of, text_of
from faults.wire import Wire

from reconciler.errors import Exit, InputRejected
from reconciler.model.change import Create
from reconciler.operations.plan import Planned, Request

LONG_AFTER = 3600
"""Seconds after a run within which an effect that was given up may still come."""


@contextmanager
def opened(world: World) -> Iterator[Bench]:
    """Open a bench on a world."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(world)
        patch.setattr("reconciler.tenants.http.Transport", partial(Wire, bench))
        try:
            yield bench
        finally:
            bench.close()


def requests_of(world: World, *strikes: Strike) -> int:
    """Give how many requests a run takes, by default one without faults."""
    with opened(world) as bench:
        request, truth = bench.ready()
        return struck(bench, request, truth.plan.digest, plot_of(text_of(strikes))).arrivals


def violations(world: World, *strikes: Strike, reviewed: bool = True) -> tuple[str, ...]:
    """Run with each of these faults, then again without; give what was violated.

    Where the plan was not `reviewed` the run expects no digest, as with a person at the keyboard.
    """
    return replayed(world, text_of(strikes), reviewed=reviewed)


def replayed(world: World, text: str, *, reviewed: bool = True) -> tuple[str, ...]:
    """Do the same as `violations` with a schedule as it was printed."""
    with opened(world) as bench:
        request, truth = bench.ready()
        run = struck(bench, request, truth.plan.digest if reviewed else None, plot_of(text))
        found = [*broken(run, truth)]
        found += _told_as_stale(bench, request, truth, run)
        found += _healed(bench, edited=bool(run.others))
    return tuple(found)


def struck(bench: Bench, request: Request, digest: str | None, plot: Plot, *, reading_takes: float = 0.0) -> Run:
    """Apply once, with the digest that was reviewed, while all of this goes wrong; leave nothing armed."""
    bench.arm(plot.schedule, kills=plot.at(KILLED), meanwhile=_deeds(bench, request, plot))
    run = bench.apply(request, expect=digest, reading_takes=reading_takes)
    bench.land(bench.clock.monotonic() + LONG_AFTER)
    bench.landing.clear()
    bench.arm()
    return run


def _deeds(bench: Bench, request: Request, plot: Plot) -> Deeds:
    def merged() -> None:
        bench.run.superseded_at = bench.run.arrivals + 1

    applied = dict.fromkeys(plot.at(APPLIED), lambda: _ignored(bench.second(request)))
    suspended = dict.fromkeys(plot.at(SUSPENDED), partial(bench.set_last_active, active=False))
    return {**applied, **dict.fromkeys(plot.at(MERGED), merged), **suspended}


def _ignored(_run: Run) -> None:
    """Look at what became of the other one through the tenant alone."""


def _told_as_stale(bench: Bench, request: Request, truth: Planned, run: Run) -> Iterator[str]:
    """Check the end of I-9: after a person changed a touched role, what was reviewed before ends with 6."""
    touched = {change.live.id for change in truth.facts.changes if not isinstance(change, Create)}
    if not run.others & touched:
        return
    again = bench.apply(request, expect=truth.plan.digest)
    if again.code not in {Exit.STALE, Exit.INPUT_REJECTED} or again.writes:
        yield f"I-9: a person changed a touched role, and the reviewed plan ends with {again.code}"


def _healed(bench: Bench, *, edited: bool) -> Iterator[str]:
    """Check I-9 and I-10; where a person edited or is gone, a new plan is looked at before the run."""
    try:
        again, truth = bench.ready()
    except InputRejected as rejected:
        # Where names go round in a circle an edit leaves two meanings: a person has to decide.
        if not edited or {problem.code for problem in rejected.problems} != {"role.previous-name"}:
            yield f"I-9: the files are rejected after it: {rejected}"
        return
    if not all(active for active, _ in bench.state().people.values()) and truth.plan.blocked:
        # Somebody was suspended without whom nobody could administer roles: nothing is written until they are back.
        refused = bench.apply(again)
        if refused.code != Exit.REFUSED or refused.writes:
            yield f"I-9: the plan is refused, and ends with {refused.code} and {len(refused.writes)} writes"
        bench.set_last_active(active=True)
        again, truth = bench.ready()
    run = bench.apply(again, expect=truth.plan.digest)
    if run.code != Exit.DONE:
        yield f"I-9: the run after it ends with {run.code}"
        return
    yield from broken(run, truth)
    quiet = bench.apply(again)
    if quiet.code != Exit.DONE or quiet.writes:
        yield f"I-10: the run after that ends with {quiet.code} and {len(quiet.writes)} writes"


def printed(name: str, found: Mapping[tuple[Strike, ...], tuple[str, ...]]) -> str:
    """Write what was violated as comments above the schedule that did it, to be kept as a file."""
    return "\n".join(
        "\n".join([f"# plan: {name}", *(f"# {text}" for text in texts), text_of(strikes)])
        for strikes, texts in found.items()
        if texts
    )
