"""The promises of the tenant ports, kept alike by the fake tenant and by the support adapter over real HTTP."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.clock import FakeClock
from fakes.desk import EVERYTHING, NEEDS, ROLES, USERS, a_fake_desk

from reconciler.errors import TenantRejected, WriteConflict, WriteRefused
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind
from reconciler.ports import TenantWriter
from reconciler.sandbox.records import RoleDraft, TenantRecord, UserDraft
from reconciler.sandbox.roles import insert_roles
from reconciler.sandbox.server import serving
from reconciler.sandbox.store import Store, insert_tenant
from reconciler.sandbox.tenant import new_secret, opened_app
from reconciler.sandbox.users import insert_users
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.support import KIND

NOWHERE = RoleId("rol_nowhere")


@dataclass(frozen=True, slots=True)
class Side:
    """One implementation, filled with the desk of `fakes.desk`."""

    tenant: TenantWriter
    users: Mapping[str, PersonId]

    def role(self, name: str) -> LiveRole:
        """Give the role of this name as the list shows it now."""
        return next(role for role in self.tenant.roles() if role.content.name == name)

    def user(self, name: str) -> Person:
        """Give the user of this name as they are now."""
        person = self.tenant.person(self.users[name])
        assert person is not None
        return person


@pytest.fixture(params=["fake", pytest.param("http", marks=pytest.mark.sockets)])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    """Give a fresh desk of each kind."""
    with {"fake": _fake, "http": _http}[request.param]() as opened:
        yield opened


@contextmanager
def _fake() -> Iterator[Side]:
    yield Side(a_fake_desk(), {user.name: PersonId(f"usr_{number}") for number, user in enumerate(USERS, 1)})


@contextmanager
def _http() -> Iterator[Side]:
    store = Store.open(None, _fill)
    ids = [user.id for user in store.users.page(after=0, limit=100).entries]
    users = {user.name: PersonId(user_id) for user, user_id in zip(USERS, ids, strict=True)}
    secret = new_secret()
    clock = FakeClock()
    with opened_app(store, clock, secret=secret) as app, serving(app) as url:
        connection = Connection(name="desk", url=url, key=Key(secret), state_folder=Path(), clock=clock)
        with KIND.open_writer(connection) as tenant:
            yield Side(tenant, users)
    store.close()


def _fill(database: sqlite3.Connection) -> None:
    insert_tenant(database, TenantRecord(id="ten_contract", name="Desk", environment="sandbox"))
    drafts = [
        RoleDraft(
            name=role.name,
            description=role.description,
            permissions=role.permissions,
            kind=role.kind,
            editable=role.editable,
        )
        for role in ROLES
    ]
    ids = dict(zip((role.name for role in ROLES), insert_roles(database, drafts, "2026-01-05T09:00:00Z"), strict=True))
    insert_users(
        database,
        [
            UserDraft(
                name=user.name,
                email=f"{user.name.lower()}@desk.example",
                role_ids=frozenset(ids[name] for name in user.roles),
                active=user.active,
                human=user.human,
            )
            for user in USERS
        ],
    )


def content(name: str = "New", *permissions: str, description: str = "") -> RoleContent:
    """Give a content; one permission unless said otherwise."""
    return RoleContent(name=name, description=description, permissions=frozenset(permissions or {"conversations.view"}))


# Reading


def test_identity_is_the_keys_own_account(side: Side) -> None:
    """The account holds the roles that its user has, and names what it must keep."""
    tenant, account = side.tenant.identity()

    assert tenant.id
    assert account.person_id == side.users["Ada"]
    assert account.role_ids == {side.role("Owner").id}
    assert account.needs == NEEDS


def test_capabilities_of_a_full_key(side: Side) -> None:
    """A key with every scope may read and write roles and people."""
    told = side.tenant.capabilities()

    assert (told.reads_roles, told.writes_roles, told.reads_people, told.writes_people) == (True, True, True, True)
    assert told.scopes == tuple(sorted(told.scopes))


def test_the_catalogue_knows_every_permission_in_use(side: Side) -> None:
    """Whatever a role grants is listed, and a live catalogue names neither administration nor standard roles."""
    catalogue = side.tenant.catalogue()

    assert catalogue.keys >= EVERYTHING
    assert (catalogue.role_administration, catalogue.standard_roles) == (None, ())


def test_roles_are_all_there_and_sorted_by_id(side: Side) -> None:
    """Every role comes with its content, kind and the number of everyone assigned."""
    roles = side.tenant.roles()

    assert [role.id for role in roles] == sorted(role.id for role in roles)
    facts = {role.content.name: (role.content, role.kind, role.editable, role.user_count) for role in roles}
    counts = {role.name: sum(role.name in user.roles for user in USERS) for role in ROLES}
    assert facts == {
        role.name: (
            RoleContent(name=role.name, description=role.description, permissions=role.permissions),
            role.kind,
            role.editable,
            counts[role.name],
        )
        for role in ROLES
    }


def test_one_role_reads_as_in_the_list(side: Side) -> None:
    """A list is enough to write against: it shows the same version."""
    for listed in side.tenant.roles():
        assert side.tenant.role(listed.id) == listed


def test_what_does_not_exist_is_none(side: Side) -> None:
    """A role or a person that is not there is None, not an error."""
    assert side.tenant.role(NOWHERE) is None
    assert side.tenant.person(PersonId("usr_nowhere")) is None


def test_holders_are_everyone_assigned(side: Side) -> None:
    """Suspended people and service accounts are holders too, each with all their roles, sorted by id."""
    agent, night = side.role("Agent").id, side.role("Night Shift").id
    holders = side.tenant.holders(agent)

    assert holders is not None
    assert [person.id for person in holders] == sorted(side.users[name] for name in ("Ben", "Cem", "Robot"))
    by_id = {person.id: person for person in holders}
    assert by_id[side.users["Ben"]].role_ids == {agent, night}
    assert not by_id[side.users["Cem"]].active
    assert not by_id[side.users["Robot"]].human
    assert all(side.tenant.person(person.id) == person for person in holders)


def test_nobody_holds_an_unused_role(side: Side) -> None:
    """An empty list is a list, not "unknown"."""
    assert side.tenant.holders(side.role("Unused").id) == ()


def test_holders_of_no_role_are_an_error(side: Side) -> None:
    """A role that does not exist has no list of holders, not an empty one."""
    with pytest.raises(TenantRejected, match="unknown_role"):
        side.tenant.holders(NOWHERE)


def test_no_headcount(side: Side) -> None:
    """The product does not say it for nothing."""
    assert side.tenant.headcount() is None


# Creating


def test_a_created_role_is_custom_and_empty(side: Side) -> None:
    """The id that comes back is that of the new role."""
    wanted = content("New", "conversations.view", "settings.view", description="Fresh")
    role_id = side.tenant.create_role(wanted)

    role = side.tenant.role(role_id)
    assert role is not None
    assert (role.content, role.kind, role.editable, role.user_count) == (wanted, RoleKind.CUSTOM, True, 0)
    assert role in side.tenant.roles()


@pytest.mark.parametrize("name", ["Agent", "AGENT", "night shift"])
def test_a_taken_name_is_refused_ignoring_case(side: Side, name: str) -> None:
    """No two roles get the same name, and nothing is created."""
    before = side.tenant.roles()
    with pytest.raises(WriteRefused, match="name_taken"):
        side.tenant.create_role(content(name))

    assert side.tenant.roles() == before


def test_an_unknown_permission_is_refused_on_creation(side: Side) -> None:
    """Nothing is created with a permission that the product does not have."""
    before = side.tenant.roles()
    with pytest.raises(WriteRefused, match="unknown_permission"):
        side.tenant.create_role(content("New", "conversations.teleport"))

    assert side.tenant.roles() == before


# Updating


@pytest.mark.parametrize(
    "wanted",
    [
        content("Late Shift", description="Watches at night"),
        content("NIGHT SHIFT", description="Watches at night"),
        content("Night Shift", description=""),
        content("Night Shift", "conversations.reply", "users.view", description="Watches at night"),
        content("Other", "settings.view", description="All at once"),
    ],
)
def test_an_updated_role_equals_the_content(side: Side, wanted: RoleContent) -> None:
    """Every field is as wanted, the version is new, and nothing else moved."""
    before = side.role("Night Shift")
    others = [role for role in side.tenant.roles() if role.id != before.id]
    side.tenant.update_role(before, wanted)

    after = side.tenant.role(before.id)
    assert after is not None
    assert after.version != before.version
    assert dataclasses.replace(after, version=before.version) == dataclasses.replace(before, content=wanted)
    assert [role for role in side.tenant.roles() if role.id != before.id] == others


def test_an_equal_update_changes_nothing(side: Side) -> None:
    """A role that is already as wanted keeps its version."""
    before = side.role("Night Shift")
    side.tenant.update_role(before, before.content)

    assert side.tenant.role(before.id) == before


def test_an_update_of_a_stale_role_is_a_conflict(side: Side) -> None:
    """Somebody else's newer value is kept."""
    stale = side.role("Night Shift")
    newer = content("Night Shift", "settings.view")
    side.tenant.update_role(stale, newer)
    with pytest.raises(WriteConflict):
        side.tenant.update_role(stale, content("Night Shift", "users.view"))

    assert side.role("Night Shift").content == newer


