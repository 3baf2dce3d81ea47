"""Two roles swap names in one change, through the command line against the embedded tenant."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk
from acceptance.served import served

from reconciler.core.naming import temporary_name
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.records import RoleEdit, RoleRecord

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
    desk.confirm_all()

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
    desk.confirm_all()
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
    desk.confirm_all()
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


def test_swap_may_change_one_of_the_roles_too(desk: Desk) -> None:
    """The other one tells how far it is, before and after."""
    desk.replace("roles/beta-tester.yaml", "notes: [view, add, mention]", "notes: [view, add]")

    plan = desk.plan()
    desk.settle()

    assert [(c["action"], c["name"], c["revokes"]) for c in plan["changes"]] == [
        ("rename", TESTER, []),
        ("rename", CURATOR, ["notes.mention"]),
    ]
    assert desk.run("plan", "--exit-code").code == 0


def test_swap_that_changes_all_of_its_roles_is_refused_with_both_places(desk: Desk) -> None:
    """Nobody could tell later whether it is done."""
    desk.replace("roles/beta-tester.yaml", "notes: [view, add, mention]", "notes: [view, add]")
    desk.replace("roles/knowledge-curator.yaml", "notes: [view, add]", "notes: view")

    refused = desk.run("plan")

    assert refused.code == 3
    for path in ("roles/beta-tester.yaml:2:1", "roles/knowledge-curator.yaml:2:1"):
        assert f"error[role.previous-name] {path}" in refused.err
    assert "leaves the permissions of these roles as they are live" in refused.err


def test_difference_is_shown_while_a_swap_that_is_done_is_still_written(desk: Desk) -> None:
    """An edit in the product is drift, and a change of a file is a plan; no name turns back."""
    desk.settle()
    role = desk.role(TESTER)
    assert role is not None
    desk.edit_live(TESTER, RoleEdit(permissions=frozenset({*role.permissions, "conversations.merge"})))

    drift = desk.run("drift", "--format", "json")
    plan = desk.plan()
    desk.replace("roles/knowledge-curator.yaml", "notes: [view, add]", "notes: view")
    edited = desk.plan()
    adopted = desk.run("adopt", "--all", "--overwrite")

    assert drift.code == 2
    assert [(c["action"], c["name"], c["revokes"]) for c in plan["changes"]] == [
        ("update", TESTER, ["conversations.merge"])
    ]
    assert [(c["action"], c["name"], c["revokes"]) for c in edited["changes"]] == [
        ("update", TESTER, ["conversations.merge", "notes.add"])
    ]
    assert adopted.code == 0
    assert desk.run("plan", "--exit-code").code == 0


def test_exchange_of_permissions_after_a_swap_waits_for_somebody_who_knows(desk: Desk) -> None:
    """The tenant looks as it did before the swap, so the plan says both readings; taking `previously` out decides."""
    desk.settle()
    one, other = (desk.folder / "roles/beta-tester.yaml", desk.folder / "roles/knowledge-curator.yaml")
    texts = [path.read_text(encoding="utf-8").partition("permissions:") for path in (one, other)]
    for path, (head, word, _), (_, _, permissions) in zip((one, other), texts, reversed(texts), strict=True):
        path.write_text(head + word + permissions, encoding="utf-8")
    sent = len(desk.writes())

    asked = desk.plan()
    stopped = desk.run("apply", "--yes")
    for path, name in (("roles/beta-tester.yaml", TESTER), ("roles/knowledge-curator.yaml", CURATOR)):
        desk.replace(path, f"previously: [{name}]\n", "")
    plain = desk.plan()

    (finding,) = [found for found in asked["findings"] if found["guard"] == "swap"]
    assert f'Names go round, by way of "{AWAY}": "{TESTER}" becomes "{CURATOR}", ' in finding["message"]
    assert "take `previously` out of their files" in finding["message"]
    assert stopped.code == 5
    assert len(desk.writes()) == sent
    assert {(c["action"], c["name"]) for c in plain["changes"]} == {("update", TESTER), ("update", CURATOR)}
    assert all(c["revokes"] for c in plain["changes"])


def test_checklist_of_a_swap_frees_the_name_first(desk: Desk) -> None:
    """Clicked from top to bottom no name is there twice; the JSON document has the name in between too."""
    told = desk.run("plan", "--format", "checklist").out
    document = desk.plan()

    assert [line for line in told.splitlines() if line.startswith("## ")] == [
        f"## 1. Free the name `{TESTER}`",
        f"## 2. Rename `{TESTER}`",
        f"## 3. Rename `{CURATOR}`",
    ]
    assert [line for line in told.splitlines() if "Set name" in line or "and open" in line] == [
        f"- [ ] Open **Settings → Roles & Permissions** and open `{TESTER}`",
        f"- [ ] Set name to `{AWAY}` (now `{TESTER}`)",
        f"- [ ] Open **Settings → Roles & Permissions** and open `{CURATOR}`",
        f"- [ ] Set name to `{TESTER}` (now `{CURATOR}`)",
        f"- [ ] Open **Settings → Roles & Permissions** and open `{AWAY}`",
        f"- [ ] Set name to `{CURATOR}` (now `{AWAY}`)",
    ]
    assert [c.get("temporary") for c in document["changes"]] == [None, AWAY]
    for form in ("text", "markdown", "html", "github"):
        assert "renaming" in desk.run("plan", "--format", form).out


def test_adopt_does_not_write_down_the_name_of_a_moment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a swap its files stay as they are, and another role can be adopted all the same."""
    desk.confirm_all()
    with served(desk, monkeypatch, Fault(kind=FaultKind.SECOND_WRITER, method="PATCH", nth=2)):
        desk.run("apply", "--yes")
    before = (desk.folder / "roles/beta-tester.yaml").read_bytes()

    refused = desk.run("adopt", "--all", "--overwrite")

    assert refused.code == 3
    assert "error[role.previous-name] roles/beta-tester.yaml:2:1" in refused.err
    assert "a swap of names was cut short" in refused.err
    assert (desk.folder / "roles/beta-tester.yaml").read_bytes() == before
    assert desk.run("adopt", "Night Shift", "--overwrite").code == 0


