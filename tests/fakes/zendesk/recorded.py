"""What two real accounts answered about their roles, as tables of our own: one Admin in 2023, a list of six in 2021.

Taken from recordings that open projects publish with their tests (zenpy: TestDeletedTickets, salto: mock replies of its
Zendesk adapter). The shape of the replies is kept, key for key; `role_reply` and `list_reply` give them as they came.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.tenants.strict_json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One role as it was answered: which keys were true, which false, and the words of the others."""

    id: int
    name: str
    description: str
    role_type: int
    team_member_count: int
    created_at: str
    updated_at: str
    true: str
    false: str
    words: str

    def configuration(self) -> dict[str, Json]:
        """Give the configuration."""
        words = dict(pair.split("=") for pair in self.words.split())
        return {**dict.fromkeys(self.true.split(), True), **dict.fromkeys(self.false.split(), False), **words}

    def role(self) -> dict[str, Json]:
        """Give the role as an object of a reply."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "role_type": self.role_type,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "configuration": self.configuration(),
            "team_member_count": self.team_member_count,
        }


RECORDED_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "max-age=0, private, must-revalidate",
    "ETag": 'W/"d9752632a6ab838542a9723fee6f8238"',
    "Rate-Limit": "700",
    "Rate-Limit-Remaining": "556",
    "Rate-Limit-Reset": "23",
    "X-Rate-Limit": "700",
    "X-Rate-Limit-Remaining": "556",
    "X-Zendesk-API-Version": "v2",
}
"""The headers of the reply of 2023: both spellings of the rate limit, and an ETag that no write accepts."""

ADMIN = Recorded(
    id=6130869137434,
    name="Admin",
    description="Can manage all settings, except billing",
    role_type=4,
    team_member_count=2,
    created_at="2023-09-09T23:51:59Z",
    updated_at="2023-09-09T23:51:59Z",
    true=(
        "assign_tickets_to_any_group chat_access group_access manage_automations manage_business_rules "
        "manage_contextual_workspaces manage_dynamic_content manage_extensions_and_channels manage_facebook "
        "manage_group_memberships manage_groups manage_organization_fields manage_organizations manage_skills "
        "manage_slas manage_suspended_tickets manage_ticket_fields manage_ticket_forms manage_triggers "
        "manage_user_fields organization_editing organization_notes_editing side_conversation_create "
        "ticket_deletion ticket_editing ticket_merge ticket_redaction ticket_tag_editing view_deleted_tickets "
        "voice_access voice_dashboard_access"
    ),
    false="forum_access_restricted_content light_agent moderate_forums twitter_search_access",
    words=(
        "end_user_list_access=full end_user_profile_access=full explore_access=full forum_access=full "
        "macro_access=full manage_roles=all report_access=full ticket_access=all ticket_comment_access=public "
        "user_view_access=full view_access=full"
    ),
)
ADVISOR = Recorded(
    id=1500001601021,
    name="Advisor",
    description="Can automate ticket workflows, manage channels and make private comments on tickets",
    role_type=0,
    team_member_count=0,
    created_at="2021-05-19T02:59:08Z",
    updated_at="2021-05-19T02:59:08Z",
    true=(
        "chat_access manage_business_rules manage_extensions_and_channels manage_facebook side_conversation_create "
        "ticket_editing ticket_tag_editing voice_access"
    ),
    false=(
        "assign_tickets_to_any_group forum_access_restricted_content group_access light_agent "
        "manage_contextual_workspaces manage_dynamic_content manage_organization_fields manage_ticket_fields "
        "manage_ticket_forms manage_user_fields moderate_forums organization_editing organization_notes_editing "
        "ticket_deletion ticket_merge twitter_search_access view_deleted_tickets voice_dashboard_access"
    ),
    words=(
        "end_user_list_access=full end_user_profile_access=readonly explore_access=readonly forum_access=readonly "
        "macro_access=full report_access=none ticket_access=within-groups ticket_comment_access=none "
        "user_view_access=full view_access=full"
    ),
)
STAFF = Recorded(
    id=1500001600981,
    name="Staff",
    description="Can edit tickets within their groups",
    role_type=0,
    team_member_count=0,
    created_at="2021-05-19T02:59:08Z",
    updated_at="2021-05-19T02:59:08Z",
    true="chat_access side_conversation_create ticket_editing voice_access",
    false=(
        "assign_tickets_to_any_group forum_access_restricted_content group_access light_agent "
        "manage_business_rules manage_contextual_workspaces manage_dynamic_content manage_extensions_and_channels "
        "manage_facebook manage_organization_fields manage_ticket_fields manage_ticket_forms manage_user_fields "
        "moderate_forums organization_editing organization_notes_editing ticket_deletion ticket_merge "
        "ticket_tag_editing twitter_search_access view_deleted_tickets voice_dashboard_access"
    ),
    words=(
        "end_user_list_access=full end_user_profile_access=readonly explore_access=readonly forum_access=readonly "
        "macro_access=manage-personal report_access=readonly ticket_access=within-groups "
        "ticket_comment_access=public user_view_access=manage-personal view_access=manage-personal"
    ),
)
TEAM_LEAD = Recorded(
    id=1500001601001,
    name="Team lead",
    description="Can manage all tickets and forums",
    role_type=0,
    team_member_count=0,
    created_at="2021-05-19T02:59:08Z",
    updated_at="2021-05-19T02:59:08Z",
    true=(
        "chat_access forum_access_restricted_content group_access organization_editing organization_notes_editing "
        "side_conversation_create ticket_deletion ticket_editing ticket_merge ticket_tag_editing "
        "view_deleted_tickets voice_access voice_dashboard_access"
    ),
    false=(
        "assign_tickets_to_any_group light_agent manage_business_rules manage_contextual_workspaces "
        "manage_dynamic_content manage_extensions_and_channels manage_facebook manage_organization_fields "
        "manage_ticket_fields manage_ticket_forms manage_user_fields moderate_forums twitter_search_access"
    ),
    words=(
        "end_user_list_access=full end_user_profile_access=full explore_access=edit forum_access=full "
        "macro_access=full report_access=full ticket_access=all ticket_comment_access=public user_view_access=full "
        "view_access=full"
    ),
)
LIGHT_AGENT = Recorded(
    id=1500004941962,
    name="Light agent",
    description="Can view and add private comments to tickets",
    role_type=1,
    team_member_count=0,
    created_at="2021-05-18T19:00:43Z",
    updated_at="2021-05-18T19:00:51Z",
    true="light_agent side_conversation_create",
    false=(
        "assign_tickets_to_any_group chat_access forum_access_restricted_content group_access "
        "manage_business_rules manage_contextual_workspaces manage_dynamic_content manage_extensions_and_channels "
        "manage_facebook manage_organization_fields manage_ticket_fields manage_ticket_forms manage_user_fields "
        "moderate_forums organization_editing organization_notes_editing ticket_deletion ticket_editing "
        "ticket_merge ticket_tag_editing twitter_search_access view_deleted_tickets voice_access "
        "voice_dashboard_access"
    ),
    words=(
        "end_user_list_access=full end_user_profile_access=readonly explore_access=readonly forum_access=readonly "
        "macro_access=readonly report_access=readonly ticket_access=within-groups ticket_comment_access=none "
        "user_view_access=none view_access=readonly"
    ),
)
CONTRIBUTOR = Recorded(
    id=1500004941982,
    name="Contributor",
    description="Can provide limited support",
    role_type=3,
    team_member_count=0,
    created_at="2021-05-18T19:00:47Z",
    updated_at="2021-05-18T19:00:51Z",
    true="side_conversation_create",
    false=(
        "assign_tickets_to_any_group chat_access forum_access_restricted_content group_access light_agent "
        "manage_business_rules manage_contextual_workspaces manage_dynamic_content manage_extensions_and_channels "
        "manage_facebook manage_organization_fields manage_ticket_fields manage_ticket_forms manage_user_fields "
        "moderate_forums organization_editing organization_notes_editing ticket_deletion ticket_editing "
        "ticket_merge ticket_tag_editing twitter_search_access view_deleted_tickets voice_access "
        "voice_dashboard_access"
    ),
    words=(
        "end_user_list_access=none end_user_profile_access=readonly explore_access=none forum_access=readonly "
        "macro_access=readonly report_access=none ticket_access=within-groups ticket_comment_access=none "
        "user_view_access=none view_access=readonly"
    ),
)
BILLING_ADMIN = Recorded(
    id=1500004942002,
    name="Billing admin",
    description="Can manage all settings, including billing.",
    role_type=5,
    team_member_count=0,
    created_at="2021-05-18T19:00:47Z",
    updated_at="2021-05-18T19:00:51Z",
    true=(
        "assign_tickets_to_any_group chat_access forum_access_restricted_content group_access "
        "manage_business_rules manage_contextual_workspaces manage_dynamic_content manage_extensions_and_channels "
        "manage_facebook manage_organization_fields manage_ticket_fields manage_ticket_forms manage_user_fields "
        "organization_editing organization_notes_editing side_conversation_create ticket_deletion ticket_editing "
        "ticket_merge ticket_tag_editing view_deleted_tickets voice_access voice_dashboard_access"
    ),
    false="light_agent moderate_forums twitter_search_access",
    words=(
        "end_user_list_access=full end_user_profile_access=full explore_access=full forum_access=full "
        "macro_access=full report_access=full ticket_access=all ticket_comment_access=public user_view_access=full "
        "view_access=full"
    ),
)

LISTED = (ADVISOR, STAFF, TEAM_LEAD, LIGHT_AGENT, CONTRIBUTOR, BILLING_ADMIN)
"""The six roles of the list of 2021, in its order."""


def role_reply() -> dict[str, Json]:
    """Give the reply of 2023 to the show call of its Admin."""
    return {"custom_role": ADMIN.role()}


def list_reply() -> dict[str, Json]:
    """Give the reply of 2021 to the list call."""
    roles: list[Json] = [recorded.role() for recorded in LISTED]
    return {"custom_roles": roles, "next_page": None, "previous_page": None, "count": len(roles)}
