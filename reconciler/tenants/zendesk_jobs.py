"""Waits for what Zendesk does later: a job that says by itself how far it is.

Source: the vendor's pages on `update_many` and on job statuses (queued, working, completed, failed), and a recording.
"""

from __future__ import annotations

from http import HTTPStatus

from reconciler.errors import TenantError, WriteUnclear
from reconciler.ports import Clock
from reconciler.tenants.http import HttpReader
from reconciler.tenants.shape import Part
from reconciler.tenants.verdict import Terms
from reconciler.tenants.zendesk_people import API

STARTED = Terms(success=HTTPStatus.OK)
PATIENCE = 300.0
"""Seconds after which a job is left to itself."""
_FIRST, _LONGEST = 0.2, 10.0
_ENDS = frozenset({"completed", "failed", "killed"})


def finish(http: HttpReader, clock: Clock, started: Part) -> None:
    """Ask for the job of a reply until it is completed, at growing distances.

    Raises `WriteUnclear` where it failed, does not end in time, or cannot be asked for: some of it may have happened.
    """
    try:
        word = _followed(http, clock, started.at("job_status"))
    except TenantError as problem:
        raise WriteUnclear(f"{started.where}: its job cannot be followed: {problem.detail}") from problem
    if word != "completed":
        told = "failed" if word in _ENDS else f"was not done after {PATIENCE:g} seconds"
        raise WriteUnclear(f"{started.where}: its job {told}; some people may have the role")


def _followed(http: HttpReader, clock: Clock, status: Part) -> str:
    """Give the word that a job ends with, or the last one before patience does."""
    job, until, wait = status.at("id").token(), clock.monotonic() + PATIENCE, _FIRST
    while (word := status.at("status").text()) not in _ENDS and clock.monotonic() < until:
        clock.sleep(wait)
        wait = min(_LONGEST, 2 * wait)
        status = http.get(*API, "job_statuses", job).at("job_status")
    return word
