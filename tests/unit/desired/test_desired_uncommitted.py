"""What exists nowhere else is never written over: one rule for every command that changes files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from reconciler.desired import git
from reconciler.desired.git import would_be_committed
from reconciler.desired.uncommitted import require_kept, uncommitted
from reconciler.errors import UsageProblem

KEPT, ODD = "kept.yaml", "[a]*"


def run_git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *arguments], cwd=folder, check=True)


@pytest.fixture
def committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a git repository with two committed files, a file that git ignores, and a new one."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@desk.example")
    for name in (KEPT, ODD):
        (tmp_path / name).write_bytes(b"first\nsecond\n")
    (tmp_path / ".gitignore").write_bytes(b"ignored\n.reconciler/\n")
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "files"]):
        run_git(tmp_path, *arguments)
    for name in ("new", "ignored"):
        (tmp_path / name).write_bytes(b"mine\n")
    return tmp_path


def bytes_of(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Read files."""
    return {name: (folder / name).read_bytes() for name in names}


def test_files_as_committed_may_change(committed: Path) -> None:
    """What a commit has can be brought back, whatever its name looks like to git, and with other line ends too."""
    (committed / KEPT).write_bytes(b"first\r\nsecond\r\n")

    require_kept(committed, bytes_of(committed, (KEPT, ODD)), overwrite=False)

    assert uncommitted(committed, bytes_of(committed, (KEPT, ODD))) == ()
    assert uncommitted(committed, {}) == ()


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_no_commit_has_is_named_all_at_once(committed: Path, *, overwrite: bool) -> None:
    """Edited, only staged, untracked and ignored files are refused together; a commit is as quick as an option."""
    (committed / KEPT).write_bytes(b"edited\n")
    (committed / "staged").write_bytes(b"")
    run_git(committed, "add", "staged")
    asked = bytes_of(committed, (ODD, "staged", KEPT, "new", "ignored"))

    with pytest.raises(UsageProblem) as caught:
        require_kept(committed, asked, overwrite=overwrite)

    assert caught.value.reasons == ("ignored", KEPT, "new", "staged")
    assert "Commit" in caught.value.fix


def test_edit_that_is_staged_counts_though_git_has_its_bytes(committed: Path) -> None:
    """An index is no commit: the next `git add` of the file would lose it."""
    (committed / KEPT).write_bytes(b"edited\n")
    run_git(committed, "add", KEPT)

    assert uncommitted(committed, bytes_of(committed, [KEPT])) == (KEPT,)


def test_folder_below_the_top_has_paths_of_its_own(committed: Path) -> None:
    """Paths are seen from the folder that is asked about, not from the top of the repository."""
    below = committed / "desk"
    below.mkdir()
    (below / KEPT).write_bytes(b"other\n")
    assert uncommitted(below, bytes_of(below, [KEPT])) == (KEPT,)

    run_git(committed, "add", "--all")
    run_git(committed, "commit", "--quiet", "--message", "below")
    assert uncommitted(below, bytes_of(below, [KEPT])) == ()


def test_submodule_of_the_same_name_keeps_no_file(committed: Path) -> None:
    """What the commit has in the place is no file, so it cannot give the file back."""
    (committed / "inner").mkdir()
    run_git(committed / "inner", "init", "--quiet")
    run_git(committed / "inner", "commit", "--quiet", "--allow-empty", "--message", "inner")
    run_git(committed, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    run_git(committed, "commit", "--quiet", "--message", "a submodule")

    assert uncommitted(committed, {"inner": b"mine", **bytes_of(committed, [KEPT])}) == ("inner",)


def test_where_git_cannot_say_nothing_is_known_to_be_kept(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git, and before the first commit, every file counts."""
    monkeypatch.setattr(git.shutil, "which", lambda _: None)

    assert uncommitted(committed, bytes_of(committed, [KEPT])) == (KEPT,)
    with pytest.raises(UsageProblem):
        require_kept(committed, bytes_of(committed, [KEPT]), overwrite=True)
    assert would_be_committed(committed / "ignored")


def test_outside_git_somebody_must_say_that_the_old_text_may_go(tmp_path: Path) -> None:
    """Nothing keeps it there; where nothing would change there is nothing to say."""
    with pytest.raises(UsageProblem) as caught:
        require_kept(tmp_path, {"b": b"", "a": b""}, overwrite=False)

    assert caught.value.reasons == ("a", "b")
    assert "--overwrite" in caught.value.fix
    require_kept(tmp_path, {"a": b""}, overwrite=True)
    require_kept(tmp_path, {}, overwrite=False)


def test_place_that_does_not_exist_yet_would_be_committed_or_not(committed: Path) -> None:
    """A list of people may go where git ignores the folder, be it there or not, and nowhere else."""
    assert not would_be_committed(committed / ".reconciler" / "people.csv")
    assert not would_be_committed(committed / "ignored")
    assert would_be_committed(committed / "people.csv")
    assert would_be_committed(committed / "not" / "there" / "people.csv")
    assert not would_be_committed(committed.parent / "nowhere" / "people.csv")
