"""Read one file of the repository without following links, waiting on devices or taking in more than allowed."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path, PurePosixPath

from reconciler.desired.yaml_text import MOST_BYTES
from reconciler.errors import UsageProblem

# Opening must not follow a link, nor wait for a writer at the other end of a pipe.
_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotRegular(Exception):
    """What is there is no regular file; never leaves this room."""


def read_bytes(path: str | Path) -> bytes:
    """Read a regular file, at most one byte more than a YAML file may have.

    Raises `NotRegular` for anything else than a regular file and `OSError` as the system says.
    """
    descriptor = os.open(path, _OPEN)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotRegular
        chunks, left = [], MOST_BYTES + 1
        while left and (chunk := os.read(descriptor, left)):
            chunks.append(chunk)
            left -= len(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def link_on_the_way(root: Path, relative: str) -> str | None:
    """Give the first part of `relative` below `root` that is a symbolic link, or None."""
    path = root
    for part in PurePosixPath(relative).parts:
        path /= part
        try:
            linked = path.is_symlink()
        except OSError:  # too long a name, say; whoever opens the file is told
            return None
        if linked:
            return path.relative_to(root).as_posix()
    return None


def read_regular_file(root: Path, relative: str) -> bytes | None:
    """Read a file that need not exist; None where it does not.

    Raises `UsageProblem` for links, devices and whatever cannot be read.
    """
    link = link_on_the_way(root, relative)
    if link is not None:
        raise UsageProblem(f"{link} is a symbolic link", fix="Put the file itself there")
    try:
        return read_bytes(root / relative)
    except FileNotFoundError:
        return None
    except (NotRegular, IsADirectoryError) as error:
        raise UsageProblem(f"{relative} is not a regular file", fix="Put a file there") from error
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise UsageProblem(f"{relative}: {reason}", fix="Make the file readable") from error


def escaped(path: str) -> str:
    """Give a text from outside for a comment in a file, with nothing in it but letters, digits and a few signs."""
    return re.sub(r"[^A-Za-z0-9._/~ -]", lambda m: f"\\u{{{ord(m[0]):x}}}", path)
