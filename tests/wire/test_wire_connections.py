"""No request leaves the tenant's address, and nothing of the machine's environment gets into one."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest
from fakes.clock import FakeClock
from fakes.support import a_client, a_connection, quick
from fakes.wire import GOOD, ScriptedServer, asked, reply

from reconciler.errors import (
    TenantRejected,
    TenantUnreachable,
)
from reconciler.tenants.http import HttpReader
from reconciler.tenants.support_replies import complaint

pytestmark = pytest.mark.sockets


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["", "{other}/x", "/api/v1/y", "//evil.example/x", "javascript:alert(1)"])
def test_a_redirect_is_never_followed(status: int, location: str) -> None:
    """Any 3xx is an error, wherever it points, and the place it points to sees no request."""
    with ScriptedServer() as other:
        answer = reply(status, Location=location.format(other=other.url))
        with ScriptedServer(*asked(answer)) as server, pytest.raises(TenantRejected, match=f"{status}, a redirect"):
            a_client(server.url).get("x")

    assert other.requests == []


def test_connections_are_kept() -> None:
    """Several requests in a row share one connection."""
    with ScriptedServer(*asked(GOOD, GOOD, GOOD)) as server:
        client = a_client(server.url)
        for _ in range(3):
            client.get("x")

    assert server.connections == 1


def test_a_connection_closed_between_two_reads_is_replaced() -> None:
    """Keep-alive ended by the tenant costs a new connection and no error."""
    with ScriptedServer(*asked(GOOD, GOOD, close=True)) as server:
        client = a_client(server.url)
        client.get("x")
        assert client.get("x").at("fine").flag()


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


def _answer_plainly(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 400 Plain\r\n\r\n")


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    with connection, pytest.raises(OSError, match=r"(?i)alert|eof|reset"):
        context.wrap_socket(connection, server_side=True)
