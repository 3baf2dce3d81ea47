"""A product without an interface, from its first export to the clicks and the next export, through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance.desk import PROJECT, Desk

from reconciler.cli.main import run

SETTINGS = """\
tenants:
  desk: {kind: snapshot, file: export.yaml}
default_tenant: desk
guards:
  narrowing: {people: 1}
  mass_change: {roles: 100%, people: 100%}
"""
SNAPSHOT = """\
snapshot: 1
tenant: {id: acme-desk, title: Acme Support}
roles:
  - {name: Keeper, description: Looks after roles and settings, permissions: [settings.view, settings.roles]}
  - name: Quality Reviewer
    description: Reads everything and adds notes
    permissions: [conversations.view, notes.view, notes.add]
people:
  - {id: ada, roles: [Keeper]}
  - {id: cem, roles: [Keeper]}
  - {id: ben, roles: [Quality Reviewer]}
"""
TABLE = """\
name,people,permissions,description
Keeper,2,settings.view; settings.roles,Looks after roles and settings
Quality Reviewer,1,conversations.view; notes.view; notes.add,Reads everything and adds notes
"""


@pytest.fixture
def acme(desk: Desk) -> Desk:
    """Give a repository whose roles are those of an export."""
    for path in (desk.folder / "roles").rglob("*.yaml"):
        path.unlink()
    desk.write("reconciler.yaml", SETTINGS)
    desk.write("export.yaml", SNAPSHOT)
    assert desk.run("adopt", "--all").code == 0
    return desk


def test_export_is_adopted_and_then_there_is_nothing_to_do(acme: Desk) -> None:
    """Live state is the file, people and all, and no tenant is started or asked."""
    assert acme.run("plan", "--exit-code").code == 0
    assert acme.run("drift").code == 0
    assert not (acme.folder / ".reconciler").exists()
    told = acme.run("explain", "notes.add", "--format", "json")
    assert told.code == 0
    assert acme.run("doctor").code == 0


def test_apply_asks_the_guards_and_then_gives_the_clicks(acme: Desk) -> None:
    """What needs a yes needs it here too; then the checklist comes in place of a write, until it is done."""
    acme.replace("roles/quality-reviewer.yaml", "notes: [view, add]", "notes: view")

    stopped = acme.run("apply", "--yes")
    acme.confirm_all()
    clicks = acme.run("apply")
    data = acme.run("apply", "--format", "json")
    acme.replace("export.yaml", "notes.view, notes.add", "notes.view")
    done = acme.run("apply", "--yes")

    assert stopped.code == 5
    assert "takes notes.add from 1 person" in stopped.err
    assert (clicks.code, data.code) == (2, 2)
    assert "- [ ] turn **off** `Add" in clicks.out
    assert data.data["report"] is None
    assert (done.code, done.out.strip()) == (0, "Nothing to do: the tenant is as the files say")
    assert not (acme.folder / ".reconciler").exists()


def test_table_bounds_people_by_its_counts(acme: Desk) -> None:
    """Without a list of people every number is at most the count of the role."""
    acme.write("reconciler.yaml", SETTINGS.replace("export.yaml", "export.csv"))
    acme.write("export.csv", TABLE)
    assert acme.run("plan", "--exit-code").code == 0

    acme.replace("roles/quality-reviewer.yaml", "notes: [view, add]", "notes: view")
    (change,) = acme.plan()["changes"]

    assert (change["people_losing"], change["people_exact"]) == (1, False)
    assert "at most 1 person loses something" in acme.run("plan").out


@pytest.mark.parametrize(
    ("settings", "snapshot", "code", "told"),
    [
        (SETTINGS.replace(", file: export.yaml", ""), SNAPSHOT, 64, "name no file"),
        (SETTINGS.replace("export.yaml", "gone.yaml"), SNAPSHOT, 64, "no gone.yaml"),
        (SETTINGS, SNAPSHOT.replace("Keeper]}", "Keper]}"), 3, "export.yaml:9:"),
        (SETTINGS, "name,permissions\n", 3, "error[schema."),
    ],
)
def test_what_cannot_be_read_is_no_empty_tenant(acme: Desk, settings: str, snapshot: str, code: int, told: str) -> None:
    """No file, no such file, or a wrong one: nothing is planned, and the place is named."""
    acme.write("reconciler.yaml", settings)
    acme.write("export.yaml", snapshot)

    ran = acme.run("plan")

    assert ran.code == code
    assert told in ran.err


def test_link_is_not_followed(acme: Desk) -> None:
    """A snapshot that a commit turns into a link to another file is refused."""
    (acme.folder / "export.yaml").rename(acme.folder / "elsewhere.yaml")
    (acme.folder / "export.yaml").symlink_to(acme.folder / "elsewhere.yaml")

    ran = acme.run("plan")

    assert ran.code == 64
    assert "symbolic link" in ran.err


def test_init_begins_for_a_snapshot(tmp_path: Path) -> None:
    """Settings name the file to export to."""
    assert run(["init", str(tmp_path / "new"), "--kind", "snapshot"]) == 0

    assert "file: exports/roles.yaml" in (tmp_path / "new" / "reconciler.yaml").read_text(encoding="utf-8")


def test_page_shows_what_works(acme: Desk) -> None:
    """The examples of the page are good snapshots."""
    text = (PROJECT / "docs" / "products" / "snapshot.md").read_text(encoding="utf-8")
    for begins, ends, name in (("snapshot: 1\n", "```", "page.yaml"), ("name,description", "```", "page.csv")):
        acme.write(name, begins + text.partition(begins)[2].partition(ends)[0])
        acme.write("reconciler.yaml", SETTINGS.replace("export.yaml", name))
        told = acme.plan()["summary"]
        assert (told["unchanged"] + told["update"], told["create"]) == (1, 1)
