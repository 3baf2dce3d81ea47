"""The role files of this repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.language import load_desired
from reconciler.desired.settings import Settings, load_settings
from reconciler.model.finding import GuardSettings

ROOT = Path(__file__).parents[3]
STATE = load_desired(ROOT, "roles", load_catalogue(ROOT))
ROLES = {role.key: role for role in STATE.roles}
NOTES = {f"notes.{short}" for short in ("view", "add", "edit_own", "delete_own", "mention")}
AGENT = {
    *(
        f"conversations.{s}"
        for s in ("view", "reply", "assign", "close_reopen", "tag", "forward", "merge", "use_snippets")
    ),
    *("conversations.bulk_assign", "conversations.bulk_tag", "contacts.view", "contacts.create", "contacts.edit"),
    *("teams.view", *NOTES),
}
EXPECTED = {
    "owner": set(STATE.catalogue.keys),
    "team-lead": {
        *(key for key in STATE.catalogue.keys if key.startswith("conversations.")),
        *("contacts.view", "contacts.create", "contacts.edit", "teams.view", "teams.manage_members", "users.view"),
        *(
            "analytics.view_dashboards",
            "analytics.view_agent_performance",
            "analytics.export",
            "modules.monitor",
            *NOTES,
        ),
    },
    "agent": AGENT,
    "agent-no-bulk-actions": AGENT - {"conversations.bulk_assign", "conversations.bulk_tag"},
    "reader": {
        *("conversations.view", "conversations.view_all", "notes.view", "contacts.view", "teams.view", "users.view"),
        *("analytics.view_dashboards", "settings.view"),
    },
    "analytics": {
        *("conversations.view", "analytics.view_dashboards", "analytics.view_agent_performance", "analytics.export"),
        *("analytics.view_ai_automation", "analytics.ai_insights", "analytics.chat_about_data"),
    },
    "billing-specialist": {
        *(f"conversations.{s}" for s in ("view", "reply", "close_reopen", "tag", "use_snippets")),
        *("contacts.view", "contacts.edit", "teams.view", "analytics.view_dashboards", "analytics.export", *NOTES),
    },
    "knowledge-curator": {
        *("conversations.view", "conversations.view_all", "notes.view", "notes.add", "contacts.view", "teams.view"),
        *("analytics.view_dashboards", "settings.view", "settings.snippets", "modules.knowledge_base"),
    },
}


@pytest.mark.parametrize("key", EXPECTED)
def test_role_can_do_exactly_what_it_should(key: str) -> None:
    """Each role file expands to the permissions it was written for."""
    assert set(ROLES[key].content.permissions) == EXPECTED[key]


def test_every_standard_role_is_declared() -> None:
    """The five roles of the product are here, marked as such, and no other role is."""
    assert {r.content.name for r in STATE.roles if r.standard} == {r.name for r in STATE.catalogue.standard_roles}
    assert all(r.origin.path.startswith("roles/standard/") == r.standard for r in STATE.roles)


def test_beta_tester_gets_nothing_sensitive() -> None:
    """Trying new features needs no permission that could hurt."""
    assert not [key for key in ROLES["beta-tester"].content.permissions if STATE.catalogue.is_sensitive(key)]


@pytest.mark.parametrize("path", sorted((ROOT / "roles").rglob("*.yaml")), ids=lambda path: path.stem)
def test_editor_finds_the_schema(path: Path) -> None:
    """The first line of each file leads to the schema from where the file is."""
    first = path.read_text().splitlines()[0]

    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve() == ROOT / "schemas" / "role.schema.json"


def test_settings_of_this_repository_are_the_defaults_written_out() -> None:
    """What reconciler.yaml explains is what holds where it says nothing."""
    assert load_settings(ROOT / "reconciler.yaml") == Settings(guards=GuardSettings())
