"""What the HTTP client does when the transport or the protocol misbehaves; no request leaves the tenant."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from pathlib import Path

import pytest
from fakes.clock import FakeClock
from fakes.support import a_client, a_connection, error_json, quick
from fakes.wire import ScriptedServer, Step, reply

from reconciler.errors import (
    TenantAnswerUnusable,
    TenantFaulted,
    TenantRateLimited,
    TenantRefusedKey,
    TenantRejected,
    TenantUnreachable,
)
from reconciler.tenants.exchange import MAX_BODY
from reconciler.tenants.http import HttpReader
from reconciler.tenants.retry import BackOff
from reconciler.tenants.support_replies import complaint

pytestmark = pytest.mark.sockets

GOOD = reply(200, {"fine": True})
HTML = b"<html><body>Bad gateway: do not show</body></html>"


def asked(*replies: bytes, **step: object) -> tuple[Step, ...]:
    """Expect the same GET once for each reply."""
    return tuple(Step(request="GET /x", reply=data, **step) for data in replies)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["", "{other}/x", "/api/v1/y", "//evil.example/x", "javascript:alert(1)"])
def test_a_redirect_is_never_followed(status: int, location: str) -> None:
    """Any 3xx is an error, wherever it points, and the place it points to sees no request."""
    with ScriptedServer() as other:
        answer = reply(status, Location=location.format(other=other.url))
        with ScriptedServer(*asked(answer)) as server, pytest.raises(TenantRejected, match=f"{status}, a redirect"):
            a_client(server.url).get("x")

    assert other.requests == []


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


@pytest.mark.parametrize("fault", ["close", "reset"])
def test_a_broken_connection_is_asked_again(fault: str) -> None:
    """A read whose connection ends before an answer is repeated."""
    broken = Step(request="GET /x", **{fault: True})  # type: ignore[arg-type]
    with ScriptedServer(broken, *asked(GOOD)) as server:
        assert a_client(server.url).get("x").at("fine").flag()


def test_a_connection_closed_between_two_reads_is_replaced() -> None:
    """Keep-alive ended by the tenant costs a new connection and no error."""
    with ScriptedServer(*asked(GOOD, GOOD, close=True)) as server:
        client = a_client(server.url)
        client.get("x")
        assert client.get("x").at("fine").flag()


def test_connections_are_kept() -> None:
    """Several requests in a row share one connection."""
    with ScriptedServer(*asked(GOOD, GOOD, GOOD)) as server:
        client = a_client(server.url)
        for _ in range(3):
            client.get("x")

    assert server.connections == 1


def test_four_tries_and_growing_waits() -> None:
    """A read is sent four times at most, and each wait is twice the one before."""
    clock = FakeClock()
    faulty = reply(500, raw=HTML, Content_Type="text/html")
    with ScriptedServer(*asked(faulty, faulty, faulty, faulty)) as server, pytest.raises(TenantFaulted) as caught:
        a_client(server.url, clock=clock).get("x")

    assert clock.sleeps == [0.5, 1.0, 2.0]
    assert caught.value.detail == "GET /x: answered 500"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_survived(status: int) -> None:
    """One bad answer and then a good one is a good read."""
    clock = FakeClock()
    with ScriptedServer(*asked(reply(status, raw=HTML, Retry_After="7"), GOOD)) as server:
        assert a_client(server.url, clock=clock).get("x").at("fine").flag()

    assert clock.sleeps == [7.0]


@pytest.mark.parametrize("status", [400, 401, 404, 405, 410, 418, 501])
def test_a_lasting_fault_is_asked_once(status: int) -> None:
    """What would be answered the same again is not asked again."""
    with (
        ScriptedServer(*asked(reply(status, error_json("no")))) as server,
        pytest.raises((TenantRejected, TenantRefusedKey, TenantFaulted)),
    ):
        a_client(server.url).get("x")


@pytest.mark.parametrize("header", ["soon", "1.5", "-3", "", "1" + "0" * 30, "Mon, 01 Jan 0000 00:00:00 GMT"])
def test_garbage_for_a_wait_means_the_usual_wait(header: str) -> None:
    """A `Retry-After` that cannot be read never crashes and never counts."""
    clock = FakeClock()
    with ScriptedServer(*asked(reply(429, Retry_After=header), GOOD)) as server:
        a_client(server.url, clock=clock).get("x")

    assert clock.sleeps == [0.5]


def test_a_date_in_the_past_means_the_usual_wait() -> None:
    """A date that is over asks for no more than the own minimum."""
    clock = FakeClock()
    with ScriptedServer(*asked(reply(429, Retry_After="Sun, 01 Mar 2026 08:00:00 GMT"), GOOD)) as server:
        a_client(server.url, clock=clock).get("x")

    assert clock.sleeps == [0.5]


@pytest.mark.parametrize("header", ["301", "Thu, 01 Jan 2099 00:00:00 GMT"])
def test_a_wait_beyond_the_budget_is_told_instead_of_slept(header: str) -> None:
    """When the tenant asks for more time than there is, the seconds are told and nobody waits."""
    clock = FakeClock()
    with (
        ScriptedServer(*asked(reply(429, error_json("slow_down"), Retry_After=header))) as server,
        pytest.raises(TenantRateLimited) as caught,
    ):
        a_client(server.url, clock=clock).get("x")

    assert clock.sleeps == []
    assert caught.value.retry_after >= 301


@pytest.mark.parametrize("at_once", [0, len(GOOD) - 10])
def test_a_slow_reply_is_bounded_as_a_whole(at_once: int) -> None:
    """A byte now and then does not extend the time for one reply, in the headers or in the body."""
    patience = quick(request_seconds=0.1, back_off=BackOff(tries=1))
    with (
        ScriptedServer(*asked(GOOD, drip=0.03, at_once=at_once, close=True)) as server,
        pytest.raises((TenantUnreachable, TenantAnswerUnusable), match="no complete answer in time"),
    ):
        a_client(server.url, patience=patience).get("x")


def test_silence_is_unreachable() -> None:
    """A tenant that accepts and says nothing is given up after the request's time."""
    with (
        ScriptedServer(*asked(b"", b"", b"", b"")) as server,
        pytest.raises(TenantUnreachable, match="in time"),
    ):
        a_client(server.url, patience=quick(request_seconds=0.05)).get("x")


