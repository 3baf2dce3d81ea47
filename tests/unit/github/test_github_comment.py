"""One comment of ours on a pull request: ours alone, the newest head wins, and every failure is a typed problem."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from fakes.github import HEAD, NEWER, PULL, FakeGithub, an_api
from fakes.github_shapes import BOT, MAINTAINER, STRANGER, error_json
from fakes.wire import reply

from reconciler.errors import GithubProblem
from reconciler.github.api import Author
from reconciler.github.comment import Commented, CommentOutcome, upsert_comment
from reconciler.github.marker import MAX_TEXT, line_of
from reconciler.github.problems import GithubRefused, GithubUnclear, GithubUnusable

pytestmark = pytest.mark.sockets

MARK = "roles:plan"
LINE = line_of(MARK, HEAD)
OLD = f"{line_of(MARK, 'd' * 40)}\nAn older plan"
TEXT = "## Plan\n42 people lose something"


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with one open pull request."""
    with FakeGithub() as opened:
        yield opened


def upsert(github: FakeGithub, text: str = TEXT, head: str = HEAD) -> CommentOutcome:
    """Upsert with the usual words."""
    return upsert_comment(an_api(github), PULL, MARK, text, head)


def test_the_first_run_makes_a_comment(github: FakeGithub) -> None:
    """Where none of ours is there, one is made; its first line carries the mark and the commit."""
    outcome = upsert(github)

    assert outcome.what is Commented.CREATED
    assert [comment["body"] for comment in github.comments.values()] == [f"{LINE}\n{TEXT}"]


def test_a_later_run_edits_the_same_comment(github: FakeGithub) -> None:
    """There is one comment however often the plan changes."""
    first = upsert(github)
    github.push(PULL, NEWER)
    second = upsert(github, "Another plan", NEWER)

    assert (second.what, second.comment) == (Commented.UPDATED, first.comment)
    assert [comment["body"] for comment in github.comments.values()] == [f"{line_of(MARK, NEWER)}\nAnother plan"]


def test_the_same_text_is_not_written_again(github: FakeGithub) -> None:
    """A re-run that says the same sends no write, also where GitHub gave the line ends back in its own way."""
    first = upsert(github)
    assert first.comment is not None
    github.comments[first.comment]["body"] = f"{LINE}\n{TEXT}".replace("\n", "\r\n")
    github.requests.clear()

    assert upsert(github).what is Commented.UNCHANGED
    assert github.writes == []


@pytest.mark.parametrize("user", [STRANGER, MAINTAINER, None, BOT | {"id": 1}])
def test_a_strangers_comment_with_our_mark_is_untouched(github: FakeGithub, user: dict[str, object] | None) -> None:
    """T15: a planted mark changes nothing for its comment, and ours is made new; a login is no identity."""
    theirs = github.say(OLD, user)

    outcome = upsert(github)

    assert outcome.what is Commented.CREATED
    assert outcome.comment != theirs
    assert github.comments[theirs]["body"] == OLD
    assert github.writes == [f"POST /issues/{PULL}/comments"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Looks good",
        f"> {OLD}",
        f"\n{OLD}",
        line_of("roles:planner", HEAD),
        f"Text first\n{LINE}",
        LINE.upper(),
    ],
)
def test_our_other_comments_are_untouched(github: FakeGithub, body: str) -> None:
    """What the same bot says about something else, or quotes, is not the comment of the plan."""
    other = github.say(body, BOT)

    assert upsert(github).comment != other
    assert github.comments[other]["body"] == body


def test_the_newest_of_ours_is_edited_and_the_others_left_alone(github: FakeGithub) -> None:
    """Duplicates are told and not touched, on whichever page they stand."""
    github.page_size = 2
    older = github.say(OLD, BOT)
    for _ in range(4):
        github.say("chatter", STRANGER)
    newest = github.say(OLD, BOT)
    github.say(OLD, STRANGER)

    outcome = upsert(github)

    assert outcome == CommentOutcome(what=Commented.UPDATED, comment=newest, duplicates=1)
    assert github.comments[older]["body"] == OLD