def test_there_and_back_is_still_another_version(side: Side) -> None:
    """A version stands for a moment, not for a content."""
    first = side.role("Night Shift")
    side.tenant.update_role(first, content("Night Shift"))
    side.tenant.update_role(side.role("Night Shift"), first.content)
    with pytest.raises(WriteConflict):
        side.tenant.update_role(first, content("Night Shift", "users.view"))

    assert side.role("Night Shift").content == first.content


@pytest.mark.parametrize(
    ("name", "wanted", "reason"),
    [
        ("Owner", content("Owner"), "standard_role"),
        ("Agent", content("Assistant", "conversations.view", "conversations.reply"), "standard_role"),
        ("Night Shift", content("agent"), "name_taken"),
        ("Night Shift", content("Night Shift", "conversations.teleport"), "unknown_permission"),
    ],
)
def test_an_update_against_the_rules_is_refused(side: Side, name: str, wanted: RoleContent, reason: str) -> None:
    """The product's rules hold, the reason is told, and nothing changed."""
    before = side.tenant.roles()
    with pytest.raises(WriteRefused, match=reason):
        side.tenant.update_role(side.role(name), wanted)

    assert side.tenant.roles() == before


def test_an_editable_standard_role_takes_permissions(side: Side) -> None:
    """Only its name is fixed."""
    wanted = content("Agent", "conversations.view", description="Answers")
    side.tenant.update_role(side.role("Agent"), wanted)

    assert side.role("Agent").content == wanted


