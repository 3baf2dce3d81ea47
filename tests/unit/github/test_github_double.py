"""The double keeps to what GitHub documents: required fields, statuses, error bodies and pages."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fakes.github import HEAD, MAIN, PULL, TOKEN, FakeGithub
from fakes.github_shapes import BOT, REPOSITORY, STRANGER

pytestmark = pytest.mark.sockets

REPO = f"/repos/{REPOSITORY}"
USER = {"login", "id", "node_id", "avatar_url", "url", "html_url", "type", "site_admin"}
COMMENT = {"id", "node_id", "html_url", "issue_url", "author_association", "user", "url", "created_at", "updated_at"}
ISSUE = {
    *{"id", "node_id", "url", "html_url", "comments_url", "number", "title", "user", "state", "locked", "labels"},
    *{"comments", "created_at", "updated_at", "closed_at", "author_association"},
}
PULL_REQUEST = {
    "id",
    "node_id",
    "url",
    "number",
    "state",
    "title",
    "user",
    "head",
    "base",
    "merged_at",
    "merge_commit_sha",
}
LABEL = {"id", "node_id", "url", "name", "description", "color", "default"}
STATUS = {
    *{"id", "node_id", "url", "avatar_url", "state", "description", "target_url", "context"},
    *{"created_at", "updated_at", "creator"},
}
REF = {"ref", "node_id", "url", "object"}
ERROR = {"message", "documentation_url", "status"}


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with something of everything."""
    with FakeGithub() as opened:
        opened.say("words", STRANGER)
        opened.put_labels(PULL, "bug")
        opened.state_commit(HEAD, BOT, context="roles/plan", description="x")
        opened.add_issue(1, "Title", "Body", STRANGER)
        yield opened


def ask(
    github: FakeGithub, method: str, target: str, body: object = None, token: str = TOKEN
) -> tuple[int, Any, dict[str, str]]:
    """Ask as any client would."""
    connection = http.client.HTTPConnection(urlsplit(github.url).netloc)
    try:
        payload = None if body is None else json.dumps(body)
        connection.request(method, target, payload, {"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "fields"),
    [
        ("GET", f"/issues/{PULL}/comments", None, 200, COMMENT),
        ("POST", f"/issues/{PULL}/comments", {"body": "x"}, 201, COMMENT),
        ("PATCH", "/issues/comments/1001", {"body": "x"}, 200, COMMENT),
        ("GET", "/issues/comments/1001", None, 200, COMMENT),
        ("GET", f"/issues/{PULL}/labels", None, 200, LABEL),
        ("POST", f"/issues/{PULL}/labels", {"labels": ["new"]}, 200, LABEL),
        ("DELETE", f"/issues/{PULL}/labels/bug", None, 200, LABEL),
        ("GET", "/labels/bug", None, 200, LABEL),
        ("POST", "/labels", {"name": "n", "color": "ffffff", "description": "d"}, 201, LABEL),
        ("GET", f"/pulls/{PULL}", None, 200, PULL_REQUEST),
        ("GET", f"/commits/{HEAD}/pulls", None, 200, PULL_REQUEST),
        ("GET", f"/commits/{HEAD}/statuses", None, 200, STATUS),
        ("POST", f"/statuses/{HEAD}", {"state": "success", "context": "c"}, 201, STATUS),
        ("GET", "/git/ref/heads/main", None, 200, REF),
        ("GET", "/issues?state=all", None, 200, ISSUE),
        ("POST", "/issues", {"title": "t", "body": "b"}, 201, ISSUE),
        ("PATCH", "/issues/1", {"state": "closed"}, 200, ISSUE),
    ],
)
def test_answers_have_the_documented_status_and_fields(
    github: FakeGithub, method: str, path: str, body: object, status: int, fields: set[str]
) -> None:
    """Every field that the documentation requires is there, in every item of a listing."""
    seen, answer, headers = ask(github, method, f"{REPO}{path}", body)

    assert seen == status
    assert headers["content-type"] == "application/json; charset=utf-8"
    for item in answer if isinstance(answer, list) else [answer]:
        assert fields <= set(item)
        for person in ("user", "creator"):
            assert USER <= set(item.get(person) or USER)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "/issues/99/comments", None, 404, "Not Found"),
        ("PATCH", "/issues/comments/9", {"body": "x"}, 404, "Not Found"),
        ("GET", "/git/ref/heads/gone", None, 404, "Not Found"),
        ("GET", "/nothing", None, 404, "Not Found"),
        ("GET", "/environments/none", None, 404, "Not Found"),
        ("DELETE", f"/issues/{PULL}/labels/none", None, 404, "Label does not exist"),
        ("POST", "/labels", {"name": "BUG", "color": "ffffff"}, 422, "Validation Failed"),
        ("POST", f"/issues/{PULL}/comments", {"body": "x" * 65_537}, 422, "Validation Failed"),
        ("POST", "/issues", {"title": "x" * 257}, 422, "Validation Failed"),
        ("POST", f"/statuses/{HEAD}", {"state": "error", "description": "x" * 141}, 422, "Validation Failed"),
        ("GET", "/branches/main/protection", None, 403, "Resource not accessible by integration"),
    ],
)
def test_refusals_have_the_documented_body(
    github: FakeGithub, method: str, path: str, body: object, status: int, message: str
) -> None:
    """A message, where to read about it, and the status once more as text."""
    seen, answer, _ = ask(github, method, f"{REPO}{path}", body)

    assert (seen, answer["message"], answer["status"]) == (status, message, str(status))
    assert set(answer) >= ERROR


