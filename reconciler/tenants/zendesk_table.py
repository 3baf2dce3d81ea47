"""The permissions of Zendesk custom roles, with the order of their values, as role files name them.

Source of keys and values: the vendor's page on custom agent roles (developer.zendesk.com, ticketing,
account-configuration/custom_roles), its OpenAPI file, and recorded replies of two accounts. The vendor gives values,
and no order: the order is ours, from what the pages say of each. Two keys are known from the code of others alone:
`manage_api_credentials` and `manage_deletion_schedules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from reconciler.model.permission import PermissionLevel

VIEW, ACT, MANAGE = PermissionLevel.VIEW, PermissionLevel.ACT, PermissionLevel.MANAGE

READ_ONLY = frozenset({"chat_access", "group_access", "light_agent", "moderate_forums", "organization_notes_editing"})
"""Keys that the product derives: never sent, never compared."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A key that is true or false; false permits less."""

    key: str
    label: str
    level: PermissionLevel = MANAGE
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One value of a key that has several, with the values just below it."""

    word: str
    label: str
    level: PermissionLevel
    below: tuple[str, ...] = ()
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """A key with several values, lowest first; `nothing` says that there is a value `none` below them all."""

    key: str
    label: str
    words: tuple[Word, ...]
    nothing: bool = False


FLAGS: tuple[tuple[str, str, tuple[Flag, ...]], ...] = (
    (
        "tickets",
        "Tickets",
        (
            Flag("assign_tickets_to_any_brand", "Assign tickets to any brand", ACT),
            Flag("assign_tickets_to_any_group", "Assign tickets to any group", ACT),
            Flag("ticket_editing", "Edit ticket properties", ACT),
            Flag("ticket_tag_editing", "Edit tags", ACT),
            Flag("ticket_merge", "Merge tickets", ACT),
            Flag("ticket_deletion", "Delete tickets", MANAGE, sensitive=True),
            Flag("ticket_redaction", "Redact content of tickets", MANAGE, sensitive=True),
            Flag("view_deleted_tickets", "See deleted tickets", VIEW),
            Flag("view_filter_tickets", "Filter tickets in views", VIEW),
            Flag("export_views", "Export views", ACT, sensitive=True),
            Flag("side_conversation_create", "Start side conversations", ACT),
            Flag("manage_suspended_tickets", "Manage suspended tickets"),
            Flag("manage_approval_requests", "Manage approval requests"),
        ),
    ),
    (
        "people",
        "People",
        (
            Flag("organization_editing", "Edit organizations", ACT),
            Flag("manage_organizations", "Create, edit and delete organizations"),
            Flag("manage_groups", "Manage groups"),
            Flag("manage_group_memberships", "Manage who is in which group"),
            Flag("manage_skills", "Manage skills"),
        ),
    ),
    (
        "channels",
        "Channels",
        (
            Flag("voice_access", "Answer and place calls", ACT),
            Flag("voice_dashboard_access", "See the dashboard of calls", VIEW),
            Flag("twitter_search_access", "Search X (Twitter)", ACT),
            Flag("manage_facebook", "Manage Facebook pages"),
            Flag("manage_extensions_and_channels", "Manage extensions and channels"),
        ),
    ),
    (
        "rules",
        "Business rules and content",
        (
            Flag("manage_business_rules", "Manage schedules and the analysis of rules"),
            Flag("manage_triggers", "Manage triggers"),
            Flag("manage_automations", "Manage automations"),
            Flag("manage_slas", "Manage service level agreements"),
            Flag("manage_contextual_workspaces", "Manage contextual workspaces"),
            Flag("manage_dynamic_content", "Manage dynamic content"),
            Flag("forum_access_restricted_content", "Reach restricted help center content", VIEW),
        ),
    ),
    (
        "fields",
        "Fields and forms",
        (
            Flag("manage_ticket_fields", "Manage ticket fields"),
            Flag("manage_ticket_forms", "Manage ticket forms"),
            Flag("manage_user_fields", "Manage user fields"),
            Flag("manage_organization_fields", "Manage organization fields"),
        ),
    ),
    (
        "security",
        "Security",
        (
            Flag("view_access_logs", "See access logs", VIEW, sensitive=True),
            Flag("view_audit_logs", "See audit logs", VIEW, sensitive=True),
            Flag("manage_api_credentials", "Manage credentials of the API", MANAGE, sensitive=True),
        ),
    ),
)
"""The keys that are true or false, in categories of ours."""


def _chain(*words: tuple[str, str, PermissionLevel], sensitive: tuple[str, ...] = ()) -> tuple[Word, ...]:
    """Make values in which each is above the one before."""
    return tuple(
        Word(word, label, level, () if index == 0 else (words[index - 1][0],), sensitive=word in sensitive)
        for index, (word, label, level) in enumerate(words)
    )


_MANAGED_LISTS = (
    ("readonly", "Use those that are there", VIEW),
    ("manage-personal", "Make personal ones", ACT),
    ("manage-group", "Make personal ones and those of their groups", MANAGE),
    ("full", "Make any", MANAGE),
)

SCALES: tuple[Scale, ...] = (
    Scale(
        "ticket_access",
        "Which tickets they reach",
        (
            Word("assigned-only", "Those assigned to them", VIEW),
            Word("within-groups", "Those of their groups", ACT, ("assigned-only",)),
            Word("within-groups-and-public-groups", "Those of their and of public groups", ACT, ("within-groups",)),
            Word("within-organization", "Those of their organization", ACT, ("assigned-only",)),
            Word("all", "All", MANAGE, ("within-groups-and-public-groups", "within-organization")),
        ),
    ),
    Scale("ticket_comment_access", "Comments", _chain(("public", "Public and private", ACT)), nothing=True),
    Scale("end_user_list_access", "List of end users", _chain(("full", "All end users", VIEW)), nothing=True),
    Scale(
        "end_user_profile_access",
        "Profiles of end users",
        _chain(
            ("readonly", "See", VIEW),
            ("edit-within-org", "Edit within their organization", ACT),
            ("edit", "Create, edit and act as", MANAGE),
            ("full", "Create, edit, act as and delete", MANAGE),
            sensitive=("full",),
        ),
    ),
    Scale(
        "explore_access",
        "Explore",
        _chain(("readonly", "See", VIEW), ("edit", "Edit", ACT), ("full", "Everything", MANAGE)),
        nothing=True,
    ),
    Scale("report_access", "Reports", _chain(("readonly", "See", VIEW), ("full", "Everything", MANAGE)), nothing=True),
    Scale(
        "forum_access",
        "Help center",
        _chain(("readonly", "Read", VIEW), ("edit-topics", "Edit topics", ACT), ("full", "Everything", MANAGE)),
    ),
    Scale("macro_access", "Macros", _chain(*_MANAGED_LISTS)),
    Scale("view_access", "Views", _chain(("playonly", "Play only", VIEW), *_MANAGED_LISTS)),
    Scale("user_view_access", "Customer lists", _chain(*_MANAGED_LISTS), nothing=True),
    Scale(
        "manage_roles",
        "Roles",
        _chain(
            ("all-except-self", "Manage roles other than their own", MANAGE),
            ("all", "Manage all roles, which only the product's own roles do", MANAGE),
            sensitive=("all-except-self", "all"),
        ),
        nothing=True,
    ),
    Scale(
        "manage_team_members",
        "Team members",
        _chain(
            ("readonly", "See", VIEW),
            ("all-with-self-restriction", "Manage, and give roles, but not to themselves", MANAGE),
            sensitive=("all-with-self-restriction",),
        ),
        nothing=True,
    ),
    Scale(
        "manage_deletion_schedules",
        "Deletion schedules",
        _chain(("all", "Manage", MANAGE), sensitive=("all",)),
        nothing=True,
    ),
)
"""The keys with several values; role files write one of the product's own words."""

