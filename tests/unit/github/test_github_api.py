"""The client: where requests may go, how long and how often it tries, and that the token is in no text."""

from __future__ import annotations

import base64
import datetime as dt
import logging
import traceback
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fakes.clock import START, FakeClock
from fakes.github import HEAD, PULL, TOKEN, FakeGithub, an_api
from fakes.github_shapes import REPOSITORY, error_json
from fakes.wire import ScriptedServer, Step, reply
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Exit, GithubProblem
from reconciler.github.api import API_VERSION, MAX_PAGES, GithubApi, GithubPatience, note_of
from reconciler.github.commits import pull_request
from reconciler.github.links import next_page
from reconciler.github.problems import (
    GithubAnswerUnusable,
    GithubRateLimited,
    GithubRefused,
    GithubUnclear,
    GithubUnreachable,
    GithubUnusable,
)
from reconciler.tenants.connection import Key
from reconciler.tenants.retry import BackOff

ASKED = r"GET .*/pulls/"
BUSY = reply(503, error_json(503, "Unicorn"))
LONG_AGO = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
FORMS = (TOKEN, quote(TOKEN, safe=""), base64.b64encode(TOKEN.encode()).decode().rstrip("="))
ECHO = " and ".join(FORMS)


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request."""
    with FakeGithub() as opened:
        yield opened


@pytest.mark.parametrize(
    "url",
    [
        "http://api.github.com",
        "https://user:hunter2@api.github.com",
        "https://api.github.com?x",
        "https://api.github.com:444",
        "https://API.github.com",
        "ftp://api.github.com",
        "https://1.2.3.4",
        "",
    ],
)
def test_an_address_that_could_leak_is_refused(url: str) -> None:
    """Https to a named host only, and the text quotes no address, as it may hold a password."""
    with pytest.raises(GithubUnusable) as caught:
        GithubApi(url, REPOSITORY, Key(TOKEN), FakeClock())

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "repository", ["", "roles", "a/b/c", "a/..", "a/.", "../b", "a/b\n", "a/b?x", "a/b#x", "a/%2e%2e", "ä/b", "-a/b"]
)
def test_a_repository_is_an_owner_and_a_name(repository: str) -> None:
    """Nothing in the name of a repository can lead to another part of the API."""
    with pytest.raises(GithubUnusable):
        GithubApi("https://api.github.com", repository, Key(TOKEN), FakeClock())


@pytest.mark.parametrize("token", ["", "ghs_1", "with space in it", f"{TOKEN}\r\nX-Evil: 1", "ümläut-token"])
def test_a_token_that_cannot_be_sent_is_refused_without_quoting_it(token: str) -> None:
    """A library would quote the header it refuses."""
    with pytest.raises(GithubUnusable) as caught:
        GithubApi("https://api.github.com", REPOSITORY, Key(token), FakeClock())

    assert not token or token not in "".join(traceback.format_exception(caught.value))


def test_every_problem_is_one_that_callers_turn_into_a_note() -> None:
    """A note is one line with what to do; the exit code promises that no tenant was written."""
    limited = note_of(GithubRateLimited("GET /x: answered 429", retry_after=61.7))
    refused = note_of(GithubRefused("GET /x: answered 403", status=403, fix="Give it the permission"))

    assert limited == (
        "GitHub did not answer as needed: GET /x: answered 429. It asked to wait 62 seconds. Run it again later."
    )
    assert refused == "GitHub did not answer as needed: GET /x: answered 403. Give it the permission."
    assert Exit.TENANT_UNREADABLE is GithubProblem.exit_code


@pytest.mark.sockets
def test_requests_carry_the_token_once_and_name_the_version(github: FakeGithub) -> None:
    """The token is in Authorization and nowhere else."""
    with an_api(github) as api:
        pull_request(api, PULL)
        api.post("check-runs", body={"name": "c", "head_sha": HEAD})

    for request in github.requests:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert request.headers["x-github-api-version"] == API_VERSION
        assert request.headers["accept"] == "application/vnd.github+json"
        rest = {name: value for name, value in request.headers.items() if name != "authorization"}
        assert TOKEN not in f"{request.line}{rest}{request.body!r}"


@pytest.mark.sockets
def test_nothing_is_taken_from_the_environment(github: FakeGithub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a proxy nor another token in the environment changes a request."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_another_token_of_the_job")
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:1")

    assert pull_request(an_api(github), PULL).head == HEAD
    assert github.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.sockets
def test_a_server_below_a_path_is_asked_below_it() -> None:
    """GitHub Enterprise Server has its API below a path, and its next pages too."""
    with FakeGithub(prefix="/api/v3") as github:
        github.page_size = 1
        github.put_labels(PULL, "a", "b", "c")

        assert len(an_api(github).listing("issues", str(PULL), "labels")) == 3
        assert all(" /api/v3/repos" in r.line or " /api/v3/repositories" in r.line for r in github.requests)


@pytest.mark.sockets
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_are_never_followed(github: FakeGithub, status: int, method: str) -> None:
    """The token and a text go nowhere but to the address that was given."""
    with FakeGithub() as other:
        github.at(method, reply(status, error_json(status, "Moved"), Location=f"{other.url}/repos/{REPOSITORY}"))
        api = an_api(github)
        with pytest.raises(GithubRefused, match="redirect"):
            api.get("pulls", str(PULL)) if method == "GET" else api.post("statuses", HEAD, body={})

        assert len(github.requests) == 1
        assert other.requests == []


@pytest.mark.sockets
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_tried_again(github: FakeGithub, status: int) -> None:
    """What may pass is asked again, after a wait that grows."""
    github.at(ASKED, reply(status, error_json(status, "No"), Retry_After="1"), times=3)
    clock = FakeClock()

    assert pull_request(an_api(github, clock=clock), PULL).head == HEAD
    assert clock.sleeps == [1.0, 1.0, 2.0]


@pytest.mark.sockets
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 422, 451, 501])
def test_a_clear_no_is_not_asked_twice(github: FakeGithub, status: int) -> None:
    """A refusal stays one."""
    github.at(ASKED, reply(status, error_json(status, "No")), times=9)

    with pytest.raises((GithubRefused, GithubUnreachable), match=f"answered {status}: No"):
        pull_request(an_api(github), PULL)
    assert len(github.requests) == 1


@pytest.mark.sockets
def test_a_read_gives_up(github: FakeGithub) -> None:
    """Four tries, and then the last problem."""
    github.at(ASKED, BUSY, times=99)

    with pytest.raises(GithubUnreachable, match="503: Unicorn"):
        pull_request(an_api(github), PULL)
    assert len(github.requests) == 4


@pytest.mark.sockets
def test_a_connection_that_breaks_is_tried_again(github: FakeGithub) -> None:
    """No answer to a read is no reason to give up at once."""
    github.at(ASKED, hang_up=True)

    assert pull_request(an_api(github), PULL).head == HEAD


@pytest.mark.sockets
def test_an_answer_that_is_not_http_is_a_problem() -> None:
    """Something else listening there is told, without its words."""
    with ScriptedServer(
        Step(request=f"GET /repos/{REPOSITORY}/pulls/7", reply=b"SSH-2.0\r\n\r\n", close=True)
    ) as server:
        api = GithubApi(server.url, REPOSITORY, Key(TOKEN), FakeClock())
        with pytest.raises(GithubAnswerUnusable, match="not HTTP"):
            api.get("pulls", "7")


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (403, {"Retry_After": "30"}, 30.0),
        (429, {"Retry_After": "30"}, 30.0),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(START.timestamp()) + 45)}, 45.0),
        (429, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(START.timestamp()) + 45)}, 45.0),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "soon"}, 60.0),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(LONG_AGO.timestamp()))}, 0.5),
        (429, {}, 60.0),
        (429, {"Retry_After": "soon"}, 60.0),
    ],
)
def test_a_limit_is_waited_for(github: FakeGithub, status: int, headers: dict[str, str], wait: float) -> None:
    """Both kinds of limit say how long, each in its own way; GitHub's reset is a moment, not a duration."""
    github.at(ASKED, reply(status, error_json(status, "API rate limit exceeded"), **headers))
    clock = FakeClock()

    assert pull_request(an_api(github, clock=clock), PULL).head == HEAD
    assert clock.sleeps == [wait]


