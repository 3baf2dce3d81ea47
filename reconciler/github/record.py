"""Records the digest of a reviewed plan on the commit it was made for, and reads it back when that is applied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from reconciler.github.api import GithubApi, strictly
from reconciler.github.marker import checked_sha
from reconciler.github.problems import GithubAnswerUnusable, GithubUnusable
from reconciler.tenants.shape import Part

CONTEXT = "roles/plan"
MAX_DESCRIPTION = 140
"""Characters that GitHub keeps of a status's description."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DESCRIPTION = re.compile(rf"({_DIGEST.pattern})(?: [^\r\n]*)?")


class StatusState(StrEnum):
    """How a status looks beside the commit; it does not decide whether its digest counts."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """The newest record of the expected author on a commit."""

    digest: str
    state: StatusState


@strictly()
def record_status(
    api: GithubApi, head: str, digest: str | None, state: StatusState, description: str, *, details: str | None = None
) -> None:
    """Put a status on the commit `head` that carries `digest`; None where a plan could not be made.

    The description is one line, cut where GitHub would refuse it; `details` is an https address that it links to.
    """
    if digest is not None and not _DIGEST.fullmatch(digest):
        raise GithubUnusable("A digest is sha256: and 64 lower-case hexadecimal digits; nothing was recorded")
    words = " ".join("".join(c if c.isprintable() else " " for c in description).split())
    if digest is None and _DIGEST.match(words):
        raise GithubUnusable("A description that looks like a digest was given without one; nothing was recorded")
    line = f"{digest} {words}".strip() if digest is not None else words
    body: dict[str, str] = {
        "state": str(state),
        "context": CONTEXT,
        "description": line if len(line) <= MAX_DESCRIPTION else f"{line[: MAX_DESCRIPTION - 1]}…",
    }
    if details is not None:
        if not re.fullmatch(r"https://[!-~]{1,2000}", details):
            raise GithubUnusable("The details of a status are an https address; nothing was recorded")
        body["target_url"] = details
    api.post("statuses", checked_sha(head), body={**body})


@strictly()
def read_record(api: GithubApi, sha: str) -> PlanRecord | None:
    """Give the newest record on a commit by the api's author; None where there is none, or it carries no digest.

    Statuses of anybody else are passed over, newer ones too. A newest own one without a digest means that the last
    plan could not be made, and no older digest stands in for it.
    """
    statuses = api.listing("commits", checked_sha(sha), "statuses")
    ours = {status.at("id").count(): status for status in statuses if _is_ours(api, status)}
    if not ours:
        return None
    newest = ours[max(ours)]
    description = newest.maybe("description")
    match = None if description is None else _DESCRIPTION.fullmatch(description.text())
    return None if match is None else PlanRecord(digest=match.group(1), state=_state(newest))


def read_status(api: GithubApi, sha: str) -> str | None:
    """Give the digest of `read_record`."""
    record = read_record(api, sha)
    return None if record is None else record.digest


def _is_ours(api: GithubApi, status: Part) -> bool:
    creator = status.maybe("creator")
    # GitHub takes contexts that differ only in case for the same.
    same = status.at("context").text().lower() == CONTEXT
    return same and creator is not None and creator.at("id").count() == api.author.id


def _state(status: Part) -> StatusState:
    text = status.at("state").text()
    if text not in set(StatusState):
        raise GithubAnswerUnusable(f"{status.where}: {status.path}.state is none that we know")
    return StatusState(text)
