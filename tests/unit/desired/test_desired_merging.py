"""Putting two commits together without moving anything, and which commit a merged one is compared with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fakes.git import Repository, a_repository, published

from reconciler.desired.merging import base_of_merged, is_shallow, merged_tree
from reconciler.errors import InputRejected, UsageProblem

ONE = "one\ntwo\nthree\nfour\nfive\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Give a repository with one commit on `main`."""
    repository = a_repository(tmp_path / "work")
    repository.save({"roles/a.yaml": ONE, "README.md": "x\n"})
    return repository


def branch(repository: Repository, files: dict[str, str | None], name: str = "feature") -> str:
    """Commit files on a branch that starts at `main`, and go back."""
    repository.start(name, "main")
    head = repository.save(files)
    repository.switch("main")
    return head


def test_merged_tree_has_what_both_sides_changed(repository: Repository) -> None:
    """Each side's change is in the tree, and neither branch moves."""
    theirs = branch(repository, {"roles/a.yaml": ONE.replace("five", "5")})
    ours = repository.save({"roles/a.yaml": ONE.replace("one", "1")})
    refs = repository.git("for-each-ref")

    tree = merged_tree(repository.folder, ours, theirs)

    assert repository.git("show", f"{tree}:roles/a.yaml").split() == ["1", "two", "three", "four", "5"]
    assert repository.git("for-each-ref") == refs
    assert repository.git("status", "--porcelain") == ""


def test_a_branch_that_is_behind_takes_nothing_back(repository: Repository) -> None:
    """What the target branch got in the meantime stays."""
    theirs = branch(repository, {"roles/b.yaml": "b\n"})
    ours = repository.save({"roles/c.yaml": "c\n"})

    tree = merged_tree(repository.folder, ours, theirs)

    listed = repository.git("ls-tree", "-r", "--name-only", tree).split()
    assert listed == ["README.md", "roles/a.yaml", "roles/b.yaml", "roles/c.yaml"]


def test_every_conflict_is_a_problem_of_its_file(repository: Repository) -> None:
    """All paths are named at once, hostile ones too, and each once."""
    name = 'roles/a"$(touch pwn)`id`;#\n::set-output.yaml'
    theirs = branch(repository, {"roles/a.yaml": "theirs\n", name: "theirs\n", "README.md": None})
    ours = repository.save({"roles/a.yaml": "ours\n", name: "ours\n", "README.md": "ours\n"})

    with pytest.raises(InputRejected) as rejected:
        merged_tree(repository.folder, ours, theirs)

    assert [(p.path, p.code) for p in rejected.value.problems] == [
        ("README.md", "merge.conflict"),
        (name, "merge.conflict"),
        ("roles/a.yaml", "merge.conflict"),
    ]


def test_conflicts_are_named_from_the_folder_of_the_settings(repository: Repository) -> None:
    """Where the settings are in a folder of the repository, paths are seen from there, like everywhere else."""
    theirs = branch(repository, {"roles/a.yaml": "theirs\n"})
    ours = repository.save({"roles/a.yaml": "ours\n"})

    with pytest.raises(InputRejected) as rejected:
        merged_tree(repository.folder / "roles", ours, theirs)

    assert [p.path for p in rejected.value.problems] == ["a.yaml"]


def test_histories_that_never_met_cannot_be_merged(repository: Repository) -> None:
    """Two commits without a common one have no merge that anybody could have reviewed."""
    repository.git("checkout", "--quiet", "--orphan", "stranger")
    theirs = repository.save({"roles/a.yaml": "x\n"})
    repository.switch("main")

    with pytest.raises(UsageProblem, match="cannot merge"):
        merged_tree(repository.folder, repository.head, theirs)


def test_a_commit_that_is_not_here_cannot_be_merged(repository: Repository) -> None:
    """An unknown commit is an error and no empty change."""
    with pytest.raises(UsageProblem, match="cannot merge"):
        merged_tree(repository.folder, repository.head, "1" * 40)


def test_merged_commit_is_compared_with_what_the_review_was(repository: Repository) -> None:
    """The base of the review counts where it came before the commit's first parent, or is it."""
    old = repository.head
    newer = repository.save({"x": "1"})
    repository.save({"x": "2"})

    assert base_of_merged(repository.folder, old) == old
    assert base_of_merged(repository.folder, newer) == newer


def test_no_commit_is_its_own_base(repository: Repository) -> None:
    """What a review claims to be compared with cannot hide what the commit itself weakens."""
    before = repository.head
    theirs = branch(repository, {"y": "1"})
    head = repository.save({"x": "1"})

    for claimed in (head, theirs, "1" * 40, None):
        assert base_of_merged(repository.folder, claimed) == before


def test_first_parent_is_the_branch_and_not_what_was_merged_into_it(repository: Repository) -> None:
    """After a merge commit the base is the target branch before it."""
    theirs = branch(repository, {"y": "1"})
    before = repository.save({"x": "1"})
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", theirs)

    assert base_of_merged(repository.folder, None) == before
    assert base_of_merged(repository.folder, theirs) == before


def test_first_commit_of_all_and_no_repository_have_no_base(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing came before, there is nothing to compare with."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    alone = tmp_path / "alone"
    alone.mkdir()

    assert base_of_merged(repository.folder, None) is None
    assert base_of_merged(repository.folder, repository.head) is None
    assert base_of_merged(alone, repository.head) is None


def test_history_that_was_left_out_is_no_missing_base(repository: Repository, tmp_path: Path) -> None:
    """A shallow checkout cannot say what came before, and that is an error and not "nothing"."""
    repository.save({"x": "1"})
    shallow = published(repository, tmp_path / "remote.git").clone(tmp_path / "shallow", "--depth=1")

    assert is_shallow(shallow.folder)
    with pytest.raises(UsageProblem, match="history") as raised:
        base_of_merged(shallow.folder, None)
    assert "fetch-depth: 0" in raised.value.fix


def test_parts_of_a_repository_that_are_gone_are_an_error(repository: Repository) -> None:
    """Where git cannot read what it has, no base is made up."""
    repository.save({"x": "1"})
    head = repository.head
    shutil.rmtree(repository.folder / ".git" / "objects" / head[:2])

    with pytest.raises(UsageProblem, match="history"):
        base_of_merged(repository.folder, None)