def test_half_of_a_swap_is_not_adopted(desk: Desk) -> None:
    """Its name would be there twice; together they are, and another role is adopted by itself."""
    refused = desk.run("adopt", "beta-tester", "--overwrite")

    assert refused.code == 3
    assert "Adopt all of them: reconciler adopt beta-tester knowledge-curator" in refused.err
    assert desk.run("adopt", "night-shift").code == 0
    assert desk.run("adopt", "beta-tester", "knowledge-curator", "--overwrite").code == 0
    assert desk.run("plan", "--exit-code").code == 0


def test_people_are_told_of_by_the_name_that_they_see(desk: Desk) -> None:
    """While a swap is pending, explanations name the live roles, and the matrix does not call the tenant equal."""
    told = desk.run("explain", "notes.mention").out
    matrix = desk.run("matrix").out

    assert f'{TESTER} (to be "{CURATOR}")' in told
    assert "2 roles differ from live" in matrix
    assert "to rename" in matrix


def test_validate_tells_of_a_swap_as_long_as_it_is_written(desk: Desk) -> None:
    """Nobody forgets the lines that hold for one apply; where no plan could tell, it is said at once."""
    told = desk.run("validate")

    assert told.code == 0
    assert told.err.count("warning[lint.swapped-names]") + told.out.count("warning[lint.swapped-names]") == 2


def test_adopt_takes_a_swap_back_that_was_not_applied(desk: Desk) -> None:
    """Files that follow the tenant have its names again, and plan nothing."""
    assert desk.run("adopt", "--all", "--overwrite").code == 0

    assert desk.run("plan", "--exit-code").code == 0
    assert "name: Beta Tester\n" in (desk.folder / "roles/beta-tester.yaml").read_text(encoding="utf-8")
