"""Listing and reading role files: nothing is followed, waited for, or passed over in silence."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from reconciler.desired import files
from reconciler.desired.files import Listing, list_role_files, names_role, read_role_files
from reconciler.desired.reading import read_regular_file
from reconciler.desired.yaml_text import MOST_BYTES
from reconciler.errors import InputRejected, UsageProblem
from reconciler.render.escape import visible
from reconciler.render.problems import error_text
from reconciler.render.styled import to_text


@pytest.fixture
def roles(tmp_path: Path) -> Path:
    """Give an empty roles folder."""
    folder = tmp_path / "roles"
    folder.mkdir()
    return folder


def found(root: Path) -> list[tuple[str, str]]:
    """Give path and code of each problem of the roles folder."""
    return [(p.path, p.code) for p in list_role_files(root, "roles").problems]


def test_files_are_listed_in_order_whatever_the_disk_says(roles: Path) -> None:
    """The order is that of the names, folder by folder."""
    for name in ("b.yaml", "a.yaml", "sub/c.yaml", "sub-2/a1.yaml"):
        (roles / name).parent.mkdir(exist_ok=True)
        (roles / name).touch()

    listing = list_role_files(roles.parent, "roles")

    assert listing.files == ["roles/a.yaml", "roles/b.yaml", "roles/sub/c.yaml", "roles/sub-2/a1.yaml"]
    assert not listing.problems


def test_reading_gives_each_file_once(roles: Path) -> None:
    """Every listed file is read, in order, with its own bytes."""
    (roles / "a.yaml").write_bytes(b"1")
    (roles / "b.yaml").write_bytes(b"2")

    assert list(read_role_files(roles.parent, list_role_files(roles.parent, "roles"))) == [
        ("roles/a.yaml", b"1"),
        ("roles/b.yaml", b"2"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        ".a.yaml.swp",
        "a.yaml~",
        "a.yml",
        "a.YAML",
        "a.json",
        "a",
        "a.yaml.bak",
        ".DS_Store",
        "readme.md",
        "a.yaml.",
        "#a.yaml#",
    ],
)
def test_left_over_is_refused(roles: Path, name: str) -> None:
    """A file that is no role file is refused, because ignoring it could unmanage a role."""
    (roles / name).touch()

    assert [code for _, code in found(roles.parent)] == ["file.extension"]


@pytest.mark.parametrize(
    "name",
    [
        "-rf",
        "@here",
        "__proto__",
        "A",
        "a b",
        "a.b",
        "a_b",
        "é",
        "a" * 64,
        "con",
        "nul",
        "com1",
        "lpt9",
        "true",
        "null",
        "",
        "a\nb",
        'a"b',
        "$(id)",
        "a\x1bb",
        "😀",
    ],
)
def test_name_that_cannot_be_a_key_is_refused(roles: Path, name: str) -> None:
    """A file whose stem is no key on every system is refused, and its name is shown harmlessly, escaped once."""
    (roles / f"{name}.yaml").touch()

    problems = tuple(list_role_files(roles.parent, "roles").problems)
    told, fix, _ = to_text(error_text(InputRejected(problems)), colour=False).splitlines()
    assert told.startswith(f"error[file.name] {visible(f'roles/{name}.yaml')}: ")
    assert f"{told}{fix}".isprintable()


def test_undecodable_name_is_refused(roles: Path) -> None:
    """A file name that is no UTF-8 is refused without trouble."""
    (roles / os.fsdecode(b"\xff.yaml")).touch()

    assert [code for _, code in found(roles.parent)] == ["file.name"]


def test_readme_and_gitkeep_are_let_through(roles: Path) -> None:
    """Two names that no role can have may stand beside the role files."""
    (roles / "README.md").touch()
    (roles / ".gitkeep").touch()

    assert not found(roles.parent)


def test_links_are_refused(roles: Path) -> None:
    """A link to a file, a link to a folder and a dangling link are refused and never read."""
    secret = roles.parent / "secret.yaml"
    secret.write_text("secret")
    (roles / "a.yaml").symlink_to(secret)
    (roles / "b").symlink_to(roles)
    (roles / "c.yaml").symlink_to("nowhere")

    listing = list_role_files(roles.parent, "roles")

    assert [p.code for p in listing.problems] == ["file.symlink"] * 3
    assert not listing.files


def test_folder_behind_a_link_is_refused(roles: Path) -> None:
    """The roles folder is no link, and neither is any folder on the way to it."""
    (roles.parent / "linked").symlink_to(roles)
    (roles / "inner").mkdir()

    assert [p.code for p in list_role_files(roles.parent, "linked").problems] == ["file.symlink"]
    assert [p.path for p in list_role_files(roles.parent, "linked/inner").problems] == ["linked"]


@pytest.mark.sockets
def test_pipes_and_sockets_are_refused_at_once(roles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would wait for the other end is refused within a second."""
    started = time.monotonic()
    os.mkfifo(roles / "a.yaml")
    monkeypatch.chdir(roles)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("b.yaml")

        assert [code for _, code in found(roles.parent)] == ["file.type", "file.type"]
    assert time.monotonic() - started < 1


