"""Over a real loopback socket the app answers, drops and stops cleanly."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from unit.sandbox.sandbox_client import SECRET, a_desk

from reconciler.errors import UsageProblem
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.server import serve_forever, serving

pytestmark = pytest.mark.sockets


@contextmanager
def connected(url: str) -> Iterator[http.client.HTTPConnection]:
    """Open one connection to the server at `url`."""
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1"
    with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)) as connection:
        yield connection


def get(connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
    """Ask and give the reply with its body unread."""
    connection.request("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {SECRET}"})
    return connection.getresponse()


def test_sandbox_server_answers_on_one_connection() -> None:
    """Several requests of a client go over the same connection, and writes work."""
    with a_desk() as desk, serving(desk.app) as url, connected(url) as connection:
        assert json.loads(get(connection, "/roles").read())["total"] == 8
        body = json.dumps({"name": "Wired", "permissions": []})
        connection.request(
            "POST",
            "/api/v1/roles",
            body,
            {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"},
        )
        assert connection.getresponse().status == 201
    assert url.endswith("/api/v1")


def test_sandbox_server_starts_and_stops_at_once() -> None:
    """Starting, one request and stopping take less than half a second together, and the port is free again."""
    with a_desk() as desk:
        began = time.perf_counter()
        with serving(desk.app) as url, connected(url) as connection:
            assert get(connection, "/me").read()
        took = time.perf_counter() - began

        with connected(url) as connection, pytest.raises(ConnectionRefusedError):
            get(connection, "/me")
    assert took < 0.5


@pytest.mark.parametrize(("kind", "effect"), [(FaultKind.DROP_BEFORE, False), (FaultKind.DROP_AFTER, True)], ids=str)
def test_sandbox_server_drops_connections_for_real(kind: FaultKind, effect: bool) -> None:
    """A dropped connection is closed without a byte, and the server goes on."""
    with a_desk(Fault(kind=kind)) as desk, serving(desk.app) as url:
        with connected(url) as connection:
            connection.request(
                "POST",
                "/api/v1/roles",
                json.dumps({"name": "Wired", "permissions": []}),
                {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"},
            )
            with pytest.raises(http.client.RemoteDisconnected):
                connection.getresponse()
        with connected(url) as connection:
            assert get(connection, "/me").status == 200

        assert (desk.store.roles.named("Wired") is not None) is effect


def test_sandbox_server_truncates_bodies_for_real() -> None:
    """A truncated body ends with a closed connection before its announced length."""
    with (
        a_desk(Fault(kind=FaultKind.TRUNCATED_BODY)) as desk,
        serving(desk.app) as url,
        connected(url) as connection,
        pytest.raises(http.client.IncompleteRead),
    ):
        get(connection, "/permissions").read()


def test_sandbox_server_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither drops nor truncated bodies print anything."""
    faults = (Fault(kind=FaultKind.TRUNCATED_BODY), Fault(kind=FaultKind.DROP_AFTER, nth=2))
    with a_desk(*faults) as desk, serving(desk.app) as url:
        for failure in (http.client.IncompleteRead, http.client.RemoteDisconnected):
            with connected(url) as connection, pytest.raises(failure):
                get(connection, "/me").read()

    assert capfd.readouterr() == ("", "")


def test_sandbox_server_answers_many_threads() -> None:
    """Readers in eight threads all get whole replies."""
    totals: list[int] = []

    def read(url: str) -> None:
        with connected(url) as connection:
            totals.extend(json.loads(get(connection, "/roles").read())["total"] for _ in range(5))

    with a_desk() as desk, serving(desk.app) as url:
        threads = [threading.Thread(target=read, args=(url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert totals == [8] * 40


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_sandbox_server_serves_until_interrupted(host: str) -> None:
    """The address is announced once the port is open, and an interrupt comes through with every socket closed."""
    announced: list[str] = []

    def interrupt(url: str) -> None:
        announced.append(url)
        raise KeyboardInterrupt

    with a_desk() as desk, pytest.raises(KeyboardInterrupt):
        serve_forever(desk.app, host, 0, interrupt)

    (url,) = announced
    assert url.startswith(f"http://{host}:")
    with connected(url.replace("localhost", "127.0.0.1")) as connection, pytest.raises(ConnectionRefusedError):
        get(connection, "/me")


def test_sandbox_server_serves_a_process_until_its_interrupt(tmp_path: Path) -> None:
    """A process that serves answers at the address it told, and ends in silence when it is interrupted."""
    script = (
        "import pathlib, sys\n"
        "from reconciler.sandbox.server import serve_forever\n"
        "from reconciler.sandbox.tenant import opened_app, opened_store\n"
        "from reconciler.tenants.clock import SystemClock\n"
        "with opened_store(pathlib.Path(sys.argv[1])) as store:\n"
        "    with opened_app(store, SystemClock(), secret=sys.argv[2]) as app:\n"
        "        try:\n"
        "            serve_forever(app, '127.0.0.1', 0, lambda url: print(url, flush=True))\n"
        "        except KeyboardInterrupt:\n"
        "            print('interrupted')\n"
    )
    command = [sys.executable, "-W", "error", "-c", script, str(tmp_path), SECRET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with connected(url) as connection:
            total = json.loads(get(connection, "/roles").read())["total"]
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)

    assert (total, output, errors, process.returncode) == (8, "interrupted\n", "", 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "desk.example"])  # noqa: S104 - is refused
def test_sandbox_server_stays_on_this_machine(host: str) -> None:
    """An address that others could reach is refused before anything is opened."""
    with a_desk() as desk, pytest.raises(UsageProblem, match="no loopback address"):
        serve_forever(desk.app, host, 0, print)


def test_sandbox_server_says_when_a_port_is_taken() -> None:
    """A taken port is a usage problem that names it."""
    with a_desk() as desk, serving(desk.app) as url:
        port = urlsplit(url).port
        assert port is not None
        with pytest.raises(UsageProblem, match=f"Port {port} of 127.0.0.1 cannot be opened"):
            serve_forever(desk.app, "127.0.0.1", port, print)
