"""Takes from the environment which repository of which GitHub a command speaks to, as whom, and for which run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import UsageProblem
from reconciler.github.api import ACTIONS_BOT, Author, GithubApi, GithubPatience
from reconciler.ports import Clock
from reconciler.tenants.connection import Key

ACTIONS_APP = 15368
"""The app that a workflow's own token belongs to on github.com; what checks are known by."""

API_OF_GITHUB = "https://api.github.com"
"""Where github.com answers."""
NEEDED = ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN")
"""Without these there is nobody to speak to."""
APP = "RECONCILER_GITHUB_APP"
AUTHOR = "RECONCILER_GITHUB_AUTHOR"

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_AUTHOR = re.compile(r"([1-9][0-9]{0,17}):([A-Za-z0-9_-]{1,100}(?:\[bot\])?)")
_SERVER = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?")
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubContext:
    """One repository and who speaks to it; the token shows in no text."""

    api_url: str
    repository: str
    token: Key
    author: Author
    """Who comments and issues of ours are by."""
    app: int
    """Id of the app that checks of ours are by."""
    run_url: str | None
    """Where a person reads the whole run; None outside a workflow."""

    def open_api(self, clock: Clock, patience: GithubPatience | None = None) -> GithubApi:
        """Give a client; raises `GithubUnusable` for an address, a repository or a token that cannot be used."""
        return GithubApi(self.api_url, self.repository, self.token, clock, author=self.author, patience=patience)


def context_of(environment: Mapping[str, str], needs: str) -> GithubContext:
    """Read everything; `needs` is the command that asks, for the message.

    Raises one `UsageProblem` that names every variable that is missing, and one for each that cannot be read; none
    quotes a value.
    """
    missing = [name for name in NEEDED if not environment.get(name, "").strip()]
    if missing:
        raise UsageProblem(
            f"{needs} speaks to GitHub, but {_listed(missing)} not set",
            fix="Set them as a GitHub workflow does; the token comes from ${{ github.token }}",
        )
    api_url, repository, token = (environment[name] for name in NEEDED)
    return GithubContext(
        api_url=api_url,
        repository=repository,
        token=Key(token),
        author=_author(environment.get(AUTHOR, "")),
        app=_app(environment.get(APP, "")),
        run_url=run_url(environment),
    )


def run_url(environment: Mapping[str, str]) -> str | None:
    """Give the address of the run's page; None outside a workflow, and where a part of it is not as GitHub sets it."""
    server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    run = environment.get("GITHUB_RUN_ID", "")
    if not (_SERVER.fullmatch(server) and _PATH.fullmatch(repository) and _NUMBER.fullmatch(run)):
        return None
    return f"{server}/{repository}/actions/runs/{run}"


def _author(text: str) -> Author:
    if not text:
        return ACTIONS_BOT
    match = _AUTHOR.fullmatch(text)
    if match is None:
        raise UsageProblem(
            f"{AUTHOR} is not written as id:login", fix="Write it like 41898282:github-actions[bot], or unset it"
        )
    return Author(id=int(match.group(1)), login=match.group(2))


def _app(text: str) -> int:
    if not text:
        return ACTIONS_APP
    if not _NUMBER.fullmatch(text):
        raise UsageProblem(f"{APP} is not the number of an app", fix=f"Write it like {ACTIONS_APP}, or unset it")
    return int(text)


def _listed(names: list[str]) -> str:
    return f"{names[0]} is" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are"
