"""Run one plan against the double of a product, without a socket, while one request of it goes wrong.

The embedded tenant has preconditions and one kind of move. What other products do instead is looked at here: many
people moved by one request with a job behind it, and a retirement that makes a role inactive.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from builders import ANYTHING_GOES, MemoryJournal, a_retired_role, a_role, everything_confirmed, how
from fakes.clock import FakeClock

from reconciler.cli.commands.apply import exit_of
from reconciler.errors import ReconcilerError
from reconciler.model.outcome import Report
from reconciler.model.state import DesiredState
from reconciler.operations import apply as applying
from reconciler.operations.plan import Planned, Request, plan
from reconciler.ports import Unwatched
from reconciler.tenants.connection import Connection, TenantKind
from reconciler.tenants.exchange import Answer, Exchange, NoAnswer

ORIGIN = "http://127.0.0.1:9"
KINDS = (
    *("none", "error_before", "error_after", "timeout_before", "timeout_after"),
    *("half_body", "cut_body", "wrong_shape", "job_fails", "job_never_ends", "edit"),
)
"""What goes wrong at one request; an edit is somebody's who moves a holder elsewhere right before it."""
JOBS = {"job_fails", "job_never_ends"}


@dataclass(frozen=True)
class State:
    """Who has which roles, and which roles there are."""

    roles: frozenset[int]
    people: Mapping[int, frozenset[int]]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request, with the double before and after it."""

    number: int
    method: str
    path: str
    query: Mapping[str, list[str]]
    body: object
    before: State
    after: State
    journaled: int
    """How many writes the journal had announced when it left."""


class Reply(Protocol):
    """What a double answers."""

    @property
    def status(self) -> int:
        """The status."""

    @property
    def body(self) -> object:
        """What is sent as JSON."""

    @property
    def headers(self) -> Mapping[str, str]:
        """More fields."""


@dataclass
class Product:
    """A double with a night shift of three, a role that nobody has and one that Ada has beside it."""

    answer: Callable[[str, str, Mapping[str, str], bytes], Reply | None]
    state: Callable[[], State]
    move: Callable[[int], None]
    """Somebody gives a person the other role in the product."""
    spoil: Callable[[str], None]
    """Let jobs go wrong from now on, or right where nothing is named."""
    kind: TenantKind
    connection: Connection
    clock: FakeClock
    night: int
    target: int
    other: int
    widened: str
    holders: tuple[int, ...]
    steps: list[Step] = field(default_factory=list)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    kind_of_fault: str = "none"
    at: int = 0
    edited_before: int | None = None

    def run(self, request: Request, expect: str, fault: str = "none", at: int = 0) -> Run:
        """Apply once while this goes wrong at that request; nothing goes wrong afterwards."""
        self.steps, self.journal, self.edited_before = [], MemoryJournal(), None
        self.kind_of_fault, self.at = fault, at
        run = Run(self.steps)

        def announce(made: Planned) -> bool:
            run.planned = made
            return True

        if fault in JOBS:
            self.spoil(fault)
        try:
            with self.kind.open_writer(self.connection) as tenant:
                manner = how(expect=expect, announce=announce, journal=self.journal)
                run.report = applying.apply(request, tenant, manner, self.clock, Unwatched()).report
            run.code = int(exit_of(run.report))
        except ReconcilerError as error:
            run.code = int(error.exit_code)
        run.edited_before = self.edited_before
        self.kind_of_fault = "none"
        self.spoil("")
        return run

    def asked(self) -> tuple[Request, Planned]:
        """Give the request with a yes to everything, and its plan."""
        with self.kind.open_reader(self.connection) as tenant:
            target = next(role for role in tenant.roles() if role.id == str(self.target))
            catalogue = tenant.catalogue()
            content = dataclasses.replace(
                target.content, permissions=catalogue.closed(target.content.permissions | {self.widened})
            )
            unused = dataclasses.replace(a_role("unused", name="Unused"), content=content)
            night = a_retired_role("night-shift", name="Night Shift", move_users_to="unused")
            desired = DesiredState(roles=(unused,), retired=(night,), catalogue=catalogue)
            request = Request(desired=desired, settings=ANYTHING_GOES, confirmations=(), base=None, commit=None)
            made = plan(request, tenant, self.clock, Unwatched())
        request = dataclasses.replace(request, confirmations=everything_confirmed(made.plan))
        with self.kind.open_reader(self.connection) as tenant:
            return request, plan(request, tenant, self.clock, Unwatched())

    def send(self, method: str, url: str, seconds: float, payload: bytes, headers: Mapping[str, str]) -> Exchange:
        """Answer one request as the double does, or as the fault of the run has it."""
        parts, before, number = urlsplit(url), self.state(), len(self.steps) + 1
        fault = self.kind_of_fault if number == self.at else "none"
        if fault == "edit":
            self.move(self.holders[-1])
            self.edited_before, before = number, self.state()
        named = {name.lower(): value for name, value in headers.items()}
        target = url.removeprefix(ORIGIN)
        announced = sum(entry["event"] == "sending" for entry in self.journal.entries)
        reply = None if fault in {"error_before", "timeout_before"} else self.answer(method, target, named, payload)
        self.steps.append(
            Step(
                number=number,
                method=method,
                path=parts.path,
                query=parse_qs(parts.query),
                body=json.loads(payload) if payload and "json" in named.get("content-type", "") else None,
                before=before,
                after=self.state(),
                journaled=announced,
            )
        )
        if fault in {"timeout_before", "timeout_after"}:
            self.clock.advance(seconds)
            return NoAnswer("there was no complete answer in time")
        return _damaged(fault, reply)


@dataclass
class Run:
    """What one apply came to."""

    steps: list[Step]
    planned: Planned | None = None
    report: Report | None = None
    code: int | None = None
    edited_before: int | None = None


class DoubleWire:
    """Stands where the client's transport stands."""

    def __init__(self, product: Product, given: Mapping[str, str]) -> None:
        self._product = product
        self._given = given

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
        """Send one request once."""
        return self._product.send(method, url, seconds, payload or b"", {**self._given, **(headers or {})})


def _damaged(fault: str, reply: Reply | None) -> Exchange:
    fields = {"content-type": "application/json; charset=utf-8"}
    if reply is None or fault == "error_after":
        return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, fields, b'{"error": "internal"}')
    body = b"" if reply.status == HTTPStatus.NO_CONTENT else json.dumps(reply.body).encode()
    fields |= {name.lower(): value for name, value in reply.headers.items()}
    if fault == "wrong_shape" and body:
        body = json.dumps({"value": reply.body}).encode()
    if fault == "half_body":
        body = body[: len(body) // 2]
    if fault == "cut_body" and body:
        return Answer(reply.status, fields, b"", broken="the connection broke", cut_off=True)
    return Answer(reply.status, fields, body)
