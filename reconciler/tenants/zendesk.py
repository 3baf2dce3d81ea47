"""The adapter of Zendesk Support: writing roles and giving them to people, and opening an account.

A changed role costs three requests: it is read again before and after its one PUT. Sources of the facts:
docs/products/zendesk.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from reconciler.errors import (
    TenantAnswerUnusable,
    UsageProblem,
    WriteConflict,
    WriteRefused,
    WriteUnclear,
)
from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.person import Person
from reconciler.model.role import LiveRole, RoleContent, RoleId
from reconciler.ports import Clock
from reconciler.tenants import zendesk_replies as replies
from reconciler.tenants.connection import Connection, TenantKind
from reconciler.tenants.credential import ClientCredentials, Credential, basic
from reconciler.tenants.http import HttpReader, HttpWriter, Patience
from reconciler.tenants.remarks import DEPRECATED
from reconciler.tenants.rereading import require_unmoved_person
from reconciler.tenants.sending import before_sending, refuse
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Terms
from reconciler.tenants.zendesk_config import changes
from reconciler.tenants.zendesk_jobs import STARTED, finish
from reconciler.tenants.zendesk_people import API
from reconciler.tenants.zendesk_reading import OpenedBy, ZendeskReader
from reconciler.tenants.zendesk_replies import RawRole
from reconciler.tenants.zendesk_together import makes_administrators
from reconciler.tenants.zendesk_vocabulary import Vocabulary

API_TOKENS_END = dt.date(2027, 4, 30)
"""The day on which API tokens stop (developer.zendesk.com, api-basics/authentication/oauth-migration)."""

_WRITTEN = Terms(success=200, also=frozenset({201}))
"""The vendor's pages and OpenAPI file say 200 also for what is created, and their general rules 201."""
_TOKENS = ("oauth", "tokens")


class ZendeskWriter(ZendeskReader):
    """Implements `ManyWriter`; see there, and `Verdict.on_write` for how statuses become errors.

    Nothing binds a write to what was read, so what is written to is read again and compared right before. A 409 says
    that two writes met, not that the state is another: it is a `WriteUnclear`, for the read-back to settle.
    """

    def __init__(self, name: str, http: HttpWriter, opened_by: OpenedBy, clock: Clock) -> None:
        super().__init__(name, http, opened_by)
        self._writer = http
        self._clock = clock

    def create_role(self, content: RoleContent) -> RoleId:
        """`POST /custom_roles` with every key that roles of the account state; 200 or 201 gives the id."""
        with before_sending():
            self._listed()
            self._require_known(content.permissions)
            refuse(self.objections(None, content))
            configuration, _ = changes(None, content.permissions, {}, self._vocabulary)
        body: dict[str, Json] = {
            "name": content.name,
            "description": content.description,
            "configuration": configuration,
        }
        with _told_unclear():
            reply = self._writer.post(*API, "custom_roles", body={"custom_role": body}, terms=_WRITTEN)
        raw = _written(reply)
        self._note(raw)
        return raw.id

    def update_role(self, live: LiveRole, content: RoleContent) -> None:
        """`PUT /custom_roles/{id}` with what differs; 200. Nothing differs: nothing is sent."""
        if content == live.content:
            return
        with before_sending():
            raw = self._as_read(live)
            if raw.version != live.version:
                raise WriteConflict(f"Role {live.id} is not what it was when it was read")
            self._listed()
            self._require_known(content.permissions - live.content.permissions)
            refuse(self.objections(live.content, content))
            configuration, told = changes(live.content.permissions, content.permissions, raw.settings, self._vocabulary)
            refuse(told)
        body: dict[str, Json] = {}
        if content.name != live.content.name:
            body["name"] = content.name
        if content.description != live.content.description:
            body["description"] = content.description
        if configuration:
            body["configuration"] = configuration
        with _told_unclear():
            reply = self._writer.put(*API, "custom_roles", live.id, body={"custom_role": body}, terms=_WRITTEN)
        _expect(reply, "custom_role", live.id)
        self._note(_written(reply))

    def delete_role(self, live: LiveRole) -> None:
        """`DELETE /custom_roles/{id}`; 204. Refused here where anybody has the role.

        Moving its holders may have touched the moment of its last change, so only what people wrote is compared.
        """
        with before_sending():
            self._listed()
            raw = self._as_read(live)
            if raw.fingerprint != live.version.rpartition(" ")[2]:
                raise WriteConflict(f"Role {live.id} is not what it was when it was read")
            if raw.count:
                raise WriteRefused(f"Role {live.id} is in use: {raw.count} people have it, and Zendesk keeps it then")
        with _told_unclear():
            self._writer.delete(*API, "custom_roles", live.id, terms=Terms(success=204))
        self._people.forget()
        self._listed().pop(live.id, None)
        self._counts.pop(live.id, None)
        self._fresh = False

    def assign_roles(self, person: Person, role_ids: frozenset[RoleId]) -> None:
        """`PUT /users/{id}` with the one role; 200. Administrators are neither made nor unmade through roles."""
        with before_sending():
            (wanted,) = role_ids if len(role_ids) == 1 else (None,)
            if wanted is None:
                raise WriteRefused(f"A person has exactly one role in Zendesk, and {len(role_ids)} are asked for")
            self._require_assignable(wanted)
            now = self.person(person.id)
            require_unmoved_person(person, now)
            if not replies.is_agent(person):
                raise WriteRefused(f"User {person.id} is no agent; their role is changed in Zendesk itself")
        body: dict[str, Json] = {"user": {"custom_role_id": int(wanted)}}
        self._people.forget()
        with _told_unclear():
            reply = self._writer.put(*API, "users", person.id, body=body, terms=_WRITTEN)
        _expect(reply, "user", person.id)

    def assign_many(self, people: tuple[Person, ...], role_id: RoleId) -> None:
        """`PUT /users/update_many` with the one role, and its job followed to the end.

        The people are read again by listing those with the role that they have, and must all still have it.
        """
        with before_sending():
            self._require_assignable(role_id)
            self._people.forget()
            for held in sorted({held for person in people for held in person.role_ids}):
                listed = self.holders(held)
                if listed is None:
                    raise WriteRefused("The key may not list people, so nobody is known to be as they were read")
                moved = sorted(person.id for person in set(people) - set(listed) if held in person.role_ids)
                if moved:
                    raise WriteConflict(f"User {moved[0]} is not what they were when they were read")
            if not all(replies.is_agent(person) for person in people):
                raise WriteRefused("Some of the people are no agents; their role is changed in Zendesk itself")
        self._people.forget()
        with _told_unclear():
            started = self._writer.put(
                *API,
                "users",
                "update_many",
                query={"ids": ",".join(person.id for person in people)},
                body={"user": {"custom_role_id": int(role_id)}},
                terms=STARTED,
            )
        finish(self._http, self._clock, started)

    def _as_read(self, live: LiveRole) -> RawRole:
        """Read a role again that is about to be written to."""
        raw = self._show(live.id)
        if raw is None:
            raise WriteRefused(f"Role {live.id} is gone (404), or the key may not see it")
        if raw.type != replies.CUSTOM:
            raise WriteRefused(f'"{live.content.name}" is a role of the product, which Zendesk does not change')
        return raw

    def _require_known(self, permissions: PermissionSet) -> None:
        unknown = sorted(permissions - self._vocabulary.catalogue().keys)
        if unknown:
            raise WriteRefused(f"Zendesk has no permission {unknown[0]} that this program could write")

    def _require_assignable(self, role_id: RoleId) -> None:
        role = self._listed().get(role_id) or self._list().get(role_id)
        if role is None or not role_id.isdigit():
            raise WriteRefused(f"Role {role_id} is not in the account")
        if makes_administrators(role):
            raise WriteRefused(f'"{role.content.name}" is given in Zendesk itself, as it makes administrators')

    def _note(self, raw: RawRole) -> None:
        """Keep what a reply to a write shows; the next list says it all again."""
        self._listed()[raw.id] = self._live(raw)
        self._counts[raw.id] = raw.count
        self._fresh = False


