"""Make scheduled faults happen around the answer to one request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from reconciler.ports import Clock
from reconciler.sandbox.endpoints import PREFIX
from reconciler.sandbox.faults import WITHOUT_EFFECT, Fault, FaultKind, SecondWrite
from reconciler.sandbox.records import Author, RoleEdit, RoleRecord
from reconciler.sandbox.refusals import Refused, not_found
from reconciler.sandbox.store import Store
from reconciler.sandbox.wire import Reply, Request, encoded, json_reply, refusal_reply

Answer = Callable[[Request, Store], Reply]
"""Answers a request from a store as if nothing ever went wrong."""

Struck = Mapping[FaultKind, Fault]
"""The faults that strike one request, by their kind; of two equal kinds the later in the schedule."""

SECOND_WRITER = "somebody-else"
"""The actor of a second write in the audit log."""


class ConnectionDropped(Exception):
    """The connection is to be closed without a byte; `effect` says whether the request had changed something."""

    def __init__(self, *, effect: bool) -> None:
        super().__init__("the connection is dropped")
        self.effect = effect


class Injection:
    """Wraps an answer in the faults that strike the request."""

    def __init__(self, store: Store, clock: Clock, answer: Answer, *, remembers: bool) -> None:
        self._store = store
        self._clock = clock
        self._answer = answer
        self._remembers = remembers
        self._earlier: Store | None = None
        # Held while a request is answered, so that "before the latest write" is one moment for everybody.
        self._lock = threading.RLock()

    def close(self) -> None:
        """Let go of the remembered moment."""
        with self._lock:
            self._remember(None)

    def serve(self, request: Request, faults: tuple[Fault, ...]) -> Reply:
        """Answer with `faults`; raises `ConnectionDropped`."""
        struck = {fault.kind: fault for fault in faults}
        if FaultKind.LATENCY in struck:
            self._clock.sleep(struck[FaultKind.LATENCY].seconds)
        if FaultKind.SECOND_WRITER in struck:
            edit = struck[FaultKind.SECOND_WRITER].edit
            self._remembering(lambda: self._write_as_somebody_else(request, edit))
        early = _instead_of_an_answer(request, struck)
        if early is not None:
            return early
        reply = self._listed(request, self._served(request, struck), struck)
        if FaultKind.LATE_REPLY in struck:
            self._clock.sleep(struck[FaultKind.LATE_REPLY].seconds)
        if FaultKind.DROP_AFTER in struck:
            raise ConnectionDropped(effect=reply.effect)
        if FaultKind.ERROR_AFTER in struck:
            return replace(_error(struck[FaultKind.ERROR_AFTER]), effect=reply.effect)
        return _damaged(reply, struck)

    def _served(self, request: Request, struck: Struck) -> Reply:
        if request.method != "GET":
            if FaultKind.YES_WITHOUT_EFFECT in struck:
                return self._pretended(request)
            return self._remembering(lambda: self._answer(request, self._store))
        with self._lock:
            stale = self._earlier if FaultKind.STALE_READ in struck else None
            return self._answer(request, stale or self._store)

    def _pretended(self, request: Request) -> Reply:
        """Answer a write as it would be answered, from a copy that nobody looks at again."""
        copy = self._store.copy()
        try:
            return replace(self._answer(request, copy), effect=False)
        finally:
            copy.close()

    def _remembering(self, write: Callable[[], Reply]) -> Reply:
        """Write, and keep the moment before if the write had an effect and somebody will ask for that moment."""
        if not self._remembers:
            return write()
        with self._lock:
            before = self._store.copy()
            reply = write()
            if reply.effect:
                self._remember(before)
            else:
                before.close()
        return reply

    def _remember(self, moment: Store | None) -> None:
        if self._earlier is not None:
            self._earlier.close()
        self._earlier = moment

    def _write_as_somebody_else(self, request: Request, write: SecondWrite) -> Reply:
        author = Author(actor=SECOND_WRITER, at=self._clock.now())
        try:
            role = self._role_meant(request, write)
            written = self._store.roles.edit(role.id, _second_edit(role, write), author)
        except Refused as refused:
            return refusal_reply(refused)
        return json_reply(written.record.document(), effect=written.changed)

    def _role_meant(self, request: Request, write: SecondWrite) -> RoleRecord:
        in_path = request.path.removeprefix(f"{PREFIX}/roles/").partition("/")[0]
        if write.role is None and request.path.startswith(f"{PREFIX}/roles/"):
            return self._store.roles.read(in_path)
        role = self._store.roles.named(write.role or "Agent")
        if role is None:
            raise not_found("role")
        return role

    def _listed(self, request: Request, reply: Reply, struck: Struck) -> Reply:
        if not struck.keys() & {FaultKind.SHORT_PAGE, FaultKind.DUPLICATE_PAGE} or reply.status != HTTPStatus.OK:
            return reply
        document = json.loads(reply.body)
        if "data" not in document:
            return reply
        if FaultKind.SHORT_PAGE in struck:
            document["data"] = document["data"][: len(document["data"]) // 2]
        if FaultKind.DUPLICATE_PAGE in struck:
            document["data"] = self._repeated(request, document["data"])
        return replace(reply, body=encoded(document))

    def _repeated(self, request: Request, entries: list[object]) -> list[object]:
        pairs = parse_qsl(request.query, keep_blank_values=True)
        from_start = [(name, value) for name, value in pairs if name != "cursor"]
        if from_start == pairs:
            return entries + entries[-1:]
        first = json.loads(self._answer(replace(request, query=urlencode(from_start)), self._store).body)
        return list(first.get("data", entries))


def _second_edit(role: RoleRecord, write: SecondWrite) -> RoleEdit:
    permissions = (frozenset(role.permissions) | set(write.grants)) - set(write.revokes)
    description = write.description
    if description is None and not write.grants and not write.revokes:
        description = f"{role.description} (edited meanwhile)"
    return RoleEdit(description=description, permissions=permissions)


def _instead_of_an_answer(request: Request, struck: Struck) -> Reply | None:
    if FaultKind.RATE_LIMIT in struck:
        text = struck[FaultKind.RATE_LIMIT].retry_after
        headers = {} if text is None else {"Retry-After": text}
        return refusal_reply(Refused(429, "rate_limited", "Too many requests", headers=headers))
    if FaultKind.ERROR_BEFORE in struck:
        return _error(struck[FaultKind.ERROR_BEFORE])
    if FaultKind.REDIRECT in struck:
        question = f"?{request.query}" if request.query else ""
        where = f"{struck[FaultKind.REDIRECT].location}{request.path}{question}"
        return refusal_reply(Refused(307, "moved", "Ask elsewhere", headers={"Location": where}))
    if FaultKind.DROP_BEFORE in struck:
        raise ConnectionDropped(effect=False)
    return None


def _error(fault: Fault) -> Reply:
    return refusal_reply(Refused(fault.status, WITHOUT_EFFECT.get(fault.status, "internal"), "Something went wrong"))


def _damaged(reply: Reply, struck: Struck) -> Reply:
    half = reply.body[: len(reply.body) // 2]
    if FaultKind.TRUNCATED_BODY in struck:
        reply = replace(reply, body=half, announced=len(reply.body))
    elif FaultKind.MALFORMED_BODY in struck:
        reply = replace(reply, body=half)
    elif FaultKind.WRONG_SHAPE in struck and reply.body:
        reply = replace(reply, body=encoded({name: {"value": told} for name, told in json.loads(reply.body).items()}))
    if FaultKind.WRONG_CONTENT_TYPE in struck:
        reply = replace(reply, content_type="text/html; charset=utf-8")
    return reply
