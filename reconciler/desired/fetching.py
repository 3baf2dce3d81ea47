"""Asks the repository that a checkout came from: for the commit of a pull request, and for the tip of a branch.

Nothing that a branch or a tag names is moved here, no hook runs, and nothing is checked out.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path

from reconciler.desired.git import Ended, GitProblem, ask_git, resolve, run_git
from reconciler.desired.merging import is_shallow
from reconciler.errors import Superseded, UsageProblem

FETCH_SECONDS = 300.0

_SERVER = re.compile(r"https://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?")
_REMOTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|@\{))[A-Za-z0-9_][A-Za-z0-9_./@+=#-]{0,199}")
# Hooks would be programs of ours running over what somebody else wrote, and maintenance goes on after we are done.
_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "maintenance.auto=false", "-c", "gc.auto=0")
# A redirect could carry what is sent to somewhere else.
_STRICT = ("-c", "http.followRedirects=false", "-c", "protocol.ext.allow=never")


def access(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that make one run of git send `GITHUB_TOKEN` to `GITHUB_SERVER_URL`, and to no other server.

    None where either is missing, or the server is not reached by https. Only that one process sees them: no argument
    and no file holds the token.
    """
    server, token = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_TOKEN", "").strip()
    if not token or not _SERVER.fullmatch(server):
        return {}
    told = environment.get("GIT_CONFIG_COUNT", "")
    first = int(told) if told.isascii() and told.isdigit() else 0
    both = base64.b64encode(f"x-access-token:{token}".encode()).decode("ascii")
    # An empty value takes back a header that the checkout may have left: a server refuses two of them.
    values = ("", f"Authorization: Basic {both}")
    entries = {"GIT_CONFIG_COUNT": str(first + len(values))}
    for number, value in enumerate(values, start=first):
        entries |= {f"GIT_CONFIG_KEY_{number}": f"http.{server}/.extraHeader", f"GIT_CONFIG_VALUE_{number}": value}
    return entries


def fetch_pull(root: Path, remote: str, pull: int, expected: str, variables: Mapping[str, str]) -> None:
    """Fetch the commit that pull request `pull` points to, with its history, into no branch and no tag.

    Raises `Superseded` where that is not the commit `expected` and `UsageProblem` where it cannot be fetched.
    """
    _require_remote(root, remote)
    try:
        # What was left out before would keep git from finding where the two histories part.
        deepen = ("--unshallow",) if is_shallow(root) else ()
        ended = run_git(
            root,
            *_QUIET,
            *_STRICT,
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--refmap=",
            *deepen,
            "--end-of-options",
            remote,
            f"refs/pull/{pull:d}/head",
            variables=variables,
            seconds=FETCH_SECONDS,
        )
        _require_done(ended)
        fetched = resolve(root, "FETCH_HEAD")
    except GitProblem as error:
        raise UsageProblem(
            f"The commit of pull request {pull} could not be fetched from {remote}",
            fix="Check that the pull request is there and that the job may read the repository",
        ) from error
    if fetched != expected:
        raise Superseded(
            f"Pull request {pull} has another commit now than {expected}, so a plan for that one helps nobody",
            fix="Leave it to the run of the newer commit",
        )


def require_tip(root: Path, remote: str, branch: str, variables: Mapping[str, str]) -> None:
    """Raise `Superseded` unless `branch` of `remote` points to the checked-out commit now.

    Raises `UsageProblem` where that could not be asked: an answer that is missing is no yes.
    """
    _require_remote(root, remote)
    if not _BRANCH.fullmatch(branch):
        raise UsageProblem("The branch has characters that are refused here", fix="Name a branch such as main")
    name = f"refs/heads/{branch}"
    try:
        head = resolve(root, "HEAD")
        ended = run_git(
            root,
            *_STRICT,
            "ls-remote",
            "--end-of-options",
            remote,
            name,
            variables=variables,
            seconds=FETCH_SECONDS,
        )
        _require_done(ended)
        found = _named(ended.out, name)
    except GitProblem as error:
        raise UsageProblem(
            f"{remote} could not be asked where {branch} points to; nothing was written",
            fix="Check that the branch is there and that the job may read the repository, then run it again",
        ) from error
    if found != head:
        raise Superseded(
            f"The tip of {branch} is {found}, and {head} is checked out; nothing was written",
            fix="Leave it to the run of the newer commit; it brings everything that is merged",
        )


def _named(answer: bytes, name: str) -> str:
    """Give the commit of exactly this name; a pattern finds others that end with it."""
    for told in answer.decode("utf-8", "replace").splitlines():
        commit, _, found = told.partition("\t")
        if found == name and re.fullmatch(r"[0-9a-f]{40,64}", commit):
            return commit
    raise GitProblem


def _require_remote(root: Path, remote: str) -> None:
    """Raise `UsageProblem` unless `remote` is one of the checkout's own: git would take anything else for a path."""
    try:
        known = bool(_REMOTE.fullmatch(remote)) and bool(ask_git(root, "config", "--get-all", f"remote.{remote}.url"))
    except GitProblem:
        known = False
    if not known:
        raise UsageProblem("The checkout has no remote of that name", fix="Name one of `git remote` with --remote")


def _require_done(ended: Ended) -> None:
    if ended.code:
        raise GitProblem
