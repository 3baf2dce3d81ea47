"""Whatever goes wrong, the key is in no text of any exception and in no place of a request but its one header."""

from __future__ import annotations

import base64
import traceback
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from fakes.support import SECRET, a_client, a_connection, error_json, quick
from fakes.wire import ScriptedServer, Step, reply

from reconciler.errors import ReconcilerError, TenantError, UsageProblem
from reconciler.tenants.connection import Key
from reconciler.tenants.http import HttpReader, HttpWriter
from reconciler.tenants.retry import BackOff
from reconciler.tenants.support_replies import complaint
from reconciler.tenants.verdict import Terms

BASIC = base64.b64encode(f"u:{SECRET}".encode()).decode()
FORMS = (
    SECRET,
    quote(SECRET, safe=""),
    base64.b64encode(SECRET.encode()).decode().rstrip("="),
    base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    BASIC[4:-4],
)
ECHO = f"You sent Bearer {SECRET}, Basic {BASIC}, that is " + " and ".join(FORMS[:-1])
FAULTS = {
    "reset": Step(request="GET /x", reset=True),
    "silence": Step(request="GET /x"),
    "redirect": Step(request="GET /x", reply=reply(302, error_json("moved", ECHO), Location=f"/{SECRET}")),
    "echoed refusal": Step(request="GET /x", reply=reply(400, error_json(SECRET, ECHO))),
    "echoed 401": Step(request="GET /x", reply=reply(401, error_json("bad_key", ECHO))),
    "echoed 403": Step(request="GET /x", reply=reply(403, error_json("scope", ECHO))),
    "echoed 429": Step(request="GET /x", reply=reply(429, error_json("slow", ECHO), Retry_After=SECRET)),
    "echoed 500": Step(request="GET /x", reply=reply(500, error_json("oops", ECHO))),
    "key across the cut": Step(request="GET /x", reply=reply(400, error_json("bad", "w" * 285 + SECRET))),
    "echo in HTML": Step(request="GET /x", reply=reply(500, raw=ECHO.encode(), Content_Type="text/html")),
    "echo in broken JSON": Step(request="GET /x", reply=reply(200, raw=b'{"a": "' + ECHO.encode())),
    "echo in a status line": Step(request="GET /x", reply=ECHO.encode() + b"\r\n\r\n", close=True),
    "echo in headers": Step(request="GET /x", reply=reply(200, {}, Content_Encoding=SECRET)),
    "echo in a length": Step(request="GET /x", reply=reply(200, raw=ECHO.encode(), Content_Length=SECRET)),
    "echo in chunks": Step(
        request="GET /x",
        reply=reply(200, raw=f"{SECRET}\r\n".encode(), Content_Length="", Transfer_Encoding="chunked"),
        close=True,
    ),
}


@pytest.mark.sockets
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_no_exception_holds_the_key(fault: str, method: str) -> None:
    """Text, representation and traceback of every error, and of all that it chains, are free of the key."""
    step = FAULTS[fault]
    expected = Step(
        request=f"{method} /x",
        body=None if method == "GET" else {},
        reply=step.reply,
        close=True,
        reset=step.reset,
    )
    with ScriptedServer(expected) as server:
        client = a_client(server.url, patience=quick(request_seconds=0.2, back_off=BackOff(tries=1)))
        with pytest.raises(TenantError) as caught:
            _ask(client, method)

    assert not _leaks(caught.value)


@pytest.mark.sockets
def test_the_key_is_in_its_header_and_nowhere_else() -> None:
    """Every request carries the key once, in Authorization."""
    steps = (
        Step(request="GET /x?a=b", reply=reply(200, {})),
        Step(request="PATCH /x", body={}, reply=reply(200, {})),
    )
    with ScriptedServer(*steps) as server:
        client = a_client(server.url)
        client.get("x", query={"a": "b"})
        client.patch("x", body={}, terms=Terms(success=200))

    for request in server.requests:
        holding = [name for name, value in request.headers.items() if SECRET in value]
        assert holding == ["authorization"]
        assert SECRET not in request.line
        assert SECRET.encode() not in request.body


@pytest.mark.sockets
def test_a_path_that_holds_the_key_is_blanked() -> None:
    """An id that equals the key is not shown either."""
    target = f"/{quote(SECRET, safe='')}"
    with (
        ScriptedServer(Step(request=f"GET {target}", reply=reply(400))) as server,
        pytest.raises(TenantError) as caught,
    ):
        a_client(server.url).get(SECRET)

    assert caught.value.detail == "GET /[key]: answered 400"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: f"{key}\nX: y",
        lambda key: f" {key}",
        lambda key: f"{key}\n\n",
        lambda key: f"{key}\u00e4",
        lambda key: f"{key}\x00",
        lambda _: "",
        lambda _: "short",
    ],
)
def test_a_key_that_cannot_be_a_header_is_refused_unseen(spoil: Callable[[str], str]) -> None:
    """A key with a line break, a space or too few characters is refused before a request, without being quoted."""
    secret = spoil(SECRET)
    with pytest.raises(UsageProblem, match="The key must be") as caught:
        HttpReader(a_connection("https://desk.example", secret=secret), complaint)

    assert not _leaks(caught.value)


def test_a_key_shows_itself_to_nobody() -> None:
    """Printing, formatting and serialising a key or its connection give nothing away."""
    key = Key(SECRET)
    connection = a_connection("https://desk.example")

    assert SECRET not in f"{key} {key!r} {connection} {connection!r}"
    with pytest.raises(TypeError):
        key.__reduce__()


def _ask(client: HttpWriter, method: str) -> None:
    if method == "GET":
        client.get("x")
    else:
        client.patch("x", body={}, terms=Terms(success=200))


def _leaks(error: ReconcilerError) -> list[str]:
    texts = [*traceback.format_exception(error), *_texts(error)]
    return [text for text in texts if any(form in text for form in FORMS)]


def _texts(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield from (str(error), repr(error), repr(vars(error)))
        yield from _texts(error.__cause__)
        error = error.__context__
