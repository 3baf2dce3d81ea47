"""Where branches and pull requests point to, asked at the moment it matters."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.github.api import GithubApi, strictly
from reconciler.github.marker import checked_sha
from reconciler.github.problems import GithubAnswerUnusable, GithubUnusable
from reconciler.tenants.shape import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request at one moment."""

    number: int
    head: str
    """The commit it points to now."""
    base: str
    """Name of the branch it is to be merged into; foreign text."""
    merged: bool


@strictly()
def pull_request(api: GithubApi, number: int) -> PullRequest:
    """Read a pull request; raises a `GithubProblem` where it cannot be read."""
    return _pull_request(api.get("pulls", pull_number(number)))


@strictly()
def merged_as(api: GithubApi, sha: str) -> tuple[PullRequest, ...]:
    """Give the merged pull requests that a commit came from, by number.

    A squash, a rebase and a merge queue make a commit of another id than the reviewed one; this leads back to it.
    """
    found = [_pull_request(item) for item in api.listing("commits", checked_sha(sha), "pulls")]
    return tuple(sorted((request for request in found if request.merged), key=lambda request: request.number))


@strictly()
def is_tip(api: GithubApi, branch: str, sha: str) -> bool:
    """Say whether a branch points to exactly this commit now; the run for any other one has no word any more."""
    found = api.get("git", "ref", "heads", *branch.split("/"))
    if found.at("ref").text() != f"refs/heads/{branch}":
        raise GithubAnswerUnusable(f"{found.where}: answered for another branch")
    return sha_of(found.at("object")) == checked_sha(sha)


def pull_number(number: int) -> str:
    """Give the number of a pull request or issue as a step of an address."""
    if isinstance(number, bool) or number < 1:
        raise GithubUnusable("The number of a pull request is a whole number from 1 on")
    return str(number)


def sha_of(part: Part) -> str:
    """Read the full commit id of an object that has one."""
    try:
        return checked_sha(part.at("sha").text())
    except GithubUnusable:
        raise GithubAnswerUnusable(f"{part.where}: {part.path}.sha is no full commit id") from None


def _pull_request(part: Part) -> PullRequest:
    return PullRequest(
        number=part.at("number").count(),
        head=sha_of(part.at("head")),
        base=part.at("base").at("ref").text(),
        merged=part.maybe("merged_at") is not None,
    )
