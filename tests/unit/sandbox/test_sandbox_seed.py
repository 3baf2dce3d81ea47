"""The seed is exactly the desk that the repository's role files and documents speak of."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml
from unit.sandbox.sandbox_client import Desk

from reconciler.sandbox.product import product
from reconciler.sandbox.records import UserRecord
from reconciler.sandbox.seed import seed
from reconciler.sandbox.store import Store

ROOT = Path(__file__).parents[3]


def everybody(desk: Desk) -> list[tuple[UserRecord, frozenset[str]]]:
    """Give every user with the names of their roles."""
    names = {role.id: role.name for role in desk.store.roles.page(after=0, limit=100).entries}
    users = desk.store.users.page(after=0, limit=1000).entries
    return [(user, frozenset(names[role_id] for role_id in user.role_ids)) for user in users]


def test_sandbox_seed_has_the_promised_people_in_each_combination_of_roles(desk: Desk) -> None:
    """The 250 users are spread over the roles exactly as documented."""
    counted = Counter((tuple(sorted(roles)), user.active, user.human) for user, roles in everybody(desk))

    assert counted == {
        (("Agent",), True, True): 38,
        (("Agent",), False, True): 6,
        (("Agent", "Night Shift"), True, True): 60,
        (("Agent", "Team Lead"), True, True): 18,
        (("Agent", "Knowledge Curator"), True, True): 4,
        (("Team Lead",), True, True): 6,
        (("Reader",), True, True): 75,
        (("Reader",), False, True): 3,
        (("Analytics",), True, True): 14,
        (("Analytics",), True, False): 1,
        (("Owner",), True, True): 3,
        (("Billing Specialist",), True, True): 14,
        (("Knowledge Curator",), True, True): 8,
    }
    assert counted.total() == 250


def test_sandbox_seed_counts_users_per_role(desk: Desk) -> None:
    """The count in each role includes suspended people and the service account."""
    counts = {role.name: role.user_count for role in desk.store.roles.page(after=0, limit=100).entries}

    assert counts == {
        "Owner": 3,
        "Team Lead": 24,
        "Agent": 126,
        "Reader": 78,
        "Analytics": 15,
        "Knowledge Curator": 12,
        "Billing Specialist": 14,
        "Night Shift": 60,
    }


def test_sandbox_seed_would_take_bulk_close_from_exactly_42_people(desk: Desk) -> None:
    """If Agent lost bulk close, 42 active humans would have it through no other role."""
    granting = {
        role.name
        for role in desk.store.roles.page(after=0, limit=100).entries
        if "conversations.bulk_close" in role.permissions
    }

    losing = [user for user, roles in everybody(desk) if user.active and user.human and roles & granting == {"Agent"}]

    assert granting == {"Owner", "Team Lead", "Agent", "Night Shift"}
    assert len(losing) == 42


def test_sandbox_seed_has_the_product_permissions_of_the_pinned_catalogue() -> None:
    """What the sandbox lists equals the catalogue that role files are validated against, standard roles included."""
    pinned = yaml.safe_load((ROOT / "schemas" / "permissions.yaml").read_text(encoding="utf-8"))
    catalogue = product().catalogue

    listed = [
        {
            "key": category.key,
            "name": category.name,
            "permissions": [
                (p.key, p.name, p.level.value, p.sensitive, list(p.requires)) for p in category.permissions
            ],
        }
        for category in catalogue.categories
    ]

    assert len(catalogue.categories) == 8
    assert len(catalogue.keys) == 66
    assert listed == [
        {
            "key": category["key"],
            "name": category["name"],
            "permissions": [
                (p["key"], p["name"], p["level"], p.get("sensitive", False), sorted(p.get("requires", [])))
                for p in category["permissions"]
            ],
        }
        for category in pinned["categories"]
    ]
    assert [(role.name, role.editable) for role in product().standard_roles] == [
        (role["name"], role["editable"]) for role in pinned["standard_roles"]
    ]


def test_sandbox_seed_has_the_three_custom_roles(desk: Desk) -> None:
    """The custom roles allow what they are documented to allow."""
    curator, billing, night = (desk.role(name) for name in ("Knowledge Curator", "Billing Specialist", "Night Shift"))

    assert set(curator.permissions) == {
        *("conversations.view", "conversations.view_all", "notes.view", "notes.add", "contacts.view", "teams.view"),
        *("analytics.view_dashboards", "settings.view", "modules.knowledge_base"),
    }
    assert set(billing.permissions) == {
        *("conversations.view", "conversations.reply", "conversations.close_reopen", "conversations.tag"),
        *("conversations.use_snippets", "notes.view", "notes.add", "notes.edit_own", "notes.delete_own"),
        *("notes.mention", "contacts.view", "contacts.edit", "teams.view", "analytics.view_dashboards"),
        "analytics.export",
    }
    assert set(night.permissions) == {*desk.role("Agent").permissions, "modules.monitor"}
    assert {role.kind for role in (curator, billing, night)} == {"custom"}


def test_sandbox_seed_invents_everybody(desk: Desk) -> None:
    """No name or address comes twice, and every address is in a domain that nobody can own."""
    users = desk.store.users.page(after=0, limit=1000).entries

    assert len({user.name for user in users}) == 250
    assert len({user.email for user in users}) == 250
    assert all(user.email.endswith((".example", "@example.com", ".example.com")) for user in users)


def test_sandbox_seed_is_the_same_on_any_hash_seed() -> None:
    """Ids and entity tags of two processes with different hash seeds are equal."""
    script = (
        "from reconciler.sandbox.seed import seed; from reconciler.sandbox.store import Store;"
        "s = Store.open(None, seed);"
        "print([r.document() for r in s.roles.page(after=0, limit=9).entries],"
        " [u.document() for u in s.users.page(after=0, limit=999).entries]); s.close()"
    )

    outputs = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]

    assert outputs[0] == outputs[1]


def test_sandbox_seed_starts_with_an_empty_audit_log(desk: Desk) -> None:
    """Seeding is no write that anybody made."""
    assert desk.store.audit.page(after=0, limit=10).entries == ()


def test_sandbox_seed_fills_two_databases_alike() -> None:
    """Two fresh stores answer the same first page."""
    first, second = Store.open(None, seed), Store.open(None, seed)

    pages = [store.roles.page(after=0, limit=100) for store in (first, second)]
    first.close()
    second.close()

    assert pages[0] == pages[1]
