"""Run `apply` through the real adapter and HTTP client against the embedded tenant, without a socket.

The transport is the only part of the client that is replaced. Requests are counted from 1 within one run.
"""

from __future__ import annotations

import dataclasses
import io
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from builders import ANYTHING_GOES, MemoryJournal, Silence, everything_confirmed, how
from fakes.clock import FakeClock

from reconciler.cli.commands.apply import exit_of
from reconciler.errors import ReconcilerError
from reconciler.model.outcome import Report
from reconciler.model.permission import Catalogue
from reconciler.model.role import DesiredRole, RetiredRole
from reconciler.model.state import DesiredState
from reconciler.operations import apply as applying
from reconciler.operations.plan import Planned, Request, plan
from reconciler.sandbox.app import SandboxApp
from reconciler.sandbox.faults import Fault, FaultSchedule
from reconciler.sandbox.injection import ConnectionDropped
from reconciler.sandbox.keys import ApiKey
from reconciler.sandbox.product import product
from reconciler.sandbox.records import RoleDraft, UserDraft, timestamp
from reconciler.sandbox.roles import insert_roles
from reconciler.sandbox.seed import TENANT, standard_roles
from reconciler.sandbox.store import BULK_TIME, Store, insert_tenant
from reconciler.sandbox.users import OWNER, insert_users
from reconciler.tenants.connection import Connection, Key
from reconciler.tenants.exchange import Answer, Exchange, NoAnswer
from reconciler.tenants.http import Patience
from reconciler.tenants.retry import BackOff
from reconciler.tenants.support import SupportKind

ORIGIN = "http://127.0.0.1:9"
SECRET = "sa_test_of_the_bench"
ADMIN = "settings.roles"
UNKNOWN = "modules.monitor"
"""The tenant has it and the lock does not know it."""


class Killed(BaseException):
    """The process dies at this request."""


@dataclass(frozen=True)
class World:
    """Live roles and people beside files, small enough to read."""

    roles: Mapping[str, frozenset[str]]
    people: tuple[tuple[frozenset[str], bool], ...]
    """The names of the roles that somebody holds, and whether they are active."""
    files: tuple[DesiredRole | RetiredRole, ...]


@dataclass(frozen=True)
class State:
    """What the tenant is at one moment."""

    roles: Mapping[str, tuple[str, str, frozenset[str]]]
    people: Mapping[str, tuple[bool, frozenset[str]]]

    def can(self, person: str) -> frozenset[str]:
        """Give what the roles of somebody permit."""
        return frozenset().union(*(self.roles[role][2] for role in self.people[person][1]))

    def administrators(self, own: str) -> int:
        """Count the active people, without the key's own, who can administer roles."""
        return sum(1 for who, (active, _) in self.people.items() if active and who != own and ADMIN in self.can(who))


@dataclass(frozen=True)
class Sent:
    """One request as it left, and the tenant after it."""

    number: int
    method: str
    path: str
    origin: str
    headers: Mapping[str, str]
    payload: bytes
    after: State
    effect: bool


@dataclass
class Run:
    """One apply: what was planned, sent, journaled and told."""

    before: State
    own: str
    sent: list[Sent] = field(default_factory=list)
    planned: Planned | None = None
    """What the run itself announced; None where it stopped before."""
    report: Report | None = None
    code: int | None = None
    """None for a process that was killed."""
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    @property
    def writes(self) -> list[Sent]:
        """The requests that ask for a change."""
        return [sent for sent in self.sent if sent.method != "GET"]

    @property
    def states(self) -> list[State]:
        """The tenant at every instant."""
        return [self.before, *(sent.after for sent in self.sent)]


Special = Callable[[Callable[[], Exchange], str], Exchange]
"""Does something to one request that no schedule of the sandbox can; gets the way to send it, and its address."""


