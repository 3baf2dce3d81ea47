"""The embedded tenant as a kind of tenant: it opens, keeps its state, and starts over."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.clock import FakeClock

from reconciler.errors import TenantForbade, UsageProblem, WriteUnclear
from reconciler.model.person import PersonId
from reconciler.model.role import LiveRole, RoleContent
from reconciler.ports import TenantReader
from reconciler.sandbox.database import SCHEMA_VERSION
from reconciler.sandbox.faults import Fault, FaultKind, FaultSchedule
from reconciler.sandbox.keys import ApiKey
from reconciler.sandbox.tenant import DATABASE, KIND, SandboxKind, new_secret, opened_store, reset
from reconciler.tenants.connection import Connection

pytestmark = pytest.mark.sockets


def a_connection(folder: Path) -> Connection:
    """Give the connection that the command line would."""
    return Connection(name="sandbox", url=None, key=None, state_folder=folder, clock=FakeClock())


def named(reader: TenantReader, name: str) -> LiveRole:
    """Give a live role by its name."""
    return next(role for role in reader.roles() if role.content.name == name)


def test_sandbox_tenant_opens_seeded(tmp_path: Path) -> None:
    """In an empty folder there is a desk with eight roles, and the key is an Owner's."""
    with KIND.open_reader(a_connection(tmp_path / "state")) as reader:
        tenant, account = reader.identity()
        roles = reader.roles()
        agents = reader.holders(named(reader, "Agent").id)

        assert (tenant.name, tenant.id, tenant.title) == ("sandbox", "ten_sandbox", "Sandbox Support Desk")
        assert account.role_ids == {named(reader, "Owner").id}
        assert len(roles) == 8
        assert len(reader.catalogue().keys) == 66
        assert agents is not None
        assert sum(person.counts for person in agents) == 120


def test_sandbox_tenant_reader_cannot_write(tmp_path: Path) -> None:
    """A command that looks gets no object with a method that writes."""
    with KIND.open_reader(a_connection(tmp_path)) as reader:
        assert not hasattr(reader, "update_role")


def test_sandbox_tenant_keeps_what_was_written(tmp_path: Path) -> None:
    """A write of one run is read by the next."""
    with KIND.open_writer(a_connection(tmp_path)) as writer:
        content = RoleContent(name="Quality Reviewer", description="Reads", permissions=frozenset({"notes.view"}))
        role_id = writer.create_role(content)
        agent = named(writer, "Agent")
        writer.update_role(agent, replace(agent.content, description="Newer"))

    with KIND.open_reader(a_connection(tmp_path)) as reader:
        role = reader.role(role_id)
        assert role is not None
        assert role.content == content
        assert named(reader, "Agent").content.description == "Newer"


def test_sandbox_tenant_reset_starts_over(tmp_path: Path) -> None:
    """After a reset the desk is the seeded one again, with the same ids and tags, also for who has it open."""
    with KIND.open_writer(a_connection(tmp_path)) as writer:
        before = writer.roles()
        writer.create_role(RoleContent(name="Gone soon", description="", permissions=frozenset()))
        reset(tmp_path)

        assert writer.roles() == before


@pytest.mark.parametrize("content", [b"this is no database, " * 100, None])
def test_sandbox_tenant_reset_mends_anything(tmp_path: Path, content: bytes | None) -> None:
    """A reset works on a file that is no database, and where there is none."""
    if content is not None:
        (tmp_path / DATABASE).write_bytes(content)

    reset(tmp_path)

    with opened_store(tmp_path) as store:
        assert store.users.page(after=0, limit=1).total == 250


def test_sandbox_tenant_refuses_a_file_that_is_no_database(tmp_path: Path) -> None:
    """A broken file is a usage problem with the way out, and stays as it is."""
    path = tmp_path / DATABASE
    path.write_bytes(b"this is no database, " * 100)

    with pytest.raises(UsageProblem) as caught, KIND.open_reader(a_connection(tmp_path)):
        pass

    assert "reconciler sandbox reset" in caught.value.fix
    assert path.read_bytes().startswith(b"this is no database")


def test_sandbox_tenant_refuses_a_file_of_another_version(tmp_path: Path) -> None:
    """A database of another version is a usage problem with the way out, which works."""
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()

    with pytest.raises(UsageProblem, match="another version"), opened_store(tmp_path):
        pass
    reset(tmp_path)

    with opened_store(tmp_path) as store:
        assert store.roles.page(after=0, limit=1).total == 8


def test_sandbox_tenant_refuses_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A state folder below a file is a usage problem, to open and to reset."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(UsageProblem, match="cannot be used"), opened_store(tmp_path / "file" / "state"):
        pass
    with pytest.raises(UsageProblem, match="cannot be made"):
        reset(tmp_path / "file" / "state")


def test_sandbox_tenant_takes_faults_and_scopes(tmp_path: Path) -> None:
    """A kind with a schedule rehearses trouble, and one with fewer scopes a weaker key."""
    content = RoleContent(name="Quality Reviewer", description="", permissions=frozenset())
    schedule = FaultSchedule((Fault(kind=FaultKind.DROP_AFTER, method="POST"),))
    kind = SandboxKind(faults=schedule, scopes=("settings:write",))

    with kind.open_writer(a_connection(tmp_path)) as writer:
        with pytest.raises(WriteUnclear):
            writer.create_role(content)
        assert named(writer, "Quality Reviewer").content == content
        with pytest.raises(TenantForbade):
            writer.person(PersonId("usr_anybody"))


def test_sandbox_tenant_keys_are_new_each_time() -> None:
    """Two runs have different keys of the sandbox's shape."""
    first, second = new_secret(), new_secret()

    assert first != second
    assert ApiKey(secret=first).prefix == "sa_test_"
