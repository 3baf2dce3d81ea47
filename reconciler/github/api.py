"""Speaks to the GitHub REST API for one repository under the rules of our HTTP client.

https only (http on loopback), no redirects, nothing from the environment, the token in the Authorization header alone,
strict JSON, capped bodies and pages, deadlines, reads retried within bounds, and every write sent exactly once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from reconciler.errors import GithubProblem, TenantAnswerUnusable, UsageProblem
from reconciler.github.judging import Failure, Found, Judge
from reconciler.github.links import next_page
from reconciler.github.problems import GithubAnswerUnusable, GithubRateLimited, GithubUnreachable, GithubUnusable
from reconciler.ports import Clock
from reconciler.tenants.address import BaseAddress, address_problem
from reconciler.tenants.connection import Key
from reconciler.tenants.retry import BackOff
from reconciler.tenants.secret import Redaction, usable_secret
from reconciler.tenants.shape import Part
from reconciler.tenants.strict_json import Json
from reconciler.tenants.transport import Transport

PAGE = 100
"""Items asked for at once; GitHub's most."""
MAX_PAGES = 100
API_VERSION = "2022-11-28"

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes with the token; what somebody else wrote is never touched and never trusted."""

    id: int
    """What counts; a login can be given to somebody else."""
    login: str


ACTIONS_BOT = Author(id=41898282, login="github-actions[bot]")
"""The author of what a workflow's own token writes on github.com; that token may not read who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubPatience:
    """How long and how often; short, because nothing here is worth holding up a person."""

    request_seconds: float = 20.0
    """From connecting to the last byte of one reply."""
    read_seconds: float = 120.0
    """One whole read: every page, wait and retry."""
    back_off: BackOff = field(default_factory=BackOff)


@contextmanager
def strictly() -> Iterator[None]:
    """Turn what is unusable about an address or a reply into a `GithubProblem`; also decorates a function."""
    try:
        yield
    except TenantAnswerUnusable as problem:
        raise GithubAnswerUnusable(problem.detail) from None


class GithubApi:
    """One repository, as seen with one token; every failure is a `GithubProblem`.

    Raises `GithubUnusable`, before anything is sent, for an address, a repository or a token that cannot be used; its
    text quotes none of them. `author` is who the token writes as.
    """

    def __init__(
        self,
        base_url: str,
        repository: str,
        token: Key,
        clock: Clock,
        *,
        author: Author = ACTIONS_BOT,
        patience: GithubPatience | None = None,
    ) -> None:
        problem = address_problem(base_url)
        if problem:
            raise GithubUnusable(f"The address of GitHub's API cannot be used: {problem}")
        if not _REPOSITORY.fullmatch(repository):
            raise GithubUnusable("The repository is not written as owner/name")
        try:
            secret = usable_secret(token)
        except UsageProblem:
            raise GithubUnusable(
                "The token for GitHub cannot be used: it is short, or has other characters than a token has",
                fix="Give the job's token in the variable that the command names",
            ) from None
        self.author = author
        self._base = BaseAddress.of(base_url)
        self._repository = ("repos", *repository.split("/"))
        self._clock = clock
        self._patience = patience or GithubPatience()
        self._redact = Redaction(secret)
        self._judge = Judge(self._redact, clock.now)
        self._transport = Transport(
            {
                "Authorization": f"Bearer {secret}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": API_VERSION,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    @strictly()
    def get(self, *segments: str, query: Mapping[str, str] | None = None) -> Part:
        """Read a resource below the repository."""
        path = (*self._repository, *segments)
        where = self._where("GET", path)
        return Part(self._read(self._address(path, query), where, self._deadline()).body, where)

    @strictly()
    def listing(
        self, *segments: str, query: Mapping[str, str] | None = None, below: str | None = None
    ) -> tuple[Part, ...]:
        """Read every item of a listing below the repository, page after page, all within one deadline.

        `below` is the key under which a page has its items; None where the page is the list itself.

        Complete means: the last page named no next one. Raises `GithubAnswerUnusable` when the pages go round in a
        circle, leave the listing, or are more than `MAX_PAGES`.
        """
        path = (*self._repository, *segments)
        where = self._where("GET", path)
        first = self._address(path, {**(query or {}), "per_page": str(PAGE)})
        deadline = self._deadline()
        items: list[Part] = []
        seen: set[str] = set()
        url: str | None = first
        while url is not None:
            if url in seen or len(seen) == MAX_PAGES:
                raise GithubAnswerUnusable(f"{where}: its pages do not end after {len(seen)}")
            seen.add(url)
            page = self._read(url, where, deadline)
            body = Part(page.body, where)
            items += (body if below is None else body.at(below)).each()
            url = next_page(page.link, first, BaseAddress.path_of(self._repository))
        return tuple(items)

    @strictly()
    def post(self, *segments: str, body: Json, success: int = 201) -> Part:
        """Create something; `success` is the one status that GitHub promises."""
        return self._write("POST", segments, body, success)

    @strictly()
    def patch(self, *segments: str, body: Json) -> Part:
        """Change the fields that are sent."""
        return self._write("PATCH", segments, body, 200)

    @strictly()
    def delete(self, *segments: str) -> Part:
        """Take something away, where GitHub promises to answer with what is left."""
        return self._write("DELETE", segments, None, 200)

    def _deadline(self) -> float:
        return self._clock.monotonic() + self._patience.read_seconds

    def _address(self, path: Sequence[str], query: Mapping[str, str] | None = None) -> str:
        return self._base.to(path, query or {})

    def _where(self, method: str, path: Sequence[str]) -> str:
        return self._redact(f"{method} {self._base.path_of(path)}")

    def _read(self, url: str, where: str, deadline: float) -> Found:
        """Ask until there is an answer, the tries are used up, or the time is; raises the last problem."""
        back_off = self._patience.back_off
        tried = 0
        while True:
            left = deadline - self._clock.monotonic()
            if left <= 0:
                raise GithubUnreachable(f"{where}: reading took longer than {self._patience.read_seconds:g} seconds")
            seconds = min(self._patience.request_seconds, left)
            verdict = self._judge.on_read(where, self._transport.send("GET", url, seconds=seconds))
            tried += 1
            if isinstance(verdict, Found):
                return verdict
            self._wait_or_raise(verdict, back_off.wait(tried, verdict.asked), deadline, last=tried >= back_off.tries)

    def _wait_or_raise(self, failure: Failure, wait: float, deadline: float, *, last: bool) -> None:
        if not failure.transient or last or self._clock.monotonic() + wait >= deadline:
            raise failure.problem
        self._clock.sleep(wait)

    def _write(self, method: str, segments: Sequence[str], body: Json, success: int) -> Part:
        path = (*self._repository, *segments)
        where = self._where(method, path)
        payload = None if body is None else json.dumps(body, allow_nan=False).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        exchange = self._transport.send(
            method,
            self._address(path),
            seconds=self._patience.request_seconds,
            payload=payload,
            headers=headers,
        )
        return Part(self._judge.on_write(where, exchange, success), where)


def author_of(user: Part) -> Author:
    """Read who somebody is."""
    return Author(id=user.at("id").count(), login=user.at("login").text())


def note_of(problem: GithubProblem) -> str:
    """Say a problem in one line, as a caller notes it beside what it was really about."""
    waiting = f" It asked to wait {problem.retry_after:.0f} seconds." if isinstance(problem, GithubRateLimited) else ""
    fix = f" {problem.fix}." if problem.fix else ""
    return f"{problem.summary}: {problem.detail}.{waiting}{fix}"
