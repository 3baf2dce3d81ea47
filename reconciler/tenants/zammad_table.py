"""The permissions of Zammad as its versions 5.5 to 7.3 ship them, with what each means for a review.

Source of names, parents, `allow_signup` and `disabled`: the product's own seeds and migrations (zammad/zammad,
db/seeds/permissions.rb) and the list that a server of version 5.5 answered. Levels and what is sensitive are ours; the
manual (manage/roles/permissions) names `report`, `admin.user` and `admin.data_privacy` as of special reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from reconciler.model.permission import PermissionLevel

_VIEW, _ACT, _MANAGE = PermissionLevel.VIEW, PermissionLevel.ACT, PermissionLevel.MANAGE

Version = tuple[int, int]
"""Major and minor number."""

OLDEST: Version = (5, 5)
NEWEST_MAJOR = 7
NEWEST: Version = (7, 3)
"""The newest version that the seeds were read of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One permission that the product ships."""

    name: str
    label: str
    level: PermissionLevel = _MANAGE
    sensitive: bool = False
    signup: bool = False
    """Whether a role that new accounts get may have it."""
    since: Version = OLDEST
    until: Version | None = None
    """The first version without it."""
    disabled: bool = False
    """Whether it only groups others and can be given to no role."""

    def shipped_in(self, version: Version) -> bool:
        """Whether a version has it."""
        return self.since <= version and (self.until is None or version < self.until)


_SIX, _SEVEN, _AUDITED = (6, 0), (7, 0), (7, 3)
_VIEWED = frozenset({"audit_log", "system_report"})
_SENSITIVE = _VIEWED | {"user", "role", "api", "data_privacy", "integration", "package", "security", "session"}


def _administration(text: str, since: Version = OLDEST, until: Version | None = None) -> tuple[Entry, ...]:
    """Read lines of a name below `admin` and its label."""
    pairs = [line.strip().partition(" ") for line in text.strip().splitlines()]
    return tuple(
        Entry(
            name=f"admin.{short}",
            label=label,
            level=_VIEW if short in _VIEWED else _MANAGE,
            sensitive=short in _SENSITIVE,
            since=since,
            until=until,
        )
        for short, _, label in pairs
    )


_ADMINISTRATION = _administration(
    """
    user Users
    group Groups
    role Roles
    organization Organizations
    overview Overviews
    text_module Text modules
    macro Macros
    template Templates
    tag Tags
    calendar Calendars
    sla SLAs
    trigger Trigger
    public_links Public links
    webhook Webhook
    scheduler Scheduler
    report_profile Report profiles
    time_accounting Time accounting
    knowledge_base Knowledge base
    channel_web Web
    channel_formular Form
    channel_email Email
    channel_sms SMS
    channel_chat Chat
    channel_google Google
    channel_microsoft365 Microsoft 365
    channel_facebook Facebook
    channel_telegram Telegram
    branding Branding
    security Security
    ticket Ticket
    integration Integrations
    api API
    object Objects
    core_workflow Core workflows
    translation Translations
    data_privacy Data privacy
    maintenance Maintenance
    monitoring Monitoring
    package Packages
    session Sessions
    """
)
_OLD_ADMINISTRATION = _administration("channel_twitter Twitter", until=_SEVEN) + _administration(
    "setting_system System", until=(6, 5)
)
_NEWER_ADMINISTRATION = (
    *_administration(
        """
        channel_microsoft_graph Microsoft Graph
        channel_whatsapp WhatsApp
        system System
        ticket_auto_assignment Ticket auto assignment
        ticket_duplicate_detection Ticket duplicate detection
        ticket_state Ticket states
        ticket_priority Ticket priorities
        system_report System report
        checklist Checklists
        """,
        since=(6, 5),
    ),
    *_administration(
        """
        ai_provider AI provider
        ai_assistance_ticket_summary Ticket summary
        ai_assistance_text_tools Writing assistant
        ai_agent AI agents
        """,
        since=_SEVEN,
    ),
    *_administration("audit_log Audit logs\nbeta_ui Beta interface", since=_AUDITED),
)
_OF_PROFILES = (
    ("appearance", "Appearance", OLDEST),
    ("language", "Language", OLDEST),
    ("avatar", "Avatar", OLDEST),
    ("out_of_office", "Out of office", OLDEST),
    ("password", "Password", OLDEST),
    ("two_factor_authentication", "Two-factor authentication", _SIX),
    ("device", "Devices", OLDEST),
    ("access_token", "Token access", OLDEST),
    ("linked_accounts", "Linked accounts", OLDEST),
    ("notifications", "Notifications", OLDEST),
    ("overview_sorting", "Order of overviews", OLDEST),
    ("calendar", "Calendar", OLDEST),
)
ENTRIES = (
    Entry(name="ticket", label="Tickets", disabled=True),
    Entry(name="ticket.agent", label="Agent tickets", level=_ACT),
    Entry(name="ticket.customer", label="Customer tickets", level=_ACT, signup=True),
    Entry(name="chat", label="Chat", disabled=True),
    Entry(name="chat.agent", label="Agent chat", level=_ACT),
    Entry(name="cti", label="Phone", disabled=True),
    Entry(name="cti.agent", label="Agent phone", level=_ACT),
    Entry(name="knowledge_base", label="Knowledge base", disabled=True),
    Entry(name="knowledge_base.reader", label="Read the knowledge base", level=_VIEW, signup=True),
    Entry(name="knowledge_base.editor", label="Edit the knowledge base", level=_ACT),
    Entry(name="report", label="Reports", level=_VIEW, sensitive=True),
    Entry(name="user_preferences", label="Profile settings", level=_ACT, signup=True),
    *(
        Entry(name=f"user_preferences.{short}", label=label, level=_ACT, signup=True, since=since)
        for short, label, since in _OF_PROFILES
    ),
    Entry(name="admin", label="Admin interface", sensitive=True),
    *_ADMINISTRATION,
    *_OLD_ADMINISTRATION,
    *_NEWER_ADMINISTRATION,
)
"""In the order in which role files list them."""
ENTRY = MappingProxyType({entry.name: entry for entry in ENTRIES})

IMPLIED = MappingProxyType({"knowledge_base.editor": ("knowledge_base.reader",)})
"""What comes with a permission that is no parent of it (manual, manage/roles/permissions)."""

TELLING: tuple[tuple[Version, tuple[str, ...]], ...] = (
    (_AUDITED, ("admin.audit_log",)),
    (_SEVEN, ("admin.ai_provider", "admin.ai_agent")),
    ((6, 5), ("admin.system", "admin.system_report", "admin.checklist")),
    (_SIX, ("user_preferences.two_factor_authentication",)),
    (OLDEST, ("admin.setting_system", "user_preferences.appearance")),
)
"""Permissions by which a server shows the version that it has at least, newest first."""

AGENT = "ticket.agent"
"""The permission without which access to groups counts for nothing."""
ADMINISTERS = "admin.role"
"""The permission that administers roles."""
GUARDED = frozenset({"admin.everything", "admin.user"})
"""Of these Zammad keeps one with at least one active user."""
NEEDS = frozenset({"admin.role", "admin.user", "admin.group", "user_preferences.access_token"})
"""What the reconciler's own account must keep."""

GROUPS = "groups"
FULL = "full"
ACCESS = (
    ("read", "Read tickets", _VIEW),
    ("create", "Create tickets", _ACT),
    ("change", "Change tickets", _ACT),
    ("overview", "See tickets in overviews", _VIEW),
)
"""Access to the tickets of a group; none of these implies another, and `full` is all of them and being an owner."""
WORDS = frozenset({FULL, *(word for word, _, _ in ACCESS)})
LONGEST_NOTE = 250
