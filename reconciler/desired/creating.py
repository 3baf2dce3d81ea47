"""Create files that are not there yet; one that is there is never touched, and no link is followed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from reconciler.desired.reading import link_on_the_way
from reconciler.errors import UsageProblem

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

_LONGEST_NAME = 255
"""Bytes of one name that every file system in use takes; a folder that is not there yet cannot be asked."""


def require_places(root: Path, paths: Iterable[str]) -> None:
    """Raise `UsageProblem` with everything that keeps `paths` from being files below `root`; makes nothing.

    Every part of the way must be a folder that is there or can be made, and no link; what is at the end, if
    anything, must be a file. Call it for all files before the first one is written.
    """
    faults: dict[str, None] = {}
    for path in sorted(set(paths)):
        try:
            faults |= dict.fromkeys(_faults(root, PurePosixPath(path)))
        except OSError as error:
            faults[f"{path}: {error.strerror or 'it cannot be looked at'}"] = None
    if faults:
        raise UsageProblem(
            "Something else is in the place of a folder or a file; nothing was written",
            fix="Move it out of the way, then run the command again",
            reasons=tuple(faults),
        )


def _faults(root: Path, path: PurePosixPath) -> Iterator[str]:
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in path.parts):
        yield f"{path} has too long a name in it"
        return
    last = root
    for folder in reversed(path.parents[:-1]):
        place = root / folder
        if place.is_symlink():
            yield f"{folder} is a symbolic link, and a folder is needed"
            return
        if not place.exists():
            break
        if not place.is_dir():
            yield f"{folder} is a file, and a folder is needed"
            return
        last = place
    place = root / path
    if place.exists():
        if not place.is_file():
            yield f"{path} is no file, and a file is needed"
    elif last.exists() and not os.access(last, os.W_OK | os.X_OK):
        yield f"{last.relative_to(root).as_posix()} is a folder in which nothing can be made"


def is_taken(root: Path, relative: str) -> bool:
    """Whether anything is at a place, be it a broken link; raises `UsageProblem` where a link is on the way there."""
    link = link_on_the_way(root, relative)
    if link is not None and link != relative:
        raise UsageProblem(f"{link} is a symbolic link", fix="Put the folder itself there")
    return link is not None or (root / relative).exists()


def create_file(root: Path, relative: str, text: str) -> None:
    """Make a file and the folders above it, whole or not at all.

    Raises `UsageProblem` where something is there already, a link is on the way, or the disk refuses.
    """
    if is_taken(root, relative):
        raise UsageProblem(f"{relative} exists and is left as it is", fix="Choose another place, or move it")
    path = root / relative
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, _NEW, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise UsageProblem(f"{relative}: {reason}", fix="Make the folder writable") from error
