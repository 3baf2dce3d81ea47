"""The store keeps what was written, logs it, and can be shared by threads and processes."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from pathlib import Path

import pytest
from unit.sandbox.sandbox_client import Desk

from reconciler.sandbox.database import SCHEMA_VERSION
from reconciler.sandbox.records import Author, RoleDraft, RoleEdit, UserDraft
from reconciler.sandbox.refusals import Refused
from reconciler.sandbox.seed import seed
from reconciler.sandbox.store import Store, StoreOutdated

AUTHOR = Author(actor="usr_tester", at=dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC))
VIEW = frozenset({"conversations.view"})


def a_draft(name: str = "Quality Reviewer", permissions: frozenset[str] = VIEW) -> RoleDraft:
    """Give a custom role to be made."""
    return RoleDraft(name=name, description="Reads along", permissions=permissions)


def owners(desk: Desk) -> list[str]:
    """Give the ids of the Owners."""
    return [user.id for user in desk.store.users.page(after=0, limit=9, role_id=desk.role("Owner").id).entries]


def without_other_owners(desk: Desk) -> str:
    """Suspend all Owners but the first, whose id it gives."""
    first, *others = owners(desk)
    for other in others:
        desk.store.users.set_active(other, AUTHOR, active=False)
    return first


def test_sandbox_store_edit_without_difference_writes_nothing(desk: Desk) -> None:
    """An edit to what is there already keeps the tag and leaves no trace in the log."""
    role = desk.role("Agent")

    written = desk.store.roles.edit(role.id, RoleEdit(description=role.description), AUTHOR, etag=role.etag)

    assert not written.changed
    assert written.record == role
    assert desk.store.audit.page(after=0, limit=1).entries == ()


def test_sandbox_store_assignment_without_difference_writes_nothing(desk: Desk) -> None:
    """Giving a user the roles they have keeps their tag and leaves no trace in the log."""
    user = desk.store.users.read(owners(desk)[0])

    written = desk.store.users.assign(user.id, frozenset(user.role_ids), AUTHOR, etag=user.etag)

    assert (written.record, written.changed) == (user, False)
    assert desk.store.audit.page(after=0, limit=1).entries == ()


def test_sandbox_store_every_write_is_in_the_log_with_before_and_after(desk: Desk) -> None:
    """The log tells each write in order, by whom, and how the thing was and is."""
    made = desk.store.roles.create(a_draft(), AUTHOR)
    edited = desk.store.roles.edit(made.id, RoleEdit(description="Newer"), AUTHOR).record
    user = desk.store.users.read(owners(desk)[0])
    assigned = desk.store.users.assign(user.id, frozenset({made.id, *user.role_ids}), AUTHOR).record
    desk.store.users.assign(user.id, frozenset(user.role_ids), AUTHOR)
    desk.store.roles.delete(made.id, AUTHOR)

    entries = desk.store.audit.page(after=0, limit=10).entries

    assert [(entry.action, entry.target) for entry in entries] == [
        ("role.created", made.id),
        ("role.updated", made.id),
        ("user.roles_assigned", user.id),
        ("user.roles_assigned", user.id),
        ("role.deleted", made.id),
    ]
    assert entries[0].before is None
    assert (entries[1].before, entries[1].after) == (made.document(), edited.document())
    assert (entries[2].before, entries[2].after) == (user.document(), assigned.document())
    assert entries[4].after is None
    assert {entry.actor for entry in entries} == {"usr_tester"}


def test_sandbox_store_refused_write_is_not_in_the_log(desk: Desk) -> None:
    """A refusal leaves neither a change nor an entry, even when it is found out after the change was tried."""
    last = without_other_owners(desk)
    entries = len(desk.store.audit.page(after=0, limit=10).entries)

    with pytest.raises(Refused):
        desk.store.users.delete(last, AUTHOR)

    assert len(desk.store.audit.page(after=0, limit=10).entries) == entries
    assert desk.store.users.read(last).active


def test_sandbox_store_many_roles_load_at_once(desk: Desk) -> None:
    """Loading is all or nothing, and a page of many roles holds exactly its stretch."""
    ids = desk.store.add_roles(a_draft(f"Role {number:04}") for number in range(1000))
    users = desk.store.add_users(
        [UserDraft(name="Zoe Loaded", email="zoe@desk.example", role_ids=frozenset({ids[-1]}))]
    )
    with pytest.raises(sqlite3.IntegrityError):
        desk.store.add_roles((a_draft("Fresh"), a_draft("ROLE 0000")))
    with pytest.raises(KeyError):
        desk.store.add_users([UserDraft(name="Nobody", email="no@desk.example", role_ids=frozenset({"rol_moon"}))])

    page = desk.store.roles.page(after=8, limit=100)

    assert (len(ids), page.total, page.more) == (1000, 1008, True)
    assert tuple(role.id for role in page.entries) == ids[:100]
    assert desk.store.users.read(users[0]).role_ids == (ids[-1],)
    assert desk.store.roles.read(ids[-1]).user_count == 1
    assert desk.store.roles.named("Fresh") is None


def test_sandbox_store_file_keeps_what_was_written(tmp_path: Path) -> None:
    """A file that is opened again is not seeded again."""
    path = tmp_path / "desk.sqlite3"
    store = Store.open(path, seed)
    made = store.roles.create(a_draft(), AUTHOR)
    store.close()

    again = Store.open(path, seed)
    found = again.roles.read(made.id)
    again.close()

    assert found == made


def test_sandbox_store_file_of_another_version_is_refused(tmp_path: Path) -> None:
    """Tables of another version are neither read nor changed."""
    path = tmp_path / "desk.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()

    with pytest.raises(StoreOutdated):
        Store.open(path, seed)


def test_sandbox_store_writers_in_threads_and_stores_lose_nothing(tmp_path: Path) -> None:
    """Two stores on one file, each with two writing threads, end with every role exactly once."""
    path = tmp_path / "desk.sqlite3"
    stores = [Store.open(path, seed), Store.open(path, seed)]

    def write(store: Store, label: str) -> None:
        for number in range(10):
            store.roles.create(a_draft(f"{label} {number}"), AUTHOR)

    threads = [
        threading.Thread(target=write, args=(store, f"{place}-{thread}"))
        for place, store in enumerate(stores)
        for thread in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page = stores[0].roles.page(after=8, limit=100)
    for store in stores:
        store.close()

    assert page.total == 48
    assert len({role.name for role in page.entries}) == 40


def test_sandbox_store_new_file_is_filled_once(tmp_path: Path) -> None:
    """Of several that meet a new file at the same moment one fills it, and all find it filled."""
    totals = []

    def open_and_count() -> None:
        store = Store.open(tmp_path / "desk.sqlite3", seed)
        totals.append(store.users.page(after=0, limit=1).total)
        store.close()

    threads = [threading.Thread(target=open_and_count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert totals == [250] * 4


def test_sandbox_store_of_two_writers_with_one_tag_one_wins(tmp_path: Path) -> None:
    """When two stores edit the same version of a role, the second is told that it changed."""
    path = tmp_path / "desk.sqlite3"
    first, second = Store.open(path, seed), Store.open(path, seed)
    role = first.roles.named("Agent")
    assert role is not None
    seen = second.roles.read(role.id)

    first.roles.edit(role.id, RoleEdit(description="First"), AUTHOR, etag=role.etag)
    with pytest.raises(Refused) as caught:
        second.roles.edit(role.id, RoleEdit(description="Second"), AUTHOR, etag=seen.etag)
    description = second.roles.read(role.id).description
    first.close()
    second.close()

    assert caught.value.code == "changed"
    assert description == "First"