class Wire:
    """Stands where `Transport` stands and calls the app."""

    def __init__(self, bench: Bench, authorization: str, headers: Mapping[str, str]) -> None:
        self.bench = bench
        self._headers = {"Authorization": authorization, **headers}

    def close(self) -> None:
        """Close nothing."""

    def send(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        payload: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send one request once, and note it with the tenant after it."""
        assert seconds > 0
        bench, sent_headers = self.bench, {**self._headers, **(headers or {})}
        number, effects = len(bench.run.sent) + 1, len(bench.app.writes)
        special = bench.specials.get(number)
        try:

            def call() -> Exchange:
                return self.call(method, url, payload or b"", sent_headers)

            return call() if special is None else special(call, url)
        finally:
            parts = urlsplit(url)
            bench.run.sent.append(
                Sent(
                    number=number,
                    method=method,
                    path=parts.path.removeprefix("/api/v1"),
                    origin=f"{parts.scheme}://{parts.netloc}",
                    headers=sent_headers,
                    payload=payload or b"",
                    after=bench.state(),
                    effect=len(bench.app.writes) > effects,
                )
            )

    def call(self, method: str, url: str, payload: bytes, headers: Mapping[str, str]) -> Exchange:
        """Let the app answer."""
        parts = urlsplit(url)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_LENGTH": str(len(payload)),
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "HTTP_AUTHORIZATION": headers["Authorization"],
            "HTTP_IF_MATCH": headers.get("If-Match", ""),
            "wsgi.input": io.BytesIO(payload),
        }
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, found: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], Any]:
            started.append((status, found))
            return io.BytesIO().write

        try:
            body = b"".join(self.bench.app(environ, start_response))
        except ConnectionDropped:
            return NoAnswer("the connection broke")
        status, found = started[0]
        named = {name.lower(): value for name, value in found}
        cut = "content-length" in named and int(named["content-length"]) > len(body)
        broken = "the connection broke" if cut else ""
        return Answer(int(status[:3]), named, b"" if cut else body, broken=broken, cut_off=cut)


class Bench:
    """A tenant in a world, and applies that are watched."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world, self.clock = world, FakeClock()
        self.store = Store.open(None, self._fill)
        self.own = self.store.users.page(after=0, limit=1).entries[0].id
        self._key = ApiKey(secret=SECRET, user_id=self.own)
        self.specials: Mapping[int, Special] = {}
        self.run = Run(before=self.state(), own=self.own)
        self.app = self._app(())
        patch.setattr("reconciler.tenants.http.Transport", self._wire)

    def close(self) -> None:
        """Let go of the tenant."""
        self.app.close()
        self.store.close()

    def arm(self, *faults: Fault, specials: Mapping[int, Special] | None = None) -> None:
        """Let only this go wrong from here on, counted from the next request."""
        self.app.close()
        self.app, self.specials = self._app(faults), specials or {}

    def apply(self, request: Request, *, expect: str | None = None) -> Run:
        """Apply a request that holds its confirmations."""
        run = self.run = Run(before=self.state(), own=self.own)

        def announce(planned: Planned) -> bool:
            run.planned = planned
            return True

        manner = how(expect=expect, announce=announce, journal=run.journal)
        try:
            with self._kind.open_writer(self._connection) as tenant:
                run.report = applying.apply(request, tenant, manner, self.clock, Silence()).report
        except Killed:
            return run
        except ReconcilerError as error:
            run.code = error.exit_code
            return run
        run.code = exit_of(run.report)
        return run

    def look(self, request: Request) -> Planned:
        """Plan without leaving a trace in the run's log."""
        kept, self.run = self.run, Run(before=self.run.before, own=self.own)
        try:
            with self._kind.open_reader(self._connection) as tenant:
                return plan(request, tenant, self.clock, Silence())
        finally:
            self.run = kept

    def confirmed(self) -> Request:
        """Give the request with a yes to everything that its plan asks."""
        made = self.look(self._asked())
        return dataclasses.replace(self._asked(), confirmations=everything_confirmed(made.plan))

    def state(self) -> State:
        """Give the tenant as it is."""
        roles = self.store.roles.page(after=0, limit=1000).entries
        people = self.store.users.page(after=0, limit=1000).entries
        return State(
            roles={role.id: (role.name, role.description, frozenset(role.permissions)) for role in roles},
            people={person.id: (person.active, frozenset(person.role_ids)) for person in people},
        )

    def _asked(self) -> Request:
        files = sorted(self.world.files, key=lambda file: file.key)
        desired = DesiredState(
            roles=tuple(file for file in files if isinstance(file, DesiredRole)),
            retired=tuple(file for file in files if isinstance(file, RetiredRole)),
            catalogue=lock(),
        )
        return Request(desired=desired, settings=ANYTHING_GOES, confirmations=(), base=None, commit=None)

    def _app(self, faults: tuple[Fault, ...]) -> SandboxApp:
        return SandboxApp(self.store, (self._key,), self.clock, faults=FaultSchedule(faults))

    def _wire(self, authorization: str, headers: Mapping[str, str]) -> Wire:
        return Wire(self, authorization, headers)

    @property
    def _kind(self) -> SupportKind:
        return SupportKind(Patience(back_off=BackOff(random=lambda: 0.0)))

    @property
    def _connection(self) -> Connection:
        return Connection(
            name="sandbox", url=f"{ORIGIN}/api/v1", key=Key(SECRET), state_folder=Path("nowhere"), clock=self.clock
        )

    def _fill(self, connection: sqlite3.Connection) -> None:
        insert_tenant(connection, TENANT)
        custom = [RoleDraft(name=name, description="", permissions=held) for name, held in self.world.roles.items()]
        drafts = (*standard_roles(), *custom)
        ids = insert_roles(connection, drafts, timestamp(BULK_TIME))
        by_name = dict(zip((draft.name for draft in drafts), ids, strict=True))
        people = ((frozenset({OWNER}), True), *self.world.people)
        insert_users(
            connection,
            [
                UserDraft(
                    name=f"User {number}",
                    email=f"user{number}@desk.example",
                    role_ids=frozenset(by_name[name] for name in held),
                    active=active,
                )
                for number, (held, active) in enumerate(people)
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
