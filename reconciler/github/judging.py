"""Turns what a request to GitHub came to into a body, or into the one problem that it means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from reconciler.errors import GithubProblem
from reconciler.github.problems import (
    GithubAnswerUnusable,
    GithubRateLimited,
    GithubRefused,
    GithubUnclear,
    GithubUnreachable,
)
from reconciler.tenants.exchange import Answer, Exchange, NoAnswer, UnusableBodyError
from reconciler.tenants.retry import retry_after
from reconciler.tenants.strict_json import Json

MAX_WORDS = 300
"""Characters of GitHub's own words in one of our messages."""
UNSAID_WAIT = 60.0
"""Seconds to stay away after a limit that names no time, as GitHub's documentation asks."""

_TRY_AGAIN = frozenset({500, 502, 503, 504})
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a read gave nothing, and whether asking again may help."""

    problem: GithubProblem
    transient: bool = False
    asked: float | None = None
    """Seconds that GitHub wants to be left alone."""


@dataclass(frozen=True, slots=True)
class Found:
    """The body of a good reply, and the address of the page that follows it; None on the last one."""

    body: Json
    link: str | None


class Judge:
    """Judges exchanges; no text it makes holds a header, a query, or the token."""

    def __init__(self, redact: Callable[[str], str], now: Callable[[], dt.datetime]) -> None:
        self._redact = redact
        self._now = now

    def on_read(self, where: str, exchange: Exchange) -> Found | Failure:
        """Judge the answer to a GET: 200 with strict JSON is found, everything else has its problem.

        No answer in time, no connection, a body cut off, 429, a 403 that is a limit, 500, 502, 503 and 504 may be
        tried again.
        """
        if isinstance(exchange, NoAnswer):
            kind = GithubAnswerUnusable if exchange.reached else GithubUnreachable
            return Failure(kind(f"{where}: {exchange.reason}"), exchange.transient)
        if exchange.status == HTTPStatus.OK:
            return _found(where, exchange)
        asked = self._limit(exchange)
        text = self._text(where, exchange)
        if asked is not None:
            return Failure(GithubRateLimited(text, retry_after=asked), transient=True, asked=asked)
        if exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            asked = retry_after(exchange.headers.get("retry-after"), self._now())
            return Failure(GithubUnreachable(text), exchange.status in _TRY_AGAIN, asked)
        return Failure(self._refused(text, exchange))

    def on_write(self, where: str, exchange: Exchange, success: int) -> Json:
        """Give the body of the promised answer to a write, or raise its problem.

        3xx and 4xx are `GithubRefused`, a limit is `GithubRateLimited`: neither had an effect. Everything else, also
        another 2xx than promised and a good status with a broken body, is `GithubUnclear`.
        """
        if isinstance(exchange, NoAnswer):
            raise GithubUnclear(f"{where}: {exchange.reason}; it may or may not have happened")
        status = exchange.status
        if status == success:
            return _written(where, exchange)
        text = self._text(where, exchange)
        asked = self._limit(exchange)
        if asked is not None:
            raise GithubRateLimited(text, retry_after=asked)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise self._refused(text, exchange)
        raise GithubUnclear(f"{text}; it may or may not have happened")

    def _limit(self, answer: Answer) -> float | None:
        """Give the seconds to wait where the answer is a limit and not a refusal; GitHub uses 403 for both."""
        spent = answer.headers.get("x-ratelimit-remaining", "").strip() == "0"
        said = retry_after(answer.headers.get("retry-after"), self._now())
        limited = answer.status == HTTPStatus.TOO_MANY_REQUESTS
        if not limited and not (answer.status == HTTPStatus.FORBIDDEN and (spent or said is not None)):
            return None
        if said is not None:
            return said
        reset = _moment(answer.headers.get("x-ratelimit-reset")) if spent else None
        return UNSAID_WAIT if reset is None else max(0.0, reset - self._now().timestamp())

    def _refused(self, text: str, answer: Answer) -> GithubProblem:
        status = answer.status
        if HTTPStatus.BAD_REQUEST > status >= HTTPStatus.MULTIPLE_CHOICES:
            return GithubRefused(f"{text}, a redirect; those are never followed", status=status)
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return GithubAnswerUnusable(f"{text} where 200 was promised")
        return GithubRefused(text, status=status, fix=_FIXES.get(status, ""))

    def _text(self, where: str, answer: Answer) -> str:
        text = f"{where}: answered {answer.status}"
        try:
            body = answer.json()
        except UnusableBodyError:
            # A proxy's page or half a body: the status alone counts, and nothing of it is shown.
            return text
        message = body.get("message") if isinstance(body, dict) else None
        # Blanked before it is cut, so that no half of the token can stay at the end.
        return f"{text}: {self._redact(message)[:MAX_WORDS]}" if isinstance(message, str) else text


_FIXES: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Check that the token is complete and not expired",
    HTTPStatus.FORBIDDEN: "Give the job's token the permission that this needs",
}


def _found(where: str, answer: Answer) -> Found | Failure:
    try:
        return Found(answer.json(), answer.headers.get("link"))
    except UnusableBodyError as problem:
        return Failure(GithubAnswerUnusable(f"{where}: the reply's body: {problem}"), answer.cut_off)


def _written(where: str, answer: Answer) -> Json:
    try:
        return answer.json()
    except UnusableBodyError as problem:
        reason = str(problem)
    raise GithubUnclear(f"{where}: answered {answer.status}, but the reply's body: {reason}")


def _moment(text: str | None) -> float | None:
    """Read seconds since 1970, which GitHub gives where others give seconds from now."""
    text = (text or "").strip(" \t")
    return float(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
