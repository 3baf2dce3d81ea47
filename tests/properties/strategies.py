"""Small whole worlds: files, a tenant and its people, made so that every kind of change and of holder meets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from builders import ANYTHING_GOES, KEYS, UNKNOWN, a_live_role, a_person, a_request, a_retired_role, a_role, a_tenant
from fakes.tenant import FakeTenant
from hypothesis import strategies as st

from reconciler.model.finding import GuardSettings, Limit, SensitiveGrant
from reconciler.model.permission import PermissionSet
from reconciler.model.person import Person, PersonId
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleId
from reconciler.operations.plan import Request

SLOTS = ("a", "b", "c", "d")

permission_sets = st.frozensets(st.sampled_from(KEYS), max_size=4)
live_permission_sets = st.frozensets(st.sampled_from((*KEYS, UNKNOWN)), max_size=4)


@dataclass(frozen=True)
class World:
    """Files beside a tenant."""

    files: tuple[DesiredRole | RetiredRole, ...]
    live: tuple[LiveRole, ...]
    people: tuple[Person, ...]

    def tenant(self) -> FakeTenant:
        """Give a fresh tenant in the state before."""
        return a_tenant(*self.live, people=self.people)

    def request(self, settings: GuardSettings = ANYTHING_GOES) -> Request:
        """Ask for the plan of the files."""
        return a_request(*self.files, settings=settings)

    # The slow oracle: sets for each person, no bits, no groups, nothing from reconciler/core.

    def file_of(self, live: LiveRole) -> DesiredRole | RetiredRole | None:
        """Give the file that means a live role; slots make this a matter of the last letter."""
        return next((file for file in self.files if file.key == live.id[-1]), None)

    def after_of(self, key: str) -> PermissionSet:
        """Give what a declared role will permit: its file, and what its live role has that no file can say."""
        declared = next(f for f in self.files if isinstance(f, DesiredRole) and f.key == key)
        kept = [role.content.permissions & {UNKNOWN} for role in self.live if role.id[-1] == key]
        return declared.content.permissions.union(*kept)

    def after(self, live: LiveRole) -> PermissionSet:
        """Give what holders of a live role will have of it, or of its successor."""
        file = self.file_of(live)
        if file is None:
            return live.content.permissions
        if isinstance(file, DesiredRole):
            return self.after_of(file.key)
        return self.after_of(file.move_users_to) if file.move_users_to else frozenset()

    def holders(self, live: LiveRole) -> list[Person]:
        """Give the active humans with a role."""
        return [p for p in self.people if p.active and p.human and live.id in p.role_ids]

    def lost(self, person: Person) -> PermissionSet:
        """Give what somebody can do now and will not be able to do."""
        return self._can(person, after=False) - self._can(person, after=True)

    def gained(self, person: Person) -> PermissionSet:
        """Give what somebody cannot do now and will be able to do."""
        return self._can(person, after=True) - self._can(person, after=False)

    def _can(self, person: Person, *, after: bool) -> PermissionSet:
        held = [role for role in self.live if role.id in person.role_ids]
        return frozenset().union(*(self.after(r) if after else r.content.permissions for r in held))


@st.composite
def worlds(draw: st.DrawFn, *, retirements: bool = True) -> World:
    """Draw a world: per slot a live role or none, and a file that declares it, retires it or does not exist."""
    live: list[LiveRole] = []
    declared: list[DesiredRole] = []
    retired: list[str] = []
    for slot in SLOTS[: draw(st.integers(1, len(SLOTS)))]:
        renamed = draw(st.booleans())
        kinds = ("declared", "declared", "unmanaged", "retired") if retirements else ("declared", "unmanaged")
        file = draw(st.sampled_from(kinds))
        if draw(st.integers(0, 3)):
            name = f"Old {slot}" if renamed and file != "unmanaged" else f"Role {slot}"
            grants = draw(live_permission_sets)
            live.append(replace(a_live_role(name, grants=grants, id=f"rol_{slot}"), user_count=None))
        earlier = (f"Old {slot}",) if renamed else ()
        if file == "declared":
            declared.append(
                a_role(
                    slot,
                    name=f"Role {slot}",
                    grants=draw(permission_sets),
                    previously=earlier,
                    description=draw(st.sampled_from(("", "Text"))),
                )
            )
        elif file == "retired":
            retired.append(slot)
    targets = st.sampled_from((None, *(role.key for role in declared)))
    files = [
        *declared,
        *(
            a_retired_role(slot, name=f"Role {slot}", previously=(f"Old {slot}",), move_users_to=draw(targets))
            for slot in retired
        ),
    ]
    return World(files=tuple(files), live=tuple(live), people=draw(crowds(live)))


@st.composite
def crowds(draw: st.DrawFn, live: Iterable[LiveRole]) -> tuple[Person, ...]:
    """Draw people who hold any of the roles; some are suspended, some are no people."""
    ids = [role.id for role in live]
    if not ids:
        return ()
    held = draw(st.lists(st.frozensets(st.sampled_from(ids), min_size=1), max_size=7))
    sort = st.sampled_from(((True, True), (True, True), (True, True), (False, True), (True, False)))
    return tuple(_person(n, roles, *draw(sort)) for n, roles in enumerate(held))


def _person(number: int, roles: frozenset[RoleId], active: bool, human: bool) -> Person:
    return replace(a_person(f"u{number}", active=active, human=human), id=PersonId(f"u{number}"), role_ids=roles)


limits = st.builds(Limit, value=st.integers(0, 100), percent=st.booleans())
pairs = st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda pair: pair[0] < pair[1])
guard_settings = st.builds(
    GuardSettings,
    narrowing_people=st.integers(1, 6),
    sensitive_grant=st.sampled_from(SensitiveGrant),
    min_administrators=st.integers(1, 3),
    mass_change_roles=limits,
    mass_change_people=limits,
    never_together=st.frozensets(pairs, max_size=2).map(lambda some: tuple(sorted(some))),
)
