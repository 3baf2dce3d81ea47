"""The permissions that the double has in each version: those that a server of 5.5 listed, and what came later."""

from __future__ import annotations

import json
from pathlib import Path

RECORDED = Path(__file__).parent / "recorded"
DISABLED = frozenset({"ticket", "chat", "cti", "knowledge_base"})
OPEN = frozenset({"ticket.customer", "knowledge_base.reader"})
"""What a role of new accounts may have, besides `user_preferences` and what is below it."""
_RENAMED, _GONE = "admin.setting_system", "admin.channel_twitter"
_SIX = (
    "admin.system",
    "admin.channel_whatsapp",
    "admin.channel_microsoft_graph",
    "admin.checklist",
    "admin.system_report",
    "admin.ticket_auto_assignment",
    "admin.ticket_duplicate_detection",
    "admin.ticket_priority",
    "admin.ticket_state",
    "user_preferences.two_factor_authentication",
)
_AUDITED = ("admin.ai_provider", "admin.ai_agent", "admin.audit_log", "admin.beta_ui")


def recorded_permissions() -> dict[str, int]:
    """Give the ids of the permissions that the server of 5.5 listed, by name."""
    found: dict[str, int] = json.loads((RECORDED / "permissions_5_5.json").read_text(encoding="utf-8"))
    return found


def permissions_of(version: tuple[int, int]) -> dict[str, int]:
    """Give the ids of a version's permissions; those of later versions are others, as on any installation."""
    old = {**recorded_permissions(), "ticket.customer": 58}
    if version < (6, 0):
        return old
    names = [*(name for name in old if name != _RENAMED), *_SIX]
    if version >= (7, 0):
        names = [*(name for name in names if name != _GONE), *_AUDITED]
    return {name: 100 + place for place, name in enumerate(sorted(names))}


def is_open(name: str) -> bool:
    """Whether a role of new accounts may have a permission."""
    return name in OPEN or name.partition(".")[0] == "user_preferences"
