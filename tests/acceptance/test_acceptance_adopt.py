"""A tenant full of roles made by hand gets under git in one command, and nobody's edits are lost."""

from __future__ import annotations

import shutil

import pytest
from acceptance.desk import Desk

from reconciler.sandbox.records import RoleEdit

pytestmark = pytest.mark.sockets

NIGHT = """\
# yaml-language-server: $schema=../schemas/role.schema.json
name: Night Shift
description: Agents on the night rota, with bulk operations and the live monitor
# based_on: agent would say this shorter: plus modules.monitor
permissions:
  conversations: {all: on, view_all: off, flag_for_coaching: off}
  notes: all
  contacts: [view, create, edit]
  teams: view
  users: none
  analytics: none
  settings: none
  modules: [monitor]
"""


@pytest.fixture
def empty(desk: Desk) -> Desk:
    """Give a repository that has settings and no role file yet."""
    shutil.rmtree(desk.folder / "roles")
    return desk


def files(desk: Desk) -> dict[str, bytes]:
    """Give every role file by its path below the roles folder."""
    folder = desk.folder / "roles"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


def test_whole_tenant_is_adopted_and_nothing_is_left_to_plan(empty: Desk) -> None:
    """From no file at all to an empty plan in one command; the tenant is only read."""
    ran = empty.run("adopt", "--all")

    assert (ran.code, ran.err) == (0, "")
    assert "8 roles adopted" in ran.out
    assert sorted(files(empty)) == [
        "billing-specialist.yaml",
        "knowledge-curator.yaml",
        "night-shift.yaml",
        *(f"standard/{key}.yaml" for key in ("agent", "analytics", "owner", "reader", "team-lead")),
    ]
    assert files(empty)["night-shift.yaml"].decode() == NIGHT
    assert b"$schema=../../schemas/role.schema.json" in files(empty)["standard/owner.yaml"]
    plan = empty.plan()
    assert (plan["changes"], plan["unmanaged"]) == ([], [])
    assert empty.writes() == ()


def test_adopting_twice_changes_no_byte(empty: Desk) -> None:
    """A second adoption finds every file as it should be, and writes none."""
    empty.run("adopt", "--all")
    before = files(empty)

    ran = empty.run("adopt", "--all")

    assert ran.out == "sandbox: Nothing to write, 8 roles like their files\n"
    assert before == files(empty)


def test_without_a_role_it_only_looks(desk: Desk) -> None:
    """The list has the roles without a file first, and no file is written."""
    before = files(desk)

    ran = desk.run("adopt")

    assert ran.code == 0
    first, second, *_ = ran.out.splitlines()
    assert first == "sandbox: 1 role without a file, 2 roles unlike their files, 5 roles like their files"
    assert second.split() == ["adopt", "Night", "Shift", "roles/night-shift.yaml"]
    assert before == files(desk)


def test_one_role_is_adopted_by_name_or_key(desk: Desk) -> None:
    """A role can be named as the product does or by its key; a word that means no role is a usage error."""
    assert desk.run("adopt", "night shift", "night-shift").code == 0
    difference = "plus conversations.bulk_close, modules.monitor"  # the file of agent has no bulk_close
    assert files(desk)["night-shift.yaml"].decode() == NIGHT.replace("plus modules.monitor", difference)
    assert desk.run("adopt", "night-shift").out.startswith("sandbox: Nothing to write")

    ran = desk.run("adopt", "Day Shift", "agent")
    assert ran.code == 64
    assert '"Day Shift"' in ran.err
    assert "and 64 when the" in desk.run("adopt", "--help").out
    assert desk.run("adopt", "--all", "agent").code == 64


def test_roles_are_written_on_top_of_others_when_asked(empty: Desk) -> None:
    """With --based-on a similar role says only what differs, and still means exactly what is live."""
    ran = empty.run("adopt", "--all", "--based-on", "--format", "json").data

    assert ran["written"]
    based = {role["role"]: role["based_on"]["role"] for role in ran["roles"] if role["based_on"]}
    assert based == {"knowledge-curator": "reader", "night-shift": "agent"}
    assert files(empty)["night-shift.yaml"].decode().endswith("based_on: agent\npermissions:\n  modules: [monitor]\n")
    assert empty.plan()["changes"] == []


def test_outside_git_a_file_is_changed_only_when_allowed(desk: Desk) -> None:
    """Nothing keeps the old text there, so --overwrite must say that it may go."""
    before = files(desk)

    ran = desk.run("adopt", "--all")

    assert ran.code == 64
    assert "--overwrite" in ran.err
    assert before == files(desk)
    assert desk.run("adopt", "--all", "--overwrite").code == 0
    agent = files(desk)["standard/agent.yaml"].decode()
    assert "    - bulk_tag\n    - bulk_close\n    # No bulk_close: one wrong selection" in agent
    assert desk.plan()["summary"]["update"] == 0


@pytest.mark.usefixtures("git")
def test_committed_files_are_edited_and_uncommitted_edits_kept(desk: Desk) -> None:
    """Git keeps what was committed; what it does not have is named, and nothing at all is written."""
    desk.commit("roles as they were")
    desk.replace("roles/standard/agent.yaml", "Frontline conversation handling", "Frontline and a half-done edit")
    before = files(desk)

    ran = desk.run("adopt", "--all")

    assert ran.code == 64
    assert "  roles/standard/agent.yaml\n" in ran.err
    assert "knowledge-curator" not in ran.err
    assert desk.run("adopt", "--all", "--overwrite").code == 64
    assert before == files(desk)
    desk.commit("the edit is done")
    assert desk.run("adopt", "--all").code == 0
    assert desk.plan()["summary"]["update"] == 0


@pytest.mark.usefixtures("git")
def test_files_that_git_does_not_know_are_not_written_over(desk: Desk) -> None:
    """Before the first commit, and for an untracked file after it, git keeps nothing."""
    assert desk.run("adopt", "agent").code == 64
    moved = desk.folder / "roles" / "standard" / "agent.yaml"
    aside = moved.rename(desk.folder / "agent.yaml")
    desk.commit("all but one")
    aside.rename(moved)

    ran = desk.run("adopt", "agent", "night-shift")

    assert ran.code == 64
    assert "roles/standard/agent.yaml" in ran.err
    assert "night-shift.yaml" not in files(desk)


def test_role_that_no_file_can_say_is_told_with_a_way_out(empty: Desk) -> None:
    """Adopting everything leaves it alone; adopting it by name stops, and writes nothing at all."""
    desk = empty
    desk.run("adopt", "--all")
    desk.write("roles/temp.yaml", "name: Temporary Desk\ndescription: Gone soon enough\npermissions: {}\n")
    desk.settle()
    desk.edit_live("Temporary Desk", RoleEdit(name="Temp 2"))
    (desk.folder / "roles" / "temp.yaml").unlink()

    ran = desk.run("adopt", "--all")

    assert ran.code == 0
    assert "  cannot  Temp 2\n" in ran.out
    assert "[role.generic-name]" in ran.out
    assert "fix: Rename the role in the product" in ran.out
    (desk.folder / "roles" / "night-shift.yaml").unlink()
    ran = desk.run("adopt", "Temp 2", "Night Shift", "--format", "json")
    assert (ran.code, ran.data["written"]) == (3, False)
    assert [refused["role"] for refused in ran.data["refused"]] == ["temp-2"]
    assert "night-shift.yaml" not in files(desk)
    assert desk.plan()["unmanaged"] == ["Night Shift", "Temp 2"]
