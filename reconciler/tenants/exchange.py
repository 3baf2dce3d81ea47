"""What one request came to, as values, so that no library's exception with its own text is ever chained."""

from __future__ import annotations

import http.client
import socket
import ssl
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.tenants.strict_json import Json, UnusableJsonError, parse

MAX_BODY = 8 * 1024 * 1024
"""Decoded bytes of one reply."""


class UnusableBodyError(ValueError):
    """The body is too large, broken, incomplete or not of the promised type; never quotes it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and headers arrived; the body may still be broken."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case; never shown."""
    payload: bytes
    broken: str = ""
    """Why the body did not arrive whole; empty when it did."""
    cut_off: bool = False
    """Whether it broke on the way, so that reading it again may help."""

    def json(self) -> Json:
        """Parse the body; raises `UnusableBodyError` unless it is whole, declared JSON, and strict."""
        if self.broken:
            raise UnusableBodyError(self.broken)
        kind, _, parameters = self.headers.get("content-type", "").partition(";")
        if kind.strip().lower() != "application/json":
            raise UnusableBodyError("it is not declared as application/json")
        if parameters.strip().lower().replace('"', "") not in {"", "charset=utf-8"}:
            raise UnusableBodyError("it declares another encoding than UTF-8")
        try:
            return parse(self.payload)
        except UnusableJsonError as problem:
            raise UnusableBodyError(str(problem)) from None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing arrived that could be understood as a reply."""

    reason: str
    """Ours, without anything the library said."""
    transient: bool = True
    """Whether asking again may help."""
    reached: bool = False
    """Whether something answered, though not in HTTP as we accept it."""


Exchange = Answer | NoAnswer


def collect(pieces: Iterator[bytes], encoding: str) -> bytes:
    """Join the pieces of a body, decompressed; raises `UnusableBodyError` as soon as it passes `MAX_BODY`."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return _join(pieces)
    if encoding in {"gzip", "x-gzip"}:
        return _join(_gunzip(pieces))
    raise UnusableBodyError("it is encoded in a way nobody asked for")


def _join(pieces: Iterator[bytes]) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > MAX_BODY:
            raise UnusableBodyError(f"it is larger than {MAX_BODY} bytes")
    return bytes(body)


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for piece in pieces:
            # One byte more than allowed is enough to know, however much the piece would grow to.
            yield decoder.decompress(piece, MAX_BODY + 1)
            if decoder.unused_data:
                raise UnusableBodyError("something follows its compressed content")
    except zlib.error:
        raise UnusableBodyError("its compression is broken") from None
    if not decoder.eof:
        raise UnusableBodyError("its compressed content ends too early")


_CAUSES: tuple[tuple[tuple[type[BaseException], ...], NoAnswer], ...] = (
    ((ssl.SSLCertVerificationError,), NoAnswer("the tenant's certificate could not be verified", transient=False)),
    ((ssl.SSLError,), NoAnswer("no secure connection (TLS) could be agreed on", transient=False)),
    ((TimeoutError,), NoAnswer("there was no complete answer in time")),
    ((ConnectionRefusedError,), NoAnswer("the connection was refused")),
    ((socket.gaierror,), NoAnswer("the host name could not be resolved")),
    ((http.client.IncompleteRead, ConnectionError), NoAnswer("the connection broke")),
    ((http.client.BadStatusLine, http.client.UnknownProtocol), NoAnswer("the answer is not HTTP", False, True)),
    ((http.client.HTTPException,), NoAnswer("the answer's headers are too many, too long or broken", False, True)),
)
"""From the cause deepest in meaning to ours; the first row that fits any exception of the chain counts."""


def no_answer(error: BaseException) -> NoAnswer:
    """Say in our words why there was no answer; the library's words may quote what was sent."""
    chain = tuple(_chain(error))
    for types, meaning in _CAUSES:
        if any(isinstance(link, types) for link in chain):
            return meaning
    return NoAnswer("there was no connection")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Walk causes, contexts and the exceptions that libraries put among their arguments."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        link = waiting.pop()
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
