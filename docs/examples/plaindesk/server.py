"""Plaindesk, a made-up help desk with a plain REST interface: what the tutorial writes an adapter for.

`python server.py 8123` serves it on a loopback port until Ctrl-C; the key is `plaindesk-key`. Everything is in
memory. Whoever changes a role that is not there gets 404, whoever breaks a rule 409 or 422, and every no has a
message. Nothing here can say "only if it is still what I read".
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any, ClassVar

Json = Any
"""What a body holds."""
KEY = "plaindesk-key"
RIGHTS = {
    "tickets.read": "See tickets",
    "tickets.answer": "Answer tickets",
    "tickets.delete": "Delete tickets",
    "desk.roles": "Change roles and who has them",
    "labs.preview": "See what comes next",
}


class RefusedError(Exception):
    """A no, with its status and its message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Desk:
    """The state: roles and agents by number."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.roles: dict[int, dict[str, Any]] = {
            1: {"name": "Desk Lead", "note": "Runs the desk", "rights": sorted(set(RIGHTS) - {"labs.preview"})},
            2: {"name": "Night Shift", "note": "Watches at night", "rights": ["tickets.read"]},
            3: {"name": "Seasonal Staff", "note": "Helps in December", "rights": ["tickets.read"]},
            4: {"name": "Beta Tester", "note": "Tries what is new", "rights": ["labs.preview", "tickets.read"]},
        }
        self.agents: dict[int, dict[str, Any]] = {
            1: {"name": "Ada", "email": "ada@plaindesk.example", "enabled": True, "roles": [1]},
            2: {"name": "Ben", "email": "ben@plaindesk.example", "enabled": True, "roles": [2, 4]},
            3: {"name": "Cem", "email": "cem@plaindesk.example", "enabled": True, "roles": [1]},
            4: {"name": "Dea", "email": "dea@plaindesk.example", "enabled": True, "roles": [2]},
            5: {"name": "Eli", "email": "eli@plaindesk.example", "enabled": False, "roles": [2]},
        }
        self._last = 4

    def answer(self, method: str, path: str, body: Json) -> Json:
        """Give the reply to a request, or raise the refusal."""
        self.requests.append(f"{method} {path}")
        parts = path.strip("/").split("/")
        return self._read(parts) if method == "GET" else self._write(method, parts, body)

    def _read(self, parts: list[str]) -> Json:
        match parts:
            case ["me"]:
                told = {"company": "Plaindesk Demo", "company_id": "plain-1", "agent": self._agent(1)}
            case ["rights"]:
                told = [{"key": key, "label": label} for key, label in RIGHTS.items()]
            case ["roles"]:
                told = [self._role(number) for number in self.roles]
            case ["roles", number]:
                told = self._role(int(number))
            case ["agents"]:
                told = [self._agent(number) for number in self.agents]
            case ["agents", number]:
                told = self._agent(int(number))
            case _:
                raise RefusedError(404, "There is nothing here")
        return told

    def _write(self, method: str, parts: list[str], body: Json) -> Json:
        match method, parts:
            case "POST", ["roles"]:
                self._require_good(body)
                self._last += 1
                self.roles[self._last] = body
                told = self._role(self._last)
            case "PUT", ["roles", number]:
                self._role(int(number))
                self._require_good(body, besides=int(number))
                self.roles[int(number)] = body
                told = self._role(int(number))
            case "DELETE", ["roles", number]:
                if self._role(int(number))["agents"]:
                    raise RefusedError(409, "Agents still have this role")
                told = self.roles.pop(int(number))
            case "PUT", ["agents", number, "roles"]:
                self._agent(int(number))
                if not set(body) <= set(self.roles):
                    raise RefusedError(422, "There is no such role")
                self.agents[int(number)]["roles"] = sorted(body)
                told = self._agent(int(number))
            case _:
                raise RefusedError(404, "There is nothing here")
        return told

    def _role(self, number: int) -> dict[str, Any]:
        if number not in self.roles:
            raise RefusedError(404, "There is no such role")
        agents = sum(number in agent["roles"] for agent in self.agents.values())
        return {"id": number, **self.roles[number], "agents": agents}

    def _agent(self, number: int) -> dict[str, Any]:
        if number not in self.agents:
            raise RefusedError(404, "There is no such agent")
        return {"id": number, **self.agents[number]}

    def _require_good(self, role: dict[str, Any], besides: int = 0) -> None:
        if not set(role["rights"]) <= set(RIGHTS):
            raise RefusedError(422, "There is no such right")
        names = {role["name"].casefold() for number, role in self.roles.items() if number != besides}
        if role["name"].casefold() in names:
            raise RefusedError(409, "There is a role of this name")


class Requests(BaseHTTPRequestHandler):
    """Speaks HTTP for one desk."""

    desk: ClassVar[Desk]
    protocol_version = "HTTP/1.1"

    def _reply(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        try:
            _require_key(self.headers["Authorization"])
            status, told = 200, self.desk.answer(self.command, self.path, body)
        except RefusedError as refused:
            status, told = refused.status, {"message": str(refused)}
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _reply  # noqa: N815 - the library looks for these names

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def _require_key(header: str | None) -> None:
    if header != f"Bearer {KEY}":
        raise RefusedError(401, "The key is not good")


@contextmanager
def serving(desk: Desk, port: int = 0) -> Iterator[str]:
    """Serve a desk from another thread, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Requests", (Requests,), {"desk": desk}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    with serving(Desk(), int(sys.argv[1])) as address:
        print(f"Plaindesk at {address}, until Ctrl-C", flush=True)  # noqa: T201 - a program that tells where it is
        try:
            while True:
                sleep(3600)
        except KeyboardInterrupt:
            pass
