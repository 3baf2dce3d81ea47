"""What the guards refuse, and that nothing was written when they did."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk, Ran

pytestmark = pytest.mark.sockets


def refused(desk: Desk, *arguments: str) -> Ran:
    """Apply, expecting a guard to block before anything is written; plan must say the same."""
    assert desk.run("plan").code == 4
    ran = desk.run("apply", "--yes", *arguments)
    assert ran.code == 4, ran.out + ran.err
    assert desk.writes() == ()
    return ran


def test_owner_edited_is_refused_with_the_way_out(desk: Desk) -> None:
    """The product's Owner cannot be edited; the refusal says what to do instead."""
    desk.replace("roles/standard/owner.yaml", "modules: all", "modules: none")

    ran = refused(desk)

    assert "[standard owner]" in ran.err
    assert "based_on" in ran.err


def test_last_administrators_removed_is_refused_with_both_numbers(desk: Desk) -> None:
    """A plan that leaves nobody to administer roles is refused with how many are left and how many are required."""
    desk.replace("roles/standard/owner.yaml", "settings: all", "settings: view")

    ran = refused(desk)

    assert "[lockout] 0 of 2 required administrators" in ran.err


def test_retired_role_with_holders_is_refused_with_the_count(desk: Desk) -> None:
    """A role that people hold cannot be retired without a role for them."""
    desk.write(
        "roles/billing-specialist.yaml",
        "name: Billing Specialist\ndescription: No longer needed by the desk\nretired: true\n",
    )

    ran = refused(desk)

    assert '14 people are assigned to "Billing Specialist"' in ran.err
    assert "move_users_to" in ran.err


def test_standard_role_retired_is_refused(desk: Desk) -> None:
    """A standard role cannot be retired, with or without a role for its holders."""
    desk.write(
        "roles/standard/reader.yaml",
        "name: Reader\ndescription: Read-only access across the workspace\nstandard: true\nretired: true\n"
        "move_users_to: agent\n",
    )

    assert "[standard reader]" in refused(desk).err


def test_self_lock_out_is_refused(desk: Desk) -> None:
    """The key's own account keeps what the reconciler needs."""
    desk.replace("roles/standard/owner.yaml", "settings: all", "settings: {all: on, roles: off}")

    assert "[self] The account behind the key would lose settings.roles" in refused(desk).err


def test_empty_roles_folder_is_refused(desk: Desk) -> None:
    """No role files at all is never planned as leaving everything unmanaged."""
    for file in sorted(desk.folder.glob("roles/**/*.yaml")):
        file.unlink()

    assert desk.run("plan").code == 4
    assert desk.run("apply", "--yes").code == 4


def test_separation_of_duties_is_refused_in_people(desk: Desk) -> None:
    """Nobody may come to hold a pair that the settings keep apart, over all the roles they hold."""
    desk.replace("reconciler.yaml", "never_together: []", "never_together: [[settings.snippets, conversations.reply]]")

    ran = refused(desk)

    assert "[separation] 4 people would hold conversations.reply and settings.snippets" in ran.err


def test_retired_role_moves_its_holders_and_goes(desk: Desk) -> None:
    """With a role for its holders, a retirement moves everybody, suspended ones too, and deletes the role last."""
    desk.settle()
    desk.write(
        "roles/billing-specialist.yaml",
        "name: Billing Specialist\ndescription: No longer needed by the desk\nretired: true\n"
        "move_users_to: quality-reviewer\n",
    )
    before = len(desk.writes())
    assert desk.run("apply", "--yes").code == 5
    desk.settle()

    assert desk.role("Billing Specialist") is None
    reviewer = desk.role("Quality Reviewer")
    assert reviewer is not None
    assert reviewer.user_count == 14
    assert [w.action for w in desk.writes()[before:]][-1] == "role.deleted"
    assert len(desk.writes()) - before == 15


def test_administrator_grant_goes_first_where_the_order_would_lock_everybody_out(desk: Desk) -> None:
    """Moving role administration from one role to another never passes through too few administrators."""
    desk.settle()
    desk.replace("reconciler.yaml", "min_administrators: 2", "min_administrators: 11")
    desk.replace("roles/knowledge-curator.yaml", "[view, snippets]", "[view, snippets, roles]")
    desk.settle()
    desk.replace("roles/knowledge-curator.yaml", "[view, snippets, roles]", "[view, snippets]")
    desk.replace("roles/billing-specialist.yaml", "settings: none", "settings: [view, roles]")

    plan = desk.plan()

    assert [c["role"] for c in plan["changes"]] == ["billing-specialist", "knowledge-curator"]
    assert any('"Billing Specialist" goes first' in note for note in plan["notes"])
    desk.settle()
