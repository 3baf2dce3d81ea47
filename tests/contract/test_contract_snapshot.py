"""The reading half of the contract, kept by snapshots; nothing writes to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import a_catalogue
from fakes.clock import FakeClock

from reconciler.errors import WriteRefused
from reconciler.model.person import PersonId
from reconciler.snapshot.kind import KIND
from reconciler.tenants.connection import Connection
from reconciler.testing.contract import Desk
from reconciler.testing.reading import ReadingContract

SNAPSHOT = """\
snapshot: 1
tenant: {id: acme-desk, title: Acme}
roles:
  - {name: Owner, id: r1, standard: true, permissions: [tickets.view, settings.roles]}
  - {name: Night Shift, id: r2, description: Watches, permissions: [tickets.view]}
  - {name: Unused, id: r3, permissions: [tickets.view]}
  - {name: Tester, id: r4, permissions: [tickets.view, labs.preview]}
people:
  - {id: ada, name: Ada, email: ada@acme.example, roles: [Owner]}
  - {id: ben, name: Ben, email: ben@acme.example, roles: [night shift]}
  - {id: dea, name: Dea, email: dea@acme.example, roles: [Night Shift]}
  - {id: robot, roles: [Night Shift], human: false}
"""


def a_connection(folder: Path, text: str, name: str = "roles.yaml") -> Connection:
    """Give the way to a snapshot with this text."""
    (folder / name).write_text(text, encoding="utf-8")
    return Connection(
        name="demo",
        url=None,
        key=None,
        file=folder / name,
        lock=a_catalogue,
        state_folder=folder,
        clock=FakeClock(),
    )


class TestSnapshot(ReadingContract):
    """A snapshot that lists people."""

    @pytest.fixture
    def desk(self, tmp_path: Path) -> Iterator[Desk]:
        """Give a snapshot in a file."""
        connection = a_connection(tmp_path, SNAPSHOT)
        with KIND.open_reader(connection) as reader, KIND.open_writer(connection) as writer:
            yield Desk(
                reader=reader,
                tenant=writer,
                used="Night Shift",
                unused="Unused",
                holder=PersonId("ben"),
                few=frozenset({"tickets.view"}),
                more=frozenset({"tickets.view", "tickets.reply"}),
                stranger="tickets.teleport",
                standard="Owner",
                odd="Tester",
                novelty="labs.preview",
                colleagues=frozenset({PersonId("dea"), PersonId("robot")}),
                inactive=frozenset({PersonId("robot")}),
                administers=None,
                requests=lambda: 0,
            )

    def test_writing_is_refused_whatever_it_is(self, desk: Desk) -> None:
        """A clear no without effect, with the way that a person goes."""
        role, person = desk.role(desk.used), desk.person()

        for write in (
            lambda: desk.tenant.create_role(role.content),
            lambda: desk.tenant.update_role(role, role.content),
            lambda: desk.tenant.delete_role(role),
            lambda: desk.tenant.assign_roles(person, frozenset()),
        ):
            with pytest.raises(WriteRefused, match="plan --format checklist"):
                write()

    def test_person_is_found_by_address(self, desk: Desk) -> None:
        """Case makes no difference, and nobody is found by an address that was left out."""
        assert desk.reader.find_person("BEN@acme.example") == desk.person()
        assert desk.reader.find_person("") is None
        assert desk.reader.find_person("nobody@acme.example") is None


def test_snapshot_without_people_bounds_them_by_its_counts(tmp_path: Path) -> None:
    """Nobody listed is not nobody there."""
    text = "name,people,permissions\nNight Shift,12,tickets.view; tickets.reply\nUnused,,tickets.view\n"

    with KIND.open_reader(a_connection(tmp_path, text, "roles.csv")) as reader:
        night, unused = reader.roles()
        product = reader.product()

        assert (night.user_count, unused.user_count) == (12, None)
        assert (product.reads_holders, product.counts, reader.headcount()) == (False, False, None)
        assert reader.holders(night.id) is reader.contacts(night.id) is None
        assert reader.person(PersonId("ben")) is None
        assert not reader.capabilities().reads_people
        assert reader.identity()[0].id == "demo"


def test_snapshot_that_lists_permissions_says_what_the_product_lost_and_has_new(tmp_path: Path) -> None:
    """The list is believed over the lock; new ones stand in their category by their bare keys."""
    text = (
        "snapshot: 1\nusers: 300\npermissions: [tickets.view, tickets.fly, labs.preview]\n"
        "roles: [{name: A, people: 1, permissions: [tickets.view, labs.preview]}]\n"
    )

    with KIND.open_reader(a_connection(tmp_path, text)) as reader:
        catalogue = reader.catalogue()

        assert catalogue.keys == {"tickets.view", "tickets.fly", "labs.preview"}
        assert [category.key for category in catalogue.categories] == ["tickets", "labs"]
        assert catalogue.by_key["tickets.view"] == a_catalogue().by_key["tickets.view"]
        assert reader.headcount() == 300


def test_snapshot_without_a_lock_has_the_permissions_of_its_roles(tmp_path: Path) -> None:
    """An adapter opened outside a repository still reads."""
    connection = a_connection(tmp_path, SNAPSHOT)

    with KIND.open_reader(Connection(**{**vars_of(connection), "lock": None})) as reader:
        assert reader.catalogue().keys == {"tickets.view", "settings.roles", "labs.preview"}


def vars_of(connection: Connection) -> dict[str, object]:
    """Give the fields of a connection."""
    return {name: getattr(connection, name) for name in Connection.__dataclass_fields__}
