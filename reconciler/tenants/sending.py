"""What surrounds one write of an adapter: whatever goes wrong before it was sent has had no effect, and says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from reconciler.errors import TenantError, WriteConflict, WriteRefused


@contextmanager
def before_sending() -> Iterator[None]:
    """Turn whatever cannot be read before a write into a refusal, and mark refusals and conflicts as not sent."""
    try:
        yield
    except (WriteConflict, WriteRefused) as problem:
        problem.sent = False
        raise
    except TenantError as problem:
        refused = WriteRefused(problem.detail)
        refused.sent = False
        raise refused from problem


def refuse(objections: Iterable[str]) -> None:
    """Raise `WriteRefused` with every objection; do nothing where there is none."""
    told = " ".join(objections)
    if told:
        raise WriteRefused(told)
