"""A reply is whole, declared as JSON, in bounds and of one meaning, or it is unusable."""

from __future__ import annotations

import gzip

import pytest
from fakes.support import a_client
from fakes.wire import GOOD, ScriptedServer, asked, reply

from reconciler.errors import (
    TenantAnswerUnusable,
    TenantRejected,
    TenantUnreachable,
)
from reconciler.tenants.exchange import MAX_BODY

pytestmark = pytest.mark.sockets


def test_a_redirects_body_is_not_loaded_without_end() -> None:
    """A huge body behind a redirect is cut at the cap like any other."""
    bomb = gzip.compress(bytes(MAX_BODY * 4))
    answer = reply(302, raw=bomb, Location="/y", Content_Encoding="gzip")
    with ScriptedServer(*asked(answer)) as server, pytest.raises(TenantRejected):
        a_client(server.url).get("x")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply(200, raw=b""), "not JSON"),
        (reply(200, raw=b'{"a": 1'), "not JSON"),
        (reply(200, raw=b'{"a": 1} {"a": 2}'), "not JSON"),
        (reply(200, raw=b'{"a": 1, "a": 2}'), "same key twice"),
        (reply(200, raw=b'{"a": NaN}'), "NaN"),
        (reply(200, raw=b"\xef\xbb\xbf{}"), "not JSON"),
        (reply(200, raw='{"a": 1}'.encode("utf-16")), "not UTF-8"),
        (reply(200, raw=b"{}", Content_Type="text/html"), "not declared"),
        (reply(200, raw=b"{}", Content_Type=""), "not declared"),
        (reply(200, raw=b"{}", Content_Type="application/json; charset=latin-1"), "another encoding"),
        (reply(200, raw=b"{}", Content_Encoding="br"), "nobody asked for"),
        (reply(200, raw=b"{}", Content_Encoding="gzip, gzip"), "nobody asked for"),
        (reply(200, raw=b"{}", Content_Encoding="gzip"), "compression is broken"),
        (reply(200, raw=gzip.compress(b"{}")[:-9], Content_Encoding="gzip"), "ends too early"),
        (reply(200, raw=gzip.compress(b"{}") * 2, Content_Encoding="gzip"), "something follows"),
        (reply(200, raw=gzip.compress(bytes(MAX_BODY + 1)), Content_Encoding="gzip"), "larger than"),
        (reply(204, Content_Length=""), "answered 204"),
        (reply(206, {}), "answered 206"),
        (reply(103, Content_Length=""), "answered 103"),
    ],
)
def test_a_body_that_could_mean_something_else_is_unusable(answer: bytes, words: str) -> None:
    """One rule for bodies: whole, declared as JSON, in UTF-8, with one meaning, in bounds; asked once."""
    with (
        ScriptedServer(*asked(answer, close=True)) as server,
        pytest.raises(TenantAnswerUnusable, match=words),
    ):
        a_client(server.url).get("x")


@pytest.mark.parametrize("content_type", ["application/json", 'Application/JSON; Charset="UTF-8"'])
def test_a_compressed_body_in_utf8_is_read(content_type: str) -> None:
    """Compression is allowed, and so is naming the encoding."""
    body = gzip.compress('{"name": "Jürgen"}'.encode())
    with ScriptedServer(*asked(reply(200, raw=body, Content_Encoding="gzip", Content_Type=content_type))) as server:
        assert a_client(server.url).get("x").at("name").text() == "Jürgen"


def test_a_body_over_the_cap_is_unusable() -> None:
    """The cap holds without compression too."""
    answer = reply(200, raw=b'"' + b"a" * MAX_BODY + b'"')
    with ScriptedServer(*asked(answer, close=True)) as server, pytest.raises(TenantAnswerUnusable, match="larger"):
        a_client(server.url).get("x")


def test_half_a_body_closed_by_the_end_of_the_connection_is_unusable() -> None:
    """Without a length nothing but the JSON itself shows that half of it is missing."""
    half = reply(200, raw=b'{"data": [1, 2', Content_Length="")
    with ScriptedServer(*asked(half, close=True)) as server, pytest.raises(TenantAnswerUnusable):
        a_client(server.url).get("x")


def test_a_short_body_is_asked_for_again_and_never_believed() -> None:
    """A body shorter than announced is a broken connection, even when what came is good JSON."""
    short = reply(200, raw=b"{}", Content_Length="40")
    with (
        ScriptedServer(*asked(short, short, short, short, close=True)) as server,
        pytest.raises(TenantAnswerUnusable, match="connection broke"),
    ):
        a_client(server.url).get("x")


@pytest.mark.parametrize(
    "broken",
    [
        reply(200, raw=b"zz\r\n{}\r\n0\r\n\r\n", Content_Length="", Transfer_Encoding="chunked"),
        reply(200, raw=b"2\r\n{}\r\n", Content_Length="", Transfer_Encoding="chunked"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    ],
)
def test_broken_framing_is_never_believed(broken: bytes) -> None:
    """Chunks that do not parse or never end and two lengths give an error, whatever the body holds."""
    with (
        ScriptedServer(*asked(broken, broken, broken, broken, close=True)) as server,
        pytest.raises((TenantAnswerUnusable, TenantUnreachable)),
    ):
        a_client(server.url).get("x")


def test_bytes_after_the_body_do_not_become_the_next_reply() -> None:
    """What follows the announced length is dropped with its connection."""
    smuggled = GOOD + reply(200, {"fine": "smuggled"})
    with ScriptedServer(*asked(smuggled, GOOD)) as server:
        client = a_client(server.url)
        client.get("x")
        assert client.get("x").at("fine").flag()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 10_000 + b"\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 1024 * 1024 + b"\r\n\r\n{}",
        b"SMTP ready\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n{}",
    ],
)
def test_headers_without_measure_are_unusable(answer: bytes) -> None:
    """Too many, too long or no headers at all are told apart from a tenant that is away."""
    with (
        ScriptedServer(*asked(answer, close=True)) as server,
        pytest.raises(TenantAnswerUnusable, match=r"headers|not HTTP"),
    ):
        a_client(server.url).get("x")
