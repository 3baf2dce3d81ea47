"""What `doctor` looked at and what it can say about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What is known of one check; what could not be looked at is never good."""

    GOOD = "good"
    MISSING = "missing"
    UNVERIFIED = "not verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that plan or apply relies on."""

    subject: str
    standing: Standing
    detail: str
    """What was seen and what follows; foreign text in it is not yet escaped."""
