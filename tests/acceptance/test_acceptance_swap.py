"""Two roles swap names in one change, through the command line against the embedded tenant."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk
from acceptance.served import served

from reconciler.core.naming import temporary_name
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.records import RoleRecord

pytestmark = pytest.mark.sockets

TESTER, CURATOR = "Beta Tester", "Knowledge Curator"
AWAY = temporary_name(CURATOR)
"""What the tester's role goes through: its file comes first."""


@pytest.fixture(autouse=True)
def _swapped(desk: Desk) -> None:
    """Begin with a tenant that is as the files say, and files that swap two names of it."""
    desk.settle()
    for path, name, other in (
        ("roles/beta-tester.yaml", TESTER, CURATOR),
        ("roles/knowledge-curator.yaml", CURATOR, TESTER),
    ):
        desk.replace(path, f"name: {name}\n", f"name: {other}\npreviously: [{name}]\n")


def roles(desk: Desk) -> dict[str, RoleRecord | None]:
    """Give what is live under the two names and under the temporary one."""
    return {name: desk.role(name) for name in (TESTER, CURATOR, AWAY)}


def test_names_are_swapped_in_one_change(desk: Desk) -> None:
    """The plan has two renames, the apply three writes, and each role keeps its people and what it permits."""
    before, sent = roles(desk), len(desk.writes())

    assert desk.run("validate").code == 0
    plan = desk.plan()
    ran = desk.run("apply", "--expect", plan["digest"], "--yes")

    assert [(c["action"], c["name"]) for c in plan["changes"]] == [("rename", TESTER), ("rename", CURATOR)]
    assert plan["summary"]["people_losing"] == plan["summary"]["people_gaining"] == 0
    assert ran.code == 0, ran.err
    assert len(desk.writes()) - sent == 3
    after = roles(desk)
    for name, other in ((TESTER, CURATOR), (CURATOR, TESTER)):
        was, becomes = before[name], after[other]
        assert was is not None
        assert becomes is not None
        assert (was.id, was.permissions, was.user_count) == (becomes.id, becomes.permissions, becomes.user_count)
    assert after[AWAY] is None
    assert desk.run("plan", "--exit-code").code == 0


def test_swap_that_was_cut_short_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes in between, the run stops with the first role aside, and the next run finishes it."""
    before = roles(desk)
    with served(desk, monkeypatch, Fault(kind=FaultKind.SECOND_WRITER, method="PATCH", nth=2)):
        stopped = desk.run("apply", "--yes")

    assert stopped.code == 8, stopped.err
    assert "1 of 2 steps were applied" in stopped.out
    half = roles(desk)
    assert half[TESTER] is None
    assert [(c["action"], c["name"]) for c in desk.plan()["changes"]] == [("rename", TESTER), ("rename", CURATOR)]
    assert desk.run("apply", "--yes").code == 0

    after = roles(desk)
    for name, other in ((TESTER, CURATOR), (CURATOR, TESTER)):
        was, becomes = before[name], after[other]
        assert was is not None
        assert becomes is not None
        assert (was.id, was.permissions, was.user_count) == (becomes.id, becomes.permissions, becomes.user_count)
    assert desk.run("plan", "--exit-code").code == 0


def test_swap_given_up_half_way_is_not_taken_for_a_new_role(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that stop telling of it are refused with what is live, and declaring the temporary name is a way out."""
    with served(desk, monkeypatch, Fault(kind=FaultKind.SECOND_WRITER, method="PATCH", nth=2)):
        desk.run("apply", "--yes")
    for path, name, other in (
        ("roles/beta-tester.yaml", TESTER, CURATOR),
        ("roles/knowledge-curator.yaml", CURATOR, TESTER),
    ):
        desk.replace(path, f"name: {other}\npreviously: [{name}]\n", f"name: {name}\n")

    refused = desk.run("plan")

    assert refused.code == 3
    assert f'"{AWAY}" is live: a swap of names was cut short' in refused.err
    desk.replace("roles/beta-tester.yaml", f"name: {TESTER}\n", f"name: {TESTER}\npreviously: ['{AWAY}']\n")
    desk.settle()
    assert [name for name, role in roles(desk).items() if role is not None] == [TESTER, CURATOR]
    assert desk.run("plan", "--exit-code").code == 0


def test_swap_that_changes_permissions_too_is_refused_with_both_places(desk: Desk) -> None:
    """Nobody could tell later whether it is done; with the permissions as they are it goes through."""
    desk.replace("roles/beta-tester.yaml", "notes: [view, add, mention]", "notes: [view, add]")

    refused = desk.run("plan")

    assert refused.code == 3
    for path in ("roles/beta-tester.yaml:2:1", "roles/knowledge-curator.yaml:2:1"):
        assert f"error[role.previous-name] {path}" in refused.err
    assert "Swap names in a change that leaves the permissions of these roles as they are live" in refused.err
    desk.replace("roles/beta-tester.yaml", "notes: [view, add]", "notes: [view, add, mention]")
    assert desk.run("apply", "--yes").code == 0


def test_permissions_can_change_once_the_swap_is_done_and_no_longer_told(desk: Desk) -> None:
    """The next change to one of the roles takes the earlier names out, as the refusal says."""
    assert desk.run("apply", "--yes").code == 0
    desk.replace("roles/beta-tester.yaml", "notes: [view, add, mention]", "notes: [view, add]")

    refused = desk.run("plan")

    assert refused.code == 3
    assert "if the swap is done, take `previously` out" in refused.err
    for path, name in (("roles/beta-tester.yaml", TESTER), ("roles/knowledge-curator.yaml", CURATOR)):
        desk.replace(path, f"previously: [{name}]\n", "")
    assert [(c["action"], c["revokes"]) for c in desk.plan()["changes"]] == [("update", ["notes.mention"])]


def test_adopt_takes_a_swap_back_that_was_not_applied(desk: Desk) -> None:
    """Files that follow the tenant have its names again, and plan nothing."""
    assert desk.run("adopt", "--all", "--overwrite").code == 0

    assert desk.run("plan", "--exit-code").code == 0
    assert "name: Beta Tester\n" in (desk.folder / "roles/beta-tester.yaml").read_text(encoding="utf-8")
