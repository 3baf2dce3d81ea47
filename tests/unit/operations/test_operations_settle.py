"""One write and what became of it: every answer against everything a read-back can show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from fakes.clock import FakeClock

from reconciler.errors import TenantError, TenantUnreachable, WriteConflict, WriteRefused, WriteUnclear
from reconciler.operations.settle import ATTEMPTS, WINDOW, Seen, Settled, Settlement, settle

YES = None
NO = WriteRefused("no")
MOVED = WriteConflict("moved")
UNCLEAR = WriteUnclear("no answer")
UNREADABLE = TenantUnreachable("down")

Answer = TenantError | None
Sight = Seen | TenantError
LAGS = (Seen.BEFORE,) * len(WINDOW)


def each(answers: Iterable[Answer]) -> Callable[[], None]:
    """Answer one write after the other."""
    left: Iterator[Answer] = iter(answers)

    def send() -> None:
        answer = next(left)
        if answer is not None:
            raise answer

    return send


def shown(sights: Iterable[Sight]) -> Callable[[], Seen]:
    """Show one read-back after the other."""
    left: Iterator[Sight] = iter(sights)

    def look() -> Seen:
        sight = next(left)
        if isinstance(sight, TenantError):
            raise sight
        return sight

    return look


@pytest.mark.parametrize(
    ("answers", "sights", "expected"),
    [
        ((YES,), (Seen.AFTER,), Settlement(settled=Settled.APPLIED, sent=1)),
        ((YES,), (Seen.BEFORE, Seen.BEFORE, Seen.AFTER), Settlement(settled=Settled.APPLIED, sent=1)),
        ((UNCLEAR,), (Seen.AFTER,), Settlement(settled=Settled.APPLIED, sent=1)),
        ((NO,), (), Settlement(settled=Settled.REFUSED, sent=1, detail="no")),
        ((MOVED,), (), Settlement(settled=Settled.CONFLICT, sent=1, detail="moved")),
        ((TenantUnreachable("not promised"),), (Seen.AFTER,), Settlement(settled=Settled.APPLIED, sent=1)),
        (
            (YES,),
            LAGS,
            Settlement(
                settled=Settled.MISMATCH, sent=1, detail="the tenant said yes, and read back nothing had changed"
            ),
        ),
        (
            (YES,),
            (Seen.OTHER,),
            Settlement(
                settled=Settled.MISMATCH,
                sent=1,
                detail="read back, the tenant has neither the state before nor the one asked for",
            ),
        ),
        (
            (UNCLEAR,),
            (Seen.BEFORE, Seen.OTHER),
            Settlement(
                settled=Settled.MISMATCH,
                sent=1,
                detail="read back, the tenant has neither the state before nor the one asked for",
            ),
        ),
        (
            (YES,),
            (UNREADABLE,),
            Settlement(settled=Settled.UNKNOWN, sent=1, detail="it could not be read back: down"),
        ),
        (
            (UNCLEAR,),
            (Seen.BEFORE, UNREADABLE),
            Settlement(settled=Settled.UNKNOWN, sent=1, detail="no answer; it could not be read back: down"),
        ),
        ((UNCLEAR, YES), (*LAGS, Seen.AFTER), Settlement(settled=Settled.APPLIED, sent=2)),
        ((UNCLEAR, UNCLEAR, YES), (*LAGS, *LAGS, Seen.AFTER), Settlement(settled=Settled.APPLIED, sent=3)),
        ((UNCLEAR, NO), (*LAGS, Seen.AFTER), Settlement(settled=Settled.APPLIED, sent=2)),
        ((UNCLEAR, MOVED), (*LAGS, Seen.AFTER), Settlement(settled=Settled.APPLIED, sent=2)),
        (
            (UNCLEAR, NO),
            (*LAGS, *LAGS),
            Settlement(settled=Settled.UNKNOWN, sent=2, detail="sent again as nothing showed, it was refused: no"),
        ),
        ((UNCLEAR, MOVED), (*LAGS, Seen.OTHER), Settlement(settled=Settled.CONFLICT, sent=2, detail="moved")),
        (
            (UNCLEAR, UNCLEAR),
            (*LAGS, UNREADABLE),
            Settlement(settled=Settled.UNKNOWN, sent=2, detail="no answer; it could not be read back: down"),
        ),
        (
            (UNCLEAR,) * ATTEMPTS,
            LAGS * ATTEMPTS,
            Settlement(
                settled=Settled.NO_EFFECT,
                sent=ATTEMPTS,
                detail="sent 3 times and read back each time, it had no effect; the last answer: no answer",
            ),
        ),
    ],
)
def test_settle_finds_out_what_became_of_a_write(
    answers: tuple[Answer, ...], sights: tuple[Sight, ...], expected: Settlement
) -> None:
    """A write is repeated only when a read-back proves that it had no effect, and never without a clear end."""
    assert expected == settle(each(answers), shown(sights), FakeClock())


def test_settle_waits_out_a_replica_that_lags() -> None:
    """It looks at once, then at growing distances, and stops as soon as the write shows."""
    clock = FakeClock()

    settle(each((YES,)), shown((Seen.BEFORE, Seen.BEFORE, Seen.AFTER)), clock)

    assert clock.sleeps == [0.5, 1.0]


def test_settle_waits_longer_before_each_repetition() -> None:
    """Two seconds, then four."""
    clock = FakeClock()

    settle(each((UNCLEAR,) * ATTEMPTS), shown(LAGS * ATTEMPTS), clock)

    window = list(WINDOW[1:])
    assert clock.sleeps == [*window, 2.0, *window, 4.0, *window]


def test_settle_waits_as_long_as_the_tenant_asks() -> None:
    """A named wait that is longer than ours is kept."""
    clock = FakeClock()

    settle(each((WriteUnclear("429", retry_after=30.0), YES)), shown((*LAGS, Seen.AFTER)), clock)

    assert 30.0 in clock.sleeps


@pytest.mark.parametrize("kind", [WriteRefused, WriteConflict])
@pytest.mark.parametrize(("before", "sent"), [((), 0), ((UNCLEAR,), 1)])
def test_settle_counts_no_refusal_that_came_before_a_request(
    kind: type[WriteRefused | WriteConflict], before: tuple[Answer, ...], sent: int
) -> None:
    """What an adapter refuses on its own look was not sent, and what was sent before it counts."""
    refused = kind("gone")
    refused.sent = False

    found = settle(each([*before, refused]), shown(LAGS * 2), FakeClock())

    assert found.sent == sent
    assert found.settled is not Settled.APPLIED
