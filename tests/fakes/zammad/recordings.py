"""About 85 calls that a real server of version 5.5 answered, and that server as it was before them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from fakes.zammad.api import ZammadApi
from fakes.zammad.calls import Reply, Token
from fakes.zammad.permissions import DISABLED, RECORDED, is_open, permissions_of, recorded_permissions
from fakes.zammad.server import a_server

from reconciler.tenants.strict_json import Json


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call and its answer; the body of some answers was cut and is not there."""

    number: int
    method: str
    target: str
    who: str
    body: Json
    status: int
    reply: Json

    @property
    def error(self) -> str | None:
        """The words of a refusal."""
        error = self.reply.get("error") if isinstance(self.reply, dict) else None
        return error if isinstance(error, str) else None

    @property
    def is_role(self) -> bool:
        """Whether the answer shows one role."""
        return isinstance(self.reply, dict) and "permission_ids" in self.reply


def recordings() -> tuple[Recorded, ...]:
    """Give every call in its order."""
    lines = (RECORDED / "calls_5_5.jsonl").read_text(encoding="utf-8").splitlines()
    calls = [json.loads(line) for line in lines]
    return tuple(
        Recorded(number, call["method"], call["target"], call["who"], call["body"], call["status"], call.get("reply"))
        for number, call in enumerate(calls, start=1)
    )


def recorded_server() -> ZammadApi:
    """Give the double of that server before the first call, with the tokens that the calls name."""
    server = a_server()
    server.add_user("Agent", "Agent")
    server.add_user("Cust", "Customer")
    everything = tuple(name for name in permissions_of(server.version) if "." not in name)
    tokens = {
        "ADMIN": Token(3, everything),
        "AGENT": Token(4, ("ticket.agent",)),
        "ROLEONLY": Token(3, ("admin.role",)),
    }
    return ZammadApi(server, tokens)


class Replay:
    """Answers writes and single roles with what was recorded, and lists with what the recordings say of them."""

    def __init__(self) -> None:
        self.calls = recordings()
        self.log: list[tuple[str, str, Json]] = []
        self.last = 0
        """The number of the recorded call that was answered last; roles are as it left them."""

    def answer(self, method: str, target: str, _headers: object, payload: bytes) -> Reply:
        """Answer one request of the adapter."""
        path = urlsplit(target).path.removeprefix("/api/v1")
        body: Json = json.loads(payload) if payload else None
        self.log.append((method, path, body))
        if method != "GET":
            return self._written(method, path, body)
        if path.startswith("/roles/"):
            return self._read(path)
        known = self._lists().get(path)
        denied = "Not authorized (token)!"
        return Reply(403, {"error": denied, "error_human": denied}) if known is None else Reply(200, known)

    def _lists(self) -> dict[str, Json]:
        sales: Json = {"id": 2, "name": "Sales", "active": True}
        return {
            "/roles": [self.shown("/roles/2")],
            "/users/me": {"id": 3, "role_ids": [1, 2], "active": True, "login": "admin@example.com"},
            "/users": [{"id": number, "active": number > 1, "role_ids": []} for number in range(1, 6)],
            "/user_access_token": {"permissions": [*map(_listed, recorded_permissions())]},
            "/groups": [self.shown("/groups/1"), sales],
        }

    def shown(self, path: str) -> Json:
        """Give what the recordings last showed of a thing, with names."""
        number = path.rpartition("/")[2]
        found = [
            call.reply
            for call in self.calls
            if isinstance(call.reply, dict)
            and (call.number <= self.last or call.method == "GET")
            and (urlsplit(call.target).path == path or call.method == "POST")
            and ("permissions" in call.reply or "email_address_id" in call.reply)
            and str(call.reply.get("id")) == number
        ]
        return found[-1] if found else None

    def _read(self, path: str) -> Reply:
        shown = self.shown(path)
        if shown is not None:
            return Reply(200, shown)
        call = next(call for call in self.calls if call.method == "GET" and call.target == path)
        return Reply(call.status, call.reply)

    def _written(self, method: str, path: str, body: Json) -> Reply:
        for call in self.calls:
            if (call.method, urlsplit(call.target).path) == (method, path) and _meant(call.body) == _meant(body):
                self.last = call.number
                return Reply(call.status, call.reply)
        msg = f"nothing like {method} {path} {body} was recorded"
        raise AssertionError(msg)


def _listed(name: str) -> Json:
    return {
        "id": recorded_permissions()[name],
        "name": name,
        "note": name,
        "preferences": {"disabled": True} if name in DISABLED else {},
        "active": True,
        "allow_signup": is_open(name),
    }


def _meant(body: Json) -> object:
    """Give what a body asks for, whatever the order of lists, without what says nothing."""
    if not isinstance(body, dict):
        return body
    kept = {key: value for key, value in body.items() if (key, value) not in [("note", ""), ("active", True)]}
    return {key: _unordered(value) for key, value in kept.items()}


def _unordered(value: Json) -> object:
    if isinstance(value, dict):
        return {key: _unordered(item if isinstance(item, list) else [item]) for key, item in value.items()}
    return frozenset(map(str, value)) if isinstance(value, list) else value
