"""The adapter of Zammad, 5.5 to 7: writing roles and giving them to people, and opening a server.

A changed role costs three requests: it is read again before and after its one PUT. Sources of the facts:
docs/products/zammad.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from reconciler.errors import (
    TenantAnswerUnusable,
    UsageProblem,
    WriteRefused,
    WriteUnclear,
)
from reconciler.model.permission import PermissionSet
from reconciler.model.person import Person
from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.tenants import zammad_replies as replies
from reconciler.tenants.connection import Connection, TenantKind
from reconciler.tenants.credential import Credential, token_header
from reconciler.tenants.http import HttpWriter, Patience
from reconciler.tenants.kind import HttpKind
from reconciler.tenants.rereading import require_unmoved_person, require_unmoved_role
from reconciler.tenants.sending import before_sending, refuse
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Terms
from reconciler.tenants.zammad_pages import API
from reconciler.tenants.zammad_reading import NAMES, ZammadReader
from reconciler.tenants.zammad_replies import RawRole
from reconciler.tenants.zammad_vocabulary import is_of_group, shipped

_CREATED, _CHANGED = Terms(success=201), Terms(success=200)
_REFILLS = 6
"""The first major version that gives a person without a role those of new accounts."""


class ZammadWriter(ZammadReader):
    """Implements `TenantWriter`; see there, and `Verdict.on_write` for how statuses become errors.

    Nothing binds a write to what was read, so what is written to is read again and compared right before.
    """

    def __init__(self, name: str, http: HttpWriter) -> None:
        super().__init__(name, http)
        self._writer = http

    def create_role(self, content: RoleContent) -> RoleId:
        """`POST /roles` by names; 201 gives the id."""
        with before_sending():
            if self._known is None:
                self._list()
            self._require_sayable(None, content)
        body: dict[str, Json] = {
            "name": content.name,
            "note": content.description,
            "active": True,
            "permissions": [*self._vocabulary.names(content.permissions, ())],
            "groups": self._groups(content.permissions),
        }
        reply = self._writer.post(*API, "roles", body=body, terms=_CREATED, query=NAMES)
        with _told_unclear():
            raw = replies.raw_role(reply)
        self._note(raw)
        return raw.id

    def update_role(self, live: LiveRole, content: RoleContent) -> None:
        """`PUT /roles/{id}` with the fields that differ, lists whole; 200. Nothing differs: nothing is sent."""
        if content == live.content:
            return
        with before_sending():
            raw = self._as_read(live)
            self._require_sayable(live.content, content)
            body = self._differing(raw, live.content, content)
        self._put(live.id, body)

    def delete_role(self, live: LiveRole) -> None:
        """`PUT /roles/{id}` with `active: false`; 200. Whoever has the role keeps it, and nothing through it."""
        with before_sending():
            self._as_read(live)
        self._put(live.id, {"active": False})

    def assign_roles(self, person: Person, role_ids: frozenset[RoleId]) -> None:
        """`PUT /users/{id}` with every role of the person, the inactive ones too; 200."""
        with before_sending():
            known = self._list() if self._known is None or not role_ids <= self._known.keys() else self._known
            strange = sorted(role_ids - known.keys())
            if strange:
                raise WriteRefused(f"Role {strange[0]} is not there, or inactive")
            part = self._show_user(person.id)
            require_unmoved_person(person, None if part is None else self._person(part))
            before = frozenset() if part is None else replies.held(part)
            wanted = role_ids | {role_id for role_id in before if role_id not in known}
            if not wanted and self._vocabulary.version[0] >= _REFILLS:
                raise WriteRefused(f"Zammad gives user {person.id} the roles of new accounts where none is left")
        ids: list[Json] = [int(role_id) for role_id in sorted(wanted, key=int)]
        self._people.forget()
        reply = self._writer.put(*API, "users", person.id, body={"role_ids": ids}, terms=_CHANGED)
        with _told_unclear():
            after = replies.held(reply)
        if after == before != wanted:
            raise WriteRefused(f"Zammad left the roles of user {person.id} as they were: the token lacks admin.user")

    def _as_read(self, live: LiveRole) -> RawRole:
        """Read a role again that is about to be written to."""
        raw = self._show(live.id)
        if raw is None or not raw.active:
            raise WriteRefused(f"Role {live.id} is gone, or inactive")
        require_unmoved_role(live, self._live(raw))
        self._raw[live.id] = raw
        return raw

    def _require_sayable(self, before: RoleContent | None, after: RoleContent) -> None:
        """Refuse what the product would, or would store without understanding it."""
        had = frozenset() if before is None else before.permissions
        unknown = sorted(after.permissions - had - self._vocabulary.catalogue().keys)
        if unknown:
            raise WriteRefused(f"Zammad has no permission {unknown[0]}")
        refuse(self.objections(before, after))

    def _differing(self, raw: RawRole, before: RoleContent, after: RoleContent) -> dict[str, Json]:
        body: dict[str, Json] = {}
        if after.name != before.name:
            body["name"] = after.name
        if after.description != before.description:
            body["note"] = after.description
        moved = after.permissions ^ before.permissions
        if any(not is_of_group(key) for key in moved):
            body["permissions"] = [*self._vocabulary.names(after.permissions, raw.names)]
        if any(is_of_group(key) for key in moved):
            body["groups"] = self._groups(after.permissions)
        return body

    def _groups(self, permissions: PermissionSet) -> Json:
        return {group: [*words] for group, words in self._vocabulary.accesses(permissions).items()}

    def _put(self, role_id: RoleId, body: Json) -> None:
        reply = self._writer.put(*API, "roles", role_id, body=body, terms=_CHANGED, query=NAMES)
        with _told_unclear():
            raw = replies.raw_role(reply)
        if raw.id != role_id:
            raise WriteUnclear(f"{reply.where}: the reply shows something else than what was written to")
        self._note(raw)

    def _note(self, raw: RawRole) -> None:
        """Keep what a reply to a write shows; the next list says it all again."""
        if self._known is None:
            return
        self._raw[raw.id] = raw
        if raw.active:
            self._known[raw.id] = self._live(raw)
        else:
            self._known.pop(raw.id, None)


def _credential(connection: Connection) -> Credential:
    """Make `Authorization: Token token=…`; raises `UsageProblem` for an address with a path, too."""
    if urlsplit(connection.url or "").path.strip("/"):
        raise UsageProblem("The address of a Zammad has no path", fix="Write it as https://desk.example.com")
    return token_header(connection.key)


def kind(patience: Patience | None = None) -> HttpKind[ZammadReader, ZammadWriter]:
    """Make the kind; tests give it less patience."""
    return HttpKind(
        reader=ZammadReader,
        writer=ZammadWriter,
        explain=replies.complaint,
        credential=_credential,
        catalogue=shipped,
        patience=patience,
    )


KIND: TenantKind = kind()


@contextmanager
def _told_unclear() -> Iterator[None]:
    """Turn a reply that cannot be understood into a write that the read-back settles."""
    try:
        yield
    except TenantAnswerUnusable as problem:
        raise WriteUnclear(problem.detail) from problem
