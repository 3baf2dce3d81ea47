"""List and read the role files of a folder; whatever is there and is no role file is refused, never passed over.

A file that was ignored would make its role look unmanaged, so only `README.md` and `.gitkeep` are let through.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reconciler.desired.names import RESERVED_KEYS
from reconciler.desired.reading import NotRegular, link_on_the_way, read_bytes
from reconciler.errors import Problem, UsageProblem

MOST_FILES = 15_000
MOST_FOLDERS = 1_000
MOST_FOLDER_LEVELS = 8
ALLOWED_BESIDE = frozenset({"README.md", ".gitkeep"})

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
_KEY_FIX = "Use lower-case letters, digits and dashes, at most 63, as in `quality-reviewer.yaml`"


class Listing:
    """What was found below a folder: paths of role files, sorted, and what is wrong with the rest."""

    def __init__(self, root: Path) -> None:
        self.files: list[str] = []
        self.problems: list[Problem] = []
        self._root = root
        self._folders = 0

    def problem(self, path: str, code: str, message: str, fix: str) -> None:
        """Add a problem with a whole file or folder."""
        self.problems.append(Problem(path, 0, 0, code, message, fix))

    def add_folder(self, relative: str, level: int = 1) -> None:
        """Add everything below a folder, in the order of names."""
        self._folders += 1
        if level > MOST_FOLDER_LEVELS or self._folders > MOST_FOLDERS:
            message = f"There are more than {MOST_FOLDERS} folders, or they are nested deeper than {MOST_FOLDER_LEVELS}"
            self.problem(relative, "file.depth", message, "Use fewer folders")
            return
        try:
            with os.scandir(self._root / relative) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self.problem(relative, "file.unreadable", "The folder cannot be read", "Make it readable")
            return
        for entry in found:
            self._add(entry, f"{relative}/{entry.name}", level)

    def _add(self, entry: os.DirEntry[str], path: str, level: int) -> None:
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
        except OSError:
            self.problem(path, "file.race", "The file went away while it was read", "Run the command again")
            return
        if stat.S_ISLNK(mode):
            self.problem(path, "file.symlink", "This is a symbolic link", "Put the file itself there")
        elif stat.S_ISDIR(mode):
            fault = name_fault(entry.name)
            if fault:
                self.problem(path, "file.name", f"The folder has a name that {fault}", _KEY_FIX.partition(",")[0])
            else:
                self.add_folder(path, level + 1)
        elif not stat.S_ISREG(mode):
            self.problem(path, "file.type", "This is neither a file nor a folder", "Remove it")
        elif entry.name not in ALLOWED_BESIDE and accept_name(self, path):
            self.files.append(path)
            if len(self.files) == MOST_FILES + 1:
                self.problem(path, "file.count", f"There are more than {MOST_FILES} role files", "Keep fewer roles")


def accept_name(listing: Listing, path: str) -> bool:
    """Check the last part of a path; report and say whether it names a role file."""
    name = PurePosixPath(path).name
    stem, dot, extension = name.rpartition(".")
    if not dot or extension != "yaml":
        message = "This is not a role file; role files end in .yaml"
        fix = "Rename it to end in .yaml" if extension.lower() in {"yaml", "yml"} else "Move it out of the folder"
        listing.problem(path, "file.extension", message, fix)
        return False
    fault = name_fault(stem)
    if fault:
        listing.problem(path, "file.name", f"The file has a name that {fault}", _KEY_FIX)
    return not fault


def names_role(path: str) -> bool:
    """Whether a path names a role file."""
    stem, dot, extension = PurePosixPath(path).name.rpartition(".")
    return bool(dot) and extension == "yaml" and not name_fault(stem)


def name_fault(stem: str) -> str:
    """Say what is wrong with the name of a file or folder; empty where nothing is."""
    if not KEY.fullmatch(stem):
        return "has other characters than a-z, 0-9 and dashes, starts with a dash, or is too long"
    if _RESERVED.fullmatch(stem):
        return "Windows keeps for devices"
    return "is a word of the role language" if stem in RESERVED_KEYS else ""


def list_role_files(root: Path, folder: str) -> Listing:
    """List the role files below `folder`, a checked relative path; raises `UsageProblem` where there is no folder."""
    listing = Listing(root)
    link = link_on_the_way(root, folder)
    if link is not None:
        listing.problem(link, "file.symlink", "This is a symbolic link", "Put the folder itself there")
        return listing
    if not (root / folder).is_dir():
        fix = "Create the folder, or correct `roles:` in the settings"
        raise UsageProblem(f"There is no folder {folder}; that is not the same as no roles", fix=fix)
    listing.add_folder(folder)
    return listing


def read_role_files(root: Path, listing: Listing) -> Iterator[tuple[str, bytes]]:
    """Read each listed file once; a file that cannot be read becomes a problem of the listing."""
    prefix = str(root)
    for path in listing.files[:MOST_FILES]:
        try:
            yield path, read_bytes(f"{prefix}/{path}")
        except FileNotFoundError:
            listing.problem(path, "file.race", "The file went away while it was read", "Run the command again")
        except NotRegular:
            listing.problem(path, "file.race", "The file was replaced while it was read", "Run the command again")
        except OSError:
            listing.problem(path, "file.unreadable", "The file cannot be read", "Make it readable")
