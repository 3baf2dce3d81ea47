"""Translate between WSGI and values: a request that was read whole, and a reply that is still bytes to send."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from reconciler.sandbox.refusals import Refused, invalid

if TYPE_CHECKING:
    # Exists for type checkers only; at run time there is no such module.
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY_LIMIT = 1024 * 1024
"""The largest request body that is read, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asks."""

    method: str
    path: str
    query: str
    """As it was sent, without the question mark."""
    authorization: str
    """The header, empty when it is missing, as the next two."""
    if_match: str
    content_type: str
    body: bytes = field(repr=False)
    """One byte more than `BODY_LIMIT` when the client sent more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the tenant answers."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    effect: bool = False
    """Whether the request changed something in the tenant."""
    content_type: str = "application/json"
    announced: int | None = None
    """The length that the reply claims to have; None for the true one."""


def read_request(environ: WSGIEnvironment) -> Request:
    """Read the whole request."""
    length = environ.get("CONTENT_LENGTH") or "0"
    size = min(int(length), BODY_LIMIT + 1) if length.isdecimal() else 0
    return Request(
        method=environ["REQUEST_METHOD"],
        # WSGI hands the bytes of the path over as Latin-1 text; ids are ASCII, so what is no UTF-8 is no id.
        path=environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
        query=environ.get("QUERY_STRING", ""),
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
        if_match=environ.get("HTTP_IF_MATCH", ""),
        content_type=environ.get("CONTENT_TYPE", ""),
        body=environ["wsgi.input"].read(size) if size else b"",
    )


def send(reply: Reply, method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Send a reply through a WSGI server; a HEAD request gets everything but the body."""
    headers = [*reply.headers, ("Cache-Control", "no-store")]
    if reply.status != HTTPStatus.NO_CONTENT:
        length = len(reply.body) if reply.announced is None else reply.announced
        headers += [("Content-Type", reply.content_type), ("Content-Length", str(length))]
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
    return [] if method == "HEAD" or not reply.body else [reply.body]


def json_reply(
    document: Mapping[str, object], *, status: int = 200, etag: str | None = None, effect: bool = False
) -> Reply:
    """Give a reply that shows a JSON object, with its entity tag where it has one."""
    headers = () if etag is None else (("ETag", etag),)
    return Reply(status=status, body=encoded(document), headers=headers, effect=effect)


def refusal_reply(refused: Refused) -> Reply:
    """Give the reply that tells a client why not."""
    error = {"code": refused.code, "message": refused.message, "details": refused.details}
    return Reply(status=refused.status, body=encoded({"error": error}), headers=tuple(sorted(refused.headers.items())))


def encoded(document: Mapping[str, object]) -> bytes:
    """Write JSON as ASCII, so that text which is no valid UTF-8 can be sent back too."""
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def query_parameters(request: Request, allowed: frozenset[str]) -> dict[str, str]:
    """Give the query's parameters; refuses a name that is not `allowed`, or one that occurs twice."""
    # A misspelt filter that is ignored would answer with everybody, hence the strictness.
    try:
        pairs = parse_qsl(request.query, keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as error:
        raise invalid("The query cannot be read") from error
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in allowed:
            raise invalid("There is no such query parameter here", parameter=name, allowed=sorted(allowed))
        if name in found:
            raise invalid("A query parameter occurs twice", parameter=name)
        found[name] = value
    return found


def json_object(request: Request) -> dict[str, object]:
    """Give the JSON object in the body; refuses with 400, 413, 415 or 422 whatever is not exactly that."""
    if len(request.body) > BODY_LIMIT:
        raise Refused(413, "body_too_large", f"A body has at most {BODY_LIMIT} bytes")
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "unsupported_media_type", "Send the body as application/json")
    try:
        document = json.loads(request.body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "malformed_json", "The body is not JSON") from error
    if not isinstance(document, dict):
        raise invalid("The body is not a JSON object")
    return document


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        msg = "a key occurs twice"
        raise ValueError(msg)
    return document


def _no_constant(name: str) -> object:
    msg = f"{name} is no JSON"
    raise ValueError(msg)
