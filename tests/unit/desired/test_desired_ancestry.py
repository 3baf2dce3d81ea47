"""Which commits before one mean the same: along first parents, as long as no file that is read changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.git import Repository

from reconciler.desired.ancestry import MOST, commits_alike
from reconciler.errors import UsageProblem

PATHS = ("reconciler.yaml", "confirmations.yaml", "roles", "schemas")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Give a repository with one commit."""
    made = Repository(tmp_path / "desk")
    made.folder.mkdir()
    made.git("init", "--quiet", "--initial-branch", "main")
    made.save({"reconciler.yaml": "a\n", "roles/agent.yaml": "a\n", "schemas/permissions.yaml": "a\n", "README": "a\n"})
    return made


def alike(repository: Repository, revision: str = "HEAD") -> tuple[str, ...]:
    """Give the commits."""
    return commits_alike(repository.folder, revision, PATHS)


def test_commits_that_touch_nothing_that_is_read_are_alike(repository: Repository) -> None:
    """From the newest to the one that changed something."""
    first = repository.head
    second = repository.save({"README": "b\n"})
    third = repository.save({"docs/roles/x.yaml": "b\n"})

    assert alike(repository) == (third, second, first)
    assert alike(repository, second) == (second, first)


@pytest.mark.parametrize("path", ["reconciler.yaml", "confirmations.yaml", "roles/new/b.yaml", "schemas/x.json"])
def test_a_change_to_what_is_read_ends_the_row(repository: Repository, path: str) -> None:
    """Also where a later commit takes it back and the files are the same again."""
    before = repository.head
    repository.save({path: "changed\n"})
    assert alike(repository) == (repository.head,)

    repository.git("revert", "--no-edit", "HEAD")
    assert alike(repository) == (repository.head,)
    assert before not in alike(repository)


def test_only_first_parents_are_followed(repository: Repository) -> None:
    """What a merge brought in was never the tip of the branch."""
    first = repository.head
    repository.git("checkout", "--quiet", "-b", "topic")
    topic = repository.save({"README": "topic\n"})
    repository.git("checkout", "--quiet", "main")
    main = repository.save({"LICENSE": "main\n"})
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "topic")

    assert alike(repository) == (repository.head, main, first)
    assert topic not in alike(repository)


def test_the_row_is_bounded(repository: Repository) -> None:
    """However many commits change nothing, only some are looked at."""
    for _ in range(MOST + 5):
        repository.git("commit", "--quiet", "--allow-empty", "--message", "nothing")

    assert len(alike(repository)) == MOST + 1


def test_paths_are_seen_from_the_folder_of_the_settings(repository: Repository) -> None:
    """A repository of roles may be a folder of a larger one."""
    repository.save({"desk/reconciler.yaml": "a\n", "desk/roles/agent.yaml": "a\n"})
    inside = repository.head
    outside = repository.save({"roles/agent.yaml": "b\n"})

    assert commits_alike(repository.folder / "desk", "HEAD", PATHS) == (outside, inside)


def test_a_shallow_checkout_ends_where_it_ends(repository: Repository, tmp_path: Path) -> None:
    """What is not here is not looked at."""
    repository.save({"README": "b\n"})
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.folder}", str(clone))

    assert commits_alike(clone, "HEAD", PATHS) == (repository.head,)


@pytest.mark.parametrize("revision", ["d" * 40, "gone", "--output=x", "HEAD\n"])
def test_a_commit_that_is_not_here_is_a_usage_error(repository: Repository, revision: str) -> None:
    """Nothing was reviewed for what is not there, but that is not for this function to say."""
    with pytest.raises(UsageProblem):
        alike(repository, revision)
