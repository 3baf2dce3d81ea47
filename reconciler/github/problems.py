"""What can go wrong with GitHub, as kinds that a caller can tell apart; all are a `GithubProblem`."""

from __future__ import annotations

from reconciler.errors import GithubProblem


class GithubUnusable(GithubProblem):
    """Something given to us cannot be sent: an address, a token, a name, a text; nothing was sent."""


class GithubUnreachable(GithubProblem):
    """No answer, or 5xx on every attempt to read."""


class GithubRefused(GithubProblem):
    """A clear no without effect: a 3xx or 4xx; `status` is its number."""

    def __init__(self, detail: str, *, status: int, fix: str = "") -> None:
        super().__init__(detail, fix=fix)
        self.status = status


class GithubRateLimited(GithubProblem):
    """Asked to wait for longer than there is time; a write had no effect. `retry_after` is in seconds."""

    def __init__(self, detail: str, *, retry_after: float) -> None:
        super().__init__(detail, fix="Run it again later")
        self.retry_after = retry_after


class GithubAnswerUnusable(GithubProblem):
    """It answered a read, but not in the promised shape, size or type."""


class GithubUnclear(GithubProblem):
    """A write that may or may not have happened; it is never sent twice."""