@pytest.mark.sockets
@pytest.mark.parametrize("wait", ["121", "999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_limit_beyond_our_time_is_told_at_once(github: FakeGithub, wait: str) -> None:
    """Nobody waits an hour for a comment."""
    github.at(ASKED, reply(429, error_json(429, "Slow down"), Retry_After=wait), times=9)
    clock = FakeClock()

    with pytest.raises(GithubRateLimited) as caught:
        pull_request(an_api(github, clock=clock), PULL)
    assert caught.value.retry_after >= 121
    assert clock.sleeps == []


@pytest.mark.sockets
def test_the_time_of_a_read_runs_out(github: FakeGithub) -> None:
    """All pages of a listing share one deadline."""
    clock = FakeClock()
    github.page_size = 1
    github.put_labels(PULL, *"abcdef")
    github.at(r"page=", then=lambda: clock.advance(50), times=99)

    with pytest.raises(GithubUnreachable, match="longer than 120 seconds"):
        an_api(github, clock=clock).listing("issues", str(PULL), "labels")


@pytest.mark.sockets
@pytest.mark.parametrize("status", [500, 502, 503, 200, 204, 302, 403, 404, 409, 422, 429])
def test_a_write_is_sent_once(github: FakeGithub, status: int) -> None:
    """Whatever the answer; a 5xx or an unpromised 2xx is never called a failure, as it may have happened."""
    github.at("POST", reply(status, error_json(status, "Words") if status != 204 else None), times=9)

    with pytest.raises(GithubProblem) as caught:
        an_api(github).post("statuses", HEAD, body={"state": "success"})
    assert len(github.writes) == 1
    assert isinstance(caught.value, GithubUnclear) == (status >= 500 or status < 300)


@pytest.mark.sockets
def test_a_write_at_the_limit_had_no_effect(github: FakeGithub) -> None:
    """A limit is told with its time, and not waited for."""
    github.at("POST", reply(403, error_json(403, "secondary rate limit"), Retry_After="60"))
    clock = FakeClock()

    with pytest.raises(GithubRateLimited) as caught:
        an_api(github, clock=clock).post("statuses", HEAD, body={"state": "success"})
    assert caught.value.retry_after == 60
    assert clock.sleeps == []


@pytest.mark.sockets
@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"number": 7, "number": 8}', b"[NaN]", b"\xff", b"[" * 100 + b"]" * 100, b"{} {}"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_json_has_one_meaning_or_none(github: FakeGithub, raw: bytes, method: str) -> None:
    """A body that two readers could understand differently is none."""
    github.at(method, reply(200 if method == "GET" else 201, raw=raw), times=9)

    api = an_api(github)
    with pytest.raises((GithubAnswerUnusable, GithubUnclear), match="body"):
        api.get("pulls", "7") if method == "GET" else api.post("statuses", HEAD, body={})


@pytest.mark.sockets
@pytest.mark.parametrize("body", [{}, [], 7, {"number": "7"}, {"number": 7, "head": {"sha": "main"}}, None])
def test_another_shape_is_a_problem(github: FakeGithub, body: object) -> None:
    """A field that is missing, or of another type, is told by its place."""
    github.at(ASKED, reply(200, raw=b"null") if body is None else reply(200, body))

    with pytest.raises(GithubAnswerUnusable):
        pull_request(an_api(github), PULL)


@pytest.mark.sockets
@pytest.mark.parametrize("status", [201, 202, 206])
def test_another_success_than_promised_is_not_believed(github: FakeGithub, status: int) -> None:
    """A read that was promised 200 and got something else has no answer."""
    github.at(ASKED, reply(status, {}))

    with pytest.raises(GithubAnswerUnusable, match="where 200 was promised"):
        pull_request(an_api(github), PULL)


@pytest.mark.sockets
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_listing_is_read_to_its_last_page(github: FakeGithub, size: int) -> None:
    """However the pages are cut, every item arrives once and in order."""
    github.page_size = size
    github.put_labels(PULL, *"gfedcba")

    labels = an_api(github).listing("issues", str(PULL), "labels")

    assert [label.at("name").text() for label in labels] == list("gfedcba")
    assert len(github.requests) == -(-7 // size)


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("header", "message"),
    [
        ('<{other}/repos/desk/roles/issues/7/labels?page=2>; rel="next"', "another server"),
        ('<https://api.github.com/repositories/4711/issues/7/labels?page=2>; rel="next"', "another server"),
        ('<{own}/user?page=2>; rel="next"', "another listing"),
        ('<{own}/repositories/4711/issues/8/labels?page=2>; rel="next"', "another listing"),
        ('<{own}/repositories/../issues/7/labels?page=2>; rel="next"', "another listing"),
        ('<{own}/repos/desk/other/issues/7/labels?page=2>; rel="next"', "another listing"),
        ('<{own}/repos/desk/roles/issues/7/labels?per_page=100>; rel="next"', "do not end after 1"),
        ('<{user}/repos/desk/roles/issues/7/labels?page=2>; rel="next"', "cannot be used"),
        ('<{own}/repos/desk/roles/issues/7/labels?page=2#x>; rel="next"', "cannot be used"),
        ('<{own}/repos/desk/roles/issues/7/labels>; rel="next"', "cannot be used"),
        ('<http://[/x?page=2>; rel="next"', "cannot be used"),
        ('</repos/desk/roles/issues/7/labels?page=2>; rel="next"', "another server"),
        ("nonsense", "cannot be read"),
        ('<{own}/x?page=2>; rel="next", <{own}/x?page=3>; rel="next"', "two next pages"),
        ("x" * 9_000, "too long"),
    ],
)
def test_a_next_page_leads_nowhere_else(github: FakeGithub, header: str, message: str) -> None:
    """A Link header cannot send the token to another server, or mix another listing in."""
    with FakeGithub() as other:
        user = github.origin.replace("://", "://me@")
        link = header.format(other=other.url, own=github.url, user=user)
        github.at("labels", reply(200, [], Link=link), times=999)

        with pytest.raises(GithubAnswerUnusable, match=message):
            an_api(github).listing("issues", str(PULL), "labels")
        assert other.requests == []
        assert len(github.requests) <= 2


@pytest.mark.sockets
def test_pages_without_end_are_no_listing(github: FakeGithub) -> None:
    """A listing that goes on and on is stopped."""
    github.page_size = 1
    github.put_labels(PULL, *(f"label {number}" for number in range(MAX_PAGES + 1)))

    with pytest.raises(GithubAnswerUnusable, match="do not end"):
        an_api(github).listing("issues", str(PULL), "labels")
    assert len(github.requests) == MAX_PAGES


@given(st.text(max_size=60) | st.from_regex(r'<http[!-~]{0,20}>; rel="(next|last)"', fullmatch=True))
def test_any_link_header_is_a_page_of_the_listing_or_a_problem(header: str) -> None:
    """Whatever a server sends, the next address is below the one that was asked."""
    first = "https://api.github.com/repos/desk/roles/issues?per_page=100"
    try:
        target = next_page(header, first, f"/repos/{REPOSITORY}")
    except GithubAnswerUnusable:
        return

    assert target is None or target.startswith("https://api.github.com/repos")


def test_a_next_page_may_name_the_repository_by_number() -> None:
    """That is how GitHub writes it, with other relations around it and other parameters beside."""
    first = "https://api.github.com/repos/desk/roles/rules/branches/a%2Fb?per_page=100"
    wanted = "https://api.github.com/repositories/4711/rules/branches/a%2Fb?per_page=100&page=2"
    header = f'<https://api.github.com/x?page=1>; rel="prev", <{wanted}>; rel="next"; title="2"'

    assert next_page(header, first, f"/repos/{REPOSITORY}") == wanted


def test_a_bots_login_in_a_next_page_is_escaped() -> None:
    """Escaped or not, the same address is asked."""
    first = "https://api.github.com/repos/desk/roles/issues?creator=github-actions%5Bbot%5D"
    page = "https://api.github.com/repositories/4711/issues?creator=github-actions{}&page=2"
    pages = {
        next_page(f'<{page.format(bot)}>; rel="next"', first, f"/repos/{REPOSITORY}") for bot in ("[bot]", "%5Bbot%5D")
    }

    assert pages == {page.format("%5Bbot%5D")}


FAULTS = {
    "reset": Step(request="", reset=True),
    "redirect": Step(request="", reply=reply(302, error_json(302, ECHO), Location=f"/{TOKEN}")),
    **{f"echoed {s}": Step(request="", reply=reply(s, error_json(s, ECHO))) for s in (400, 401, 403, 404, 422, 500)},
    "echoed 429": Step(request="", reply=reply(429, error_json(429, ECHO), Retry_After=TOKEN)),
    "token across the cut": Step(request="", reply=reply(400, error_json(400, "w" * 285 + TOKEN))),
    "echo in HTML": Step(request="", reply=reply(500, raw=ECHO.encode(), Content_Type="text/html")),
    "echo in broken JSON": Step(request="", reply=reply(200, raw=b'{"a": "' + ECHO.encode())),
    "echo in a link": Step(request="", reply=reply(200, [], Link=f'<http://{TOKEN}/?x>; rel="next"')),
    "echo as a status line": Step(request="", reply=ECHO.encode() + b"\r\n\r\n"),
}


@pytest.mark.sockets
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_text_holds_the_token(fault: str, method: str, caplog: pytest.LogCaptureFixture) -> None:
    """Text, representation, note, traceback and log of every problem are free of the token in all its forms."""
    caplog.set_level(logging.DEBUG)
    target = f"/repos/{REPOSITORY}/x"
    query, body = ("?per_page=100", None) if method == "GET" else ("", {})
    step = FAULTS[fault]
    once = Step(request=f"{method} {target}{query}", body=body, reply=step.reply, reset=step.reset, close=True)
    with ScriptedServer(once) as server:
        patience = GithubPatience(request_seconds=0.5, back_off=BackOff(tries=1))
        api = GithubApi(server.url, REPOSITORY, Key(TOKEN), FakeClock(), patience=patience)
        with pytest.raises(GithubProblem) as caught:
            api.listing("x") if method == "GET" else api.post("x", body={})

    shown = "".join(traceback.format_exception(caught.value))
    texts = f"{shown}{caught.value!r}{vars(caught.value)}{note_of(caught.value)}{caplog.text}{vars(api)}"
    assert [form for form in FORMS if form in texts.replace(repr(api._transport), "")] == []


@pytest.mark.sockets
@pytest.mark.parametrize("step", ["..", ".", "", "a\nb", "a\u202eb"], ids=ascii)
def test_a_step_cannot_climb(github: FakeGithub, step: str) -> None:
    """No id leads to another resource; nothing is sent."""
    with pytest.raises(GithubAnswerUnusable):
        an_api(github).get("branches", step)
    assert github.requests == []
