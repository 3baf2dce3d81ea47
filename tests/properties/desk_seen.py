"""What must hold after every step of the machine of many hands: I-1 to I-18, one invariant each."""

from __future__ import annotations

from collections.abc import Callable

from faults.bench import Bench
from faults.invariants import broken
from faults.record import Run
from hypothesis.stateful import RuleBasedStateMachine, invariant

from reconciler.operations.plan import Planned

NUMBERS = tuple(range(1, 19))


def _seen(number: int) -> Callable[[Seen], None]:
    @invariant()
    def check(self: Seen) -> None:
        texts = [text for text in self.found if text.startswith(f"I-{number}:")]
        assert texts == [], texts

    return check


class Seen(RuleBasedStateMachine):
    """A machine whose steps say what they violated, each text beginning with the number of its invariant."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    i01, i02, i03, i04, i05, i06 = (_seen(number) for number in NUMBERS[:6])
    i07, i08, i09, i10, i11, i12 = (_seen(number) for number in NUMBERS[6:12])
    i13, i14, i15, i16, i17, i18 = (_seen(number) for number in NUMBERS[12:])

    def judge(self, run: Run, truth: Planned | None) -> None:
        """Hold a run against every invariant; without a plan there is nothing that it may write."""
        if run.others and run.planned is not None and run.planned.plan.digest != run.expected:
            # Nobody had reviewed a plan, and somebody wrote before this one was made: it is the plan of that moment.
            truth = run.planned
        if truth is not None:
            self.found += broken(run, truth)
        elif run.writes:
            self.found.append(f"I-11: exit {run.code} and {len(run.writes)} writes without a plan")

    def judge_a_look(self, run: Run) -> None:
        """See that a look sent nothing but GET (I-17)."""
        if run.writes:
            self.found.append(f"I-17: a look sent {run.writes[0].method}")
