"""Write a result to a file that somebody named, never through a link."""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.errors import UsageProblem

OWN_FOLDER = ".reconciler"
"""The one folder that is made for a result: what is in it is for this machine alone, and a fresh clone lacks it."""


def require_writable(path: Path) -> None:
    """Raise `UsageProblem` when `path` cannot become a regular file; called before any long work."""
    try:
        unusable = path.is_symlink() or (path.exists() and not path.is_file())
        placeless = not path.parent.is_dir() and not _can_be_made(path.parent)
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written ({error.strerror})", fix="Name another file") from error
    if unusable:
        raise UsageProblem(f"{path} exists and is no regular file", fix="Name a file that may be replaced")
    if placeless:
        raise UsageProblem(f"The folder of {path} does not exist", fix="Create the folder first")


def write_file(path: Path, text: str, *, private: bool = False) -> None:
    """Replace `path` with `text` in one step, readable by its owner alone when `private`.

    The folder must be there; `.reconciler` alone is made, for its owner alone, where it is missing. Raises
    `UsageProblem` when the disk refuses, leaving what was there before.
    """
    require_writable(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if _can_be_made(path.parent):
            path.parent.mkdir(mode=0o700)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written ({error.strerror})", fix="Name another file") from error


def _can_be_made(folder: Path) -> bool:
    """Whether a missing folder is the one that is made for a result."""
    missing = not folder.exists() and not folder.is_symlink()
    return missing and folder.name == OWN_FOLDER and folder.parent.is_dir()