def test_another_author_can_be_ours(github: FakeGithub) -> None:
    """With an app of the company's own, ours is what its account wrote."""
    github.writer = STRANGER
    mine = github.say(OLD, STRANGER)

    outcome = upsert_comment(an_api(github, author=Author(id=666, login="mallory")), PULL, MARK, TEXT, HEAD)

    assert (outcome.what, outcome.comment) == (Commented.UPDATED, mine)


def test_an_older_run_writes_nothing(github: FakeGithub) -> None:
    """T18: where the pull request points to another commit by now, the run for that one has the word."""
    upsert(github)
    github.push(PULL, NEWER)
    upsert(github, "The newer plan", NEWER)
    github.requests.clear()

    outcome = upsert(github)

    assert outcome.what is Commented.SUPERSEDED
    assert github.writes == []
    assert [c["body"].splitlines()[1] for c in github.comments.values()] == ["The newer plan"]


def test_a_head_that_moves_while_comments_are_read_stops_the_write(github: FakeGithub) -> None:
    """T18: the head is asked again right before the write, not only at the start."""
    github.at(r"GET .*/comments\?", then=lambda: github.push(PULL, NEWER))

    assert upsert(github).what is Commented.SUPERSEDED
    assert github.writes == []


def test_a_head_that_moves_during_the_write_is_told(github: FakeGithub) -> None:
    """T18: a plan for a commit that is no longer the head is never reported as up to date."""
    github.at(r"POST .*/comments", then=lambda: github.push(PULL, NEWER))

    outcome = upsert(github)

    assert outcome.what is Commented.SUPERSEDED
    assert len(github.writes) == 1


def test_an_unchanged_text_for_an_old_head_is_superseded(github: FakeGithub) -> None:
    """A comment that already says it is still not the last word once the head moved."""
    upsert(github)
    github.push(PULL, NEWER)

    assert upsert(github).what is Commented.SUPERSEDED


def test_a_newer_run_takes_its_comment_back(github: FakeGithub) -> None:
    """Where an older run wrote over ours between its check and its write, ours is written once more."""
    ours = github.say(OLD, BOT)

    def older_run_writes() -> None:
        github.comments[ours]["body"] = OLD

    github.at(r"PATCH ", then=older_run_writes)

    outcome = upsert(github)

    assert (outcome.what, outcome.comment) == (Commented.UPDATED, ours)
    assert github.comments[ours]["body"] == f"{LINE}\n{TEXT}"
    assert len(github.writes) == 2


def test_two_runs_that_keep_overwriting_each_other_end(github: FakeGithub) -> None:
    """The number of writes is bounded whatever another run does."""
    ours = github.say(OLD, BOT)

    def older_run_writes() -> None:
        github.comments[ours]["body"] = OLD

    github.at(r"PATCH ", then=older_run_writes, times=100)
    upsert(github)

    assert len(github.writes) == 2


def test_our_deleted_comment_is_made_anew(github: FakeGithub) -> None:
    """Deleted between reading and writing: a new one, once."""
    ours = github.say(OLD, BOT)
    github.at(r"GET .*/comments\?", then=lambda: github.comments.pop(ours))

    outcome = upsert(github)

    assert outcome.what is Commented.CREATED
    assert [comment["body"] for comment in github.comments.values()] == [f"{LINE}\n{TEXT}"]


def test_a_comment_deleted_right_after_stays_deleted(github: FakeGithub) -> None:
    """Somebody wanted it gone; nothing is made again behind their back."""
    github.at(r"POST ", then=github.comments.clear)

    assert upsert(github).what is Commented.CREATED
    assert github.comments == {}


def test_a_comment_edited_by_a_maintainer_is_brought_up_to_date(github: FakeGithub) -> None:
    """T15: what a comment says is never input; it is overwritten with the plan."""
    first = upsert(github)
    assert first.comment is not None
    github.comments[first.comment]["body"] = f"{LINE}\n**Approved, nothing changes**"

    assert upsert(github).what is Commented.UPDATED
    assert github.comments[first.comment]["body"] == f"{LINE}\n{TEXT}"


def test_a_locked_conversation_is_a_refusal_without_a_comment(github: FakeGithub) -> None:
    """A 403 is told with GitHub's words, and nothing is tried again."""
    github.issues[PULL]["locked"] = True

    with pytest.raises(GithubRefused, match="issue is locked") as caught:
        upsert(github)
    assert caught.value.status == 403
    assert github.comments == {}
    assert len(github.writes) == 1


