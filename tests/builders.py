"""Short explicit builders: a test says what it is about, and everything else is the plainest thing that works."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from fakes.clock import FakeClock
from fakes.tenant import FakeTenant

from reconciler.model.finding import (
    BaseRevision,
    Confirmation,
    Finding,
    Guard,
    GuardSettings,
    Limit,
    SensitiveGrant,
)
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel, StandardRole
from reconciler.model.person import People, Person, PersonId
from reconciler.model.plan import Plan
from reconciler.model.product import SUPPORT, Product
from reconciler.model.role import (
    DesiredRole,
    LiveRole,
    Origin,
    RetiredRole,
    RoleContent,
    RoleId,
    RoleKey,
    RoleKind,
)
from reconciler.model.state import Account, DesiredState, LiveState, Tenant
from reconciler.operations.apply import Applied, Apply, apply
from reconciler.operations.plan import Planned, Request, plan

ADMIN = "settings.roles"
"""Holding this means "can administer roles"; sensitive."""
EXPORT = "analytics.export"
"""Sensitive, and nothing else about it."""
VIEW, REPLY, CLOSE, TAG = "tickets.view", "tickets.reply", "tickets.close", "tickets.tag"
"""Daily work."""
KEYS = (ADMIN, CLOSE, EXPORT, REPLY, TAG, VIEW)
UNKNOWN = "labs.preview"
"""The tenant has it and the lock does not know it."""

TENANT = Tenant(name="sandbox", id="ten_1", title="Desk")
NOBODY = Account(person_id=None, role_ids=frozenset(), needs=frozenset())

ANYTHING_GOES = GuardSettings(
    narrowing_people=1_000_000,
    sensitive_grant=SensitiveGrant.ALLOW,
    min_administrators=1,
    mass_change_roles=Limit(value=100, percent=True),
    mass_change_people=Limit(value=100, percent=True),
)
"""Settings under which nothing needs a confirmation, so that a test turns on the one it is about."""


def a_permission(key: str, *, level: PermissionLevel = PermissionLevel.ACT, sensitive: bool = False) -> Permission:
    """Give a permission; its label is its key."""
    return Permission(key=key, name=key, level=level, sensitive=sensitive)


def a_catalogue(
    *keys: str,
    sensitive: Iterable[str] = (ADMIN, EXPORT),
    standard_roles: Iterable[StandardRole] = (),
    role_administration: str | None = ADMIN,
) -> Catalogue:
    """Give a lock of `keys`, by default of every known key."""
    known = sorted(keys or KEYS)
    marked = frozenset(sensitive)
    return Catalogue(
        version=1,
        categories=tuple(
            Category(
                key=category,
                name=category.title(),
                permissions=tuple(
                    a_permission(key, sensitive=key in marked) for key in known if key.partition(".")[0] == category
                ),
            )
            for category in sorted({key.partition(".")[0] for key in known})
        ),
        role_administration=role_administration,
        standard_roles=tuple(standard_roles),
    )


def a_content(name: str, *grants: str, description: str = "") -> RoleContent:
    """Give what roles are compared in."""
    return RoleContent(name=name, description=description, permissions=frozenset(grants))


def a_role(
    key: str,
    *,
    grants: Iterable[str] = (VIEW,),
    name: str = "",
    description: str = "",
    standard: bool = False,
    previously: Iterable[str] = (),
    owner: str | None = None,
    line: int = 1,
) -> DesiredRole:
    """Give a role as its file says it; its name is the key in title case."""
    return DesiredRole(
        key=RoleKey(key),
        content=a_content(name or key.title(), *grants, description=description),
        origin=Origin(path=f"roles/{key}.yaml", line=line, column=1),
        standard=standard,
        previously=tuple(previously),
        owner=owner,
    )


def a_retired_role(
    key: str,
    *,
    name: str = "",
    move_users_to: str | None = None,
    standard: bool = False,
    previously: Iterable[str] = (),
) -> RetiredRole:
    """Give a role whose file says `retired: true`."""
    return RetiredRole(
        key=RoleKey(key),
        name=name or key.title(),
        origin=Origin(path=f"roles/{key}.yaml", line=1, column=1),
        standard=standard,
        previously=tuple(previously),
        move_users_to=None if move_users_to is None else RoleKey(move_users_to),
    )


def a_live_role(
    name: str,
    *,
    grants: Iterable[str] = (VIEW,),
    id: str = "",
    description: str = "",
    kind: RoleKind = RoleKind.CUSTOM,
    editable: bool = True,
    user_count: int | None = 0,
) -> LiveRole:
    """Give a role as the tenant says it; its id is `rol_` and its name."""
    return LiveRole(
        id=RoleId(id or f"rol_{name.lower()}"),
        content=a_content(name, *grants, description=description),
        kind=kind,
        editable=editable,
        version='"first"',
        user_count=user_count,
    )


def a_person(id: str, *roles: str, active: bool = True, human: bool = True) -> Person:
    """Give a user who holds the live roles of these names."""
    return Person(
        id=PersonId(id),
        role_ids=frozenset(RoleId(f"rol_{name.lower()}") for name in roles),
        active=active,
        human=human,
        version='"first"',
    )


def some_people(number: int, *roles: str, prefix: str = "u") -> tuple[Person, ...]:
    """Give as many active people, all holding the roles of these names."""
    return tuple(a_person(f"{prefix}{n:03}", *roles) for n in range(number))


def people_of(*people: Person, listed: Iterable[LiveRole] = ()) -> People:
    """Give people as they were read, with the roles whose holders are all among them."""
    return People(people=tuple(people), listed=frozenset(role.id for role in listed))


def a_state(*roles: DesiredRole | RetiredRole, catalogue: Catalogue | None = None) -> DesiredState:
    """Give the desired state of these files."""
    ordered = sorted(roles, key=lambda role: role.key)
    return DesiredState(
        roles=tuple(role for role in ordered if isinstance(role, DesiredRole)),
        retired=tuple(role for role in ordered if isinstance(role, RetiredRole)),
        catalogue=catalogue or a_catalogue(),
    )


def a_live_state(
    *roles: LiveRole,
    account: Account = NOBODY,
    catalogue: Catalogue | None = None,
    headcount: int | None = None,
    gaps: Iterable[str] = (),
    product: Product = SUPPORT,
) -> LiveState:
    """Give what a tenant with these roles said."""
    return LiveState(
        tenant=TENANT,
        account=account,
        catalogue=catalogue or a_catalogue(),
        roles=tuple(sorted(roles, key=lambda role: role.id)),
        headcount=headcount,
        gaps=tuple(gaps),
        product=product,
    )


def a_tenant(
    *roles: LiveRole,
    people: Iterable[Person] = (),
    account: Account = NOBODY,
    catalogue: Catalogue | None = None,
    product: Product = SUPPORT,
) -> FakeTenant:
    """Give a tenant with state; it has the permissions of the lock, and the unknown one if a role holds it."""
    held = frozenset().union(*(role.content.permissions for role in roles))
    return FakeTenant(
        catalogue=catalogue or a_catalogue(*KEYS, *(held & {UNKNOWN})),
        roles=roles,
        people=people,
        account=account,
        tenant=TENANT,
        product=product,
    )


def a_request(
    *roles: DesiredRole | RetiredRole,
    settings: GuardSettings = ANYTHING_GOES,
    confirmations: Iterable[Confirmation] = (),
    base: BaseRevision | None = None,
    commit: str | None = None,
    catalogue: Catalogue | None = None,
) -> Request:
    """Ask for a plan of these files."""
    return Request(
        desired=a_state(*roles, catalogue=catalogue),
        settings=settings,
        confirmations=tuple(confirmations),
        base=base,
        commit=commit,
    )


def a_base(
    *roles: DesiredRole | RetiredRole, guards: GuardSettings = ANYTHING_GOES, catalogue: Catalogue | None = None
) -> BaseRevision:
    """Give a base revision that declared these roles."""
    return BaseRevision(
        name="main",
        names=frozenset(
            name
            for role in roles
            for name in (role.name if isinstance(role, RetiredRole) else role.content.name, *role.previously)
        ),
        contents={role.key: role.content if isinstance(role, DesiredRole) else None for role in roles},
        guards=guards,
        catalogue=catalogue or a_catalogue(),
    )


def a_confirmation(
    id: str,
    *,
    people_at_most: int = 1_000_000,
    expires: dt.date = dt.date(2026, 12, 31),
    origin: Origin | None = None,
) -> Confirmation:
    """Give a recorded yes that is good for the whole of the fake clock's year."""
    return Confirmation(id=id, people_at_most=people_at_most, reason="Agreed", expires=expires, origin=origin)


