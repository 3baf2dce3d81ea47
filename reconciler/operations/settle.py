"""Send one write and find out for certain what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from reconciler.errors import TenantError, WriteConflict, WriteRefused, WriteUnclear
from reconciler.ports import Clock

ATTEMPTS = 3
"""A write is sent at most this often, and only after a read-back has shown that it had no effect."""

WINDOW = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Seconds to wait before each read-back of one attempt: a tenant may answer from a replica that lags."""


Objection = Callable[[], str]
"""Says why a write may not be sent; empty where it may."""


def unopposed() -> str:
    """Object to nothing."""
    return ""


class Seen(Enum):
    """What a read-back shows."""

    AFTER = auto()
    """The state that the write asked for."""
    BEFORE = auto()
    """The state before the write."""
    OTHER = auto()
    """Neither: somebody else wrote, or the tenant did something else."""


class Settled(Enum):
    """How a write ended."""

    APPLIED = auto()
    REFUSED = auto()
    CONFLICT = auto()
    MISMATCH = auto()
    NO_EFFECT = auto()
    UNKNOWN = auto()
    UNREAD = auto()
    """Not sent, because something that it depends on could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of one write, and how often it was sent; a request for many is the same one for each of them."""

    settled: Settled
    sent: int
    detail: str = ""


def settle(
    send: Callable[[], None], look: Callable[[], Seen], clock: Clock, objection: Objection = unopposed
) -> Settlement:
    """Send a write, read back, and repeat it only when the read-back proves that it had no effect.

    `send` raises as a `TenantWriter` does. `look` raises a `TenantError` when the tenant cannot be read;
    then the outcome is unknown, whatever the tenant answered to the write. `objection` is asked right before each
    sending: what it says keeps the write from being sent, and so does a `TenantError` that it raises. No
    `TenantError` leaves this function.
    """
    answer = _Answer()
    for attempt in range(1, ATTEMPTS + 1):
        if attempt > 1:
            clock.sleep(max(answer.retry_after, 2.0 ** (attempt - 1)))
        kept = _kept(objection, attempt - 1)
        if kept is not None:
            return kept
        answer = _send(send)
        sent = attempt if answer.sent else attempt - 1
        if answer.refusal is not None and attempt == 1:
            return Settlement(settled=answer.refusal, sent=sent, detail=answer.detail)
        try:
            seen = _observe(look, clock)
        except TenantError as error:
            told = [answer.detail] if answer.detail else []
            detail = "; ".join([*told, f"it could not be read back: {error.detail}"])
            return Settlement(settled=Settled.UNKNOWN, sent=sent, detail=detail)
        settlement = _judged(answer, seen, sent)
        if settlement is not None:
            return settlement
    detail = f"sent {ATTEMPTS} times and read back each time, it had no effect; the last answer: {answer.detail}"
    return Settlement(settled=Settled.NO_EFFECT, sent=ATTEMPTS, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a tenant said to a write."""

    clear: bool = False
    """Whether it said yes."""
    refusal: Settled | None = None
    sent: bool = True
    """False where it was refused before a request was made."""
    detail: str = ""
    retry_after: float = 0.0


def _kept(objection: Objection, sent: int) -> Settlement | None:
    """Give how a write ends that something keeps from being sent, or sent again; None where nothing does.

    What was sent before and does not show may still have its effect.
    """
    settled = Settled.CONFLICT
    try:
        reason = objection()
    except TenantError as error:
        settled, reason = Settled.UNREAD, error.detail
    if not reason:
        return None
    if sent:
        return Settlement(
            settled=Settled.UNKNOWN, sent=sent, detail=f"nothing showed, and it was not repeated: {reason}"
        )
    return Settlement(settled=settled, sent=0, detail=f"not sent: {reason}")


def _send(send: Callable[[], None]) -> _Answer:
    """Send once; anything but a clear yes or a clear no may have had its effect."""
    try:
        send()
    except WriteUnclear as error:
        return _Answer(detail=error.detail, retry_after=error.retry_after)
    except WriteConflict as error:
        return _Answer(refusal=Settled.CONFLICT, sent=error.sent, detail=error.detail)
    except WriteRefused as error:
        return _Answer(refusal=Settled.REFUSED, sent=error.sent, detail=error.detail)
    except TenantError as error:
        # An adapter promises the three above; one that lets another out has said nothing about the effect.
        return _Answer(detail=error.detail)
    return _Answer(clear=True)


def _judged(answer: _Answer, seen: Seen, sent: int) -> Settlement | None:
    """Hold an answer against what a read-back shows; None where the write may be repeated."""
    if seen is Seen.AFTER:
        # A refusal of a repeated write may be the echo of the first one, which took effect after all.
        return Settlement(settled=Settled.APPLIED, sent=sent)
    if answer.refusal is not None:
        return _refused_again(answer, answer.refusal, seen, sent)
    if seen is Seen.OTHER or answer.clear:
        return Settlement(settled=Settled.MISMATCH, sent=sent, detail=mismatch(seen))
    return None


def _refused_again(answer: _Answer, refusal: Settled, seen: Seen, sent: int) -> Settlement:
    """Judge the refusal of a repeated write that no read-back shows.

    Where nothing at all shows, the refusal speaks for an effect of the first one: neither is proof against the other.
    """
    if seen is not Seen.BEFORE:
        return Settlement(settled=refusal, sent=sent, detail=answer.detail)
    detail = f"sent again as nothing showed, it was refused: {answer.detail}"
    return Settlement(settled=Settled.UNKNOWN, sent=sent, detail=detail)


def _observe(look: Callable[[], Seen], clock: Clock) -> Seen:
    """Read back until the write shows or its window has passed."""
    seen = Seen.BEFORE
    for pause in WINDOW:
        if pause:
            clock.sleep(pause)
        seen = look()
        if seen is not Seen.BEFORE:
            break
    return seen


def mismatch(seen: Seen) -> str:
    """Say what a read-back shows that is not what the write asked for."""
    if seen is Seen.OTHER:
        return "read back, the tenant has neither the state before nor the one asked for"
    return "the tenant said yes, and read back nothing had changed"