def test_file_that_vanishes_is_told(roles: Path) -> None:
    """A file that goes away after the listing is a problem, not a role less."""
    (roles / "a.yaml").touch()
    listing = list_role_files(roles.parent, "roles")
    (roles / "a.yaml").unlink()

    assert not list(read_role_files(roles.parent, listing))
    assert [p.code for p in listing.problems] == ["file.race"]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/etc/hostname")])
def test_file_that_is_replaced_is_told(roles: Path, make: object) -> None:
    """A file replaced by something else after the listing is never opened as that."""
    (roles / "a.yaml").touch()
    listing = list_role_files(roles.parent, "roles")
    (roles / "a.yaml").unlink()
    assert callable(make)
    make(roles / "a.yaml")

    assert not list(read_role_files(roles.parent, listing))
    assert next(p.code for p in listing.problems) in {"file.race", "file.unreadable"}


def test_huge_file_is_not_taken_in(roles: Path) -> None:
    """Of a file beyond the limit one byte more than the limit is read, enough to refuse it."""
    with (roles / "a.yaml").open("wb") as file:
        file.truncate(1 << 32)

    [(_, raw)] = read_role_files(roles.parent, list_role_files(roles.parent, "roles"))

    assert len(raw) == MOST_BYTES + 1


def test_missing_folder_is_no_empty_folder(tmp_path: Path) -> None:
    """A folder that is not there is a matter of settings; so is a file in its place."""
    (tmp_path / "file").touch()

    for name in ("roles", "file"):
        with pytest.raises(UsageProblem, match="not the same as no roles"):
            list_role_files(tmp_path, name)


def test_deep_folders_are_refused(roles: Path) -> None:
    """Folders nested beyond the limit are refused, not descended into."""
    deep = roles.joinpath(*"abcdefgh")
    deep.mkdir(parents=True)
    (deep / "x.yaml").touch()

    assert [code for _, code in found(roles.parent)] == ["file.depth"]


def test_badly_named_folder_is_refused(roles: Path) -> None:
    """A folder follows the same rule as a key."""
    (roles / ".git").mkdir()

    assert found(roles.parent) == [("roles/.git", "file.name")]


def test_too_many_files_are_refused(roles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file more than the limit is told once, and no more than the limit is read."""
    monkeypatch.setattr(files, "MOST_FILES", 2)
    for name in "abcd":
        (roles / f"{name}.yaml").touch()
    listing = list_role_files(roles.parent, "roles")

    assert [(p.path, p.code) for p in listing.problems] == [("roles/c.yaml", "file.count")]
    assert len(list(read_role_files(roles.parent, listing))) == 2


def test_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    """A folder that cannot be opened is a problem, not an empty folder."""
    listing = Listing(tmp_path)

    listing.add_folder("gone")

    assert [p.code for p in listing.problems] == ["file.unreadable"]


def test_role_names_are_recognised() -> None:
    """A path names a role file by its last part alone."""
    assert names_role("roles/a/b.yaml")
    assert not names_role("roles/a/b.yml")
    assert not names_role("roles/a/B.yaml")


def test_single_file_may_be_missing_but_not_odd(tmp_path: Path) -> None:
    """A file that need not exist is None when missing, and refused when it is a folder or a link."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    os.mkfifo(tmp_path / "pipe")

    assert read_regular_file(tmp_path, "nothing") is None
    for name in ("folder", "link", "pipe", "x" * 300):
        with pytest.raises(UsageProblem):
            read_regular_file(tmp_path, name)
