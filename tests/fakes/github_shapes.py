"""The JSON of GitHub's REST API, with the fields its documentation promises."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

Shape = dict[str, Any]

WHEN = "2026-03-02T08:00:00Z"
OWNER = "desk"
NAME = "roles"
REPOSITORY = f"{OWNER}/{NAME}"
REPOSITORY_ID = 4711
DOCS = "https://docs.github.com/rest"


def node_id(kind: str, number: int) -> str:
    """Give an opaque id as GitHub makes them."""
    return base64.b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()


def user_json(login: str, number: int, *, kind: str = "User") -> Shape:
    """Give a simple user."""
    return {
        "login": login,
        "id": number,
        "node_id": node_id(kind, number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "gravatar_id": "",
        "url": f"https://api.github.com/users/{login}",
        "html_url": f"https://github.com/{login}",
        "type": kind,
        "site_admin": False,
    }


BOT = user_json("github-actions[bot]", 41898282, kind="Bot")
STRANGER = user_json("mallory", 666)
MAINTAINER = user_json("ada", 7)


def comment_json(number: int, issue: int, body: str, user: Shape | None) -> Shape:
    """Give an issue comment; its user is null where the account is gone."""
    at = f"{REPOSITORY}/issues"
    return {
        "id": number,
        "node_id": node_id("IssueComment", number),
        "url": f"https://api.github.com/repos/{at}/comments/{number}",
        "html_url": f"https://github.com/{REPOSITORY}/pull/{issue}#issuecomment-{number}",
        "issue_url": f"https://api.github.com/repos/{at}/{issue}",
        "body": body,
        "user": user,
        "created_at": WHEN,
        "updated_at": WHEN,
        "author_association": "CONTRIBUTOR",
        "performed_via_github_app": None,
    }


def issue_json(number: int, title: str, body: str | None, user: Shape | None, *, pull: bool = False) -> Shape:
    """Give an issue; a pull request is listed as one too, with one key more."""
    url = f"https://api.github.com/repos/{REPOSITORY}/issues/{number}"
    issue: Shape = {
        "id": 10_000 + number,
        "node_id": node_id("Issue", number),
        "url": url,
        "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
        "comments_url": f"{url}/comments",
        "number": number,
        "title": title,
        "body": body,
        "user": user,
        "state": "open",
        "state_reason": None,
        "locked": False,
        "labels": [],
        "comments": 0,
        "created_at": WHEN,
        "updated_at": WHEN,
        "closed_at": None,
        "author_association": "CONTRIBUTOR",
    }
    return issue | ({"pull_request": {"url": url.replace("/issues/", "/pulls/")}} if pull else {})


def pull_json(number: int, head: str, *, title: str, branch: str, merged_as: str | None) -> Shape:
    """Give a pull request into main."""
    return {
        "id": 20_000 + number,
        "node_id": node_id("PullRequest", number),
        "url": f"https://api.github.com/repos/{REPOSITORY}/pulls/{number}",
        "number": number,
        "state": "open" if merged_as is None else "closed",
        "locked": False,
        "title": title,
        "user": MAINTAINER,
        "body": None,
        "head": {"label": f"{OWNER}:{branch}", "ref": branch, "sha": head, "user": MAINTAINER},
        "base": {"label": f"{OWNER}:main", "ref": "main", "sha": "0" * 40, "user": MAINTAINER},
        "draft": False,
        "merged_at": None if merged_as is None else WHEN,
        "merge_commit_sha": merged_as,
        "created_at": WHEN,
        "updated_at": WHEN,
    }


def label_json(name: str, colour: str = "ededed", description: str | None = None) -> Shape:
    """Give a label."""
    return {
        "id": 1 + sum(name.encode()),
        "node_id": node_id("Label", len(name)),
        "url": f"https://api.github.com/repos/{REPOSITORY}/labels/{name}",
        "name": name,
        "color": colour,
        "default": False,
        "description": description,
    }


def check_json(number: int, sha: str, app: int | None, fields: Mapping[str, Any]) -> Shape:
    """Give a check run; its app is null where that is gone."""
    output = {"title": None, "summary": None, "text": None, **(fields.get("output") or {})}
    url = f"https://api.github.com/repos/{REPOSITORY}/check-runs/{number}"
    return {
        "id": number,
        "node_id": node_id("CheckRun", number),
        "name": fields["name"],
        "head_sha": sha,
        "external_id": fields.get("external_id", ""),
        "url": url,
        "html_url": f"https://github.com/{REPOSITORY}/runs/{number}",
        "details_url": fields.get("details_url"),
        "status": fields.get("status", "queued"),
        "conclusion": fields.get("conclusion"),
        "started_at": WHEN,
        "completed_at": WHEN if fields.get("status") == "completed" else None,
        "output": {**output, "annotations_count": 0, "annotations_url": f"{url}/annotations"},
        "check_suite": {"id": 5},
        "app": None if app is None else {"id": app, "slug": f"app-{app}", "node_id": node_id("App", app)},
        "pull_requests": [],
    }


def ref_json(branch: str, sha: str) -> Shape:
    """Give a git reference."""
    return {
        "ref": f"refs/heads/{branch}",
        "node_id": node_id("Ref", 1),
        "url": f"https://api.github.com/repos/{REPOSITORY}/git/refs/heads/{branch}",
        "object": {
            "type": "commit",
            "sha": sha,
            "url": f"https://api.github.com/repos/{REPOSITORY}/git/commits/{sha}",
        },
    }


def error_json(status: int, message: str, *errors: Shape) -> Shape:
    """Give an error body."""
    body: Shape = {"message": message, "documentation_url": DOCS, "status": str(status)}
    return body | ({"errors": list(errors)} if errors else {})
