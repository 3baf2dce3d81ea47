"""Fill a new database with the sandbox desk, the same way each time: eight roles and 250 made-up people.

Nothing here asks a clock, a random number or the machine, so that two fresh sandboxes are equal to the byte
of every id and entity tag.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.model.role import RoleKind
from reconciler.sandbox.product import expanded, product
from reconciler.sandbox.records import RoleDraft, TenantRecord, UserDraft, timestamp
from reconciler.sandbox.roles import insert_roles
from reconciler.sandbox.store import BULK_TIME, insert_tenant
from reconciler.sandbox.users import OWNER, insert_users

TENANT = TenantRecord(id="ten_sandbox", name="Sandbox Support Desk", environment="sandbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some people of the desk who hold the same roles."""

    people: int
    roles: tuple[str, ...]
    """Role names."""
    active: bool = True


GROUPS = (
    # The Owners come first: the sandbox's own key belongs to the first user of the desk.
    Group(people=3, roles=(OWNER,)),
    Group(people=6, roles=("Team Lead",)),
    Group(people=18, roles=("Agent", "Team Lead")),
    Group(people=60, roles=("Agent", "Night Shift")),
    Group(people=4, roles=("Agent", "Knowledge Curator")),
    Group(people=38, roles=("Agent",)),
    Group(people=6, roles=("Agent",), active=False),
    Group(people=14, roles=("Billing Specialist",)),
    Group(people=8, roles=("Knowledge Curator",)),
    Group(people=14, roles=("Analytics",)),
    Group(people=75, roles=("Reader",)),
    Group(people=3, roles=("Reader",), active=False),
)
"""Everyone but the service account. Bulk close is in Agent, Team Lead and Night Shift: if Agent lost it, the
42 active people who have neither of the other two could no longer do it."""

_GIVEN_NAMES = (
    *("Ada", "Bruno", "Carla", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Imani", "Jonas", "Keiko", "Luca"),
    *("Mira", "Nils", "Odile", "Pavel", "Quinn", "Rosa", "Sven", "Tilda", "Umar", "Vera", "Wanda", "Xavi", "Yuki"),
)
_FAMILY_NAMES = (
    *("Sampleton", "Mockridge", "Placeholt", "Testerby", "Dummont"),
    *("Exemplar", "Fictley", "Pretendi", "Specimenko", "Imaginado"),
)


def seed(connection: sqlite3.Connection) -> None:
    """Insert the whole desk into empty tables, inside the caller's transaction."""
    insert_tenant(connection, TENANT)
    drafts = (*standard_roles(), *custom_roles())
    ids = insert_roles(connection, drafts, timestamp(BULK_TIME))
    insert_users(connection, _people(dict(zip((draft.name for draft in drafts), ids, strict=True))))


def standard_roles() -> tuple[RoleDraft, ...]:
    """Give the five roles that the product ships."""
    return tuple(
        RoleDraft(
            name=role.name,
            description=role.description,
            permissions=role.permissions,
            kind=RoleKind.STANDARD,
            editable=role.editable,
        )
        for role in product().standard_roles
    )


def custom_roles() -> tuple[RoleDraft, ...]:
    """Give the three roles that somebody at this desk has made."""
    catalogue = product().catalogue
    agent = next(role.permissions for role in product().standard_roles if role.name == "Agent")
    return (
        RoleDraft(
            name="Knowledge Curator",
            description="Keeps help articles and snippets current, reads conversations for gaps",
            permissions=expanded(
                catalogue,
                (
                    *("conversations.view", "conversations.view_all", "notes.view", "notes.add", "contacts.view"),
                    *("teams.view", "analytics.view_dashboards", "settings.view", "modules.knowledge_base"),
                ),
            ),
        ),
        RoleDraft(
            name="Billing Specialist",
            description="Answers billing questions, corrects contact details and exports the monthly figures",
            permissions=expanded(
                catalogue,
                (
                    *("conversations.view", "conversations.reply", "conversations.close_reopen", "conversations.tag"),
                    *("conversations.use_snippets", "notes.*", "contacts.view", "contacts.edit"),
                    *("teams.view", "analytics.view_dashboards", "analytics.export"),
                ),
            ),
        ),
        RoleDraft(
            name="Night Shift",
            description="Agents on the night rota, with bulk operations and the live monitor",
            permissions=agent | {"modules.monitor"},
        ),
    )


def _people(role_ids: dict[str, str]) -> Iterator[UserDraft]:
    names = _names()
    for group in GROUPS:
        held = frozenset(role_ids[name] for name in group.roles)
        for _ in range(group.people):
            given, family = next(names)
            email = f"{given}.{family}@desk.example".lower()
            yield UserDraft(name=f"{given} {family}", email=email, role_ids=held, active=group.active)
    yield UserDraft(
        name="Nightly Figures Export",
        email="nightly-figures@service.example.com",
        role_ids=frozenset({role_ids["Analytics"]}),
        human=False,
    )


def _names() -> Iterator[tuple[str, str]]:
    return ((given, family) for family in _FAMILY_NAMES for given in _GIVEN_NAMES)
