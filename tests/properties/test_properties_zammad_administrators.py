"""What the Zammad adapter foresees of its last administrator is what the double of the product refuses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fakes.zammad.state import LAST_ADMIN, Refused, Zammad
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey, RoleKind
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.zammad_administrators import last_administrator

PERMISSIONS = {
    (): frozenset[str](),
    ("report",): frozenset({"report.access"}),
    ("admin.user",): frozenset({"admin.user"}),
    ("admin",): frozenset({"admin.everything", "admin.user"}),
}
"""What a role is written with, and what it then permits."""
NAMES = list(PERMISSIONS)
NEW = RoleKey("new")


def content(name: str, names: tuple[str, ...]) -> RoleContent:
    """Give what a role is when it is written with some names."""
    return RoleContent(name=name, description="", permissions=PERMISSIONS[names])


@st.composite
def plans(draw: st.DrawFn) -> tuple[Zammad, dict[RoleId, LiveRole], tuple[Write, ...]]:
    """Give a server, its roles, and a plan as plans are ordered: changes, moves, retirements."""
    server, live = Zammad(), dict[RoleId, LiveRole]()
    for number in range(1, draw(st.integers(1, 4)) + 1):
        names = draw(st.sampled_from(NAMES))
        role_id = RoleId(str(server.add_role(f"R{number}", names)))
        live[role_id] = LiveRole(
            id=role_id,
            content=content(f"R{number}", names),
            kind=RoleKind.CUSTOM,
            editable=True,
            version="",
            user_count=None,
        )
    for number in range(draw(st.integers(0, 4))):
        held = draw(st.sets(st.sampled_from(sorted(live))))
        active = draw(st.booleans())
        server.add_user(f"U{number}", *(live[role_id].content.name for role_id in held), active=active)
    changes: list[Write] = []
    moves: list[Write] = []
    gone: list[Write] = []
    created = draw(st.sampled_from([None, *NAMES]))
    if created is not None:
        changes.append(CreateRole(role=NEW, content=content("New", created)))
    retired = draw(st.sets(st.sampled_from(sorted(live))))
    for role_id in draw(st.permutations(sorted(live))):
        role, key = live[role_id], RoleKey(f"r{role_id}")
        if role_id not in retired:
            after = content(role.content.name, draw(st.sampled_from(NAMES)))
            changes.append(UpdateRole(role=key, live=role, content=after))
            continue
        gone.append(DeleteRole(role=key, live=role))
        targets = [RoleKey(f"r{other}") for other in sorted(live.keys() - retired)] + [NEW] * (created is not None)
        if targets and draw(st.booleans()):
            joins = draw(st.sampled_from(targets))
            moves += [
                MoveHolder(role=key, person=person(server, number), leaves=role_id, joins=joins)
                for number, user in server.users.items()
                if int(role_id) in user.roles
            ]
    return server, live, (*changes, *moves, *gone)


def person(server: Zammad, number: int) -> Person:
    """Give a user as the adapter reads them."""
    user = server.users[number]
    held = frozenset(RoleId(str(role_id)) for role_id in user.roles)
    return Person(id=PersonId(str(number)), role_ids=held, active=user.active, human=True, version="")


def refused(server: Zammad, writes: tuple[Write, ...]) -> bool:
    """Carry a plan out, and say whether the guard of the server stopped it."""
    try:
        carry_out(server, writes)
    except Refused as told:
        return told.body["error"] == LAST_ADMIN
    return False


def carry_out(server: Zammad, writes: tuple[Write, ...]) -> None:
    """Do what the adapter would ask for."""
    ids: dict[RoleKey, int] = {}
    for write in writes:
        match write:
            case CreateRole():
                ids[write.role] = server.create({"name": "New", "permissions": names(write.content)}).id
            case UpdateRole():
                before = server.names(server.roles[int(write.live.id)])
                server.update(int(write.live.id), {"permissions": names(write.content, before)})
            case MoveHolder():
                joins = ids[NEW] if write.joins == NEW else int(write.joins.removeprefix("r"))
                number = int(write.person.id)
                server.assign(number, server.users[number].roles - {int(write.leaves)} | {joins})
            case DeleteRole():
                server.update(int(write.live.id), {"active": False})


def names(wanted: RoleContent, before: Iterable[str] = ()) -> list[Json]:
    """Give the names that the adapter writes: those it needs, and those there were that are covered."""
    (found,) = (written for written, permits in PERMISSIONS.items() if permits == wanted.permissions)
    kept = {name for name in before if PERMISSIONS[name,] <= wanted.permissions}
    return [*sorted({*found} | kept)]


@given(plans())
def test_plan_is_objected_to_exactly_where_the_server_would_refuse_a_write(
    given: tuple[Zammad, dict[RoleId, LiveRole], tuple[Write, ...]],
) -> None:
    """Whatever is changed, moved and retired in whatever order: one sentence, and none where all goes through."""
    server, known, writes = given
    listed = {
        role_id: tuple(
            Part({"id": number, "active": user.active, "role_ids": [*user.roles]}, "a list")
            for number, user in server.users.items()
            if int(role_id) in user.roles
        )
        for role_id in known
    }
    live = {RoleKey(f"r{role_id}"): role for role_id, role in known.items()}

    told = last_administrator(known, listed.get, writes, live)

    assert len(told) == refused(server, writes)
    unsaid = last_administrator(known, lambda _: None, writes, live)
    assert bool(unsaid) >= bool(told)
    assert last_administrator({}, listed.get, writes, live) == ()


def test_order_is_told_where_the_write_alone_would_go_through() -> None:
    """The way out is another first write, and not another role for somebody."""
    known = {
        RoleId(number): LiveRole(
            id=RoleId(number),
            content=content(name, ("admin",)),
            kind=RoleKind.CUSTOM,
            editable=True,
            version="",
            user_count=None,
        )
        for number, name in (("1", "One"), ("2", "Two"))
    }
    people = {role_id: (Part({"id": 7, "active": True, "role_ids": [1, 2]}, "a list"),) for role_id in known}
    one, two = (
        UpdateRole(role=RoleKey(role.id), live=role, content=replace(role.content, permissions=frozenset()))
        for role in known.values()
    )

    (told,) = last_administrator(known, people.get, (one, two), {})

    assert told.endswith('Change "Two" first, in a plan of its own.')
    assert last_administrator(known, people.get, (two,), {}) == ()
