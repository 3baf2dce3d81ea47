"""The vendor changes the product: what the plan, `catalogue` and its update make of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from acceptance.desk import PROJECT, Desk
from acceptance.test_acceptance_documents import matches

from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.sandbox.tenant import new_secret, opened_app, opened_store, serving
from reconciler.tenants.clock import SystemClock

pytestmark = pytest.mark.sockets

LOCK = "schemas/permissions.yaml"
SCHEMA = "schemas/role.schema.json"
SUMMARIZE = Permission(
    key="conversations.summarize", name="Summarize", level=PermissionLevel.VIEW, requires=("conversations.view",)
)


@contextmanager
def vendor(desk: Desk, monkeypatch: pytest.MonkeyPatch, changed: Callable[[Category], Category]) -> Iterator[None]:
    """Serve the desk's embedded tenant with other categories, and point the settings at it."""
    secret = new_secret()
    monkeypatch.setenv("SERVED_KEY", secret)
    settings = (desk.folder / "reconciler.yaml").read_text(encoding="utf-8")
    with opened_store(desk.folder / ".reconciler") as store:
        store.catalogue = with_categories(store.catalogue, changed)
        with opened_app(store, SystemClock(), secret=secret) as app, serving(app) as url:
            desk.replace(
                "reconciler.yaml",
                "sandbox: {kind: sandbox}",
                f"sandbox: {{kind: support, url: '{url}', key: 'env:SERVED_KEY'}}",
            )
            yield
    desk.write("reconciler.yaml", settings)


def with_categories(catalogue: Catalogue, changed: Callable[[Category], Category]) -> Catalogue:
    """Give the product's next catalogue."""
    return replace(catalogue, version=catalogue.version + 1, categories=tuple(changed(c) for c in catalogue.categories))


def summarize_added(category: Category) -> Category:
    """Add a permission that `all` and `view` would select."""
    if category.key != "conversations":
        return category
    return replace(category, permissions=(*category.permissions, SUMMARIZE))


def curation_gone(category: Category) -> Category:
    """Take a permission away that a file names, and give another one its name."""
    if category.key != "settings":
        return category
    kept = tuple(replace(p, key="settings.macros") if p.key == "settings.snippets" else p for p in category.permissions)
    return replace(category, permissions=kept)


def grant(desk: Desk, name: str, permission: str) -> None:
    """Give a live role a permission as if the product had it already."""
    desk.plan()
    with closing(sqlite3.connect(desk.folder / ".reconciler" / "sandbox.sqlite3")) as database, database:
        (held,) = database.execute("SELECT permissions FROM roles WHERE name = ?", (name,)).fetchone()
        granted = json.dumps(sorted([*json.loads(held), permission]))
        database.execute("UPDATE roles SET permissions = ? WHERE name = ?", (granted, name))


def texts(desk: Desk) -> tuple[str, ...]:
    """Give what stands in every file of the repository that the command could write."""
    return tuple(
        path.read_text(encoding="utf-8")
        for folder in ("schemas", "roles")
        for path in sorted((desk.folder / folder).rglob("*"))
        if path.is_file()
    )


def test_equal_catalogue_is_told_and_exits_0(desk: Desk) -> None:
    """The tenant has what the lock lists: nothing to do, as text and as data."""
    ran = desk.run("catalogue")

    assert (ran.code, ran.out) == (0, "The tenant has the 66 permissions of the lock, version 1\n")
    assert desk.run("catalogue", "--format", "json").data["differs"] is False


