"""Lays out the files that a commit proposes as plain files in a folder of their own, and refuses everything else.

A commit of somebody else is data: what is taken from it are the bytes of the few files that this program reads, out of
git's objects. Nothing is checked out, so no link, filter, hook or attribute of it has any effect.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reconciler.core.identity import PINS
from reconciler.desired.catalogue import LOCK
from reconciler.desired.confirmations import CONFIRMATIONS
from reconciler.desired.files import (
    ALLOWED_BESIDE,
    MOST_FILES,
    MOST_FOLDER_LEVELS,
    Listing,
    accept_name,
    name_fault,
)
from reconciler.desired.git import Blob, GitProblem, ask_git, read_blobs
from reconciler.desired.role_text import SCHEMA
from reconciler.desired.settings import parse_settings
from reconciler.desired.yaml_text import MOST_BYTES
from reconciler.errors import Problem, UsageProblem

MOST_BYTES_TOGETHER = 128 * 1024 * 1024
"""Of all files that are taken over; far more than the largest tenant needs."""

_ENTRY = re.compile(rb"(?P<mode>[0-7]{6}) (?P<kind>blob|tree|commit) (?P<id>[0-9a-f]{40,64}) +(?P<size>[0-9]+|-)")
_TREE = "040000"
_MODE_PROBLEMS = {
    "120000": ("file.symlink", "This is a symbolic link", "Put the file itself there"),
    "160000": ("file.type", "This is another repository and no file", "Put the files themselves there"),
    "100755": (
        "file.executable",
        "This is marked as a program",
        "Take the mark away with `git update-index --chmod=-x`",
    ),
}
_OTHER_MODE = ("file.type", "This is no plain file", "Put a plain file there")


@dataclass(frozen=True, slots=True)
class _Entry:
    blob: Blob
    size: int


def lay_out(root: Path, tree: str, folder: Path, *, settings: str, roles: str) -> tuple[Problem, ...]:
    """Write what `tree` proposes into the empty `folder`, by the paths that it has seen from `root`.

    Taken over are the settings, the lock, the role schema, the confirmations, the pinned ids, and the role files below
    the folder that the proposed settings name, or below `roles` where they cannot be read. Gives what is there and may
    not be taken over, sorted; nothing of it is written. Raises `UsageProblem` where git cannot read the tree.
    """
    try:
        return _Taking(root, tree, folder).take(settings, roles)
    except GitProblem as error:
        raise UsageProblem("git cannot read the files of the proposed commit", fix="Fetch it first") from error


class _Taking:
    """One tree on its way into one folder."""

    def __init__(self, root: Path, tree: str, folder: Path) -> None:
        self._root = root
        self._tree = tree
        self._folder = folder
        self._listing = Listing(root)
        self._left = MOST_BYTES_TOGETHER

    def take(self, settings: str, roles: str) -> tuple[Problem, ...]:
        texts = self._single((settings, LOCK, SCHEMA, CONFIRMATIONS, PINS))
        proposed = roles
        if settings in texts:
            try:
                proposed = parse_settings(settings, texts[settings]).roles
            except UsageProblem:  # whoever reads the settings is told
                proposed = roles
        self._roles(proposed)
        return tuple(sorted(set(self._listing.problems)))

    def _single(self, paths: Iterable[str]) -> dict[str, bytes]:
        wanted = sorted(set(paths))
        if not self._reachable(wanted):
            wanted = [path for path in wanted if "/" not in path]
        return self._write([entry for entry in self._entries(wanted) if self._plain(entry)])

    def _roles(self, folder: str) -> None:
        if not self._reachable([f"{folder}/_"]):
            return
        # A folder without a file is none to git; that it is empty is told where roles are read.
        (self._folder / folder).mkdir(parents=True, exist_ok=True)
        entries = [entry for entry in self._entries([f"{folder}/"], below=True) if self._is_role(entry, folder)]
        if len(entries) > MOST_FILES:
            self._problem(folder, "file.count", f"There are more than {MOST_FILES} role files", "Keep fewer roles")
            return
        self._write(entries)

    def _is_role(self, entry: _Entry, folder: str) -> bool:
        """Whether something below the roles folder is a role file; what is neither that nor allowed is a problem."""
        path = entry.blob.path
        *folders, name = path.removeprefix(f"{folder}/").split("/")
        if len(folders) >= MOST_FOLDER_LEVELS:
            message = f"Folders are nested deeper than {MOST_FOLDER_LEVELS}"
            self._problem(path, "file.depth", message, "Use fewer folders")
            return False
        for part in folders:
            fault = name_fault(part)
            if fault:
                self._problem(path, "file.name", f"A folder on the way has a name that {fault}", "Rename the folder")
                return False
        if name in ALLOWED_BESIDE and entry.blob.regular:
            return False
        return self._plain(entry) and accept_name(self._listing, path)

    def _plain(self, entry: _Entry) -> bool:
        path = entry.blob.path
        if not entry.blob.regular:
            self._problem(path, *_MODE_PROBLEMS.get(entry.blob.mode, _OTHER_MODE))
        elif entry.size > MOST_BYTES:
            message = f"The file has {entry.size:,} bytes and may have {MOST_BYTES:,}"
            self._problem(path, "yaml.size", message, "Keep the file smaller")
        else:
            self._left -= entry.size
            if self._left >= 0:
                return True
            message = f"The files have more than {MOST_BYTES_TOGETHER:,} bytes together"
            self._problem(PurePosixPath(path).parts[0], "file.count", message, "Keep fewer roles")
        return False

    def _reachable(self, paths: Iterable[str]) -> bool:
        """Whether every folder on the way to the paths is a folder, or not there; a link on the way leads elsewhere."""
        above = {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}
        wrong = [entry.blob for entry in self._entries(sorted(above)) if entry.blob.mode != _TREE]
        for blob in wrong:
            code, message, _ = _MODE_PROBLEMS.get(blob.mode, _OTHER_MODE)
            told = "This is a file" if blob.regular else message
            self._problem(blob.path, code if not blob.regular else "file.type", told, "Put the folder itself there")
        return not wrong

    def _entries(self, paths: list[str], *, below: bool = False) -> list[_Entry]:
        """Give what the tree has at `paths`, or below them; a path that it has twice is a problem and left out."""
        recursive = ("-r",) if below else ()
        answer = ask_git(
            self._root, "ls-tree", "-z", "-l", *recursive, "--end-of-options", self._tree, *(f"./{p}" for p in paths)
        )
        found: dict[str, _Entry] = {}
        twice: set[str] = set()
        for told in answer.split(b"\0")[:-1]:
            facts, _, raw = told.partition(b"\t")
            match = _ENTRY.fullmatch(facts)
            if match is None:
                raise GitProblem
            path = os.fsdecode(raw)
            if path in found:
                twice.add(path)
            size = 0 if match["size"] == b"-" else int(match["size"])
            blob = Blob(path, match["mode"].decode(), match["kind"].decode(), match["id"].decode())
            found[path] = _Entry(blob, size)
        for path in twice:
            self._problem(path, "file.twice", "The commit lists this path twice", "Commit the folder anew")
        return [found[path] for path in sorted(found) if path not in twice]

    def _write(self, entries: list[_Entry]) -> dict[str, bytes]:
        blobs = [entry.blob for entry in entries]
        texts = dict(zip((blob.path for blob in blobs), read_blobs(self._root, blobs), strict=True))
        for path, text in texts.items():
            target = self._folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)
        return texts

    def _problem(self, path: str, code: str, message: str, fix: str) -> None:
        self._listing.problems.append(Problem(path, 0, 0, code, message, fix))
