"""A Zammad as requests see it: whose token it is, what goes wrong on purpose, and a log of everything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from fakes.zammad.calls import Call, Reply, Token
from fakes.zammad.state import Refused, Zammad

from reconciler.tenants.strict_json import Json


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and the status of its answer."""

    method: str
    target: str
    body: Json
    status: int

    @property
    def line(self) -> str:
        """Give method, path and status, such as `GET /users/me 200`."""
        return f"{self.method} {urlsplit(self.target).path.removeprefix('/api/v1')} {self.status}"


@dataclass(slots=True)
class Interference:
    """Something that goes wrong at the next requests that fit; None drops the connection."""

    wanted: Callable[[str, str], bool]
    reply: Reply | None
    times: int
    takes_effect: bool


@dataclass(slots=True)
class ZammadApi:
    """Answers requests out of a server; `log` has them all."""

    server: Zammad
    tokens: dict[str, Token] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)
    interferences: list[Interference] = field(default_factory=list)
    most: dict[str, int] = field(default_factory=lambda: {"roles": 1000, "groups": 1000, "users": 500, "search": 200})
    """How many items each list gives at once, whatever is asked for."""

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
            call = Call(
                self.server,
                self.most,
                self._token(headers),
                parse_qs(urlsplit(target).query),
                body if isinstance(body, dict) else {},
            )
            return call.routed(method, urlsplit(target).path)
        except Refused as refused:
            return Reply(refused.status, refused.body, refused.headers)

    def _token(self, headers: Mapping[str, str]) -> Token:
        value = headers.get("authorization", "")
        if not value:
            raise Refused(403, "Authentication required")
        token = self.tokens.get(value.removeprefix("Token token="))
        if token is None or not value.startswith("Token token="):
            raise Refused(401, "Can't find User for Token")
        return token
