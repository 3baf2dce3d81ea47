"""What covers what in Zammad, and what the table and the replies demand."""

from __future__ import annotations

import pytest
from fakes.zammad.permissions import DISABLED, is_open, permissions_of

from reconciler.desired.starting import readable
from reconciler.errors import TenantAnswerUnusable
from reconciler.tenants import zammad_table as table
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.zammad import KIND
from reconciler.tenants.zammad_reading import PRODUCT
from reconciler.tenants.zammad_replies import complaint, listed, version
from reconciler.tenants.zammad_vocabulary import shipped

COVERS = [
    ("admin.everything", "admin.user", True),
    ("admin.everything", "admin.audit_log", True),
    ("admin.user", "admin.everything", False),
    ("admin.role", "admin.user", False),
    ("admin.everything", "ticket.agent", False),
    ("admin.everything", "report.access", False),
    ("admin.knowledge_base", "knowledge_base.editor", False),
    ("admin.ticket", "ticket.agent", False),
    ("admin.ticket", "admin.ticket_state", False),
    ("ticket.agent", "ticket.customer", False),
    ("ticket.customer", "ticket.agent", False),
    ("ticket.agent", "chat.agent", False),
    ("knowledge_base.editor", "knowledge_base.reader", True),
    ("knowledge_base.reader", "knowledge_base.editor", False),
    ("user_preferences.everything", "user_preferences.password", True),
    ("user_preferences.password", "user_preferences.everything", False),
    ("groups/Users.full", "groups/Users.read", True),
    ("groups/Users.full", "groups/Users.create", True),
    ("groups/Users.full", "groups/Users.change", True),
    ("groups/Users.full", "groups/Users.overview", True),
    ("groups/Users.read", "groups/Users.full", False),
    ("groups/Users.change", "groups/Users.read", False),
    ("groups/Users.create", "groups/Users.read", False),
    ("groups/Users.overview", "groups/Users.read", False),
    ("groups/Users.full", "ticket.agent", False),
    ("ticket.agent", "groups/Users.read", False),
]


@pytest.mark.parametrize(("more", "less", "covered"), COVERS)
def test_table_of_what_covers_what(more: str, less: str, covered: bool) -> None:
    """A tree covers what is below it, `full` the four accesses, and nothing else covers anything."""
    catalogue = shipped()
    assert {more, less} <= catalogue.keys
    assert catalogue.covers({more}, {less}) is covered


def test_four_accesses_together_are_not_full() -> None:
    """Whoever has `full` can be the owner of a ticket and is notified."""
    four = {f"groups/Users.{word}" for word in ("read", "create", "change", "overview")}
    assert not shipped().covers(four, {"groups/Users.full"})


def test_access_to_groups_requires_tickets() -> None:
    """So `validate` refuses it without, and needs no server for that."""
    permissions = [p for c in shipped().categories if c.family == "groups" for p in c.permissions]
    assert {p.requires for p in permissions} == {("ticket.agent",)}


def test_lock_to_start_from_is_that_of_the_newest_version() -> None:
    """It has what administers roles, and nothing that was renamed, dropped, or only groups others."""
    catalogue = KIND.shipped_catalogue()
    assert catalogue is not None
    assert catalogue.role_administration in catalogue.keys
    assert {"admin.setting_system", "admin.channel_twitter", "ticket.everything"}.isdisjoint(catalogue.keys)
    assert [key for key in catalogue.keys if catalogue.is_sensitive(key)]


@pytest.mark.parametrize("release", [(5, 5), (6, 5), (7, 3)])
def test_table_has_the_names_of_every_version(release: tuple[int, int]) -> None:
    """What the double has of a version is what the table says that version ships, signup and all."""
    names = {entry.name for entry in table.ENTRIES if entry.shipped_in(release)}
    of_the_double = set(permissions_of(release))
    assert of_the_double <= names
    assert names - of_the_double <= {"admin.ai_assistance_ticket_summary", "admin.ai_assistance_text_tools"}
    assert {entry.name for entry in table.ENTRIES if entry.disabled} == DISABLED
    assert all(entry.signup is is_open(entry.name) for entry in table.ENTRIES)


def test_example_to_begin_with_fits_every_version() -> None:
    """`init` shows a role of what only reads and is not sensitive; each version from 5.5 on has it."""
    assert readable(shipped()) == {"knowledge_base.reader"}


def test_traits_are_those_of_a_product_that_deletes_nothing() -> None:
    """Retiring leaves holders with nothing, and the list counts nobody."""
    assert (PRODUCT.deletes, PRODUCT.deletes_in_use, PRODUCT.left_behind) == (False, True, frozenset())
    assert (PRODUCT.counts, PRODUCT.precondition, PRODUCT.roles_per_person) == (False, False, None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "Name can't be blank", "error_human": "Name can't be blank"}, "Name can't be blank"),
        ({"error": "Permission ticket is disabled"}, "Permission ticket is disabled"),
        ({"status": 404, "error": "Not Found"}, None),
        ({"error": "No route matches [DELETE] /api/v1/roles/4"}, None),
        ({"error": "This page doesn't exist."}, None),
        ({"error": ""}, None),
        ({"error": {"text": "no"}}, None),
        ({}, None),
        (["error"], None),
        (None, None),
    ],
)
def test_errors_are_read(body: Json, words: str | None) -> None:
    """An address that leads nowhere is not the word that a thing is gone."""
    told = complaint(body)
    assert (None if told is None else told.message) == words


@pytest.mark.parametrize(
    ("text", "expected"), [("5.5.0", (5, 5)), ("6.5.x", (6, 5)), ("7.0.0-1763.abc", (7, 0)), ("7.3", (7, 3))]
)
def test_versions_are_read(text: str, expected: tuple[int, int]) -> None:
    """With whatever follows the second number."""
    assert version(Part({"version": text}, "a test")) == expected


@pytest.mark.parametrize("text", ["", "7", "develop", "7.x", "1000.1", "\u0667.\u0663", "7.3beta"])
def test_other_texts_are_no_version(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(TenantAnswerUnusable):
        version(Part({"version": text}, "a test"))


def test_listed_permission_has_its_label_under_either_name() -> None:
    """5.5 calls it a note; one without any is known by its name alone."""
    entry: dict[str, Json] = {"name": "a", "allow_signup": True, "preferences": {}}
    for fields, label in (({"label": "A"}, "A"), ({"note": "B"}, "B"), ({"label": None}, "")):
        assert listed(Part({**entry, **fields}, "a test")).label == label
