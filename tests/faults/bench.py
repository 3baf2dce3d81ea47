"""Run `apply` through the real adapter and HTTP client against the embedded tenant, without a socket.

The transport is the only part of the client that is replaced. Requests are counted from 1 within one run.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, cast

from builders import ANYTHING_GOES, everything_confirmed, how
from fakes.clock import FakeClock
from faults.record import ADMIN, UNKNOWN, Files, Run, Sent, Somebody, State, World
from faults.wire import Call, DeferredError, Killed

from reconciler.cli.commands.apply import exit_of
from reconciler.errors import ReconcilerError, Superseded
from reconciler.model.finding import BaseRevision, Confirmation, GuardSettings
from reconciler.model.permission import Catalogue
from reconciler.model.plan import Plan
from reconciler.model.role import DesiredRole, RetiredRole, RoleKind
from reconciler.model.state import DesiredState
from reconciler.operations import apply as applying
from reconciler.operations.plan import Planned, Request, plan
from reconciler.ports import Clock, Unwatched
from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.faults import FaultSchedule
from reconciler.sandbox.injection import SECOND_WRITER
from reconciler.sandbox.keys import ApiKey
from reconciler.sandbox.product import product
from reconciler.sandbox.records import AuditRecord, Author, RoleDraft, UserDraft, timestamp
from reconciler.sandbox.roles import insert_roles
from reconciler.sandbox.seed import TENANT, standard_roles
from reconciler.sandbox.store import BULK_TIME, Store, insert_tenant
from reconciler.sandbox.users import OWNER, insert_users
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.http import Patience
from reconciler.tenants.retry import BackOff
from reconciler.tenants.support import SupportKind

ORIGIN = "http://127.0.0.1:9"
SECRET = "sa_test_of_the_bench"
SILENCE = Patience().request_seconds
"""A tenant that is silent for longer is given up by the client."""

NO_SCHEDULE = FaultSchedule()


class Bench:
    """A tenant in a world, and applies that are watched."""

    def __init__(self, world: World) -> None:
        self.files, self.clock = world.files, FakeClock()
        self.settings: GuardSettings = ANYTHING_GOES
        self.base: BaseRevision | None = None
        self.store = Store.open(None, lambda connection: _fill(connection, world))
        self.own = self.store.users.page(after=0, limit=1).entries[0].id
        self.key = ApiKey(secret=SECRET, user_id=self.own)
        self.standard = frozenset(
            role.id for role in self.store.roles.page(after=0, limit=1000).entries if role.kind is RoleKind.STANDARD
        )
        self.kills: Collection[int] = ()
        self.meanwhile: Mapping[int, Callable[[], None]] = {}
        """What somebody does before the request of this number leaves."""
        self.landing: list[tuple[float, Call, dict[str, Any]]] = []
        """Requests that the client has given up, and when they arrive."""
        self._entries: list[AuditRecord] = []
        self._state: tuple[int, State] | None = None
        self._audited = 0
        """How many entries the tenant's log had when the run began."""
        self.run = Run(before=self.state(), own=self.own)
        self.app = self._app(NO_SCHEDULE)

    def close(self) -> None:
        """Let go of the tenant."""
        self.app.close()
        self.store.close()

    def arm(
        self,
        schedule: FaultSchedule = NO_SCHEDULE,
        *,
        kills: Collection[int] = (),
        meanwhile: Mapping[int, Callable[[], None]] | None = None,
    ) -> None:
        """Let only this go wrong from here on, counted from the next request."""
        self.app.close()
        self.app, self.kills, self.meanwhile = self._app(schedule), kills, meanwhile or {}

    def apply(self, request: Request, *, expect: str | None = None, reading_takes: float = 0.0) -> Run:
        """Apply a request that holds its confirmations; whoever reads the announcement takes their time."""
        run = self.run = Run(before=self.state(), own=self.own, expected=expect)
        self._audited = len(self._entries)

        def announce(planned: Planned) -> bool:
            run.planned = planned
            self.clock.advance(reading_takes)
            return True

        def require_tip() -> None:
            if run.superseded_at is not None:
                raise Superseded("A newer commit was merged; nothing was written")

        manner = dataclasses.replace(
            how(expect=expect, announce=announce, journal=run.journal), before_writing=require_tip
        )
        try:
            with self._kind.open_writer(self._connection) as tenant:
                run.report = applying.apply(request, tenant, manner, self.clock, Unwatched()).report
            run.code = exit_of(run.report)
        except Killed:
            run.code = None
        except ReconcilerError as error:
            run.code = error.exit_code
        return run

    def second(self, request: Request) -> Run:
        """Let another process apply meanwhile, on a tenant without faults; what it writes is somebody else's."""
        kept = self.run, self.app, self.kills, self.meanwhile, self._audited
        # Another key, of nobody: the log tells its writes from ours.
        self.app, self.kills, self.meanwhile = self._app(NO_SCHEDULE, ApiKey(secret=SECRET)), (), {}
        try:
            other = self.apply(request)
        finally:
            self.app.close()
            self.run, self.app, self.kills, self.meanwhile, self._audited = kept
        return other

    def set_last_active(self, *, active: bool) -> None:
        """Let somebody suspend the last person of the world in the product, or bring them back."""
        last = self.store.users.page(after=0, limit=1000).entries[-1]
        self.store.users.set_active(last.id, Author(actor=SECOND_WRITER, at=self.clock.now()), active=active)

    def look(self, request: Request, run: Run | None = None) -> Planned:
        """Plan without leaving a trace in the run's log, but in one of its own."""
        kept, self.run = self.run, run or Run(before=self.run.before, own=self.own)
        try:
            with self._kind.open_reader(self._connection) as tenant:
                return plan(request, tenant, self.clock, Unwatched())
        finally:
            self.run = kept

    def asked(self, *confirmations: Confirmation, files: Files | None = None) -> Request:
        """Ask for these files, or those of the bench."""
        ordered = sorted(self.files if files is None else files, key=lambda file: file.key)
        desired = DesiredState(
            roles=tuple(file for file in ordered if isinstance(file, DesiredRole)),
            retired=tuple(file for file in ordered if isinstance(file, RetiredRole)),
            catalogue=lock(),
        )
        return Request(
            desired=desired, settings=self.settings, confirmations=confirmations, base=self.base, commit=None
        )

    def confirmed(self, files: Files | None = None) -> Request:
        """Give the request with a yes to everything that its plan asks."""
        return self.ready(files)[0]

    def ready(self, files: Files | None = None) -> tuple[Request, Planned]:
        """Give the request with a yes to everything that its plan asks, and its plan."""
        asked = self.asked(files=files)
        made = self.look(asked)
        given = self.every_yes(made.plan)
        if not given:
            return asked, made
        request = dataclasses.replace(asked, confirmations=given)
        return request, self.look(request)

    def every_yes(self, made: Plan) -> tuple[Confirmation, ...]:
        """Give a yes to everything that a plan asks, for the next thirty days."""
        last = (self.clock.now() + dt.timedelta(days=30)).date()
        return tuple(dataclasses.replace(yes, expires=last) for yes in everything_confirmed(made))

    def state(self) -> State:
        """Give the tenant as it is; read anew only where its log says that something was written."""
        self._entries += self.store.audit.page(after=len(self._entries), limit=1000).entries
        if self._state is None or self._state[0] != len(self._entries):
            self._state = len(self._entries), self._read()
        return self._state[1]

    def forget(self) -> None:
        """Read the tenant anew, after something was written that makes no entry in its log."""
        self._state = None

    def _read(self) -> State:
        roles = self.store.roles.page(after=0, limit=1000).entries
        people = self.store.users.page(after=0, limit=1000).entries
        return State(
            roles={role.id: (role.name, role.description, frozenset(role.permissions)) for role in roles},
            people={person.id: (person.active and person.human, frozenset(person.role_ids)) for person in people},
        )

    def arriving(self) -> None:
        """Let happen what happens before the next request arrives: somebody's deed, and effects that come late."""
        deed = self.meanwhile.get(self.run.arrivals + 1)
        if deed is not None:
            deed()
        self.land(self.clock.monotonic())

    def land(self, until: float) -> None:
        """Let requests that were given up have their effect, if they arrive by then."""
        for entry in sorted(self.landing, key=lambda entry: entry[0]):
            due, call, noted = entry
            if due <= until:
                self.landing.remove(entry)
                app, noted = self._app(NO_SCHEDULE), noted | {"before": self.state()}
                call(app)
                sent = Sent(**noted, after=self.state(), effect=bool(app.writes), others=self.others(), landed=True)
                app.close()
                self.run.sent.append(sent)

    def others(self) -> frozenset[str]:
        """Give the ids of what somebody else wrote since the run began, as the tenant's own log says."""
        self.state()
        return frozenset(entry.target for entry in self._entries[self._audited :] if entry.actor != self.own)

    def _app(self, schedule: FaultSchedule, key: ApiKey | None = None) -> SandboxApp:
        clock = cast("Clock", _Impatient(self.clock))
        return SandboxApp(self.store, (key or self.key,), clock, faults=schedule)

    @property
    def _kind(self) -> SupportKind:
        return SupportKind(Patience(back_off=BackOff(random=lambda: 0.0)))

    @property
    def _connection(self) -> Connection:
        return Connection(
            name="sandbox", url=f"{ORIGIN}/api/v1", key=Key(SECRET), state_folder=Path("nowhere"), clock=self.clock
        )


