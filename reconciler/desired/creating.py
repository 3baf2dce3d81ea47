"""Create files that are not there yet; one that is there is never touched, and no link is followed."""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.desired.reading import escaped, link_on_the_way
from reconciler.errors import UsageProblem

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def is_taken(root: Path, relative: str) -> bool:
    """Whether anything is at a place, be it a broken link; raises `UsageProblem` where a link is on the way there."""
    link = link_on_the_way(root, relative)
    if link is not None and link != relative:
        raise UsageProblem(f"{escaped(link)} is a symbolic link", fix="Put the folder itself there")
    return link is not None or (root / relative).exists()


def create_file(root: Path, relative: str, text: str) -> None:
    """Make a file and the folders above it, whole or not at all.

    Raises `UsageProblem` where something is there already, a link is on the way, or the disk refuses.
    """
    if is_taken(root, relative):
        raise UsageProblem(f"{escaped(relative)} exists and is left as it is", fix="Choose another place, or move it")
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
        raise UsageProblem(f"{escaped(relative)}: {reason}", fix="Make the folder writable") from error