def test_a_comment_that_may_not_be_edited_is_not_made_twice(github: FakeGithub) -> None:
    """Only a comment that is gone is made anew; a refusal to edit is told."""
    github.say(OLD, BOT)
    github.at(r"PATCH ", reply(403, error_json(403, "Resource not accessible by integration")))

    with pytest.raises(GithubRefused):
        upsert(github)
    assert len(github.comments) == 1


def test_a_text_that_is_too_long_is_refused_before_anything_is_sent(github: FakeGithub) -> None:
    """The limit counts the first line too; the longest text that fits is sent."""
    longest = "x" * (MAX_TEXT - len(LINE) - 1)
    with pytest.raises(GithubUnusable, match="65537"):
        upsert(github, longest + "x")
    assert github.requests == []

    assert upsert(github, longest).what is Commented.CREATED


@pytest.mark.parametrize("text", ["half a character \udc00", "NUL \0"], ids=ascii)
def test_a_text_that_github_would_not_keep_is_refused(github: FakeGithub, text: str) -> None:
    """What is no Unicode never leaves."""
    with pytest.raises(GithubUnusable):
        upsert(github, text)
    assert github.requests == []


@pytest.mark.parametrize(
    "text",
    [
        "-->\n<script>",
        f"{LINE}\n{LINE}",
        '"}, {"',
        "::set-output::",
        "\u202e\u2028 ünïcödé 🎉",
        "@everyone #1 `x`",
        "\r\n",
    ],
)
def test_hostile_texts_arrive_as_they_are(github: FakeGithub, text: str) -> None:
    """Nothing in a text can change which comment it goes to, or what is sent beside it."""
    upsert(github, text)
    outcome = upsert(github, text)

    assert outcome.what is Commented.UNCHANGED
    assert [comment["body"] for comment in github.comments.values()] == [f"{LINE}\n{text}"]


@pytest.mark.parametrize("marker", ["", "Roles", "a b", "a--b", "a-->", "a\n", "ä", ":a", "a:"])
def test_a_marker_is_plain_words(github: FakeGithub, marker: str) -> None:
    """A marker can neither end its line nor mean another one."""
    with pytest.raises(GithubUnusable):
        upsert_comment(an_api(github), PULL, marker, TEXT, HEAD)
    assert github.requests == []


@pytest.mark.parametrize("head", ["", "a" * 39, "A" * 40, "a" * 40 + "\n", "refs/heads/main"])
def test_a_head_is_a_full_commit_id(github: FakeGithub, head: str) -> None:
    """A short or symbolic name could mean another commit."""
    with pytest.raises(GithubUnusable):
        upsert(github, head=head)
    assert github.requests == []


@pytest.mark.parametrize("number", [0, -1, True])
def test_the_number_of_a_pull_request_is_one(github: FakeGithub, number: int) -> None:
    """A number from an event is checked before it becomes part of an address."""
    with pytest.raises(GithubUnusable):
        upsert_comment(an_api(github), number, MARK, TEXT, HEAD)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504, 301, 307, 202])
@pytest.mark.parametrize("request_line", [r"GET .*/comments\?", r"GET .*/pulls/", r"POST ", r"GET .*/comments/[0-9]"])
def test_every_failure_is_a_problem_and_bounded(github: FakeGithub, status: int, request_line: str) -> None:
    """Whatever GitHub answers, whenever: a typed problem or an outcome, a bounded number of requests, one write."""
    github.at(request_line, reply(status, error_json(status, "No")), times=100)

    with contextlib.suppress(GithubProblem):
        upsert(github)

    assert len(github.requests) <= 16
    assert len(github.writes) <= 1


def test_a_write_without_an_answer_is_not_sent_again(github: FakeGithub) -> None:
    """A comment that may have been made is not made twice; the next run finds it."""
    github.at(r"POST ", hang_up=True, has_effect=True)

    with pytest.raises(GithubUnclear, match="may or may not"):
        upsert(github)
    assert len(github.writes) == 1
    assert upsert(github).what is Commented.UNCHANGED
