"""Asking the repository that a checkout came from: pinned commits, tips, and a token that nothing else sees."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from fakes.git import Remote, Repository, a_repository, published

from reconciler.desired import fetching
from reconciler.desired.fetching import access, fetch_pull, require_tip
from reconciler.desired.git import resolve, run_git
from reconciler.desired.merging import merged_tree
from reconciler.errors import Exit, Superseded, UsageProblem

TOKEN = "ghs_a-token-that-nobody-else-may-see"
SERVER = "https://github.example"


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    """Give a remote with two commits on `main`, pushed from a clone that is called `author`."""
    repository = a_repository(tmp_path / "author")
    repository.save({"a": "1"})
    repository.save({"a": "2"})
    return published(repository, tmp_path / "remote.git")


@pytest.fixture
def author(remote: Remote) -> Repository:
    """Give the clone of an author."""
    return Repository(remote.folder.parent / "author")


@pytest.fixture
def trusted(remote: Remote, tmp_path: Path) -> Repository:
    """Give a clone with `main` checked out."""
    return remote.clone(tmp_path / "trusted")


def opened(author: Repository, number: int = 7, text: str = "3") -> str:
    """Open a pull request from a fork, whose commit is on no branch of the remote; give its head."""
    author.start("feature", "origin/main")
    head = author.save({"b": text})
    author.push(f"refs/pull/{number}/head")
    return head


def test_commit_of_a_fork_is_fetched_into_no_ref(author: Repository, trusted: Repository) -> None:
    """The objects are here afterwards, and no branch, tag or tracking ref has moved."""
    author.git("tag", "-a", "-m", "x", "v1")
    author.push("refs/tags/v1", "v1")
    head = opened(author)
    refs = trusted.git("for-each-ref")

    fetch_pull(trusted.folder, "origin", 7, head, {})

    assert trusted.git("cat-file", "-t", head) == "commit"
    assert trusted.git("for-each-ref") == refs


def test_force_push_after_the_event_supersedes_the_run(author: Repository, trusted: Repository) -> None:
    """Another commit than the one of the event is not planned, with exit 6."""
    head = opened(author)
    opened(author, text="4")

    with pytest.raises(Superseded, match="another commit now") as raised:
        fetch_pull(trusted.folder, "origin", 7, head, {})

    assert raised.value.exit_code is Exit.STALE


def test_pull_request_that_is_not_there_cannot_be_fetched(author: Repository, trusted: Repository) -> None:
    """An answer that is missing is an error, and an older fetch does not stand in for it."""
    head = opened(author)
    fetch_pull(trusted.folder, "origin", 7, head, {})

    with pytest.raises(UsageProblem, match="pull request 8"):
        fetch_pull(trusted.folder, "origin", 8, head, {})


@pytest.mark.parametrize("name", ["elsewhere", "ext::sh -c pwn", "--upload-pack=pwn", "../remote.git", ""])
def test_only_a_remote_of_the_checkout_is_asked(trusted: Repository, tmp_path: Path, name: str) -> None:
    """What git would take for an address, a path or an option is refused."""
    for asked in (
        lambda: fetch_pull(trusted.folder, name, 7, "1" * 40, {}),
        lambda: require_tip(trusted.folder, name, "main", {}),
    ):
        with pytest.raises(UsageProblem, match="no remote"):
            asked()

    assert not list(tmp_path.rglob("pwn"))


def test_no_hook_of_the_checkout_runs(author: Repository, trusted: Repository, tmp_path: Path) -> None:
    """Fetching starts no program that the checkout names."""
    canary = tmp_path / "canary"
    hook = trusted.folder / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{canary}'\n")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)

    fetch_pull(trusted.folder, "origin", 7, opened(author), {})

    assert not canary.exists()


def test_shallow_checkout_gets_the_history_that_a_merge_needs(author: Repository, tmp_path: Path) -> None:
    """A checkout of one commit can be planned too, also where the change started before it."""
    head = opened(author)
    author.switch("main")
    author.save({"c": "1"})
    author.push("refs/heads/main")
    shallow = Remote(tmp_path / "remote.git").clone(tmp_path / "shallow", "--depth=1")

    fetch_pull(shallow.folder, "origin", 7, head, {})

    tree = merged_tree(shallow.folder, resolve(shallow.folder, "HEAD"), head)
    assert shallow.git("ls-tree", "--name-only", tree).split() == ["a", "b", "c"]


def test_tip_is_asked_at_the_remote_and_not_in_the_checkout(author: Repository, trusted: Repository) -> None:
    """A checkout that was the newest is superseded as soon as the remote has another commit."""
    require_tip(trusted.folder, "origin", "main", {})
    author.save({"c": "1"})
    author.push("refs/heads/main")

    with pytest.raises(Superseded, match="tip of main") as raised:
        require_tip(trusted.folder, "origin", "main", {})

    assert raised.value.exit_code is Exit.STALE
    assert author.head in raised.value.detail


def test_branch_whose_name_only_ends_alike_is_not_the_tip(author: Repository, trusted: Repository) -> None:
    """Git's patterns find names that end with the one asked for; they do not count."""
    author.push("refs/heads/z/refs/heads/other")

    with pytest.raises(UsageProblem, match="could not be asked"):
        require_tip(trusted.folder, "origin", "other", {})


