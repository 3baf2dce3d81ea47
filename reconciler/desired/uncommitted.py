"""Find files with edits that git does not have, so that nothing writes over them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.desired.git import GitProblem, list_blobs, read_blobs, resolve


def in_repository(root: Path) -> bool:
    """Whether `root` is in the working tree of a git repository."""
    return any((folder / ".git").exists() for folder in (root, *root.parents))


def uncommitted(root: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Give the files whose bytes are not those of the checked-out commit, sorted; all of them where git cannot say.

    A file that differs in line ends alone counts as committed: git converts them where it is told to.
    """
    try:
        blobs = list_blobs(root, resolve(root, "HEAD"))
        known = [blobs[path] for path in sorted(files) if path in blobs]
        committed = dict(zip((blob.path for blob in known), read_blobs(root, known), strict=True))
    except GitProblem:
        return tuple(sorted(files))
    return tuple(path for path in sorted(files) if path not in committed or not _same(files[path], committed[path]))


def _same(file: bytes, blob: bytes) -> bool:
    return file == blob or file.replace(b"\r\n", b"\n") == blob
