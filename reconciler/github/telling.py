"""Keeps the issues about apply and about drift: which one, what it says, and when it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.github.api import GithubApi
from reconciler.github.commits import is_tip
from reconciler.github.issue import IssueOutcome, upsert_issue
from reconciler.github.marker import checked_sha


class Matter(StrEnum):
    """What an issue is about."""

    APPLY = "apply"
    DRIFT = "drift"


class Ended(StrEnum):
    """How the job that is told about ended, in GitHub's words."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


FILES = {Matter.APPLY: "report.md", Matter.DRIFT: "drift.md"}
"""Where the job left its text."""

_TITLES = {
    Matter.APPLY: "Roles: what was merged is not applied",
    Matter.DRIFT: "Roles: the tenant is not as the files say",
}
_SETTLED = {
    Matter.APPLY: "Settled: what was merged is applied.",
    Matter.DRIFT: "Settled: the tenant is as the files say.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one run has to say."""

    matter: Matter
    ended: Ended
    code: int | None
    """The exit code of the command; None where it never ran."""
    text: str | None
    """Finished Markdown of the job; None where it left none."""
    run_url: str | None
    commit: tuple[str, str] | None = None
    """The branch and the commit that the run was for; None outside a workflow."""

    @property
    def settled(self) -> bool:
        """Whether the job did what it should, and found nothing to do or did it."""
        return self.ended is Ended.SUCCESS and self.code in {None, 0}

    @property
    def silent(self) -> bool:
        """Whether there is nothing to tell: it was stopped before it began, which a newer run does as well."""
        return self.ended is Ended.CANCELLED and self.text is None


def tell(api: GithubApi, told: Told) -> IssueOutcome | None:
    """Bring the issue up to date; None where this run leaves it alone, because it has nothing to say or is too old.

    Only the run for the newest commit of a branch has the word; the run for that one tells what holds now. Raises a
    `GithubProblem` for whatever goes wrong.
    """
    if told.silent:
        return None
    if told.commit is not None:
        branch, commit = told.commit
        if not is_tip(api, branch, commit):
            return None
    return upsert_issue(api, told.matter, _TITLES[told.matter], _body(told), is_open=not told.settled)


def _body(told: Told) -> str:
    lead = _SETTLED[told.matter] if told.settled else _lead(told)
    parts = [lead, *([f"The whole run: {told.run_url}"] if told.run_url else []), *([told.text] if told.text else [])]
    return "\n\n".join(parts)


def _lead(told: Told) -> str:
    commit = f" of `{checked_sha(told.commit[1])}`" if told.commit else ""
    if told.code is None:
        return f"The job `{told.matter}`{commit} has the result `{told.ended}`, and left no exit code."
    return f"The job `{told.matter}`{commit} ended with exit code {told.code}."
