"""A read is repeated where that may help, within bounds of time and number, and no faster than the tenant allows."""

from __future__ import annotations

import pytest
from fakes.clock import FakeClock
from fakes.support import a_client, error_json, quick
from fakes.wire import GOOD, ScriptedServer, Step, asked, reply

from reconciler.errors import (
    TenantAnswerUnusable,
    TenantFaulted,
    TenantRateLimited,
    TenantRefusedKey,
    TenantRejected,
    TenantUnreachable,
)
from reconciler.tenants.retry import BackOff

pytestmark = pytest.mark.sockets
HTML = b"<html><body>Bad gateway: do not show</body></html>"


@pytest.mark.parametrize("fault", ["close", "reset"])
def test_a_broken_connection_is_asked_again(fault: str) -> None:
    """A read whose connection ends before an answer is repeated."""
    broken = Step(request="GET /x", **{fault: True})  # type: ignore[arg-type]
    with ScriptedServer(broken, *asked(GOOD)) as server:
        assert a_client(server.url).get("x").at("fine").flag()


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
