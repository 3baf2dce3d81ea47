"""The installed command with little disk, little memory, and a tenant that answers without end."""

from __future__ import annotations

import contextlib
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat

import pytest
from fakes.gate import Gate, Moment, is_write
from fakes.wire import Request, ScriptedServer, Step, incoming, reply
from processes.command import Place
from processes.test_processes_signals import Silence, outcomes
from processes.truth import Clean, assert_as_clean, unexplained

pytestmark = pytest.mark.sockets

GIB = 1 << 30
PIECE = 1 << 20
LITTLE_MEMORY = 'ulimit -v 524288; exec "$@"'
"""512 MiB of address space."""
BLOCK = 512
"""What the shell counts files in. Python ignores the signal that comes with this limit, so a write fails as on a full
disk does, and nobody has to be root for it."""


def no_longer_than(blocks: int) -> str:
    """Give a script that runs a command whose files may have so many blocks."""
    return f'ulimit -f {blocks}; exec "$@"'


def test_a_disk_that_is_full_stops_an_apply_before_its_first_write(place: Place) -> None:
    """No journal, no write, and no file that looks like a journal."""
    with place.serving() as url, Gate(url) as gate:
        place.point_at(gate.url)
        ran = place.shell(no_longer_than(0), "apply", "--yes")

        assert ran.code == 64, ran
        assert "The journal cannot be created" in ran.err
        assert gate.writes == []
    assert place.journals() == []


@pytest.mark.parametrize("blocks", [8, *(pytest.param(n, marks=pytest.mark.campaign) for n in (9, 10, 11, 12, 13))])
def test_a_disk_that_fills_up_stops_the_writes_that_could_not_be_recorded(
    place: Place, clean: Clean, blocks: int
) -> None:
    """What was sent is in the journal, whose every line can be read; nothing follows, and a re-run does the rest."""
    with place.serving() as url, Gate(url) as gate:
        place.point_at(gate.url)
        ran = place.shell(no_longer_than(blocks), "apply", "--yes")

        assert ran.code == 8, ran
        assert "the journal cannot be written (File too large)" in ran.out
        assert outcomes(ran.out) == sum(clean.effects.values())
        assert 0 < len(gate.writes) == sum(place.effects().values()) < sum(clean.effects.values())
        assert place.effects() <= clean.effects
        assert unexplained(place) == []
        assert place.run("apply", "--yes").code == 0
    assert_as_clean(place, clean)


def test_a_plan_that_does_not_fit_leaves_no_file_that_could_be_taken_for_it(place: Place) -> None:
    """With no room the plan is told as not written; neither half of it, nor a draft, nor yesterday's plan stays."""
    (place.folder / "plan.html").write_text("the plan of yesterday\n", encoding="ascii")
    with place.serving() as url:
        place.point_at(url)
        ran = place.shell(no_longer_than(1), "plan", "--format", "html", "--out", "plan.html")

    assert ran.code == 64, ran
    assert "plan.html cannot be written (File too large)" in ran.err
    assert [] == [*place.folder.glob("*plan.html*")]


@contextmanager
def flooding(*, compressed: bool) -> Iterator[str]:
    """Answer every request with a gibibyte, until the client has had enough."""
    packed = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    first = packed.compress(bytes(PIECE)) + packed.flush(zlib.Z_FULL_FLUSH) if compressed else bytes(PIECE)
    # After a full flush a piece stands for itself, so that the same bytes are the next piece as well.
    next_one = packed.compress(bytes(PIECE)) + packed.flush(zlib.Z_FULL_FLUSH) if compressed else first
    encoding = "Content-Encoding: gzip\r\n" if compressed else f"Content-Length: {GIB}\r\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{encoding}Connection: close\r\n\r\n".encode()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    next(incoming(connection))
                    connection.sendall(head + first)
                    for piece in repeat(next_one, GIB // PIECE - 1):
                        connection.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_a_gibibyte_from_the_tenant_fits_in_little_memory(place: Place, compressed: bool) -> None:
    """With 512 MiB the reply is given up at the cap and told as unusable, whether it is big or only becomes so."""
    with place.serving(), flooding(compressed=compressed) as url:
        place.point_at(url)
        ran = place.shell(LITTLE_MEMORY, "plan")

    assert ran.code == 7, ran
    assert "it is larger than 8388608 bytes" in ran.err


def test_an_apply_fits_in_little_memory(place: Place, clean: Clean) -> None:
    """The limit of the tests above is no reason of its own to fail."""
    with place.serving() as url:
        place.point_at(url)
        assert place.shell(LITTLE_MEMORY, "apply", "--yes").code == 0
    assert_as_clean(place, clean)


SLOW = reply(200, {"tenant": "x" * 1000})
HEADERS = SLOW.index(b"\r\n\r\n") + 4


@pytest.mark.parametrize("at_once", [0, HEADERS], ids=["headers", "body"])
def test_a_tenant_that_sends_byte_by_byte_is_given_up(place: Place, at_once: int) -> None:
    """Bytes that keep coming do not prolong a request: its time is over, and after the last try so is the plan."""
    steps = [Step(request="GET /me", reply=SLOW, drip=0.05, at_once=at_once)] * 4
    with place.serving(), ScriptedServer(*steps) as tenant:
        place.point_at(tenant.url, "brisk")
        ran = place.run("plan", BRISK_SECONDS="0.3")

    assert ran.code == 7, ran
    assert "there was no complete answer in time" in ran.err


@pytest.mark.campaign
def test_a_tenant_that_sends_a_byte_a_second_is_given_up_with_the_patience_that_is_shipped(place: Place) -> None:
    """With the numbers of the documentation a plan ends within its five minutes, whatever trickles in."""
    steps = [Step(request="GET /me", reply=SLOW, drip=1.0)] * 4
    with place.serving(), ScriptedServer(*steps) as tenant:
        place.point_at(tenant.url)
        ran = place.run("plan", patience=300)

    assert ran.code == 7, ran
    assert "there was no complete answer in time" in ran.err


def test_a_write_whose_answer_does_not_come_in_time_is_read_back_and_not_repeated(place: Place, clean: Clean) -> None:
    """The write took effect, and the answer is held for good: the run goes on, and nothing happens twice."""
    met: list[int] = []

    def first_write(number: int, request: Request) -> bool:
        met.extend([number] if is_write(request) else [])
        return met[:1] == [number]

    with place.serving() as url, Gate(url) as gate, Silence(Moment.ARRIVED, first_write) as silence:
        gate.begin(silence)
        place.point_at(gate.url, "brisk")
        ran = place.run("apply", "--yes", BRISK_SECONDS="2")

        assert ran.code == 0, ran
        assert len(gate.writes) == sum(clean.effects.values())
    assert_as_clean(place, clean)
