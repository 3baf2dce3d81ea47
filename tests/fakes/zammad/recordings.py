"""About 85 calls that a real server of version 5.5 answered, and that server as it was before them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fakes.zammad.api import ZammadApi
from fakes.zammad.calls import Token
from fakes.zammad.permissions import RECORDED, permissions_of
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
