"""Write a result to a file that somebody named, never through a link."""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.errors import UsageProblem


def require_writable(path: Path) -> None:
    """Raise `UsageProblem` when `path` cannot become a regular file; called before any long work."""
    try:
        unusable = path.is_symlink() or (path.exists() and not path.is_file())
        placeless = not path.parent.is_dir()
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written ({error.strerror})", fix="Name another file") from error
    if unusable:
        raise UsageProblem(f"{path} exists and is no regular file", fix="Name a file that may be replaced")
    if placeless:
        raise UsageProblem(f"The folder of {path} does not exist", fix="Create the folder first")


def write_file(path: Path, text: str, *, private: bool = False) -> None:
    """Replace `path` with `text` in one step, readable by its owner alone when `private`.

    Raises `UsageProblem` when the disk refuses, leaving what was there before.
    """
    require_writable(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
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
