"""The calls of a Zendesk account: who may, how fast, and what each path answers."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from fakes.zendesk.state import Account, Object, Refused, forbidden, not_found

from reconciler.ports import Clock
from reconciler.tenants.strict_json import Json

CLIENT = "role-reconciler"
SECRET = "zd_client_Zm9v+bar/baz==~quux"
API_TOKEN = "zd_token_Zm9v+bar/baz==~quux"
EMAIL = "ada@desk.example"
PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and the status of its answer."""

    method: str
    target: str
    body: Json
    status: int

    @property
    def line(self) -> str:
        """Give method, target and status, such as `GET /api/v2/users/me 200`."""
        return f"{self.method} {self.target} {self.status}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None


Wanted = Callable[[str, str], bool]


@dataclass(slots=True)
class Interference:
    """Something that goes wrong at the next requests that fit."""

    wanted: Wanted
    reply: Reply | None
    times: int = 1
    takes_effect: bool = False
    """Whether the request is carried out before it is answered wrongly; no reply then drops the connection."""


class ZendeskApi:
    """Answers requests out of an account; `log` has them all."""

    def __init__(self, account: Account, clock: Clock, me: int | None) -> None:
        self.account = account
        self.me = me
        self.log: list[Asked] = []
        self.interferences: list[Interference] = []
        self.tokens: dict[str, tuple[frozenset[str], float]] = {}
        """Scopes and end of each token that works."""
        self._issued = 0
        self.clock = clock
        self._window: tuple[int, int] = (0, 0)

    def interfere(
        self, method: str, path: str, reply: Reply | None, *, times: int = 1, takes_effect: bool = False
    ) -> None:
        """Let the next requests of this method, and a path that this pattern finds, go wrong."""

        def wanted(asked: str, target: str) -> bool:
            return asked == method and re.search(path, target) is not None

        self.interferences.append(Interference(wanted, reply, times, takes_effect))

    def expire_tokens(self) -> None:
        """Let every token end now."""
        self.tokens.clear()

    def lines(self) -> list[str]:
        """Give the requests in short."""
        return [asked.line for asked in self.log]

    def answer(self, method: str, target: str, headers: Mapping[str, str], payload: bytes) -> Reply | None:
        """Answer one request; None drops the connection."""
        body: Json = json.loads(payload) if payload else None
        reply = self._interfered(method, target, headers, body)
        shown = body if not target.startswith("/oauth/") else None
        self.log.append(Asked(method, target, shown, 0 if reply is None else reply.status))
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
        limits = self._limits()
        try:
            limits = _within(limits)
            if target == "/oauth/tokens":
                return self._token(body)
            self._require_allowed(method, headers)
            reply = self._routed(method, target, body)
            return Reply(reply.status, reply.body, {**limits, **reply.headers})
        except Refused as refused:
            return Reply(refused.status, refused.body, {**limits, **refused.headers})

    def _limits(self) -> dict[str, str]:
        limit = self.account.switches.per_minute
        if limit is None:
            return {}
        now = self.clock.monotonic()
        minute, used = self._window
        used = used + 1 if minute == int(now // 60) else 1
        self._window = (int(now // 60), used)
        left, reset = str(max(-1, limit - used)), str(math.ceil(60 - now % 60))
        return {
            "X-Rate-Limit": str(limit),
            "X-Rate-Limit-Remaining": left,
            "ratelimit-limit": str(limit),
            "ratelimit-remaining": left,
            "ratelimit-reset": reset,
        }

    def _token(self, body: Json) -> Reply:
        asked = body if isinstance(body, dict) else {}
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
            raise Refused(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        if asked.get("grant_type") != "client_credentials":
            raise Refused(400, {"error": "unsupported_grant_type", "error_description": "Not supported"})
        self._issued += 1
        token, scope = f"zd_access_{self._issued:04d}_q8+Zm/9v", str(asked.get("scope"))
        seconds = self.account.switches.token_seconds
        ends = math.inf if seconds is None else self.clock.monotonic() + seconds
        self.tokens[token] = (frozenset(scope.split()), ends)
        reply: Object = {"access_token": token, "token_type": "bearer", "scope": scope}
        return Reply(200, reply if seconds is None else {**reply, "expires_in": seconds})

    def _require_allowed(self, method: str, headers: Mapping[str, str]) -> None:
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme == "Basic" and base64.b64decode(value).decode() == f"{EMAIL}/token:{API_TOKEN}":
            return
        scopes, ends = self.tokens.get(value, (frozenset(), 0.0))
        if scheme != "Bearer" or self.clock.monotonic() >= ends:
            raise Refused(
                401, {"error": "invalid_token", "error_description": "The access token is expired or revoked"}
            )
        if ("read" if method == "GET" else "write") not in scopes:
            raise Refused(403, {"error": "Forbidden", "description": "You do not have the required scope"})

    def _routed(self, method: str, target: str, body: Json) -> Reply:
        split = urlsplit(target)
        path, query = split.path.removesuffix(".json"), parse_qs(split.query)
        if not path.startswith("/api/v2/"):
            raise not_found()
        match method, path.removeprefix("/api/v2/").split("/"):
            case _, ["custom_roles", *rest]:
                return self._custom_roles(method, rest, query, body)
            case _, ["users", *rest]:
                return self._users(method, rest, query, body)
            case "GET", ["job_statuses", job]:
                return self._job(job)
            case _:
                raise Refused(404, {"error": {"title": "Invalid endpoint", "message": "Not found"}})

    def _custom_roles(self, method: str, rest: list[str], query: Mapping[str, list[str]], body: Json) -> Reply:
        if (method, rest) == ("GET", []):
            return self._roles(query)
        self._require_manager("manage_roles")
        match method, rest:
            case "POST", []:
                created = self.account.create(_inner(body, "custom_role"))
                return Reply(self.account.switches.created_status, {"custom_role": created})
            case "GET", [number]:
                return Reply(200, {"custom_role": self._found(self.account.roles, number)})
            case "PUT", [number]:
                return Reply(200, {"custom_role": self.account.update(int(number), _inner(body, "custom_role"))})
            case "DELETE", [number]:
                self.account.delete(int(number))
                return Reply(204)
            case _:
                raise not_found()

    def _roles(self, query: Mapping[str, list[str]]) -> Reply:
        switches = self.account.switches
        roles: list[Json] = [self.account.shown(role) for role in self.account.roles.values()]
        size = switches.roles_page or len(roles)
        number = int(query.get("page", ["1"])[0])
        following = f"https://desk.zendesk.com/api/v2/custom_roles.json?page={number + 1}"
        body: Object = {
            "custom_roles": roles[(number - 1) * size : number * size],
            "next_page": following if number * size < len(roles) else None,
            "previous_page": None,
        }
        return Reply(200, {**body, "count": len(roles)} if switches.page_names_total else body)

    def _users(self, method: str, rest: list[str], query: Mapping[str, list[str]], body: Json) -> Reply:
        match method, rest:
            case "GET", []:
                return self._listed(query)
            case "GET", ["me"]:
                own: Object = {"id": None, "name": "Anonymous user", "role": "end-user", "custom_role_id": None}
                return Reply(200, {"user": own if self.me is None else self.account.users[self.me]})
            case "GET", [number]:
                return Reply(200, {"user": self._found(self.account.users, number)})
            case "PUT", ["update_many"]:
                self._require_manager("manage_team_members")
                return self._update_many(query, body)
            case "PUT", [number]:
                self._require_manager("manage_team_members")
                return Reply(200, {"user": self.account.update_user(int(number), _inner(body, "user"))})
            case _:
                raise not_found()

    def _listed(self, query: Mapping[str, list[str]]) -> Reply:
        users = [user for _, user in sorted(self.account.users.items())]
        if "permission_set" in query:
            users = [user for user in users if str(user["custom_role_id"]) == query["permission_set"][0]]
        if "role[]" in query:
            users = [user for user in users if user["role"] in query["role[]"]]
        size = min(PAGE, int(query["page[size]"][0]))
        start = int(base64.b64decode(query["page[after]"][0])) if "page[after]" in query else 0
        page: list[Json] = [*users[start : start + size]]
        more = start + size < len(users)
        after = base64.b64encode(str(start + size).encode()).decode()
        meta: Object = {"has_more": more, "after_cursor": after if page else None, "before_cursor": None}
        return Reply(200, {"users": page, "meta": meta, "links": {"prev": None, "next": None}})

    def _update_many(self, query: Mapping[str, list[str]], body: Json) -> Reply:
        numbers = query["ids"][0].split(",")
        if len(numbers) > PAGE:
            raise Refused(400, {"error": "TooManyValues", "description": "Too many values for ids"})
        job = f"job{len(self.account.jobs) + 1}"
        self.account.jobs[job] = {"ids": [*numbers], "user": _inner(body, "user"), "polls": 0}
        return Reply(200, {"job_status": self._status(job, "queued")})

    def _job(self, name: str) -> Reply:
        if name not in self.account.jobs:
            raise not_found()
        job = self.account.jobs[name]
        polls = job["polls"]
        assert isinstance(polls, int)
        job["polls"] = polls + 1
        if self.account.switches.job_fails:
            return Reply(200, {"job_status": self._status(name, "failed")})
        if polls < self.account.switches.job_polls:
            return Reply(200, {"job_status": self._status(name, "working")})
        if polls == self.account.switches.job_polls:
            for number in job["ids"] if isinstance(job["ids"], list) else ():
                self.account.update_user(int(str(number)), _inner(job, "user"))
        return Reply(200, {"job_status": self._status(name, "completed")})

    def _status(self, name: str, status: str) -> Object:
        return {"id": name, "url": f"https://desk.zendesk.com/api/v2/job_statuses/{name}.json", "status": status}

    def _require_manager(self, key: str) -> None:
        user = self.account.users.get(self.me or 0, {})
        configuration = self.account.roles.get(int(str(user.get("custom_role_id") or 0)), {}).get("configuration")
        manages = isinstance(configuration, dict) and configuration.get(key) not in {None, "none", "readonly"}
        if user.get("role") != "admin" and not manages:
            raise forbidden()

    def _found(self, things: Mapping[int, Object], number: str) -> Object:
        if not number.isdigit() or int(number) not in things:
            raise not_found()
        thing = things[int(number)]
        return self.account.shown(thing) if "configuration" in thing else thing


def _inner(body: Json, name: str) -> Object:
    inner = body.get(name) if isinstance(body, dict) else None
    if not isinstance(inner, dict):
        raise Refused(400, {"error": {"title": "Invalid attribute", "message": f"You passed no {name}"}})
    return inner


def _within(limits: dict[str, str]) -> dict[str, str]:
    """Give the limits, or refuse the request where nothing is left of them."""
    if limits.get("X-Rate-Limit-Remaining") != "-1":
        return limits
    none_left = {"X-Rate-Limit-Remaining": "0", "ratelimit-remaining": "0", "Retry-After": limits["ratelimit-reset"]}
    description = "Number of allowed API requests per minute exceeded"
    raise Refused(429, {"error": "TooManyRequests", "description": description}, **none_left)
