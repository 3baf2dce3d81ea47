"""How much a lint rule matters, as the settings say it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class LintLevel(StrEnum):
    """What the settings say of one rule."""

    OFF = "off"
    WARN = "warn"
    ERROR = "error"


REFUSING: Mapping[str, str] = MappingProxyType({"depends": "role.depends", "generic-name": "role.generic-name"})
"""The rules that are errors unless the settings say otherwise, with the code of their findings.

While one of them is an error, a file that breaks it is refused wherever it is read: nothing is planned from it.
"""


def level_of(rule: str, levels: Mapping[str, LintLevel]) -> LintLevel:
    """Say what a rule is, told by the settings or not."""
    return levels.get(rule, LintLevel.ERROR if rule in REFUSING else LintLevel.WARN)


def tolerated(levels: Mapping[str, LintLevel]) -> frozenset[str]:
    """Give the codes of the refusing rules that the settings make a warning or switch off."""
    return frozenset(code for rule, code in REFUSING.items() if level_of(rule, levels) is not LintLevel.ERROR)


UNHELD_ROLE = "unheld-role"
"""The one rule that needs the tenant: the plan tells it, `validate` cannot."""
