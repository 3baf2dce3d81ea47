"""A Chatwoot as requests see it: whose token it is, what goes wrong on purpose, and a log of everything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fakes.chatwoot.state import Chatwoot, Object, Refused

from reconciler.tenants.strict_json import Json

ADA, BEN, EVE = "cw_ada_Zm9v-bar_baz~quux01", "cw_ben_Zm9v-bar_baz~quux02", "cw_eve_Zm9v-bar_baz~quux03"
"""The access tokens of an administrator, of an agent, and of somebody who is no member."""
_FORBIDDEN = "You are not authorized to do this action"
_PAGE = b"<!DOCTYPE html><title>The page you were looking for doesn't exist</title>"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out: JSON, or bytes as they are."""

    status: int
    body: Json | bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and the status of its answer; 0 where there was none."""

    method: str
    target: str
    body: Json
    status: int

    @property
    def line(self) -> str:
        """Give method, path and status, such as `GET /custom_roles 200`."""
        path = urlsplit(self.target).path.removeprefix("/api/v1")
        return f"{self.method} {re.sub('^/accounts/[0-9]+', '', path)} {self.status}"


@dataclass(slots=True)
class Interference:
    """Something that goes wrong at the next requests that fit; None drops the connection."""

    wanted: Callable[[str, str], bool]
    reply: Reply | None
    times: int
    takes_effect: bool


@dataclass(slots=True)
class ChatwootApi:
    """Answers requests out of an account; `log` has them all."""

    account: Chatwoot
    tokens: dict[str, int] = field(default_factory=dict)
    """Whose each token is."""
    log: list[Asked] = field(default_factory=list)
    interferences: list[Interference] = field(default_factory=list)

    def interfere(
        self, method: str, path: str, reply: Reply | None, *, times: int = 1, takes_effect: bool = False
    ) -> None:
        """Let the next requests of this method, and a path that this pattern finds, go wrong."""

        def wanted(asked: str, target: str) -> bool:
            return asked == method and re.search(path, target) is not None

        self.interferences.append(Interference(wanted, reply, times, takes_effect))

    def lines(self) -> list[str]:
        """Give the requests in short."""
        return [asked.line for asked in self.log]

    def answer(self, method: str, target: str, headers: Mapping[str, str], payload: bytes) -> Reply | None:
        """Answer one request; None drops the connection."""
        body: Json = json.loads(payload) if payload else None
        reply = self._interfered(method, target, headers, body)
        self.log.append(Asked(method, target, body, 0 if reply is None else reply.status))
        return reply

    def _interfered(self, method: str, target: str, headers: Mapping[str, str], body: Json) -> Reply | None:
        for interference in self.interferences:
            if interference.times and interference.wanted(method, target):
                interference.times -= 1
                if interference.takes_effect:
                    self._answered(method, target, headers, body)
                return interference.reply
        return self._answered(method, target, headers, body)

    def _answered(self, method: str, target: str, headers: Mapping[str, str], body: Json) -> Reply:
        try:
            return self._routed(method, urlsplit(target).path, headers, body if isinstance(body, dict) else {})
        except Refused as refused:
            return Reply(refused.status, refused.body)

    def _routed(self, method: str, path: str, headers: Mapping[str, str], body: Object) -> Reply:
        me = self.tokens.get(headers.get("api_access_token", ""))
        if me is None:
            raise Refused(401, {"error": "Invalid Access Token"})
        match method, path.removeprefix("/api/v1/").split("/"):
            case "GET", ["profile"]:
                return Reply(200, self._profile(me))
            case _, ["accounts", number, *rest]:
                if number != str(self.account.number):
                    raise Refused(404, {"error": "Resource could not be found"})
                if me not in self.account.agents:
                    raise Refused(401, {"error": "You are not authorized to access this account"})
                return self._of_account(method, rest, me, body)
            case _:
                return Reply(404, _PAGE, {"Content-Type": "text/html"})

    def _of_account(self, method: str, rest: list[str], me: int, body: Object) -> Reply:
        administers = self.account.agents[me]["role"] == "administrator"
        match method, rest:
            case "GET", ["agents"]:
                return Reply(200, [self._agent(number) for number in self.account.agents])
            case "PUT" | "PATCH", ["agents", number]:
                self._require(administers)
                return self._edit_agent(int(number), body)
            case "GET", ["audit_logs"]:
                self._require(administers)
                logs: list[Json] = [*self.account.audits] if self.account.switches.audited else []
                return Reply(200, {"per_page": 15, "current_page": 1, "total_entries": len(logs), "audit_logs": logs})
            case _, ["custom_roles", *which] if self.account.switches.enterprise:
                self._require(administers and self.account.open)
                return self._custom_roles(method, which, body)
            case _:
                return Reply(404, _PAGE, {"Content-Type": "text/html"})

    def _custom_roles(self, method: str, which: list[str], body: Object) -> Reply:
        if not which:
            if method == "GET":
                return Reply(200, [*self.account.roles.values()])
            return Reply(200, self.account.roles[self.account.create(_sent(body))])
        number = int(which[0])
        if number not in self.account.roles:
            raise Refused(500, {"status": 500, "error": "Internal Server Error"})
        if method == "DELETE":
            self.account.delete(number)
            return Reply(200, b"")
        if method != "GET":
            self.account.update(number, _sent(body))
        return Reply(200, self.account.roles[number])

    def _edit_agent(self, number: int, body: Object) -> Reply:
        if number not in self.account.agents:
            raise Refused(404, {"error": "Resource could not be found"})
        nested = body.get("agent")
        fields = nested if isinstance(nested, dict) else body
        self.account.edit_agent(number, fields, body.get("custom_role_id"))
        return Reply(200, self._agent(number))

    def _agent(self, number: int) -> Json:
        agent = self.account.agents[number]
        shown: Object = {
            "account_id": self.account.number,
            "availability_status": "offline",
            "auto_offline": True,
            "provider": "email",
            "available_name": agent["name"],
            "thumbnail": "",
            **agent,
        }
        if not self.account.switches.enterprise:
            del shown["custom_role_id"]
        return shown

    def _profile(self, me: int) -> Json:
        agent = self.account.agents.get(me)
        accounts: list[Json] = []
        if agent is not None:
            accounts.append({"id": self.account.number, "name": self.account.title, "role": agent["role"]})
        email = "eve@example.com" if agent is None else agent["email"]
        return {"id": me, "email": email, "access_token": "never shown", "accounts": accounts}

    def _require(self, fulfilled: Json) -> None:
        if not fulfilled:
            raise Refused(401, {"error": _FORBIDDEN})


def _sent(body: Object) -> Object:
    """Give the fields of a role: below their root, or flat."""
    nested = body.get("custom_role", body)
    if not isinstance(nested, dict) or not nested:
        raise Refused(422, {"error": "param is missing or the value is empty or invalid: custom_role"})
    return nested
