"""Turns what a request came to into a reply or the one error that the ports promise for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from reconciler.errors import (
    TenantAnswerUnusable,
    TenantError,
    TenantFaulted,
    TenantForbade,
    TenantRateLimited,
    TenantRefusedKey,
    TenantRejected,
    TenantUnreachable,
    WriteConflict,
    WriteRefused,
    WriteUnclear,
)
from reconciler.tenants.exchange import Answer, Exchange, NoAnswer, UnusableBodyError
from reconciler.tenants.strict_json import Json

MAX_WORDS = 300
"""Characters of the tenant's own words in one of our messages."""

_CLEAR_NO = frozenset({400, 401, 403, 404, 405, 410, 415, 422, 428})
"""Statuses that say a write had no effect."""
_STATE_MOVED = frozenset({409, 412})
_TRY_AGAIN = frozenset({409, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Complaint:
    """A refusal in the product's own convention; foreign text."""

    code: str
    message: str


Explain = Callable[[Json], Complaint | None]
"""Reads a product's error body; None where the body is not one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a read gave nothing, and whether asking again may help."""

    error: TenantError
    transient: bool = False
    asked: float | None = None
    """Seconds the tenant wants to be left alone."""


class Missing:
    """The tenant clearly says that the thing does not exist."""


@dataclass(frozen=True, slots=True)
class Found:
    """The body of a good reply."""

    body: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What makes a write count."""

    success: int
    """The status that the product promises; another 2xx is not believed."""
    also: frozenset[int] = frozenset()
    """Other statuses that count as the promised one, where the product's own pages do not agree."""
    if_match: str | None = None
    """The version that was read; None where the call takes no precondition."""
    clear: frozenset[str] = frozenset()
    """Codes of a 409 that are a no about meaning, not about a state that moved."""
    empty: bool = False
    """Whether the promised answer may come without a body, as 204 always does."""


class Verdict:
    """Judges exchanges of one product; no text it makes holds a header, a query, or the key."""

    def __init__(self, explain: Explain, redact: Callable[[str], str]) -> None:
        self._explain = explain
        self._redact = redact

    def on_read(self, where: str, exchange: Exchange, asked: float | None) -> Found | Missing | Failure:
        """Judge the answer to a GET.

        200 with strict JSON is found; 404 is missing only with the product's own error body; 401, 403, 429, other
        4xx and 3xx, 5xx, a broken or unusable body and no answer each have their error. 429, 500, 502, 503, 504, no
        connection, no answer in time and a body cut off may be tried again.
        """
        if isinstance(exchange, NoAnswer):
            kind = TenantAnswerUnusable if exchange.reached else TenantUnreachable
            return Failure(kind(f"{where}: {exchange.reason}"), exchange.transient)
        if exchange.status == HTTPStatus.OK:
            return self._found(where, exchange)
        return self._read_refused(where, exchange, asked)

    def on_write(self, where: str, exchange: Exchange, asked: float | None, terms: Terms) -> Json:
        """Give the body of the promised answer to a write, or raise what the ports promise.

        412 and 409 are a `WriteConflict`, except a 409 whose code is among `terms.clear`. 400, 401, 403, 404, 405,
        410, 415, 422, 428, such a 409 and every 3xx are a `WriteRefused`. Everything else, also another 2xx than
        promised and a good status with a broken body, is a `WriteUnclear`.
        """
        if isinstance(exchange, NoAnswer):
            raise WriteUnclear(f"{where}: {exchange.reason}; it may or may not have happened")
        status = exchange.status
        if status == terms.success or status in terms.also:
            return self._written(where, exchange, terms)
        complaint = self._complaint(exchange)
        text = self._text(where, exchange, complaint)
        if status in _STATE_MOVED:
            meant = status == HTTPStatus.CONFLICT and complaint is not None and complaint.code in terms.clear
            raise WriteRefused(text) if meant else WriteConflict(text)
        if status in _CLEAR_NO:
            # The cause keeps apart a key that was refused and a right that it lacks.
            raise WriteRefused(text) from _read_error(where, status, text)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise WriteRefused(f"{where}: answered {status}, a redirect; those are never followed")
        raise WriteUnclear(f"{text}; it may or may not have happened", retry_after=asked or 0.0)

    def _found(self, where: str, answer: Answer) -> Found | Failure:
        try:
            return Found(answer.json())
        except UnusableBodyError as problem:
            return Failure(TenantAnswerUnusable(f"{where}: the reply's body: {problem}"), answer.cut_off)

    def _written(self, where: str, answer: Answer, terms: Terms) -> Json:
        unsaid = terms.empty and not answer.payload and not answer.broken
        if unsaid or answer.status == HTTPStatus.NO_CONTENT:
            return None
        try:
            return answer.json()
        except UnusableBodyError as problem:
            reason = str(problem)
        raise WriteUnclear(f"{where}: answered {answer.status}, but the reply's body: {reason}")

    def _read_refused(self, where: str, answer: Answer, asked: float | None) -> Missing | Failure:
        complaint = self._complaint(answer)
        text = self._text(where, answer, complaint)
        status = answer.status
        if status == HTTPStatus.NOT_FOUND and complaint:
            return Missing()
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            limited = TenantRateLimited(text, retry_after=asked or 0.0, fix="Run it again later")
            return Failure(limited, transient=True, asked=asked)
        return Failure(_read_error(where, status, text), status in _TRY_AGAIN, asked)

    def _complaint(self, answer: Answer) -> Complaint | None:
        try:
            return self._explain(answer.json())
        except UnusableBodyError:
            # A proxy's page or half a body: the status alone counts, and nothing of it is shown.
            return None

    def _text(self, where: str, answer: Answer, complaint: Complaint | None) -> str:
        text = f"{where}: answered {answer.status}"
        if complaint is None:
            return text
        # Blanked before it is cut, so that no half of the key can stay at the end.
        words = self._redact(f"{complaint.code}: {complaint.message}")
        return f"{text}: {words[:MAX_WORDS]}"


def _read_error(where: str, status: int, text: str) -> TenantError:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TenantFaulted(text)
    if status == HTTPStatus.UNAUTHORIZED:
        return TenantRefusedKey(text, fix="Check that the key is complete and not revoked")
    if status == HTTPStatus.FORBIDDEN:
        return TenantForbade(text, fix="Give the key the scope that the tenant names")
    if status >= HTTPStatus.BAD_REQUEST:
        return TenantRejected(text)
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        return TenantRejected(f"{where}: answered {status}, a redirect; those are never followed")
    return TenantAnswerUnusable(f"{where}: answered {status} where 200 was promised")