def everything_confirmed(made: Plan) -> tuple[Confirmation, ...]:
    """Give a yes to every finding of a plan that asks for one."""
    return tuple(a_confirmation(f.confirmation, people_at_most=f.people) for f in made.findings if f.confirmation)


class Silence:
    """Progress that nobody watches."""

    def stage(self, label: str, total: int | None) -> None:
        """Begin a stage."""

    def advance(self, steps: int = 1) -> None:
        """Count steps."""


class MemoryJournal:
    """A journal that can be read, and that refuses from one entry on, counted from 1."""

    def __init__(self, *, broken_from: int | None = None) -> None:
        self.entries: list[Mapping[str, object]] = []
        self._broken_from = broken_from

    def write(self, entry: Mapping[str, object]) -> None:
        """Keep an entry, or fail as a full disk does."""
        if self._broken_from is not None and len(self.entries) + 1 >= self._broken_from:
            raise OSError(28, "No space left on device")
        self.entries.append(entry)


def planned(request: Request, tenant: FakeTenant) -> Planned:
    """Make a plan with its facts."""
    return plan(request, tenant, FakeClock(), Silence())


def a_plan(request: Request, tenant: FakeTenant) -> Plan:
    """Make a plan."""
    return planned(request, tenant).plan


def findings_of(made: Planned, guard: Guard) -> tuple[Finding, ...]:
    """Give what one guard found."""
    return tuple(finding for finding in made.plan.findings if finding.guard is guard)


def how(
    *,
    expect: str | None = None,
    announce: Callable[[Planned], bool] = lambda _: True,
    journal: MemoryJournal | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Apply:
    """Say how to apply: nothing expected, always yes, never stopped."""
    kept = journal or MemoryJournal()
    return Apply(expect=expect, announce=announce, open_journal=lambda _: kept, stopped=stopped)


def applied(request: Request, tenant: FakeTenant, manner: Apply | None = None) -> Applied:
    """Carry a request out on a tenant."""
    return apply(request, tenant, manner or how(), FakeClock(), Silence())


def confirmed(request: Request, tenant: FakeTenant) -> Request:
    """Give the request with a yes to everything that its plan asks."""
    return dataclasses.replace(request, confirmations=everything_confirmed(a_plan(request, tenant)))
