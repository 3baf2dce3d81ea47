"""A write is sent exactly once, and its end is told as a yes, a clear no, a conflict, or unclear."""

from __future__ import annotations

import pytest
from fakes.clock import FakeClock
from fakes.support import a_client, error_json, quick
from fakes.wire import ScriptedServer, Step, reply

from reconciler.errors import TenantForbade, TenantRefusedKey, WriteConflict, WriteRefused, WriteUnclear
from reconciler.tenants.strict_json import Json
from reconciler.tenants.verdict import Terms

pytestmark = pytest.mark.sockets

BODY: Json = {"name": "Night"}
TERMS = Terms(success=200, if_match='"v1"', clear=frozenset({"name_taken"}))


def once(answer: bytes = b"", **step: object) -> Step:
    """Expect one PATCH."""
    return Step(request="PATCH /x", body=BODY, headers={"if-match": '"v1"'}, reply=answer, **step)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 415, 422, 428])
def test_a_clear_no_is_a_refusal_in_the_tenants_words(status: int) -> None:
    """These statuses say that nothing happened."""
    with (
        ScriptedServer(once(reply(status, error_json("why", "Because")))) as server,
        pytest.raises(WriteRefused, match=f"PATCH /x: answered {status}: why: Because"),
    ):
        a_client(server.url).patch("x", body=BODY, terms=TERMS)


@pytest.mark.parametrize(("status", "cause"), [(401, TenantRefusedKey), (403, TenantForbade)])
def test_a_refused_key_is_the_cause_of_the_refusal(status: int, cause: type[Exception]) -> None:
    """A key revoked in the middle of an apply can be told from a rule of the product."""
    with ScriptedServer(once(reply(status, error_json("why")))) as server, pytest.raises(WriteRefused) as caught:
        a_client(server.url).patch("x", body=BODY, terms=TERMS)

    assert type(caught.value.__cause__) is cause


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirected_write_is_no_success_and_goes_nowhere(status: int) -> None:
    """A redirect has no effect here, and the other host gets neither body nor key."""
    with ScriptedServer() as other:
        answer = reply(status, Location=f"{other.url}/x")
        with ScriptedServer(once(answer)) as server, pytest.raises(WriteRefused, match="redirect"):
            a_client(server.url).patch("x", body=BODY, terms=TERMS)

    assert other.requests == []


@pytest.mark.parametrize("status", [409, 412])
def test_a_moved_state_is_a_conflict(status: int) -> None:
    """The newer value was kept."""
    with ScriptedServer(once(reply(status, error_json("changed")))) as server, pytest.raises(WriteConflict):
        a_client(server.url).patch("x", body=BODY, terms=TERMS)


def test_a_409_that_the_product_explains_is_a_refusal() -> None:
    """A code that is known to be about meaning is no conflict."""
    with ScriptedServer(once(reply(409, error_json("name_taken")))) as server, pytest.raises(WriteRefused):
        a_client(server.url).patch("x", body=BODY, terms=TERMS)


@pytest.mark.parametrize(
    "answer",
    [
        reply(408),
        reply(429),
        reply(500, error_json("oops")),
        reply(502, raw=b"<html>", Content_Type="text/html"),
        reply(503),
        reply(504),
        reply(201, {}),
        reply(202, {}),
        reply(204, Content_Length=""),
        reply(200, raw=b"{"),
        reply(200, raw=b"{}", Content_Type="text/plain"),
        reply(200, raw=b"{}", Content_Length="90"),
        b"SMTP ready\r\n\r\n",
        b"",
    ],
)
def test_anything_else_is_unclear_and_sent_once(answer: bytes) -> None:
    """Where the effect is not known, nothing is repeated and nothing is believed."""
    clock = FakeClock()
    with ScriptedServer(once(answer, close=True)) as server, pytest.raises(WriteUnclear) as caught:
        a_client(server.url, clock=clock).patch("x", body=BODY, terms=TERMS)

    assert (caught.value.retry_after, clock.sleeps) == (0.0, [])


def test_a_product_may_promise_an_answer_without_a_body() -> None:
    """Where it does, 200 with nothing is a yes, and 200 with half a body still is none."""
    terms = Terms(success=200, empty=True)
    bodies = (reply(200, raw=b""), reply(200, raw=b"{"))
    with ScriptedServer(*(Step(request="DELETE /x", reply=body) for body in bodies)) as server:
        client = a_client(server.url)

        assert client.delete("x", terms=terms).value is None
        with pytest.raises(WriteUnclear):
            client.delete("x", terms=terms)


def test_a_reset_is_unclear() -> None:
    """The write may have arrived before the connection broke."""
    with ScriptedServer(once(reset=True)) as server, pytest.raises(WriteUnclear, match="may or may not"):
        a_client(server.url).patch("x", body=BODY, terms=TERMS)


def test_silence_is_unclear() -> None:
    """The write may have arrived although nobody said so."""
    with ScriptedServer(once()) as server, pytest.raises(WriteUnclear, match="in time"):
        a_client(server.url, patience=quick(request_seconds=0.05)).patch("x", body=BODY, terms=TERMS)


def test_an_unclear_write_tells_how_long_to_wait() -> None:
    """What the tenant asks for is handed on, because the client itself never repeats a write."""
    with ScriptedServer(once(reply(429, Retry_After="12"))) as server, pytest.raises(WriteUnclear) as caught:
        a_client(server.url).patch("x", body=BODY, terms=TERMS)

    assert caught.value.retry_after == 12.0


@pytest.mark.parametrize(("reset", "slept"), [("40", [40.0]), ("3000", [60.0])])
def test_a_write_waits_for_the_limit_but_not_forever(reset: str, slept: list[float]) -> None:
    """Pacing holds for writes; after a minute the tenant may say no itself."""
    clock = FakeClock()
    empty = reply(200, {}, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
    with ScriptedServer(Step(request="GET /x", reply=empty), once(reply(200, {}))) as server:
        client = a_client(server.url, clock=clock)
        client.get("x")
        client.patch("x", body=BODY, terms=TERMS)

    assert clock.sleeps == slept


def test_put_and_post_send_their_body() -> None:
    """The methods that other products need are the same request under another name."""
    with ScriptedServer(
        Step(request="PUT /x", body=BODY, reply=reply(200, {"a": 1})),
        Step(request="POST /x", body=BODY, reply=reply(200, {"a": 2})),
    ) as server:
        client = a_client(server.url)
        assert client.put("x", body=BODY, terms=Terms(success=200)).at("a").count() == 1
        assert client.post("x", body=BODY, terms=Terms(success=200)).at("a").count() == 2