def test_permission_that_the_vendor_adds_reaches_nobody_before_the_update(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan stays as it is but for a warning; the comparison names who would get it, and writes nothing."""
    before, files = desk.plan(), texts(desk)
    with vendor(desk, monkeypatch, summarize_added):
        after, ran = desk.plan(), desk.run("catalogue")

    assert after["changes"] == before["changes"]
    assert after["digest"] == before["digest"]
    assert [f["guard"] for f in after["findings"] if f not in before["findings"]] == ["catalogue"]
    assert ran.code == 2
    assert (
        '+ conversations.summarize  added: "Summarize", view, requires conversations.view\n'
        "  an update gives it through `all` or `view` to knowledge-curator, owner, quality-reviewer, reader, "
        "team-lead\n"
    ) in ran.out
    assert "5 roles, unedited, would mean more:\n  Knowledge Curator  roles/knowledge-curator.yaml\n" in ran.out
    assert texts(desk) == files
    assert desk.writes() == ()


def test_update_pins_the_tenants_list_and_shows_the_next_plan_beforehand(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lock and schema are written once; the roles named are those that the next plan widens; nothing is sent."""
    before = desk.plan()
    with vendor(desk, monkeypatch, summarize_added):
        ran = desk.run("catalogue", "--update", "--overwrite", "--format", "json")
        after, again = desk.plan(), desk.run("catalogue", "--update")
        assert desk.run("catalogue").code == 0

    assert (ran.code, ran.data["written"]) == (0, [LOCK, SCHEMA])
    widened = {effect["role"] for effect in ran.data["effects"]}
    granted = {c["role"]: set(c["grants"]) for c in before["changes"]}
    assert {c["role"] for c in after["changes"] if set(c["grants"]) != granted.get(c["role"], set())} == widened
    assert all(SUMMARIZE.key in change["grants"] for change in after["changes"] if change["role"] in widened)
    assert (again.code, again.out.startswith("Nothing to write")) == (0, True)
    assert "\nversion: 2\n" in (desk.folder / LOCK).read_text(encoding="utf-8")
    assert desk.run("validate").code == 0
    assert desk.writes() == ()


def test_update_of_a_removed_permission_names_the_lines_that_are_wrong_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that the vendor renamed is offered, never guessed, and the file to correct is named before and after."""
    with vendor(desk, monkeypatch, curation_gone):
        ran = desk.run("catalogue")
        updated = desk.run("catalogue", "--update", "--overwrite")

    assert "- settings.snippets  removed" in ran.out
    assert "  perhaps renamed to settings.macros, which has the same name\n" in ran.out
    assert (
        "validate would find 1 problem then:\nerror[role.unknown-permission] roles/knowledge-curator.yaml:" in ran.out
    )
    assert "validate finds 1 problem then:\n" in updated.out
    assert desk.run("validate").code == 3


def test_example_of_the_documents_is_what_is_printed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page of commands shows of a changed product is what the command prints of it."""
    page = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
    example = page.partition("## catalogue\n")[2].partition("```text\n")[2].partition("```\n")[0]
    with vendor(desk, monkeypatch, lambda category: curation_gone(summarize_added(category))):
        ran = desk.run("catalogue")

    assert matches(example, ran.out), ran.out


@pytest.mark.usefixtures("git")
def test_update_refuses_to_overwrite_edits_that_no_commit_has(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edited lock stays as it is, and the error names it."""
    desk.commit("roles")
    desk.replace(LOCK, "name: Forward,", "name: Forward it,")
    with vendor(desk, monkeypatch, summarize_added):
        ran = desk.run("catalogue", "--update")

    assert ran.code == 64
    assert f"nothing was written\n  {LOCK}\n" in ran.err
    assert "Forward it" in (desk.folder / LOCK).read_text(encoding="utf-8")
    assert (desk.folder / SCHEMA).read_bytes() == (PROJECT / SCHEMA).read_bytes()


def test_stale_schema_fails_validation_until_the_update_makes_it_again(desk: Desk) -> None:
    """CI fails when schema and lock disagree, whichever of the two was edited."""
    desk.write(SCHEMA, "{}\n")
    ran = desk.run("validate")
    assert ran.code == 3
    assert f"error[catalogue.schema-stale] {SCHEMA}: " in ran.err
    assert ran.err.endswith("1 problem\n")

    assert "--overwrite" in desk.run("catalogue", "--update").err  # outside git nothing keeps what stands there
    assert desk.run("catalogue", "--update", "--overwrite").out == f"Wrote {SCHEMA}\n"
    assert (desk.folder / SCHEMA).read_bytes() == (PROJECT / SCHEMA).read_bytes()
    assert desk.run("validate").code == 0


def test_stale_schema_is_made_again_by_the_command_that_the_problem_names(desk: Desk) -> None:
    """Whoever edits the lock by hand needs no tenant for the schema, and nothing else is rewritten."""
    desk.replace(
        "reconciler.yaml",
        "sandbox: {kind: sandbox}",
        "sandbox: {kind: support, url: 'https://desk.example/api/v1', key: 'env:NO_KEY'}",
    )
    desk.replace(LOCK, "key: conversations.forward,", "key: conversations.pass_on,")
    edited = (desk.folder / LOCK).read_bytes()
    (problem,) = (p for p in desk.run("validate", "--format", "json").data["problems"] if p["path"] == SCHEMA)

    command = problem["fix"].partition(": reconciler ")[2].split()
    assert command == ["catalogue", "--schema"]
    assert desk.run(*command).out == f"Wrote {SCHEMA}\n"

    assert SCHEMA not in desk.run("validate").err
    assert (desk.folder / LOCK).read_bytes() == edited
    assert desk.run(*command, "--format", "json").data == {"written": []}
    assert desk.run(*command, "--update").code == 64
    assert desk.run("catalogue", "--overwrite").code == 64


def test_permission_that_cannot_be_pinned_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The update writes nothing, and says which permission is in the way and what to do."""
    files = texts(desk)
    long = replace(SUMMARIZE, name="Summarize " * 9)

    def added(category: Category) -> Category:
        if category.key != "conversations":
            return category
        return replace(category, permissions=(*category.permissions, long))

    with vendor(desk, monkeypatch, added):
        ran = desk.run("catalogue", "--update", "--overwrite")

    assert ran.code not in {0, 2}
    assert '  `conversations.summarize`, called "Summarize Summarize' in ran.err
    assert "must have 1 to 80 characters" in ran.err
    assert "reconciler catalogue --schema" in ran.err
    assert texts(desk) == files


LABEL = Permission(key="contacts.label", name="Label", level=PermissionLevel.ACT, requires=("contacts.view",))


def label_added(category: Category) -> Category:
    """Add a permission to a category that the file of Night Shift lists one by one."""
    if category.key != "contacts":
        return category
    return replace(category, permissions=(*category.permissions, LABEL))


MARK = f"# Live, and kept as long as {LOCK} does not know it: contacts.label\n"


def test_role_with_a_permission_beyond_the_lock_is_adopted_kept_and_told_before_an_update_takes_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first adoption through the update to the second, nobody loses the permission without being told."""
    grant(desk, "Night Shift", LABEL.key)
    with vendor(desk, monkeypatch, label_added):
        adopted = desk.run("adopt", "Night Shift")
        text = (desk.folder / "roles" / "night-shift.yaml").read_text(encoding="utf-8")
        assert adopted.code == 0
        assert "keeps contacts.label, which the lock does not know" in adopted.out
        assert text.endswith(MARK)
        assert not [change for change in desk.plan()["changes"] if change["role"] == "night-shift"]

        looked = desk.run("catalogue", "--format", "json").data
        assert looked["losses"] == [
            {
                "role": "night-shift",
                "name": "Night Shift",
                "file": "roles/night-shift.yaml",
                "permissions": ["contacts.label"],
            }
        ]
        updated = desk.run("catalogue", "--update", "--overwrite")
        assert (
            "1 role has live what its file does not say, and the next plan takes it:\n"
            "  Night Shift  roles/night-shift.yaml\n"
            "    - contacts.label\n"
            "    to keep it: reconciler adopt night-shift\n"
        ) in updated.out
        (change,) = (change for change in desk.plan()["changes"] if change["role"] == "night-shift")
        assert change["revokes"] == ["contacts.label"]

        assert desk.run("adopt", "night-shift", "--overwrite").code == 0
        kept = (desk.folder / "roles" / "night-shift.yaml").read_text(encoding="utf-8")
        assert MARK not in kept
        assert "contacts: [view, create, edit, label]" in kept
        assert not [change for change in desk.plan()["changes"] if change["role"] == "night-shift"]
        assert desk.run("adopt", "night-shift").out.startswith("sandbox: Nothing to write")


def test_broken_lock_is_told_once(desk: Desk) -> None:
    """A problem of the lock is one problem, though several checks read the lock."""
    desk.replace(LOCK, "role_administration: settings.roles", "role_administration: settings.rolls")

    ran = desk.run("validate", "--format", "json")

    assert [p["code"] for p in ran.data["problems"]] == ["catalogue.unknown-permission"]
    assert desk.run("catalogue").code == 3


def test_lock_of_a_repository_is_byte_stable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """There and back again gives the same bytes, but for the version."""
    before = (desk.folder / LOCK).read_text(encoding="utf-8")
    with vendor(desk, monkeypatch, summarize_added):
        assert desk.run("catalogue", "--update", "--overwrite").code == 0
    assert desk.run("catalogue", "--update", "--overwrite").code == 0

    after = (desk.folder / LOCK).read_text(encoding="utf-8")
    assert after == before.replace("\nversion: 1\n", "\nversion: 3\n")
    assert Path(LOCK).is_file()


@pytest.mark.usefixtures("git")
def test_lock_does_not_go_unseen(desk: Desk) -> None:
    """A plan without a lock says what files mean then; a change that removes one is refused where the base is known."""
    desk.settle()
    desk.commit("with a lock")
    (desk.folder / LOCK).unlink()

    plan = desk.run("plan")
    refused = desk.run("plan", "--base", "HEAD")
    stopped = desk.run("apply", "--yes", "--base", "HEAD")

    assert plan.code == 0
    assert "[warn] catalogue\n  There is no catalogue lock" in plan.out
    assert (refused.code, stopped.code) == (4, 4)
    assert "[block] catalogue\n  This change removes the catalogue lock" in refused.out
