"""Records the review of a plan as a check on the commit it was made for, and reads it back when that is applied."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciler.github.api import GithubApi, strictly
from reconciler.github.marker import checked_sha
from reconciler.github.problems import GithubAnswerUnusable, GithubUnusable
from reconciler.github.review import decode_review, encode_review
from reconciler.model.review import Review, Verdict
from reconciler.tenants.shape import Part

CHECK = "roles/plan"
"""The name of the check."""
MAX_FIELD = 65_535
"""Characters of a check's summary, and of its text."""

_CONCLUSIONS = {
    Verdict.NO_CHANGES: "success",
    Verdict.READY: "success",
    Verdict.UNCONFIRMED: "action_required",
    Verdict.BLOCKED: "failure",
    Verdict.REJECTED: "failure",
    Verdict.FAILED: "failure",
}
_FENCED = re.compile(r"```json\n(.*)\n```", re.DOTALL)
_DETAILS = re.compile(r"https?://[!-~]{1,2000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReview:
    """The newest check of ours on a commit."""

    check: int
    """Its id; a later check has a higher one."""
    review: Review


@strictly()
def put_check(api: GithubApi, head: str, review: Review, summary: str, details: str | None = None) -> int:
    """Put a check on the commit `head` that carries `review`; gives its id.

    `summary` is finished Markdown, `details` the address it links to. A check is never changed: a later one for the
    same commit counts instead. Raises `GithubUnusable`, before anything is sent, for a review of another commit and
    for what GitHub would not keep whole; a `GithubProblem` for whatever goes wrong.
    """
    if review.head != checked_sha(head):
        raise GithubUnusable("A review of another commit was not recorded on this one")
    if len(summary) > MAX_FIELD or any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in summary):
        raise GithubUnusable(f"A summary of more than {MAX_FIELD} characters, or that is no Unicode, was not sent")
    body: dict[str, str] = {
        "name": CHECK,
        "head_sha": head,
        "status": "completed",
        "conclusion": _CONCLUSIONS[review.verdict],
    }
    if review.digest is not None:
        body["external_id"] = review.digest
    if details is not None:
        if not _DETAILS.fullmatch(details):
            raise GithubUnusable("The details of a check are an address; nothing was recorded")
        body["details_url"] = details
    output: dict[str, str] = {"title": review.title, "summary": summary, "text": _fenced(review)}
    return api.post("check-runs", body={**body, "output": {**output}}).at("id").count()


@strictly()
def newest_check(api: GithubApi, sha: str, app: int) -> CheckedReview | None:
    """Give the newest check by `app` on a commit; None where there is none.

    Checks of other apps are passed over, newer ones too. A newest one without a digest is given as it is: the last
    plan could not be made, and no older one stands in for it. Raises `GithubAnswerUnusable` where the newest one is
    not as `put_check` made it.
    """
    query = {"check_name": CHECK, "filter": "all", "app_id": str(app)}
    checks = api.listing("commits", checked_sha(sha), "check-runs", query=query, below="check_runs")
    ours = {check.at("id").count(): check for check in checks if _is_ours(check, app)}
    if not ours:
        return None
    newest = max(ours)
    return CheckedReview(check=newest, review=_review(ours[newest], sha))


def _is_ours(check: Part, app: int) -> bool:
    # The filters save pages; name and app are looked at all the same.
    by = check.maybe("app")
    return by is not None and by.at("id").count() == app and check.at("name").text() == CHECK


def _review(check: Part, sha: str) -> Review:
    text = check.at("output").maybe("text")
    fenced = None if text is None else _FENCED.fullmatch(text.text().replace("\r\n", "\n").strip())
    if fenced is None:
        raise GithubAnswerUnusable(f"{check.where}: the newest check {CHECK} holds no review")
    review = decode_review(fenced.group(1), check.where)
    outside = check.maybe("external_id")
    said = "" if outside is None else outside.text()
    if check.at("head_sha").text() != sha or review.head != sha or said != (review.digest or ""):
        raise GithubAnswerUnusable(f"{check.where}: the newest check {CHECK} contradicts itself")
    return review


def _fenced(review: Review) -> str:
    """Put the one line of a review into a fence; it begins with a brace, so it cannot end the fence."""
    return f"```json\n{encode_review(review).strip()}\n```"