@pytest.mark.parametrize("branch", ["", "-x", "a b", "ma*n", "a..b", "a//b", "a@{1}", "a\n", "a~1", "x" * 201])
def test_branch_that_git_could_misread_is_refused(trusted: Repository, branch: str) -> None:
    """Patterns, options and revisions are no names of branches."""
    with pytest.raises(UsageProblem, match="branch"):
        require_tip(trusted.folder, "origin", branch, {})


def test_remote_that_does_not_answer_is_no_yes(trusted: Repository, tmp_path: Path) -> None:
    """Where the tip could not be asked, nothing goes on."""
    (tmp_path / "remote.git").rename(tmp_path / "moved.git")

    with pytest.raises(UsageProblem, match="nothing was written"):
        require_tip(trusted.folder, "origin", "main", {})
    with pytest.raises(UsageProblem, match="could not be fetched"):
        fetch_pull(trusted.folder, "origin", 7, "1" * 40, {})


def test_remote_that_answers_too_slowly_is_no_yes(trusted: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that takes too long is ended and counts as no answer."""
    monkeypatch.setattr(fetching, "FETCH_SECONDS", 0.0)

    with pytest.raises(UsageProblem, match="could not be asked"):
        require_tip(trusted.folder, "origin", "main", {})


def test_token_is_sent_to_its_own_server_alone() -> None:
    """The variables bind the header to one server, and take back one that a checkout may have left."""
    found = access({"GITHUB_TOKEN": f"{TOKEN}\n", "GITHUB_SERVER_URL": SERVER})

    name = f"http.{SERVER}/.extraHeader"
    both = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert found == {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": name,
        "GIT_CONFIG_VALUE_0": "",
        "GIT_CONFIG_KEY_1": name,
        "GIT_CONFIG_VALUE_1": f"Authorization: Basic {both}",
    }


@pytest.mark.parametrize(
    ("address", "heard"),
    [
        (f"{SERVER}/owner/name.git", True),
        (f"{SERVER}:443/owner/name.git", True),
        ("http://github.example/owner/name.git", False),
        ("https://github.example.evil.example/owner/name.git", False),
        ("https://evil.example/github.example/owner/name.git", False),
        ("https://github.example:8443/owner/name.git", False),
        ("ssh://git@github.example/owner/name.git", False),
    ],
)
def test_git_itself_sends_the_header_to_no_other_address(trusted: Repository, address: str, heard: bool) -> None:
    """What git would send to an address, asked of git."""
    variables = access({"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": SERVER})

    told = run_git(trusted.folder, "config", "--get-urlmatch", "http.extraHeader", address, variables=variables)

    assert (b"Authorization" in told.out) is heard


def test_settings_that_git_has_from_the_environment_stay() -> None:
    """Ours are counted on from those that are there."""
    ours = {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": SERVER}

    found = access({**ours, "GIT_CONFIG_COUNT": "3"})

    assert found["GIT_CONFIG_COUNT"] == "5"
    assert {"GIT_CONFIG_KEY_3", "GIT_CONFIG_VALUE_4"} <= found.keys()
    assert (
        access({"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": SERVER, "GIT_CONFIG_COUNT": "²"})["GIT_CONFIG_COUNT"] == "2"
    )


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"GITHUB_TOKEN": TOKEN},
        {"GITHUB_SERVER_URL": SERVER},
        {"GITHUB_TOKEN": " \n", "GITHUB_SERVER_URL": SERVER},
        {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": "http://github.example"},
        {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": f"{SERVER}/elsewhere"},
        {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": "https://github.example@evil.example"},
        {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": "https://*"},
    ],
)
def test_no_server_to_trust_or_no_token_sends_nothing(environment: dict[str, str]) -> None:
    """Only https to a plain host gets a token."""
    assert access(environment) == {}


def test_token_is_in_no_argument_and_in_no_file(
    author: Repository, trusted: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git that writes down how it was called saw the token in its environment alone (T12)."""
    head = opened(author)
    seen = tmp_path / "seen"
    real = os.environ["PATH"]
    (tmp_path / "bin").mkdir()
    spy = tmp_path / "bin" / "git"
    spy.write_text(
        f'#!/bin/sh\nfor a; do printf "%s\\n" "$a"; done >> \'{seen}\'\n'
        f"env | grep -c GIT_CONFIG_VALUE >> '{seen}.variables'\n"
        f"PATH='{real}' exec git \"$@\"\n"
    )
    spy.chmod(0o700)
    monkeypatch.setenv("PATH", f"{spy.parent}:{real}")
    for noisy in ("GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE", "GIT_TRACE2_EVENT", "GIT_TRACE_SETUP"):
        monkeypatch.setenv(noisy, str(tmp_path / "trace") if "VERBOSE" not in noisy else "1")
    monkeypatch.setenv("GIT_TRACE2_ENV_VARS", "GIT_CONFIG_VALUE_1")
    variables = access({"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": SERVER})

    fetch_pull(trusted.folder, "origin", 7, head, variables)
    require_tip(trusted.folder, "origin", "main", variables)

    secrets = (TOKEN, base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()[8:-8])
    assert "refs/pull/7/head" in seen.read_text()
    assert "2" in (tmp_path / "seen.variables").read_text()
    assert not (tmp_path / "trace").exists()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [] == [path for path in written if any(secret.encode() in path.read_bytes() for secret in secrets)]