def test_a_spent_budget_sends_nothing() -> None:
    """After the time for a whole read, no further page is asked for."""
    clock = FakeClock()
    with ScriptedServer() as server:
        client = a_client(server.url, clock=clock)
        deadline = client.deadline()
        clock.advance(300)
        with pytest.raises(TenantUnreachable, match="longer than 300 seconds"):
            client.get("x", deadline=deadline)


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


def test_a_refused_connection_is_told_as_one() -> None:
    """No listener means unreachable, after the usual tries."""
    clock = FakeClock()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TenantUnreachable, match="connection was refused"):
        a_client(f"http://127.0.0.1:{port}/api", clock=clock).get("x")

    assert len(clock.sleeps) == 3


def test_no_tls_is_told_apart_from_no_connection() -> None:
    """A server that does not speak TLS is no reason to try again, or to hint at anything unsafe."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer_plainly, args=(listener,))
        thread.start()
        with pytest.raises(TenantUnreachable, match="TLS") as caught:
            a_client(f"https://127.0.0.1:{listener.getsockname()[1]}/api").get("x")
        thread.join()

    assert caught.value.fix == ""


def test_a_certificate_nobody_vouches_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verification cannot be switched off or widened from the environment."""
    pem = Path(__file__).with_name("self_signed.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(pem))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_shake_hands, args=(listener, context))
        thread.start()
        with pytest.raises(TenantUnreachable, match="certificate could not be verified"):
            a_client(f"https://127.0.0.1:{listener.getsockname()[1]}/api").get("x")
        thread.join()


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Proxies and netrc passwords of the machine are ignored; the key alone authorises."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password stolen\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with ScriptedServer(*asked(GOOD)) as server:
        client = HttpReader(a_connection(server.url, secret="sa_test_plain\n"), complaint, patience=quick())
        client.get("x")

    assert server.requests[0].headers["authorization"] == "Bearer sa_test_plain"


def test_no_cookie_comes_back() -> None:
    """The tenant cannot mark its visitor."""
    with ScriptedServer(*asked(reply(200, {}, Set_Cookie="a=b"), GOOD)) as server:
        client = a_client(server.url)
        client.get("x")
        client.get("x")

    assert "cookie" not in server.requests[1].headers


def test_a_404_that_is_not_the_products_own_is_an_error() -> None:
    """A proxy's page does not prove that something is gone."""
    answer = reply(404, raw=HTML, Content_Type="text/html")
    with ScriptedServer(*asked(answer)) as server, pytest.raises(TenantRejected) as caught:
        a_client(server.url).find("x")

    assert caught.value.detail == "GET /x: answered 404"


def test_the_tenants_words_are_cut() -> None:
    """At most 300 characters of foreign text get into a message."""
    answer = reply(400, error_json("bad", "w" * 1000))
    with ScriptedServer(*asked(answer)) as server, pytest.raises(TenantRejected) as caught:
        a_client(server.url).get("x")

    assert caught.value.detail == "GET /x: answered 400: bad: " + "w" * 295


def test_pacing_spreads_the_last_requests() -> None:
    """With few requests left before the limit, the client slows down before it is told to."""
    clock = FakeClock()
    few = reply(200, {}, X_RateLimit_Remaining="1", X_RateLimit_Reset="30")
    with ScriptedServer(*asked(few, GOOD)) as server:
        client = a_client(server.url, clock=clock)
        client.get("x")
        client.get("x")

    assert clock.sleeps == [15.0]


def test_a_limit_that_outlasts_the_budget_is_told() -> None:
    """Nothing is slept where the wait could not lead to an answer in time."""
    clock = FakeClock()
    empty = reply(200, {}, X_RateLimit_Remaining="0", X_RateLimit_Reset="500")
    with ScriptedServer(*asked(empty)) as server:
        client = a_client(server.url, clock=clock)
        client.get("x")
        with pytest.raises(TenantRateLimited) as caught:
            client.get("x")

    assert (caught.value.retry_after, clock.sleeps) == (500.0, [])


def _answer_plainly(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 400 Plain\r\n\r\n")


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    with connection, pytest.raises(OSError, match=r"(?i)alert|eof|reset"):
        context.wrap_socket(connection, server_side=True)
