"""A GitHub of one repository over raw loopback sockets: it has state, keeps to the documented shapes, and can fail."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from fakes.clock import FakeClock
from fakes.github_shapes import (
    BOT,
    REPOSITORY,
    REPOSITORY_ID,
    WHEN,
    Shape,
    check_json,
    comment_json,
    error_json,
    issue_json,
    label_json,
    pull_json,
    ref_json,
    user_json,
)
from fakes.wire import Request, incoming, reply

from reconciler.github.api import ACTIONS_BOT, Author, GithubApi, GithubPatience
from reconciler.github.context import ACTIONS_APP
from reconciler.ports import Clock
from reconciler.tenants.connection import Key
from reconciler.tenants.retry import BackOff

TOKEN = "ghs_Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA"
PULL = 7
HEAD = "a" * 40
NEWER = "b" * 40
MAIN = "c" * 40
MOST_TEXT = 65_536


class Refusal(Exception):
    """An error answer in the making."""

    def __init__(self, status: int, message: str, *errors: Shape) -> None:
        super().__init__(message)
        self.answer = (status, error_json(status, message, *errors))


@dataclass(frozen=True, slots=True)
class Pages:
    """A listing whose pages are objects with the items under a key."""

    key: str
    items: list[Shape]


@dataclass(slots=True, kw_only=True)
class Event:
    """Something that happens at a request whose line matches: another answer, a step aside, or both."""

    pattern: str
    answer: bytes | None = None
    """Sent instead of what the double would say."""
    then: Callable[[], object] | None = None
    """Done once the request had its effect, before the answer goes out."""
    has_effect: bool = False
    """Whether the request does what it asks although `answer` says otherwise."""
    hang_up: bool = False
    """Close the connection without an answer."""
    times: int = 1
    skip: int = 0
    """How many matching requests pass before it happens."""


class FakeGithub:
    """Serves while its `with` block runs; tests look at and change its state freely."""

    def __init__(self, *, prefix: str = "", token_owner: Shape | None = None) -> None:
        self.writer: Shape = token_owner or BOT
        """Who writes with the token."""
        self.is_app = token_owner is None
        """Whether the token belongs to an app; nobody else may make checks."""
        self.pulls: dict[int, Shape] = {}
        self.issues: dict[int, Shape] = {}
        self.comments: dict[int, Shape] = {}
        self.labels: dict[str, Shape] = {}
        self.checks: list[Shape] = []
        """Every check run, the newest first."""
        self.app = ACTIONS_APP
        """The app that the token belongs to."""
        self.branches: dict[str, str] = {"main": MAIN}
        self.rules: list[Shape] | None = []
        """None where the account's plan has no rulesets: 403."""
        self.protection: Shape | None = None
        """Classic protection of main; None where there is none."""
        self.may_administer = False
        self.environments: dict[str, Shape] = {}
        self.patterns: dict[str, list[Shape]] = {}
        self.default_token: Shape = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False}
        self.secrets: list[str] = []
        """Names of the secrets of the repository."""
        self.page_size = 100
        self.link: Callable[[str], str] = lambda header: header
        """Changes every Link header on its way out."""
        self.requests: list[Request] = []
        self._events: list[Event] = []
        self._prefix = prefix
        self._ids = 1_000
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self.add_pull(PULL)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def url(self) -> str:
        """The base address to give to a client."""
        return f"{self.origin}{self._prefix}"

    @property
    def lines(self) -> list[str]:
        """Method and target of every request, without what comes before the repository's own part."""
        tail = re.compile(r"^(\S+) \S*?/repos/desk/roles(\S*) HTTP/1\.1$")
        return [tail.sub(r"\1 \2", request.line) for request in self.requests]

    @property
    def writes(self) -> list[str]:
        """The lines of every request that is not a GET."""
        return [line for line in self.lines if not line.startswith("GET ")]

    def add_pull(self, number: int, *, head: str = HEAD, title: str = "Roles", merged_as: str | None = None) -> None:
        """Open a pull request."""
        self.pulls[number] = pull_json(number, head, title=title, branch="roles/narrow", merged_as=merged_as)
        self.issues[number] = issue_json(number, title, None, self.writer, pull=True)

    def push(self, number: int, head: str) -> None:
        """Move the head of a pull request."""
        self.pulls[number]["head"]["sha"] = head

    def say(self, body: str, user: Shape | None, *, issue: int = PULL) -> int:
        """Comment as anybody; gives the comment's id."""
        self._ids += 1
        self.comments[self._ids] = comment_json(self._ids, issue, body, user)
        return self._ids

    def add_issue(self, number: int, title: str, body: str | None, user: Shape | None, *, state: str = "open") -> None:
        """Open an issue as anybody."""
        self.issues[number] = issue_json(number, title, body, user) | {"state": state}

    def put_labels(self, number: int, *names: str) -> None:
        """Give an issue or pull request these labels."""
        for name in names:
            self.labels.setdefault(name.lower(), label_json(name))
        self.issues[number]["labels"] = [self.labels[name.lower()] for name in names]

    def labels_of(self, number: int) -> list[str]:
        """Give the names of the labels of an issue or pull request."""
        return [label["name"] for label in self.issues[number]["labels"]]

    def check(self, sha: str, app: int | None, **fields: object) -> int:
        """Put a check run on a commit as any app; gives its id."""
        self._ids += 1
        self.checks.insert(0, check_json(self._ids, sha, app, {"name": "roles/plan", "status": "completed", **fields}))
        return self._ids

    def at(
        self,
        pattern: str,
        answer: bytes | None = None,
        *,
        then: Callable[[], object] | None = None,
        has_effect: bool = False,
        hang_up: bool = False,
        times: int = 1,
        skip: int = 0,
    ) -> None:
        """Let something happen at requests whose line matches the pattern; see `Event`."""
        self._events.append(
            Event(
                pattern=pattern,
                answer=answer,
                then=then,
                has_effect=has_effect,
                hang_up=hang_up,
                times=times,
                skip=skip,
            )
        )

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            for request in incoming(connection):
                with self._lock:
                    self.requests.append(request)
                    answer = self._respond(request)
                if answer is None:
                    return
                connection.sendall(answer)

    def _respond(self, request: Request) -> bytes | None:
        event = self._event(request.line)
        if event is None:
            return self._answer(request)
        aside = (event.answer is not None or event.hang_up) and not event.has_effect
        answer = None if aside else self._answer(request)
        if event.then is not None:
            event.then()
        if event.hang_up:
            return None
        return answer if event.answer is None else event.answer

    def _event(self, line: str) -> Event | None:
        for event in self._events:
            if event.times and re.search(event.pattern, line):
                if event.skip:
                    event.skip -= 1
                    continue
                event.times -= 1
                return event
        return None

    def _answer(self, request: Request) -> bytes:
        method, target, _ = request.line.split(" ")
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        steps = [unquote(step) for step in parts.path.removeprefix(self._prefix).split("/")[1:]]
        try:
            _admit(request)
            body = json.loads(request.body) if request.body else {}
            status, found = self._route(method, steps, body, query)
        except Refusal as refusal:
            status, found = refusal.answer
        headers = {"Content_Type": "application/json; charset=utf-8", "X_RateLimit_Remaining": "4987"}
        if method == "GET" and isinstance(found, list | Pages):
            items, link = self._page(found.items if isinstance(found, Pages) else found, parts.path, query)
            found = items if isinstance(found, list) else {"total_count": len(found.items), found.key: items}
            headers |= {"Link": self.link(link)} if link else {}
        return reply(status, found, **headers)

    def _page(self, items: list[Shape], path: str, query: dict[str, str]) -> tuple[list[Shape], str]:
        size, page = min(int(query.get("per_page", "30")), self.page_size), int(query.get("page", "1"))
        last = max(1, -(-len(items) // size))
        by_number = path.replace(f"/repos/{REPOSITORY}", f"/repositories/{REPOSITORY_ID}")
        kept = urlencode({name: value for name, value in query.items() if name != "page"})

        def to(number: int, relation: str) -> str:
            return f'<{self.origin}{by_number}?{kept}&page={number}>; rel="{relation}"'

        links = [to(page - 1, "prev")] if page > 1 else []
        links += [to(page + 1, "next"), to(last, "last")] if page < last else []
        return items[(page - 1) * size : page * size], ", ".join(links)

    def _route(self, method: str, steps: list[str], body: Shape, query: dict[str, str]) -> tuple[int, Any]:
        if steps[:1] == ["repositories"] and steps[1:2] == [str(REPOSITORY_ID)]:
            steps = ["repos", *REPOSITORY.split("/"), *steps[2:]]
        if steps[:3] != ["repos", *REPOSITORY.split("/")]:
            raise Refusal(404, "Not Found")
        for wanted, pattern, action in _ROUTES:
            found = pattern.fullmatch("\n".join(steps[3:]))
            if wanted == method and found:
                return action(self, found.groups(), {**query, **body})
        raise Refusal(404, "Not Found")

    def _issue(self, number: str) -> Shape:
        if int(number) not in self.issues:
            raise Refusal(404, "Not Found")
        return self.issues[int(number)]

    def _list_comments(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        url = self._issue(at[0])["url"]
        return 200, [comment for comment in self.comments.values() if comment["issue_url"] == url]

    def _create_comment(self, at: Sequence[str], body: Shape) -> tuple[int, Any]:
        if self._issue(at[0])["locked"]:
            raise Refusal(403, "Unable to create comment because issue is locked.")
        _fits(body, "IssueComment")
        return 201, self.comments[self.say(body["body"], self.writer, issue=int(at[0]))]

    def _comment(self, at: Sequence[str], body: Shape) -> tuple[int, Any]:
        if int(at[0]) not in self.comments:
            raise Refusal(404, "Not Found")
        comment = self.comments[int(at[0])]
        if "body" in body:
            _fits(body, "IssueComment")
            comment["body"] = body["body"]
        return 200, comment

    def _list_labels(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        return 200, self._issue(at[0])["labels"]

    def _add_labels(self, at: Sequence[str], body: Shape) -> tuple[int, Any]:
        there = [label["name"] for label in self._issue(at[0])["labels"]]
        self.put_labels(int(at[0]), *there, *[name for name in body["labels"] if name not in there])
        return 200, self.issues[int(at[0])]["labels"]

    def _remove_label(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        issue = self._issue(at[0])
        left = [label for label in issue["labels"] if label["name"].lower() != at[1].lower()]
        if len(left) == len(issue["labels"]):
            raise Refusal(404, "Label does not exist")
        issue["labels"] = left
        return 200, left

    def _label(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        if at[0].lower() not in self.labels:
            raise Refusal(404, "Not Found")
        return 200, self.labels[at[0].lower()]

    def _create_label(self, _: Sequence[str], body: Shape) -> tuple[int, Any]:
        if body["name"].lower() in self.labels:
            raise Refusal(422, "Validation Failed", {"resource": "Label", "code": "already_exists", "field": "name"})
        self.labels[body["name"].lower()] = label_json(body["name"], body["color"], body.get("description"))
        return 201, self.labels[body["name"].lower()]

    def _pull(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        if int(at[0]) not in self.pulls:
            raise Refusal(404, "Not Found")
        return 200, self.pulls[int(at[0])]

    def _pulls_of(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        return 200, [p for p in self.pulls.values() if at[0] in {p["head"]["sha"], p["merge_commit_sha"]}]

    def _list_checks(self, at: Sequence[str], query: Shape) -> tuple[int, Any]:
        found = [c for c in self.checks if c["head_sha"] == at[0] and query.get("check_name", c["name"]) == c["name"]]
        if "app_id" in query:
            found = [check for check in found if check["app"] and str(check["app"]["id"]) == query["app_id"]]
        if query.get("filter", "latest") == "latest":
            newest = {((c["app"] or {}).get("id"), c["name"]): c["id"] for c in reversed(found)}
            found = [check for check in found if check["id"] in newest.values()]
        return 200, Pages("check_runs", found)

    def _create_check(self, _: Sequence[str], body: Shape) -> tuple[int, Any]:
        if not self.is_app:
            raise Refusal(403, "You must authenticate via a GitHub App.")
        _output_fits(body)
        self.check(body["head_sha"], self.app, **{k: v for k, v in body.items() if k != "head_sha"})
        return 201, self.checks[0]

    def _update_check(self, at: Sequence[str], body: Shape) -> tuple[int, Any]:
        found = next((c for c in self.checks if c["id"] == int(at[0]) and (c["app"] or {}).get("id") == self.app), None)
        if found is None:
            raise Refusal(404, "Not Found")
        _output_fits(body)
        found["output"].update(body.pop("output", {}))
        found.update(body)
        return 200, found

    def _ref(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        branch = at[0].replace("\n", "/")
        if branch not in self.branches:
            raise Refusal(404, "Not Found")
        return 200, ref_json(branch, self.branches[branch])

    def _list_issues(self, _: Sequence[str], query: Shape) -> tuple[int, Any]:
        creator, state = query.get("creator"), query.get("state", "open")
        return 200, [
            issue
            for _, issue in sorted(self.issues.items(), reverse=True)
            if (creator is None or (issue["user"] or {}).get("login") == creator)
            and (state == "all" or issue["state"] == state)
        ]

    def _create_issue(self, _: Sequence[str], body: Shape) -> tuple[int, Any]:
        _fits(body, "Issue")
        number = max(self.issues, default=0) + 1
        self.add_issue(number, body["title"], body.get("body"), self.writer)
        return 201, self.issues[number]

    def _update_issue(self, at: Sequence[str], body: Shape) -> tuple[int, Any]:
        _fits(body, "Issue")
        self._issue(at[0]).update(body)
        return 200, self._issue(at[0])

    def _branch(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        if at[0] not in self.branches:
            raise Refusal(404, "Branch not found")
        sha = self.branches[at[0]]
        return 200, {"name": at[0], "commit": {"sha": sha}, "protected": self.protection is not None}

    def _protection(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        self._require_administration()
        if self.protection is None or at[0] not in self.branches:
            raise Refusal(404, "Branch not protected")
        return 200, self.protection

    def _rules(self, _: Sequence[str], __: Shape) -> tuple[int, Any]:
        if self.rules is None:
            raise Refusal(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.")
        return 200, self.rules

    def _environment(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        if at[0] not in self.environments:
            raise Refusal(404, "Not Found")
        return 200, self.environments[at[0]]

    def _repository(self, _: Sequence[str], __: Shape) -> tuple[int, Any]:
        return 200, {"id": REPOSITORY_ID, "full_name": REPOSITORY, "private": True, "default_branch": "main"}

    def _default_token(self, _: Sequence[str], __: Shape) -> tuple[int, Any]:
        self._require_administration()
        return 200, self.default_token

    def _secrets(self, _: Sequence[str], __: Shape) -> tuple[int, Any]:
        self._require_administration()
        return 200, Pages("secrets", [{"name": name, "created_at": WHEN, "updated_at": WHEN} for name in self.secrets])

    def _require_administration(self) -> None:
        if not self.may_administer:
            raise Refusal(403, "Resource not accessible by integration")

    def _policies(self, at: Sequence[str], _: Shape) -> tuple[int, Any]:
        if at[0] not in self.patterns:
            raise Refusal(404, "Not Found")
        return 200, {"total_count": len(self.patterns[at[0]]), "branch_policies": self.patterns[at[0]]}


def _admit(request: Request) -> None:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        raise Refusal(401, "Bad credentials")


def _fits(body: Shape, resource: str) -> None:
    if len(body.get("body") or "") > MOST_TEXT:
        message = f"body is too long (maximum is {MOST_TEXT} characters)"
        error = {"resource": resource, "code": "custom", "field": "body", "message": message}
        raise Refusal(422, "Validation Failed", error)
    if len(body.get("title") or "") > 256:
        raise Refusal(422, "Validation Failed", {"resource": resource, "code": "custom", "field": "title"})


def _output_fits(body: Shape) -> None:
    for field in ("title", "summary", "text"):
        if len(body.get("output", {}).get(field) or "") > MOST_TEXT - 1:
            raise Refusal(422, f"Invalid request.\n\n{field} exceeds a maximum bytesize of {MOST_TEXT - 1}.")


_Action = Callable[[FakeGithub, Sequence[str], Shape], tuple[int, Any]]


def _route(method: str, path: str, action: _Action) -> tuple[str, re.Pattern[str], _Action]:
    """Make a route; steps of a path are joined by newlines, so that an escaped slash stays inside its step."""
    pattern = path.replace("/", "\n").replace("{n}", "([0-9]+)").replace("{step}", "([^\n]+)").replace("{rest}", "(.+)")
    return method, re.compile(pattern, re.DOTALL), action


_ROUTES = (
    _route("GET", "issues/{n}/comments", FakeGithub._list_comments),
    _route("POST", "issues/{n}/comments", FakeGithub._create_comment),
    _route("GET", "issues/comments/{n}", FakeGithub._comment),
    _route("PATCH", "issues/comments/{n}", FakeGithub._comment),
    _route("GET", "issues/{n}/labels", FakeGithub._list_labels),
    _route("POST", "issues/{n}/labels", FakeGithub._add_labels),
    _route("DELETE", "issues/{n}/labels/{step}", FakeGithub._remove_label),
    _route("GET", "labels/{step}", FakeGithub._label),
    _route("POST", "labels", FakeGithub._create_label),
    _route("GET", "pulls/{n}", FakeGithub._pull),
    _route("GET", "commits/{step}/pulls", FakeGithub._pulls_of),
    _route("GET", "commits/{step}/check-runs", FakeGithub._list_checks),
    _route("POST", "check-runs", FakeGithub._create_check),
    _route("PATCH", "check-runs/{n}", FakeGithub._update_check),
    _route("GET", "git/ref/heads/{rest}", FakeGithub._ref),
    _route("GET", "issues", FakeGithub._list_issues),
    _route("POST", "issues", FakeGithub._create_issue),
    _route("PATCH", "issues/{n}", FakeGithub._update_issue),
    _route("GET", "", FakeGithub._repository),
    _route("GET", "actions/permissions/workflow", FakeGithub._default_token),
    _route("GET", "actions/secrets", FakeGithub._secrets),
    _route("GET", "branches/{step}", FakeGithub._branch),
    _route("GET", "branches/{step}/protection", FakeGithub._protection),
    _route("GET", "rules/branches/{step}", FakeGithub._rules),
    _route("GET", "environments/{step}", FakeGithub._environment),
    _route("GET", "environments/{step}/deployment-branch-policies", FakeGithub._policies),
)


def an_api(
    github: FakeGithub, *, clock: Clock | None = None, author: Author = ACTIONS_BOT, token: str = TOKEN
) -> GithubApi:
    """Give a client of the double, without jitter and short enough for a test that has to lose its patience."""
    patience = GithubPatience(request_seconds=2.0, back_off=BackOff(random=lambda: 0.0))
    return GithubApi(github.url, REPOSITORY, Key(token), clock or FakeClock(), author=author, patience=patience)


def a_user(login: str, number: int) -> Shape:
    """Give somebody."""
    return user_json(login, number)
