"""A small desk as plain data, from which a `FakeTenant` and an embedded tenant are filled alike."""

from __future__ import annotations

from dataclasses import dataclass

from fakes.tenant import FakeTenant

from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.model.person import Contact, Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind
from reconciler.model.state import Account

NEEDS = frozenset({"settings.roles", "settings.view", "users.view", "users.assign_roles"})
EVERYTHING = NEEDS | {"conversations.view", "conversations.reply"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRole:
    """A role of the desk."""

    name: str
    permissions: frozenset[str]
    description: str = ""
    kind: RoleKind = RoleKind.CUSTOM
    editable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskUser:
    """A user of the desk, who holds the roles of these names."""

    name: str
    roles: tuple[str, ...]
    active: bool = True
    human: bool = True


ROLES = (
    DeskRole(name="Owner", permissions=EVERYTHING, kind=RoleKind.STANDARD, editable=False),
    DeskRole(
        name="Agent",
        permissions=frozenset({"conversations.view", "conversations.reply"}),
        description="Answers",
        kind=RoleKind.STANDARD,
    ),
    DeskRole(name="Night Shift", permissions=frozenset({"conversations.view"}), description="Watches at night"),
    DeskRole(name="Unused", permissions=frozenset({"conversations.view"})),
)
USERS = (
    DeskUser(name="Ada", roles=("Owner",)),
    DeskUser(name="Ben", roles=("Agent", "Night Shift")),
    DeskUser(name="Cem", roles=("Agent",), active=False),
    DeskUser(name="Robot", roles=("Agent",), human=False),
)


def a_catalogue(*more: str) -> Catalogue:
    """Give a catalogue of exactly the permissions that the desk's roles use, and these."""
    keys = sorted({*EVERYTHING, *more})
    categories = sorted({key.partition(".")[0] for key in keys})
    return Catalogue(
        version=1,
        role_administration="settings.roles",
        categories=tuple(
            Category(
                key=category,
                name=category.title(),
                permissions=tuple(
                    Permission(key=key, name=key, level=PermissionLevel.ACT, sensitive=key == "settings.roles")
                    for key in keys
                    if key.startswith(f"{category}.")
                ),
            )
            for category in categories
        ),
    )


def a_fake_desk(
    roles: tuple[DeskRole, ...] = ROLES, users: tuple[DeskUser, ...] = USERS, permissions: tuple[str, ...] = ()
) -> FakeTenant:
    """Give a fresh fake tenant holding the desk; its key belongs to the first user."""
    ids = {role.name: RoleId(f"rol_{number}") for number, role in enumerate(roles, 1)}
    people = tuple(
        Person(
            id=PersonId(f"usr_{number}"),
            role_ids=frozenset(ids[name] for name in user.roles),
            active=user.active,
            human=user.human,
            version='"first"',
        )
        for number, user in enumerate(users, 1)
    )
    live = tuple(
        LiveRole(
            id=ids[role.name],
            content=RoleContent(name=role.name, description=role.description, permissions=role.permissions),
            kind=role.kind,
            editable=role.editable,
            version='"first"',
            user_count=None,
        )
        for role in roles
    )
    account = Account(person_id=people[0].id, role_ids=people[0].role_ids, needs=NEEDS)
    tenant = FakeTenant(catalogue=a_catalogue(*permissions), roles=live, people=people, account=account)
    tenant.contact_of = {
        person.id: Contact(
            id=person.id, name=user.name, email=f"{user.name.lower()}@desk.example", counts=person.counts
        )
        for person, user in zip(people, users, strict=True)
    }
    return tenant