def test_a_workflows_token_may_not_read_who_it_is(github: FakeGithub) -> None:
    """A token of an app gets 403, a person's gets the person, a wrong one 401."""
    assert ask(github, "GET", "/user")[0] == 403
    assert ask(github, "GET", "/user", token="ghp_wrong")[:2] == (
        401,
        {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"},
    )
    with FakeGithub(token_owner=STRANGER) as other:
        assert ask(other, "GET", "/user")[1]["id"] == STRANGER["id"]


def test_pages_are_told_in_the_link_header(github: FakeGithub) -> None:
    """By the repository's number, with the page's size kept; the last page names no next one."""
    for _ in range(4):
        github.say("more", STRANGER)
    target: str | None = f"{REPO}/issues/{PULL}/comments?per_page=2"
    sizes = []
    while target is not None:
        _, items, headers = ask(github, "GET", target)
        sizes.append(len(items))
        found = re.search(r'<(http://127[^>]*/repositories/4711/[^>]*)>; rel="next"', headers.get("link", ""))
        target = found.group(1).removeprefix(github.origin) if found else None

    assert sizes == [2, 2, 1]


def test_one_page_has_no_link(github: FakeGithub) -> None:
    """Where everything fits, there is no header at all, and 30 items fit unless asked otherwise."""
    assert "link" not in ask(github, "GET", f"{REPO}/issues/{PULL}/comments")[2]
    for _ in range(30):
        github.say("more", STRANGER)
    assert len(ask(github, "GET", f"{REPO}/issues/{PULL}/comments")[1]) == 30


def test_issues_are_filtered_and_hold_pull_requests(github: FakeGithub) -> None:
    """The newest first; a pull request is an issue with one key more; closed ones only where asked for."""
    listed = ask(github, "GET", f"{REPO}/issues?state=all")[1]
    assert [(issue["number"], "pull_request" in issue) for issue in listed] == [(PULL, True), (1, False)]
    assert [i["number"] for i in ask(github, "GET", f"{REPO}/issues?creator=mallory")[1]] == [1]
    ask(github, "PATCH", f"{REPO}/issues/1", {"state": "closed"})
    assert [i["number"] for i in ask(github, "GET", f"{REPO}/issues")[1]] == [PULL]


def test_statuses_come_newest_first(github: FakeGithub) -> None:
    """As the documentation says of the listing."""
    ask(github, "POST", f"{REPO}/statuses/{HEAD}", {"state": "failure", "context": "roles/plan"})

    listed = ask(github, "GET", f"{REPO}/commits/{HEAD}/statuses")[1]
    assert [status["state"] for status in listed] == ["failure", "success"]
    assert listed[0]["creator"]["id"] == 41898282


def test_events_happen_when_they_are_told_to(github: FakeGithub) -> None:
    """A head that moves after a request, an answer without effect, and one with it."""
    github.at(r"GET .*/pulls/", then=lambda: github.push(PULL, MAIN))
    target = f"{REPO}/pulls/{PULL}"
    assert [ask(github, "GET", target)[1]["head"]["sha"] for _ in range(2)] == [HEAD, MAIN]

    refusal = b"HTTP/1.1 500 x\r\nContent-Length: 2\r\n\r\n{}"
    github.at(r"POST .*/issues ", refusal)
    github.at(r"POST .*/issues ", refusal, has_effect=True)
    before = len(github.issues)
    counts = []
    for _ in range(2):
        assert ask(github, "POST", f"{REPO}/issues", {"title": "t"})[0] == 500
        counts.append(len(github.issues) - before)
    assert counts == [0, 1]
