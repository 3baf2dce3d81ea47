"""How much a lint rule matters, as the settings say it."""

from __future__ import annotations

from enum import StrEnum


class LintLevel(StrEnum):
    """What the settings say of one rule."""

    OFF = "off"
    WARN = "warn"
    ERROR = "error"


UNHELD_ROLE = "unheld-role"
"""The one rule that needs the tenant: the plan tells it, `validate` cannot."""