OBJECTS = "custom_objects"
SCOPES = (
    ("read", "Read records", VIEW),
    ("create", "Create records", ACT),
    ("update", "Change records", ACT),
    ("delete", "Delete records", MANAGE),
)
"""What a role can do with the records of one custom object; the vendor demands `read` with any other."""

REPORTS = "explore_reports"
REPORT_SCALES = MappingProxyType(
    {
        "ticket_access": ("Tickets in reports", "groups"),
        "groups_ticket_access": ("Tickets in reports, by group", "groups"),
        "brands_ticket_access": ("Tickets in reports, by brand", "brands"),
    }
)
"""The parts of `explore_reports` that are one word each, in the old form and the new."""
REPORT_LISTS = MappingProxyType(
    {
        "ticket_access_selected_groups": "Groups selected for reports",
        "ticket_access_selected_brands": "Brands selected for reports",
    }
)

MORE = "more"
"""The category of ours for keys that are true or false and that this table does not know."""
UNSTATED = "unstated"
"""The category of ours for keys that a role of the tenant leaves out: what the product does then is not documented,
so it is neither true nor false."""

FLAG_CATEGORY = MappingProxyType({flag.key: category for category, _, flags in FLAGS for flag in flags})
SCALE = MappingProxyType({scale.key: scale for scale in SCALES})
CATEGORIES = frozenset({MORE, UNSTATED, *(category for category, _, _ in FLAGS)})
"""The categories that hold keys by name."""
ADMINISTERS = "manage_roles.all-except-self"
"""The permission that administers roles."""
NEEDS = frozenset({ADMINISTERS, "manage_team_members.all-with-self-restriction"})
"""What the reconciler's own account must keep: `manage_roles` alone gives nobody a role."""
