"""`ci plan` against real repositories: what it plans, what it refuses, and what it leaves to be published."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk
from acceptance.proposals import AGENT, Proposals

pytestmark = [pytest.mark.sockets, pytest.mark.usefixtures("git")]


@pytest.fixture
def proposals(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Proposals:
    """Give a settled tenant, a remote with the files it is as, and an author's clone."""
    desk.settle()
    return Proposals(desk, tmp_path_factory.mktemp("outside"))


def test_pull_request_is_planned_as_it_would_be_after_the_merge(proposals: Proposals) -> None:
    """The plan is the one of the merged files, bound to the commit of the pull request."""
    head = proposals.propose({AGENT: proposals.narrowed()})

    made = proposals.plan(head)

    assert made.ran.code == 0
    assert made.planned == (("update", "agent"),)
    assert made.names == ["comment.md", "plan.html", "plan.json", "review.json"]
