"""One issue of ours per matter: a failed apply is seen (T24), nothing is opened twice, nobody else's is touched."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from fakes.github import FakeGithub, an_api
from fakes.github_shapes import BOT, MAINTAINER, STRANGER, error_json
from fakes.wire import reply

from reconciler.github.issue import Issued, IssueOutcome, upsert_issue
from reconciler.github.marker import MAX_TEXT, line_of
from reconciler.github.problems import GithubRefused, GithubUnclear, GithubUnusable

pytestmark = pytest.mark.sockets

LINE = line_of("issue:drift")
TITLE = "Roles drifted"
BODY = "Agent gained `tickets.close` in the tenant"


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request, which GitHub lists as issue 7 too."""
    with FakeGithub() as opened:
        yield opened


def upsert(github: FakeGithub, body: str = BODY, *, title: str = TITLE, is_open: bool = True) -> IssueOutcome:
    """Upsert the issue about drift."""
    return upsert_issue(an_api(github), "drift", title, body, is_open=is_open)


def test_an_issue_lives_from_failure_to_failure(github: FakeGithub) -> None:
    """T24: opened once, updated, left alone, closed when clean, and the same one reopened."""
    steps = [
        upsert(github),
        upsert(github),
        upsert(github, "More drifted"),
        upsert(github, "Clean", is_open=False),
        upsert(github, "Clean", is_open=False),
        upsert(github, "Drifted again"),
    ]

    assert [step.what for step in steps] == [
        Issued.CREATED,
        Issued.UNCHANGED,
        Issued.UPDATED,
        Issued.CLOSED,
        Issued.UNCHANGED,
        Issued.REOPENED,
    ]
    assert {step.issue for step in steps} == {8}
    assert (github.issues[8]["state"], github.issues[8]["body"]) == ("open", f"{LINE}\nDrifted again")
    assert len(github.writes) == 4


def test_a_clean_run_opens_nothing(github: FakeGithub) -> None:
    """Nothing is made only to be closed."""
    assert upsert(github, is_open=False) == IssueOutcome(what=Issued.UNCHANGED)
    assert github.writes == []


@pytest.mark.parametrize("user", [STRANGER, MAINTAINER, None, BOT | {"id": 1}])
@pytest.mark.parametrize("is_open", [True, False])
def test_a_strangers_issue_with_our_mark_is_untouched(
    github: FakeGithub, user: dict[str, object] | None, *, is_open: bool
) -> None:
    """Neither edited nor closed; ours is another one."""
    github.add_issue(3, TITLE, f"{LINE}\nplanted", user)
    before = copy.deepcopy(github.issues[3])

    assert upsert(github, is_open=is_open).issue != 3
    assert github.issues[3] == before


@pytest.mark.parametrize("body", [None, "", f"> {LINE}", line_of("issue:apply"), line_of("issue:drifts"), f"x\n{LINE}"])
def test_our_other_issues_are_untouched(github: FakeGithub, body: str | None) -> None:
    """One issue per key; what else the bot opened is not it."""
    github.add_issue(3, TITLE, body, BOT)

    assert upsert(github).what is Issued.CREATED
    assert github.issues[3]["body"] == body


def test_a_pull_request_is_no_issue(github: FakeGithub) -> None:
    """The listing has both; a pull request of the bot with our mark is left alone."""
    github.issues[7]["body"] = f"{LINE}\nx"

    assert upsert(github).issue == 8
    assert github.issues[7]["body"] == f"{LINE}\nx"


def test_the_open_issue_with_the_lowest_number_is_ours(github: FakeGithub) -> None:
    """Where a person made duplicates, the oldest open one goes on, and a closed one only where none is open."""
    for number, state in ((20, "closed"), (21, "open"), (22, "open"), (23, "closed")):
        github.add_issue(number, TITLE, f"{LINE}\nold", BOT, state=state)

    assert upsert(github) == IssueOutcome(what=Issued.UPDATED, issue=21)
    github.issues[21]["state"] = github.issues[22]["state"] = "closed"
    assert upsert(github) == IssueOutcome(what=Issued.REOPENED, issue=23)


def test_ours_is_found_on_any_page(github: FakeGithub) -> None:
    """The issue is not lost behind many others."""
    github.page_size = 3
    github.add_issue(1, TITLE, f"{LINE}\n{BODY}", BOT)
    for number in range(30, 50):
        github.add_issue(number, "Nightly", "x", BOT)

    assert upsert(github) == IssueOutcome(what=Issued.UNCHANGED, issue=1)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("a\nb\r\n::error::c", "a b ::error::c"),
        ("x" * 300, "x" * 255 + "…"),
        ("\u202eevil\u2028 \0name", "evil name"),
        ("@team `$(id)` <script>", "@team `$(id)` <script>"),
    ],
)
def test_a_hostile_title_is_one_line_that_fits(github: FakeGithub, title: str, shown: str) -> None:
    """A title never keeps the issue from being opened; a second run finds nothing to change."""
    outcome = upsert(github, title=title)

    assert outcome.what is Issued.CREATED
    assert github.issues[8]["title"] == shown
    assert upsert(github, title=title).what is Issued.UNCHANGED


@pytest.mark.parametrize(("title", "body"), [(" \n", BODY), (TITLE, "x" * MAX_TEXT), (TITLE, "\ud800")], ids=repr)
def test_what_github_would_not_keep_is_refused(github: FakeGithub, title: str, body: str) -> None:
    """No title, a body too long, or no Unicode: nothing is sent."""
    with pytest.raises(GithubUnusable):
        upsert(github, body, title=title)
    assert github.requests == []


def test_issues_that_are_switched_off_are_a_problem(github: FakeGithub) -> None:
    """410 is told; the caller notes it and goes on."""
    github.at(r"POST ", reply(410, error_json(410, "Issues has been disabled in this repository.")))

    with pytest.raises(GithubRefused, match="disabled") as caught:
        upsert(github)
    assert caught.value.status == 410


def test_an_issue_that_may_have_been_opened_is_not_opened_twice(github: FakeGithub) -> None:
    """No answer to the write: told, not repeated, and found by the next run."""
    github.at(r"POST ", reply(502, error_json(502, "Server Error")), has_effect=True)

    with pytest.raises(GithubUnclear):
        upsert(github)
    assert upsert(github).what is Issued.UNCHANGED
    assert len(github.writes) == 1
