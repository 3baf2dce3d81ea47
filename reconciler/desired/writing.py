"""Replace a file as a whole or not at all, and prove that it holds what was written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from reconciler.desired.reading import read_regular_file
from reconciler.errors import UsageProblem

_NEW_FILE_MODE = 0o644


def replace_file(path: Path, content: bytes) -> None:
    """Make `path` hold `content`; raises `UsageProblem` where that is not possible, and then nothing has changed."""
    read_regular_file(path.parent, path.name)  # refuses links and devices
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else _NEW_FILE_MODE
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(mode)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise UsageProblem(f"{path.name}: {reason}", fix="Make the folder writable") from error
    if read_regular_file(path.parent, path.name) != content:
        raise UsageProblem(f"{path.name} changed while it was written", fix="Look at the file, then try again")
