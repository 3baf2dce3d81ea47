"""The product's help page "Create a custom role", walked through section by section in YAML."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk

pytestmark = pytest.mark.sockets

WORKED_EXAMPLE = {
    "conversations.view",
    "conversations.view_all",
    "notes.view",
    "notes.add",
    "notes.edit_own",
    "notes.delete_own",
    "notes.mention",
    "contacts.view",
    "teams.view",
    "analytics.view_dashboards",
}


@pytest.fixture(autouse=True)
def _settled(desk: Desk) -> None:
    """Begin with a tenant that is as the files say."""
    desk.settle()


def test_from_scratch(desk: Desk) -> None:
    """A new file is a new role with exactly its permissions and nobody in it."""
    desk.write(
        "roles/refund-approver.yaml",
        "name: Refund Approver\n"
        "description: Approves refunds that agents propose in internal notes\n"
        "owner: Finance Operations\n"
        "permissions:\n"
        "  conversations: view\n"
        "  notes: all\n"
        "  contacts: {view: on, edit: on}\n",
    )

    plan = desk.plan()

    (change,) = plan["changes"]
    assert (change["action"], change["people_losing"], change["people_gaining"]) == ("create", 0, 0)
    assert desk.run("apply", "--yes").code == 0
    role = desk.role("Refund Approver")
    assert role is not None
    assert role.user_count == 0
    assert {"contacts.view", "contacts.edit", "notes.add"} <= set(role.permissions)
    assert len(role.permissions) == 9


def test_duplicate_a_standard_role(desk: Desk) -> None:
    """A copy minus two things is a file of a few lines, and the original is unchanged."""
    before = desk.role("Agent")
    desk.write(
        "roles/junior-agent.yaml",
        "name: Junior Agent\n"
        "description: Agents in their first month, who merge and forward nothing\n"
        "based_on: agent\n"
        "permissions:\n"
        "  conversations: {merge: off, forward: off}\n",
    )

    assert desk.run("apply", "--yes").code == 0

    junior = desk.role("Junior Agent")
    assert before is not None
    assert junior is not None
    assert set(before.permissions) - set(junior.permissions) == {"conversations.merge", "conversations.forward"}
    assert before == desk.role("Agent")


def test_worked_example(desk: Desk) -> None:
    """Quality Reviewer reads every conversation and adds notes, and can do nothing else."""
    role = desk.role("Quality Reviewer")

    assert role is not None
    assert set(role.permissions) == WORKED_EXAMPLE
    assert role.description == "Read-only conversation review with internal note ability for QA team"


def test_edit_and_update_later(desk: Desk) -> None:
    """A change takes effect for everyone at once, so narrowing a role of many asks to be announced first."""
    desk.replace("roles/standard/reader.yaml", "users: view", "users: none")

    plan = desk.plan()

    assert (plan["summary"]["people_losing"], plan["summary"]["confirm"]) == (75, 2)
    assert all("announce" in f["message"] or "confirm exactly" in f["message"] for f in plan["findings"][:2])
    assert desk.run("apply", "--yes").code == 5
    desk.settle()
    reader = desk.role("Reader")
    assert reader is not None
    assert "users.view" not in reader.permissions


def test_delete_a_custom_role(desk: Desk) -> None:
    """A role that nobody holds goes when its file says so; one with people needs to know where they go."""
    desk.write(
        "roles/beta-tester.yaml",
        "name: Beta Tester\ndescription: The beta programme has ended\nretired: true\n",
    )
    desk.settle()
    assert desk.role("Beta Tester") is None

    desk.write(
        "roles/knowledge-curator.yaml",
        "name: Knowledge Curator\ndescription: Merged into the quality team\nretired: true\n",
    )
    assert desk.run("apply", "--yes").code == 4
    desk.replace("roles/knowledge-curator.yaml", "retired: true", "retired: true\nmove_users_to: quality-reviewer")
    desk.settle()
    reviewer = desk.role("Quality Reviewer")
    assert desk.role("Knowledge Curator") is None
    assert reviewer is not None
    assert reviewer.user_count == 12


def test_standard_roles_cannot_be_deleted(desk: Desk) -> None:
    """Taking away the file of a standard role leaves the role alone; retiring it is refused."""
    (desk.folder / "roles/standard/analytics.yaml").unlink()
    plan = desk.plan()
    assert plan["changes"] == []
    assert "Analytics" in plan["unmanaged"]

    desk.write(
        "roles/standard/analytics.yaml",
        "name: Analytics\ndescription: Reporting access without conversation editing\nstandard: true\nretired: true\n",
    )
    assert desk.run("apply", "--yes").code == 4


@pytest.mark.parametrize(
    ("field", "advice"),
    [
        ("team: Billing", "team"),
        ("expires: 2027-01-31", "calendar"),
        ("hours: 9-17", "fixed"),
    ],
)
def test_what_custom_roles_cannot_do(desk: Desk, field: str, advice: str) -> None:
    """No scope per team, no expiry, no conditions: each is refused with the way to get there."""
    desk.replace("roles/quality-reviewer.yaml", "permissions:", f"{field}\npermissions:")

    ran = desk.run("validate")

    assert ran.code == 3
    assert "roles/quality-reviewer.yaml:" in ran.err
    assert advice in ran.err


def test_troubleshooting(desk: Desk) -> None:
    """Why a toggle seems without effect, why a role cannot go, and why nobody can be given it: the texts say so."""
    desk.replace("roles/standard/reader.yaml", "users: view", "users: none")
    assert "next page load" in desk.run("plan").out
    desk.replace("roles/standard/reader.yaml", "users: none", "users: view")

    desk.write(
        "roles/billing-specialist.yaml",
        "name: Billing Specialist\ndescription: No longer needed by the desk\nretired: true\n",
    )
    ran = desk.run("plan")
    assert ran.code == 4
    assert "14 people are assigned" in ran.out
    assert "move_users_to" in ran.out
