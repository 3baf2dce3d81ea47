"""Rows 101 to 150: HTTP, transport and protocol."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import re
import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial

import pytest
from acceptance.desk import PROJECT, Desk, Ran
from catalogue.arranging import SOMEBODY, tenant
from catalogue.duties import KEY
from catalogue.rows import Arrange, Row, RunCase
from catalogue.rows_files import GOOD
from catalogue.wires import Asked, Bend, HttpCase
from fakes.support import error_json
from fakes.wire import Step, reply

from reconciler.sandbox.records import RoleEdit

PLAN = ("plan",)
APPLY = ("apply",)
ROLE = "PATCH /roles/*"
APPLIED, FAILED, UNKNOWN, NEVER = "applied", "failed", "unknown", "not attempted"
MIB = 1024 * 1024
GZIP = b"\r\nContent-Encoding: gzip"
SELF_SIGNED = "tests/wire/self_signed.pem"
CERTIFICATE = "certificate could not be verified"
SHORT = reply(200, raw=b"{}", Content_Length="100")
HTML = b"<html><body>Bad gateway <script>alert(1)</script></body></html>"
ECHO = f"You sent {KEY}"


def says(answer: bytes, *, close: bool = False, reset: bool = False, drip: float = 0.0) -> Bend:
    """Answer with these bytes, without effect."""
    return lambda asked: Step(request=asked.request.line, reply=answer, close=close, reset=reset, drip=drip)


def then_says(answer: bytes, *, reset: bool = False) -> Bend:
    """Let the request have its effect, and answer with these bytes."""

    def bend(asked: Asked) -> Step:
        asked.honest()
        return Step(request=asked.request.line, reply=answer, reset=reset)

    return bend


def first(number: int, bend: Bend) -> Bend:
    """Bend the first so many requests only."""
    return lambda asked: (
        bend(asked) if asked.number <= number else Step(request=asked.request.line, reply=asked.honest())
    )


def truly(asked: Asked) -> Step:
    """Answer as the tenant does."""
    return Step(request=asked.request.line, reply=asked.honest())


def changed(change: Callable[[bytes, bytes], bytes]) -> Bend:
    """Answer truly, with head and body changed."""

    def bend(asked: Asked) -> Step:
        head, _, body = asked.honest().partition(b"\r\n\r\n")
        return Step(request=asked.request.line, reply=change(head, body), close=True)

    return bend


def body(change: Callable[[bytes], bytes], *, headers: bytes = b"") -> Bend:
    """Answer truly, with the body changed and its length told as it is then."""

    def rewritten(head: bytes, true: bytes) -> bytes:
        data = change(true)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
        return b"\r\n".join([*lines, b"Content-Length: %d" % len(data)]) + headers + b"\r\n\r\n" + data

    return changed(rewritten)


def header(name: str, value: bytes) -> Bend:
    """Answer truly, with one header another."""

    def rewritten(head: bytes, true: bytes) -> bytes:
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(name.lower().encode() + b":")]
        return b"\r\n".join([*lines, name.encode() + b": " + value]) + b"\r\n\r\n" + true

    return changed(rewritten)


def page(status: int) -> bytes:
    """Give a page as a proxy shows it."""
    return reply(status, raw=HTML, Content_Type="text/html")


def refusal(status: int, words: str = "Words of the tenant", **headers: str) -> bytes:
    """Give a refusal in the product's own form."""
    return reply(status, error_json("refused", words), **headers)


def reads(row: int, slug: str, code: str, bend: Bend, *words: str, hasty: bool = False) -> HttpCase:
    """Give a case of the list of roles that cannot be read."""
    return HttpCase(row=row, slug=slug, exit=7, code=code, bend=bend, says=words, hasty=hasty, writes=0)


def fine(row: int, slug: str, bend: Bend, *, at: str = "GET /roles") -> HttpCase:
    """Give a case of the list of roles that is read all the same."""
    return HttpCase(row=row, slug=slug, exit=0, bend=bend, at=at, writes=0)


def write(
    row: int,
    slug: str,
    code: int,
    bend: Bend,
    *results: str,
    words: tuple[str, ...] = (),
    writes: int | None = None,
    nth: int = 1,
    hasty: bool = False,
) -> HttpCase:
    """Give a case of a role that is changed, or of as many as there are results."""
    return HttpCase(
        row=row,
        slug=slug,
        exit=code,
        bend=bend,
        at=ROLE,
        nth=nth,
        command=APPLY,
        edits=len(results),
        results=results,
        says=words,
        writes=writes,
        hasty=hasty,
    )