class ZendeskKind:
    """Opens Zendesk accounts; `KIND` is what the entry point names."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience

    @contextmanager
    def open_reader(self, connection: Connection) -> Iterator[ZendeskReader]:
        """Open for reading, with a token that can only read; raises `UsageProblem` as `_credential` does."""
        credential, opened_by = _credential(connection, "read")
        http = HttpReader(connection, replies.complaint, credential=credential, patience=self._patience)
        try:
            yield ZendeskReader(connection.name, http, opened_by)
        finally:
            http.close()

    @contextmanager
    def open_writer(self, connection: Connection) -> Iterator[ZendeskWriter]:
        """Open for reading and writing; raises `UsageProblem` as `_credential` does."""
        credential, opened_by = _credential(connection, "read write")
        http = HttpWriter(connection, replies.complaint, credential=credential, patience=self._patience)
        try:
            yield ZendeskWriter(connection.name, http, opened_by, connection.clock)
        finally:
            http.close()

    def shipped_catalogue(self) -> Catalogue | None:
        """Give the table of permissions; what an account has besides comes with `reconciler catalogue --update`."""
        return Vocabulary().catalogue()


KIND: TenantKind = ZendeskKind()


def _credential(connection: Connection, scope: str) -> tuple[Credential, OpenedBy]:
    """Make the credential that the settings name: a client of OAuth, or an API token with a remark about its end.

    Raises `UsageProblem` where they name neither or both, or the address has a path.
    """
    if urlsplit(connection.url or "").path.strip("/"):
        raise UsageProblem(
            "The address of a Zendesk account has no path", fix="Write it as https://your-account.zendesk.com"
        )
    if (connection.client_id is None) == (connection.email is None):
        raise UsageProblem(
            "A Zendesk account is opened by an OAuth client or by an API token, and the settings say not which",
            fix="Write `client_id` for the client whose secret is in `key`, or `email` for the owner of an API token",
        )
    if connection.client_id is not None:
        client = ClientCredentials(_TOKENS, connection.client_id, connection.key, scope, connection.clock)
        return client, OpenedBy(connection.client_id, lambda: client.granted)
    connection.remark(
        DEPRECATED,
        f"Zendesk ends its API tokens on {API_TOKENS_END}; make an OAuth client and write its `client_id` instead of "
        "`email`",
    )
    return basic(f"{connection.email}/token", connection.key), OpenedBy(f"{connection.email}/token", lambda: None)


@contextmanager
def _told_unclear() -> Iterator[None]:
    """Turn the answer that two writes met into one that the read-back settles."""
    try:
        yield
    except WriteConflict as problem:
        raise WriteUnclear(problem.detail) from problem


def _written(reply: Part) -> RawRole:
    try:
        return replies.raw_role(reply.at("custom_role"))
    except TenantAnswerUnusable as problem:
        raise WriteUnclear(problem.detail) from problem


def _expect(reply: Part, what: str, expected: str) -> None:
    try:
        shown = reply.at(what).at("id").count()
    except TenantAnswerUnusable as problem:
        raise WriteUnclear(problem.detail) from problem
    if str(shown) != expected:
        raise WriteUnclear(f"{reply.where}: the reply shows something else than what was written to")
