"""Reads what an earlier job left in a folder: regular files of bounded size, and nothing taken on trust."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import GithubProblem, UsageProblem
from reconciler.model.review import Review, Verdict

REVIEW = "review.json"
COMMENT = "comment.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFolder:
    """What is to be published."""

    review: Review
    comment: str
    problem: GithubProblem | UsageProblem | None = None
    """Why the folder could not be used; the other two then say that there is no plan."""


def read_plan_folder(folder: Path, head: str) -> PlanFolder:
    """Read the review and the comment that were made for the commit `head`.

    Where the job before made none, both say so: nobody may take an older plan for the one of this commit.
    """
    from reconciler.github.review import decode_review

    try:
        raw, comment = read_text(folder, REVIEW), read_text(folder, COMMENT)
        if raw is None or comment is None:
            return _no_plan(head)
        review = decode_review(raw, REVIEW)
    except (GithubProblem, UsageProblem) as problem:
        return _no_plan(head, problem)
    if review.head != head:
        return _no_plan(head, UsageProblem(f"{REVIEW} is about another commit", fix="Publish what this run has made"))
    return PlanFolder(review=review, comment=comment)


def read_text(folder: Path, name: str) -> str | None:
    """Read a text; None where it is missing or empty. Raises `UsageProblem` for what cannot be read as one."""
    from reconciler.desired.reading import read_regular_file
    from reconciler.desired.yaml_text import MOST_BYTES

    raw = read_regular_file(folder, name)
    if raw is None or not raw.strip():
        return None
    if len(raw) > MOST_BYTES:
        raise UsageProblem(f"{name} has more than {MOST_BYTES} bytes", fix="Give the file that this program wrote")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageProblem(f"{name} is not UTF-8", fix="Give the file that this program wrote") from error
    if "\0" in text:
        raise UsageProblem(f"{name} holds a NUL", fix="Give the file that this program wrote")
    return text


def _no_plan(head: str, problem: GithubProblem | UsageProblem | None = None) -> PlanFolder:
    return PlanFolder(
        review=Review(
            digest=None, base=None, head=head, verdict=Verdict.FAILED, title="No plan was made; the run says why"
        ),
        comment="## No plan was made\n\nThe log of the run says why. Nothing was written to the tenant.\n",
        problem=problem,
    )
