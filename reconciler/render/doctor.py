"""What `doctor` found, as text and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from reconciler.model.check import Check, Standing
from reconciler.render.styled import Line, Tone, line, span

_TONES = {Standing.GOOD: Tone.GOOD, Standing.MISSING: Tone.BAD, Standing.UNVERIFIED: Tone.CARE}


def doctor_text(checks: Iterable[Check]) -> Iterator[Line]:
    """Give one line per check; what could not be verified says so instead of a tick."""
    for check in checks:
        yield line(
            span(f"{check.standing:<13}", _TONES[check.standing]),
            span(f"{check.subject:<15}", Tone.STRONG),
            check.detail,
        )


def doctor_document(checks: Iterable[Check]) -> Mapping[str, object]:
    """Give the checks as data."""
    return {"checks": [asdict(check) for check in checks]}