def test_an_update_of_a_deleted_role_is_refused(side: Side) -> None:
    """What is gone is neither changed nor made again."""
    gone = side.role("Unused")
    side.tenant.delete_role(gone)
    with pytest.raises(WriteRefused, match="404"):
        side.tenant.update_role(gone, content("Unused", "users.view"))

    assert side.tenant.role(gone.id) is None


# Deleting


def test_a_deleted_role_is_gone_and_its_name_is_free(side: Side) -> None:
    """It is neither read nor listed, and a new role of its name has another id."""
    gone = side.role("Unused")
    side.tenant.delete_role(gone)

    assert side.tenant.role(gone.id) is None
    assert gone.id not in {role.id for role in side.tenant.roles()}
    assert side.tenant.create_role(content("Unused")) != gone.id


def test_a_role_in_use_is_kept(side: Side) -> None:
    """Deleting is refused with the number of users."""
    role = side.role("Night Shift")
    with pytest.raises(WriteRefused, match=r"role_in_use: 1 user"):
        side.tenant.delete_role(role)

    assert side.tenant.role(role.id) == role


def test_a_role_can_be_deleted_once_nobody_holds_it(side: Side) -> None:
    """Moving the holders away does not make the version of the role stale."""
    role = side.role("Night Shift")
    side.tenant.assign_roles(side.user("Ben"), frozenset({side.role("Agent").id}))
    side.tenant.delete_role(role)

    assert side.tenant.role(role.id) is None


