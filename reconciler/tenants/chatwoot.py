"""The adapter of Chatwoot: writing custom roles and giving them to agents, and opening an account.

A changed role costs three requests: the list is read again before and after its one PATCH. Chatwoot keeps no record of
changes of custom roles or of who has them, so the journal of an apply is the only one. Sources of the facts:
docs/products/chatwoot.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from reconciler.core.naming import name_key
from reconciler.errors import (
    TenantAnswerUnusable,
    UsageProblem,
    WriteConflict,
    WriteRefused,
    WriteUnclear,
)
from reconciler.model.permission import Catalogue
from reconciler.model.person import Person
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKind
from reconciler.tenants import chatwoot_replies as replies
from reconciler.tenants import chatwoot_table as table
from reconciler.tenants.chatwoot_reading import ChatwootReader
from reconciler.tenants.chatwoot_replies import ADMINISTRATORS, PLAIN, RawRole
from reconciler.tenants.connection import Connection, TenantKind
from reconciler.tenants.credential import key_header
from reconciler.tenants.http import HttpReader, HttpWriter, Patience
from reconciler.tenants.rereading import require_unmoved_person, require_unmoved_role
from reconciler.tenants.sending import before_sending
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Terms

_HEADER = "api_access_token"
_OK = Terms(success=200)
_GONE = Terms(success=200, empty=True)


class ChatwootWriter(ChatwootReader):
    """Implements `TenantWriter`; see there, and `Verdict.on_write` for how statuses become errors.

    Nothing binds a write to what was read, so what is written to is read again and compared right before.
    """

    def __init__(self, name: str, account: str, http: HttpWriter) -> None:
        super().__init__(name, account, http)
        self._writer = http

    def create_role(self, content: RoleContent) -> RoleId:
        """`POST /custom_roles`; 200 gives the id.

        Chatwoot would take a second role of any name, so one that has come since the roles were read is a conflict.
        """
        with before_sending():
            before = self._known().keys()
            wanted = name_key(content.name)
            come = [r.id for r in self._list().values() if name_key(r.name) == wanted and r.id not in before]
            if come:
                raise WriteConflict(f'Role {come[0]} with the name "{content.name}" has come since the roles were read')
            self._require_sayable(None, content)
        body = self._body(None, content, ())
        reply = self._writer.post(*self._path, "custom_roles", body={"custom_role": body}, terms=_OK)
        return self._note(reply).id

    def update_role(self, live: LiveRole, content: RoleContent) -> None:
        """`PATCH /custom_roles/{id}` with the fields that differ, permissions whole; 200."""
        if content == live.content:
            return
        with before_sending():
            raw = self._as_read(live)
            self._require_sayable(live.content, content)
        body = self._body(live.content, content, raw.words)
        reply = self._writer.patch(*self._path, "custom_roles", live.id, body={"custom_role": body}, terms=_OK)
        if self._note(reply).id != live.id:
            raise WriteUnclear(f"{reply.where}: the reply shows something else than what was written to")

    def delete_role(self, live: LiveRole) -> None:
        """`DELETE /custom_roles/{id}`; 200 without a body. Whoever has the role is a plain agent then."""
        with before_sending():
            self._as_read(live)
        self._agents = None
        self._writer.delete(*self._path, "custom_roles", live.id, terms=_GONE)
        self._known().pop(live.id, None)

    def assign_roles(self, person: Person, role_ids: frozenset[RoleId]) -> None:
        """`PATCH /agents/{id}` with `role` and `custom_role_id` at the top: one that is left out would be cleared."""
        with before_sending():
            custom = sorted(role_ids - {ADMINISTRATORS, PLAIN})
            self._require_assignable(person, role_ids, custom)
            require_unmoved_person(person, self.person(person.id))
        body: dict[str, Json] = {
            "role": ADMINISTRATORS if ADMINISTRATORS in role_ids else PLAIN,
            "custom_role_id": int(custom[0]) if custom else None,
        }
        self._agents = None
        reply = self._writer.patch(*self._path, "agents", person.id, body=body, terms=_OK)
        with _told_unclear():
            shown = reply.at("id").count()
        if str(shown) != person.id:
            raise WriteUnclear(f"{reply.where}: the reply shows something else than what was written to")

    def _require_assignable(self, person: Person, role_ids: frozenset[RoleId], custom: list[RoleId]) -> None:
        """Refuse what a membership cannot be: Chatwoot itself would store any id, and drop what it cannot say."""
        if len(custom) > 1 or (custom and PLAIN in role_ids) or not role_ids:
            raise WriteRefused(f"A person has one role in Chatwoot, and {len(role_ids)} are asked for")
        if (ADMINISTRATORS in role_ids) != (ADMINISTRATORS in person.role_ids):
            raise WriteRefused("Administrators are made and unmade in Chatwoot itself")
        if custom and custom[0] not in self._list():
            raise WriteRefused(f"Role {custom[0]} is not in the account")

    def _as_read(self, live: LiveRole) -> RawRole:
        """Read a role again that is about to be written to; the list tells whether it exists."""
        if live.kind is RoleKind.STANDARD:
            raise WriteRefused(f'"{live.content.name}" is no custom role, and Chatwoot has nothing to change of it')
        raw = self._list().get(live.id)
        if raw is None:
            raise WriteRefused(f"Role {live.id} is gone")
        require_unmoved_role(live, self._live(raw, None))
        return raw

    def _require_sayable(self, before: RoleContent | None, after: RoleContent) -> None:
        had = frozenset() if before is None else before.permissions
        unknown = sorted(after.permissions - had - self._catalogue.keys)
        if unknown:
            raise WriteRefused(f"Chatwoot has no permission {unknown[0]}")
        told = self.objections(before, after)
        if told:
            raise WriteRefused(" ".join(told))

    def _body(self, before: RoleContent | None, after: RoleContent, written: tuple[str, ...]) -> Json:
        body: dict[str, Json] = {}
        if before is None or after.name != before.name:
            body["name"] = after.name
        if before is None or after.description != before.description:
            body["description"] = after.description
        if before is None or after.permissions != before.permissions:
            body["permissions"] = [*table.words(after.permissions, written, self._catalogue)]
        return body

    def _note(self, reply: Part) -> RawRole:
        """Keep what a reply to a write shows; the next list says it all again."""
        with _told_unclear():
            raw = replies.raw_role(reply)
        self._known()[raw.id] = raw
        return raw


class ChatwootKind:
    """Opens accounts of a Chatwoot; `KIND` is what the entry point names."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience

    @contextmanager
    def open_reader(self, connection: Connection) -> Iterator[ChatwootReader]:
        """Open for reading; raises `UsageProblem` where address, key or the number of the account cannot be used."""
        account, credential = _account(connection), key_header(_HEADER, connection.key)
        http = HttpReader(connection, replies.complaint, credential=credential, patience=self._patience)
        try:
            yield ChatwootReader(connection.name, account, http)
        finally:
            http.close()

    @contextmanager
    def open_writer(self, connection: Connection) -> Iterator[ChatwootWriter]:
        """Open for reading and writing; raises like `open_reader`."""
        account, credential = _account(connection), key_header(_HEADER, connection.key)
        http = HttpWriter(connection, replies.complaint, credential=credential, patience=self._patience)
        try:
            yield ChatwootWriter(connection.name, account, http)
        finally:
            http.close()

    def shipped_catalogue(self) -> Catalogue | None:
        """Give the table of permissions, with the two roles of every membership."""
        return table.catalogue()


KIND: TenantKind = ChatwootKind()


def _account(connection: Connection) -> str:
    """Give the number of the account; raises `UsageProblem` where there is none, and for an address with a path."""
    if urlsplit(connection.url or "").path.strip("/"):
        raise UsageProblem("The address of a Chatwoot has no path", fix="Write it as https://chatwoot.example.com")
    account = connection.account or ""
    if not account.isascii() or not account.isdigit() or account.startswith("0"):
        raise UsageProblem(
            "A Chatwoot serves several accounts, and the settings do not say which",
            fix='Write the number that stands after `/accounts/` in its address, as in `account: "1"`',
        )
    return account


@contextmanager
def _told_unclear() -> Iterator[None]:
    """Turn a reply that cannot be understood into a write that the read-back settles."""
    try:
        yield
    except TenantAnswerUnusable as problem:
        raise WriteUnclear(problem.detail) from problem