class _Impatient:
    """The tenant's clock: where a request would wait for longer than any client, it arrives later instead."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.now, self.monotonic = clock.now, clock.monotonic

    def sleep(self, seconds: float) -> None:
        """Let time pass, or put the whole request off."""
        if seconds > SILENCE:
            raise DeferredError(seconds)
        self._clock.sleep(seconds)


def _fill(connection: sqlite3.Connection, world: World) -> None:
    insert_tenant(connection, TENANT)
    custom = [RoleDraft(name=name, description="", permissions=held) for name, held in world.roles.items()]
    drafts = (*standard_roles(), *custom)
    ids = insert_roles(connection, drafts, timestamp(BULK_TIME))
    by_name = dict(zip((draft.name for draft in drafts), ids, strict=True))
    people = (Somebody(frozenset({OWNER})), *world.people)
    insert_users(
        connection,
        [
            UserDraft(
                name=f"User {number}",
                email=f"user{number}@desk.example",
                role_ids=frozenset(by_name[name] for name in person.roles),
                active=person.active,
                human=person.human,
            )
            for number, person in enumerate(people)
        ],
    )


def lock() -> Catalogue:
    """Give the lock of the product: it names role administration and lacks one permission."""
    catalogue = product().catalogue
    categories = tuple(
        dataclasses.replace(c, permissions=tuple(p for p in c.permissions if p.key != UNKNOWN))
        for c in catalogue.categories
    )
    kept = tuple(c for c in categories if c.permissions)
    return dataclasses.replace(catalogue, categories=kept, role_administration=ADMIN)