def test_a_standard_role_is_kept(side: Side) -> None:
    """The product's own roles cannot be deleted."""
    role = side.role("Agent")
    with pytest.raises(WriteRefused, match="standard_role"):
        side.tenant.delete_role(role)

    assert side.tenant.role(role.id) == role


def test_deleting_a_stale_role_is_a_conflict(side: Side) -> None:
    """A role that somebody has just changed is not deleted unseen."""
    stale = side.role("Unused")
    side.tenant.update_role(stale, content("Unused", "users.view"))
    with pytest.raises(WriteConflict):
        side.tenant.delete_role(stale)

    assert side.tenant.role(stale.id) is not None


def test_deleting_twice_is_refused(side: Side) -> None:
    """The second time there is nothing to delete."""
    gone = side.role("Unused")
    side.tenant.delete_role(gone)
    with pytest.raises(WriteRefused, match="404"):
        side.tenant.delete_role(gone)


# Assigning


def test_assigned_roles_are_exactly_those(side: Side) -> None:
    """The whole set is replaced, the version is new, the counts follow, and no role gets another version."""
    before = side.user("Ben")
    versions = {role.id: role.version for role in side.tenant.roles()}
    wanted = frozenset({side.role("Unused").id, side.role("Agent").id})
    side.tenant.assign_roles(before, wanted)

    after = side.user("Ben")
    assert after.version != before.version
    assert dataclasses.replace(after, version=before.version) == dataclasses.replace(before, role_ids=wanted)
    assert side.role("Unused").user_count == 1
    assert side.role("Night Shift").user_count == 0
    assert {role.id: role.version for role in side.tenant.roles()} == versions


def test_assigning_to_a_stale_user_is_a_conflict(side: Side) -> None:
    """Somebody else's newer assignment is kept."""
    stale = side.user("Ben")
    newer = frozenset({side.role("Unused").id})
    side.tenant.assign_roles(stale, newer)
    with pytest.raises(WriteConflict):
        side.tenant.assign_roles(stale, frozenset({side.role("Agent").id}))

    assert side.user("Ben").role_ids == newer


def test_a_user_keeps_at_least_one_role(side: Side) -> None:
    """Nobody is left without a role."""
    before = side.user("Ben")
    with pytest.raises(WriteRefused, match="no_roles"):
        side.tenant.assign_roles(before, frozenset())

    assert side.user("Ben") == before


def test_the_last_owner_stays(side: Side) -> None:
    """The only active user with Owner cannot lose it, until another active one has it too."""
    before = side.user("Ada")
    agent, owner = side.role("Agent").id, side.role("Owner").id
    side.tenant.assign_roles(side.user("Cem"), frozenset({owner}))
    with pytest.raises(WriteRefused, match="sole_owner"):
        side.tenant.assign_roles(before, frozenset({agent}))
    assert side.user("Ada") == before

    side.tenant.assign_roles(side.user("Ben"), frozenset({owner}))
    side.tenant.assign_roles(before, frozenset({agent}))
    assert side.user("Ada").role_ids == {agent}


def test_an_unknown_role_is_not_assigned(side: Side) -> None:
    """A role that does not exist is refused, and the user keeps what they have."""
    before = side.user("Ben")
    with pytest.raises(WriteRefused, match="unknown_role"):
        side.tenant.assign_roles(before, frozenset({NOWHERE}))

    assert side.user("Ben") == before


def test_nobody_is_assigned_nothing(side: Side) -> None:
    """A user who does not exist is refused."""
    stranger = dataclasses.replace(side.user("Ben"), id=PersonId("usr_nowhere"))
    with pytest.raises(WriteRefused, match="404"):
        side.tenant.assign_roles(stranger, frozenset({side.role("Agent").id}))


def test_the_keys_own_account_follows(side: Side) -> None:
    """A changed assignment shows in the identity too."""
    wanted = frozenset({side.role("Owner").id, side.role("Agent").id})
    side.tenant.assign_roles(side.user("Ada"), wanted)

    assert side.tenant.identity()[1].role_ids == wanted