def _address(url: str) -> Arrange:
    def arrange(desk: Desk, _: pytest.MonkeyPatch) -> None:
        text = (desk.folder / "reconciler.yaml").read_text(encoding="utf-8")
        desk.write("reconciler.yaml", re.sub("url: '[^']+'", lambda _: f"url: '{url}'", text, count=1))

    return arrange


def address(row: int, slug: str, url: str) -> RunCase:
    """Give the case of an address in the settings that cannot be used; no answer shows it."""

    def unseen(_: Desk, ran: Ran) -> None:
        assert url not in ran.err

    arrange = _address(url)
    return RunCase(row=row, slug=slug, exit=64, code="settings.url", arguments=("plan",), arrange=arrange, check=unseen)


def _no_name(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    _address("https://desk.example/api/v1")(desk, patch)
    patch.setattr(socket, "getaddrinfo", fail)


def _no_way(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(101, "Network is unreachable")

    _address("https://127.0.0.1/api/v1")(desk, patch)
    patch.setattr(socket.socket, "connect", fail)


def _nobody_listens(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    _address(f"http://127.0.0.1:{port}/api/v1")(desk, patch)


def http_date(moment: dt.datetime) -> str:
    """Write a moment as HTTP does."""
    return format_datetime(moment, usegmt=True)


def _removed(asked: Asked) -> Step:
    """Let somebody delete the role just before it is changed."""
    role = asked.request.line.split(" ")[1].rpartition("/")[2]
    asked.store.roles.delete(role, SOMEBODY)
    return Step(request=asked.request.line, reply=asked.honest())


def _edited_meanwhile(asked: Asked) -> Step:
    """Let somebody edit the role just before it is changed."""
    role = asked.request.line.split(" ")[1].rpartition("/")[2]
    asked.store.roles.edit(role, RoleEdit(description="Edited in a browser"), SOMEBODY)
    return Step(request=asked.request.line, reply=asked.honest())


def _other_bytes(true: bytes) -> bytes:
    document = json.loads(true)
    document["description"] = "Something else"
    return json.dumps(document).encode()


def _ask_again_soon(asked: Asked) -> Step:
    soon = http_date(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2))
    return says(refusal(429, Retry_After=soon))(asked)


def _an_hour_off(asked: Asked) -> Step:
    then = http_date(dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
    return header("Date", then.encode())(asked)


def appears_later(reads: int) -> Bend:
    """Keep silent about a creation, and let it have its effect after so many reads of the list."""
    waiting: list[Callable[[], bytes]] = []
    left = [reads]

    def bend(asked: Asked) -> Step:
        if asked.request.line.startswith("POST ") and not waiting:
            waiting.append(asked.honest)
            return Step(request=asked.request.line)
        if asked.request.line.startswith("GET /api/v1/roles?") and waiting:
            left[0] -= 1
            if left[0] == 0:
                waiting[0]()
        return Step(request=asked.request.line, reply=asked.honest())

    return bend


def _no_address(_: Desk, ran: Ran) -> None:
    assert "://" not in ran.err
    assert "?" not in ran.err


def _no_way_around(_: Desk, ran: Ran) -> None:
    assert "fix:" not in ran.err


def deleted_in_silence(reads: int) -> Bend:
    """Keep silent about the first deletion, and show the role so many times more."""
    shown: list[bytes] = []
    left = [reads]

    def bend(asked: Asked) -> Step:
        method, target, _ = asked.request.line.split(" ")
        if method == "DELETE" and not shown:
            shown.append(reply(200, asked.store.roles.read(target.rpartition("/")[2]).document()))
            asked.honest()
            return Step(request=asked.request.line)
        if method == "GET" and "/roles/" in target and shown and left[0]:
            left[0] -= 1
            return Step(request=asked.request.line, reply=shown[0])
        return truly(asked)

    return bend


def _new_role(desk: Desk) -> None:
    desk.write("roles/a.yaml", GOOD)


def _once(desk: Desk, _: Ran) -> None:
    with tenant(desk) as store:
        names = [role.name for role in store.roles.page(after=0, limit=1000).entries]
    assert names.count("Night Desk") == 1


def _retired_role(desk: Desk) -> None:
    desk.write("roles/beta-tester.yaml", "name: Beta Tester\ndescription: No longer needed here\nretired: true\n")


def _speaking_tls(
    desk: Desk,
    patch: pytest.MonkeyPatch,
    *,
    pem: str,
    trusted: bool = False,
    weak: bool = False,
    host: str = "127.0.0.1",
) -> None:
    """Serve one handshake with a certificate; trusted, so that only what else is wrong with it can be the reason."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PROJECT / pem)
    if weak:
        with warnings.catch_warnings(action="ignore"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    if trusted:
        patch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(PROJECT / pem))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                context.wrap_socket(connection, server_side=True)

    threading.Thread(target=serve, daemon=True).start()
    _address(f"https://{host}:{listener.getsockname()[1]}/api/v1")(desk, patch)


def _without(head: bytes, name: bytes) -> bytes:
    return b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(name)) + b"\r\n\r\n"


def _untouched(asked: Asked) -> bytes:
    """Say yes to a change of a role and show it as it was."""
    role = asked.store.roles.read(asked.request.line.split(" ")[1].rpartition("/")[2])
    return reply(200, role.document())


RUNS: tuple[RunCase, ...] = (
    RunCase(
        row=101,
        slug="no-such-host",
        exit=7,
        code="tenant.unreachable",
        arguments=("plan",),
        arrange=_no_name,
        says=("the host name could not be resolved",),
        check=_no_address,
    ),
    RunCase(
        row=101,
        slug="connection-refused",
        exit=7,
        code="tenant.unreachable",
        arguments=("plan",),
        arrange=_nobody_listens,
        says=("the connection was refused",),
        check=_no_address,
    ),
    RunCase(
        row=101,
        slug="unreachable",
        exit=7,
        code="tenant.unreachable",
        arguments=("plan",),
        arrange=_no_way,
        says=("there was no connection",),
        check=_no_address,
    ),
    *(
        RunCase(
            row=102,
            slug=slug,
            exit=7,
            code="tenant.unreachable",
            arguments=("plan",),
            arrange=partial(_speaking_tls, **how),
            says=(words,),
            check=_no_way_around,
        )
        for slug, words, how in (
            ("self-signed", CERTIFICATE, {"pem": SELF_SIGNED}),
            ("expired", CERTIFICATE, {"pem": "tests/catalogue/expired.pem", "trusted": True}),
            ("wrong-host", CERTIFICATE, {"pem": SELF_SIGNED, "trusted": True, "host": "localhost"}),
            ("weak-protocol", "no secure connection (TLS)", {"pem": SELF_SIGNED, "trusted": True, "weak": True}),
        )
    ),
    address(104, "plain-http", "http://desk.example/api/v1"),
    address(105, "user-and-password", "https://ada:secret@desk.example/api/v1"),
    address(105, "query", "https://desk.example/api/v1?key=1"),
    address(105, "fragment", "https://desk.example/api/v1#x"),
    address(105, "other-port", "https://desk.example:8443/api/v1"),
    address(105, "address-as-a-number", "https://192.0.2.1/api/v1"),
    address(105, "dot-at-the-end", "https://desk.example./api/v1"),
    address(105, "upper-case", "https://Desk.example/api/v1"),
    address(105, "look-alike", "https://d\u0435sk.example/api/v1"),
    address(105, "look-alike-in-ascii", "https://xn--dsk-qdd.example/api/v1"),
)
ELSEWHERE = "http://127.0.0.1:9/api/v1/roles"
CASES: tuple[HttpCase, ...] = (
    *(
        reads(107, f"{status}-on-a-read", "tenant.rejected", says(reply(status, Location=ELSEWHERE)), "a redirect")
        for status in (301, 302, 307)
    ),
    *(
        write(107, f"{status}-on-a-write", 8, says(reply(status, Location=ELSEWHERE)), FAILED, writes=1)
        for status in (301, 302, 307)
    ),
    *(
        reads(108, slug, "tenant.rejected", says(reply(302, Location=location)), "a redirect")
        for slug, location in {
            "redirect-to-itself": "/api/v1/roles",
            "redirect-to-nowhere": "",
            "relative-redirect": "../roles",
            "redirect-without-a-scheme": "//evil.example/x",
            "redirect-to-a-script": "javascript:alert(1)",
        }.items()
    ),
    *(
        write(110, f"{status}-in-the-middle", 8, says(refusal(status)), APPLIED, FAILED, NEVER, nth=2, writes=2)
        for status in (401, 403)
    ),
    write(111, "403-on-one-role", 8, says(refusal(403)), FAILED, words=("answered 403",), writes=1),
    write(113, "role-gone-since-the-plan", 6, _removed, FAILED, NEVER, writes=1),
    *(
        write(
            114,
            f"{status}-on-a-write",
            8,
            says(refusal(status, f"No \x1b[31m{ECHO}" + "w" * 400)),
            APPLIED,
            FAILED,
            NEVER,
            nth=2,
            writes=2,
            words=(f"answered {status}", "[key]"),
        )
        for status in (405, 410, 415, 422)
    ),
    write(116, "edited-meanwhile", 6, _edited_meanwhile, FAILED, NEVER, writes=1),
    *(write(116, f"{status}-on-a-write", 6, says(refusal(status)), FAILED, NEVER, writes=1) for status in (409, 412)),
    write(117, "428-on-a-write", 8, says(refusal(428)), APPLIED, FAILED, NEVER, nth=2, writes=2),
    fine(119, "429-with-a-date", first(1, _ask_again_soon)),
    fine(119, "429-with-a-past-date", first(1, says(refusal(429, Retry_After="Mon, 05 Jan 2015 09:00:00 GMT")))),
    reads(
        119,
        "429-until-2099",
        "tenant.rate-limit",
        says(refusal(429, Retry_After="Mon, 05 Jan 2099 09:00:00 GMT")),
    ),
    *(
        fine(120, f"429-with-{slug}", first(1, says(refusal(429, Retry_After=text))))
        for slug, text in {
            "a-word": "soon",
            "a-fraction": "1.5",
            "a-negative-number": "-3",
            "nothing": " ",
            "a-huge-number": "1" + "0" * 30,
        }.items()
    ),
    write(122, "429-after-the-effect", 0, first(1, then_says(refusal(429, Retry_After="1"))), APPLIED, writes=1),
    fine(123, "503-with-a-wait", first(1, says(refusal(503, Retry_After="2")))),
    *(fine(123, f"{status}-as-a-page", first(1, says(page(status)))) for status in (502, 504)),
    *(reads(123, f"{status}-as-a-page-for-good", "tenant.fault", says(page(status))) for status in (502, 503, 504)),
    *(
        write(125, f"{status}-without-effect", 0, first(1, says(refusal(status))), APPLIED, writes=2)
        for status in (500, 503)
    ),
    *(
        write(126, f"{status}-with-effect", 0, first(1, then_says(refusal(status))), APPLIED, writes=1)
        for status in (500, 503)
    ),
    *(
        HttpCase(
            row=128,
            slug=slug,
            exit=0,
            bend=appears_later(reads),
            at="*",
            files=_new_role,
            command=APPLY,
            results=(APPLIED,),
            writes=writes,
            check=_once,
            hasty=True,
        )
        for slug, reads, writes in (
            ("created-3-seconds-later", 4, 1),
            ("created-after-the-window", 6, 2),
            ("never-created", 10**6, 2),
        )
    ),
    write(129, "reset-while-sending", 0, first(1, says(b"", reset=True)), APPLIED, writes=2),
    write(129, "reset-while-reading", 0, first(1, then_says(b"HTTP/1.1 200 OK\r\n", reset=True)), APPLIED, writes=1),
    *(
        HttpCase(
            row=131,
            slug=slug,
            exit=0,
            bend=deleted_in_silence(reads),
            at="*",
            files=_retired_role,
            command=APPLY,
            results=(APPLIED,),
            writes=writes,
            hasty=True,
        )
        for slug, reads, writes in (("deleted-without-an-answer", 0, 1), ("deleted-again-and-404", 5, 2))
    ),
    reads(132, "length-beyond-the-body", "tenant.answer", says(SHORT, close=True)),
    *(
        reads(134, slug, "tenant.answer", says(reply(200, raw=raw)))
        for slug, raw in {
            "empty-body": b"",
            "null": b"null",
            "list-for-an-object": b"[]",
            "empty-object": b"{}",
        }.items()
    ),
    *(
        reads(135, slug, "tenant.answer", body(change))
        for slug, change in {
            "key-twice": lambda true: true.replace(b"{", b'{"total": 1, ', 1),
            "nan": lambda true: true.replace(b"{", b'{"x": NaN, ', 1),
            "infinity": lambda true: true.replace(b"{", b'{"x": -Infinity, ', 1),
            "trailing-data": lambda true: true + b"{}",
            "byte-order-mark": lambda true: b"\xef\xbb\xbf" + true,
            "comment": lambda true: b"/* all */" + true,
        }.items()
    ),
    reads(137, "html-label", "tenant.answer", header("Content-Type", b"text/html")),
    reads(137, "no-label", "tenant.answer", changed(lambda head, true: _without(head, b"content-type") + true)),
    fine(137, "no-charset", header("Content-Type", b"application/json")),
    reads(137, "utf-16", "tenant.answer", body(lambda true: true.decode().encode("utf-16"))),
    reads(138, "label-without-compression", "tenant.answer", header("Content-Encoding", b"gzip")),
    reads(138, "unknown-compression", "tenant.answer", header("Content-Encoding", b"br")),
    reads(
        138,
        "broken-gzip",
        "tenant.answer",
        body(lambda true: gzip.compress(true)[:-9], headers=GZIP),
    ),
    reads(
        138,
        "gzip-bomb",
        "tenant.answer",
        body(lambda _: gzip.compress(b" " * 64 * MIB), headers=GZIP),
    ),
    fine(138, "gzip", body(gzip.compress, headers=GZIP)),
    reads(140, "byte-by-byte", "tenant.unreachable", says(reply(200, {"data": []}), drip=0.05), hasty=True),
    reads(141, "10000-headers", "tenant.answer", says(b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 10_000 + b"\r\n")),
    reads(141, "header-of-a-mebibyte", "tenant.answer", says(b"HTTP/1.1 200 OK\r\nX-Y: " + b"z" * MIB + b"\r\n\r\n")),
    fine(141, "header-in-two-lines", header("X-Y", b"a\r\n b")),
    reads(143, "error-in-a-200", "tenant.answer", says(reply(200, error_json("oops", ECHO)))),
    write(143, "error-in-a-200-to-a-write", 8, says(reply(200, error_json("oops", ECHO))), FAILED, writes=3),
    write(144, "reply-shows-another-role-text", 0, body(_other_bytes), APPLIED, writes=1),
    write(
        146,
        "field-ignored",
        8,
        lambda asked: Step(request=asked.request.line, reply=_untouched(asked)),
        FAILED,
        NEVER,
        writes=1,
        words=("read back nothing had changed",),
    ),
    *(
        HttpCase(
            row=147,
            slug=f"{name.lower().replace('_', '-')}-in-the-environment",
            exit=0,
            code="environment.ignored",
            bend=truly,
            environment={name: value},
        )
        for name, value in (
            ("HTTPS_PROXY", "http://NOBODY"),
            ("ALL_PROXY", "http://NOBODY"),
            ("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem"),
            ("SSL_CERT_FILE", "/nowhere/bundle.pem"),
        )
    ),
    HttpCase(
        row=149,
        slug="closed-between-two-requests",
        exit=0,
        bend=changed(lambda head, true: head + b"\r\n\r\n" + true),
        at="*",
        command=APPLY,
        results=(APPLIED,),
        writes=1,
        unseen=2,
    ),
    HttpCase(row=150, slug="clock-an-hour-off", exit=0, code="tenant.clock", bend=_an_hour_off),
)


ROWS: tuple[Row, ...] = (
    Row(
        number=101,
        what="no such host; connection refused; unreachable",
        exit="7",
        answer="`tenant.unreachable` with method and path alone",
    ),
    Row(
        number=102,
        what="TLS: self-signed, expired, for another host, too old a protocol",
        exit="7",
        answer="`tenant.unreachable`; no way around is offered, and there is none",
    ),
    Row(number=104, what="an address with `http://`", exit="64", answer="`settings.url`; only this machine may"),
    Row(
        number=105,
        what="an address with a user, query, fragment, other port, number, dot at its end, upper case, look-alike",
        exit="64",
        answer="`settings.url`, which never shows the address",
    ),
    Row(
        number=107,
        what="a redirect to another host, to a read and to a write",
        exit="7; 8",
        answer="`tenant.rejected`; `failed`, not believed; nobody follows it",
    ),
    Row(
        number=108,
        what="a redirect in a circle, to nowhere, relative, `//evil`, `javascript:`",
        exit="7",
        answer="`tenant.rejected`",
    ),
    Row(
        number=110,
        what="401 or 403 in the middle of an apply",
        exit="8",
        answer="`applied`, `failed`, `not attempted`; nothing is sent after it, nothing undone",
    ),
    Row(number=111, what="403 on one role", exit="8", answer="`failed`, never passed over"),
    Row(
        number=113,
        what="a role disappears between list and write",
        exit="6",
        answer="`failed`: it disappeared since the plan; nothing was written",
    ),
    Row(
        number=114,
        what="405, 410, 415, 422 to a write",
        exit="8",
        answer="`failed` with the tenant's words, escaped, the key blanked, cut at 300 characters",
    ),
    Row(
        number=116,
        what="409, 412; a role edited since the plan",
        exit="6",
        answer="`failed`; sent once, and the newer value stays",
    ),
    Row(number=117, what="428 to a write", exit="8", answer="`failed`"),
    Row(
        number=119,
        what="429 with a date, one in the past, one in 2099",
        exit="0; 0; 7",
        answer="waits; `tenant.rate-limit` when there is no time for it",
    ),
    Row(
        number=120,
        what="429 with `soon`, `1.5`, `-3`, nothing, 10^30",
        exit="0",
        answer="the usual wait, and the whole list",
    ),
    Row(number=122, what="429 although the write had its effect", exit="0", answer="read back, not repeated"),
    Row(
        number=123,
        what="503 with a wait; 502 and 504 as a page of HTML, once and for good",
        exit="0; 7",
        answer="tried again; `tenant.fault`; the page is never shown",
    ),
    Row(number=125, what="5xx to a write without effect", exit="0", answer="read back, sent again"),
    Row(number=126, what="5xx to a write with effect", exit="0", answer="read back, not sent again"),
    Row(
        number=128,
        what="a creation without an answer; the role appears later, much later, never",
        exit="0",
        answer="waits for it, then sends once more; there is one role",
    ),
    Row(
        number=129,
        what="a reset before, while and after a write is sent",
        exit="0",
        answer="read back, sent again only without effect; the journal counts what was sent",
        reason="Before sending it is row 149",
    ),
    Row(number=131, what="a deletion without an answer, then 404", exit="0", answer="`applied`: the role is gone"),
    Row(number=132, what="a length beyond the body", exit="7", answer="`tenant.answer`"),
    Row(number=134, what="an empty body, `null`, `[]`, `{}`", exit="7", answer='`tenant.answer`; never "no roles"'),
    Row(
        number=135,
        what="JSON with a key twice, NaN, Infinity, more behind it, a byte order mark, a comment",
        exit="7",
        answer="`tenant.answer`",
    ),
    Row(
        number=137,
        what="JSON labelled as HTML, not labelled, without a charset, in UTF-16",
        exit="7; 7; 0; 7",
        answer="`tenant.answer`: `application/json` in UTF-8, and nothing else",
    ),
    Row(
        number=138,
        what="compression that is not there, unknown, broken, a bomb",
        exit="7",
        answer="`tenant.answer`; what is in memory ends at 8 MiB",
        elsewhere=("wire/test_wire_bodies.py::test_a_body_over_the_cap_is_unusable",),
    ),
    Row(
        number=140,
        what="one byte now and then",
        exit="7",
        answer="`tenant.unreachable` when the request's time is over",
    ),
    Row(
        number=141,
        what="10,000 headers; a header of a mebibyte; one in two lines",
        exit="7; 7; 0",
        answer="`tenant.answer`",
        reason="No header is shown or sent back but a version, which may hold no line break",
    ),
    Row(
        number=143,
        what="200 with an error in its body, to a read and to a write",
        exit="7; 8",
        answer="`tenant.answer`; read back, sent again, `failed` as it has no effect",
    ),
    Row(
        number=144,
        what="the answer to a write shows something else than was sent",
        exit="0",
        answer="`applied`",
        reason="What the role is read back as decides, and not what an answer to a write shows of it",
    ),
    Row(number=146, what="the tenant says yes and ignores what was sent", exit="8", answer="`failed`, by reading back"),
    Row(
        number=147,
        what="`HTTPS_PROXY`, `ALL_PROXY`, `REQUESTS_CA_BUNDLE`, `SSL_CERT_FILE`",
        exit="0",
        answer="not followed, and `environment.ignored` says so; no option changes it",
        elsewhere=("wire/test_wire_connections.py::test_a_certificate_nobody_vouches_for_is_refused",),
    ),
    Row(
        number=149,
        what="the connection is closed after every answer",
        exit="0",
        answer="reads go on; a write without an answer is read back first",
        reason="The client speaks HTTP/1.1, so there is no GOAWAY",
    ),
    Row(
        number=150,
        what="the tenant's clock is an hour off",
        exit="0",
        answer="`tenant.clock`; no decision depends on it",
    ),
)
