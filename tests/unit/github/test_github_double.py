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
from fakes.github_shapes import REPOSITORY, STRANGER

from reconciler.github.context import ACTIONS_APP

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
CHECK_RUN = {
    *{"id", "node_id", "head_sha", "external_id", "url", "html_url", "details_url", "status", "conclusion", "name"},
    *{"started_at", "completed_at", "output", "check_suite", "app", "pull_requests"},
}
OUTPUT = {"title", "summary", "text", "annotations_count", "annotations_url"}
REF = {"ref", "node_id", "url", "object"}
ERROR = {"message", "documentation_url", "status"}


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with something of everything."""
    with FakeGithub() as opened:
        opened.say("words", STRANGER)
        opened.put_labels(PULL, "bug")
        opened.check(HEAD, ACTIONS_APP, name="roles/plan")
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
        ("GET", f"/commits/{HEAD}/check-runs", None, 200, CHECK_RUN),
        ("POST", "/check-runs", {"name": "c", "head_sha": HEAD, "output": {"title": "t"}}, 201, CHECK_RUN),
        ("PATCH", "/check-runs/1002", {"conclusion": "neutral"}, 200, CHECK_RUN),
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
    items = answer.get("check_runs", answer) if isinstance(answer, dict) else answer
    for item in items if isinstance(items, list) else [items]:
        assert fields <= set(item)
        assert USER <= set(item.get("user") or USER)
        assert OUTPUT <= set(item.get("output") or OUTPUT)


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
        ("PATCH", "/check-runs/9", {"conclusion": "neutral"}, 404, "Not Found"),
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


def test_a_wrong_token_is_refused(github: FakeGithub) -> None:
    """With the words that GitHub uses."""
    assert ask(github, "GET", f"{REPO}/pulls/{PULL}", token="ghp_wrong")[:2] == (
        401,
        {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"},
    )


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


def test_checks_are_listed_by_name_and_app_with_their_number(github: FakeGithub) -> None:
    """An object with the items under a key, the newest first; only the latest of a name unless asked for all."""
    github.page_size = 2
    github.check(HEAD, 99, name="roles/plan")
    ask(github, "POST", f"{REPO}/check-runs", {"name": "roles/plan", "head_sha": HEAD, "conclusion": "failure"})
    target = f"{REPO}/commits/{HEAD}/check-runs"

    listed = ask(github, "GET", f"{target}?check_name=roles%2Fplan&filter=all")
    assert (listed[1]["total_count"], [c["app"]["id"] for c in listed[1]["check_runs"]]) == (3, [15368, 99])
    assert 'rel="next"' in listed[2]["link"]
    assert ask(github, "GET", f"{target}?check_name=roles%2Fplan&app_id=15368")[1]["total_count"] == 1
    assert ask(github, "GET", f"{target}?check_name=other&filter=all")[1] == {"total_count": 0, "check_runs": []}


def test_only_an_app_makes_checks_and_only_short_ones(github: FakeGithub) -> None:
    """A person's token is refused, a text that is too long too, and no app changes another one's check."""
    with FakeGithub(token_owner=STRANGER) as other:
        assert ask(other, "POST", f"{REPO}/check-runs", {"name": "c", "head_sha": HEAD})[0] == 403
    body = {"name": "c", "head_sha": HEAD, "output": {"text": "x" * 65_536}}
    assert ask(github, "POST", f"{REPO}/check-runs", body)[0] == 422
    assert ask(github, "PATCH", f"{REPO}/check-runs/{github.check(HEAD, 99)}", {"conclusion": "success"})[0] == 404


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
