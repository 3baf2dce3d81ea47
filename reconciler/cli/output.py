"""Write a result to a file that somebody named, never through a link."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from reconciler.errors import UsageProblem


def require_writable(path: Path) -> None:
    """Raise `UsageProblem` when `path` cannot become a regular file; called before any long work."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise UsageProblem(f"{path} exists and is no regular file", fix="Name a file that may be replaced")
    if not path.parent.is_dir():
        raise UsageProblem(f"The folder of {path} does not exist", fix="Create the folder first")


def write_file(path: Path, text: str) -> None:
    """Replace `path` with `text` in one step; raises `UsageProblem` when the disk refuses, leaving nothing."""
    require_writable(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written ({error.strerror})", fix="Name another file") from error
