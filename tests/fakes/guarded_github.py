"""The double of GitHub for many tokens: each may do what its job's permissions say, and nothing else."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from fakes.github import TOKEN, FakeGithub
from fakes.github_shapes import REPOSITORY, error_json
from fakes.wire import Request, reply

_EITHER = ("issues", "pull-requests")
_SCOPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"issues/\d+/(comments|labels)(/.*)?", _EITHER),
    (r"issues/comments/\d+", _EITHER),
    (r"labels(/.*)?", _EITHER),
    (r"issues(/\d+)?", ("issues",)),
    (r"pulls/\d+", ("pull-requests",)),
    (r"commits/[^/]+/pulls", ("pull-requests",)),
    (r"(commits/[^/]+/)?check-runs(/\d+)?", ("checks",)),
    (r"git/ref/.*", ("contents",)),
    (r"branches/[^/]+/protection", ("administration",)),
    (r"branches/[^/]+", ("contents",)),
    (r"environments/.*", ("actions",)),
)
"""Which permission of a token each part of the API asks for, by GitHub's documentation; one of several is enough."""


class GuardedGithub(FakeGithub):
    """Knows every token by what it may do; the repository is private, so that reading needs a permission too."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []
        """The lines of requests for which a token was not enough."""
        self._grants: dict[str, Mapping[str, str]] = {}

    def issue_token(self, permissions: Mapping[str, str]) -> str:
        """Make a token."""
        token = f"ghs_{secrets.token_hex(18)}"
        self._grants[token] = dict(permissions)
        return token

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token that was made."""
        return tuple(self._grants)

    def _answer(self, request: Request) -> bytes:
        method, target, _ = request.line.split(" ")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._grants:
            return reply(401, error_json(401, "Bad credentials"))
        if not _may(self._grants[token], method, target.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}/")):
            self.refused.append(request.line)
            return reply(403, error_json(403, "Resource not accessible by integration"))
        return super()._answer(
            Request(request.line, {**request.headers, "authorization": f"Bearer {TOKEN}"}, request.body)
        )


def _may(granted: Mapping[str, str], method: str, path: str) -> bool:
    wanted = {"read", "write"} if method == "GET" else {"write"}
    path = re.sub(r"^/repositories/\d+/", "", path)
    scopes = next((scopes for pattern, scopes in _SCOPES if re.fullmatch(pattern, path)), ())
    return any(granted.get(scope) in wanted for scope in scopes)
