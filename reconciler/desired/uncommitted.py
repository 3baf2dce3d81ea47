"""Keep what exists nowhere else: files that are there are changed only where a commit has them as they are.

One rule for every command that changes files: in a git repository all of them must be committed; outside one,
where nothing keeps the old text, somebody has to say that it may go.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from reconciler.desired.git import GitProblem, list_blobs, read_blobs, resolve
from reconciler.desired.reading import NotRegular, read_bytes
from reconciler.errors import UsageProblem


def require_kept(root: Path, files: Mapping[str, bytes], *, overwrite: bool) -> None:
    """Raise `UsageProblem`, naming every file, where changing `files` would lose what exists nowhere else.

    `files` are those that are there and would change, with their bytes, by their path from `root`. `overwrite`
    counts outside git only: inside, a commit is as quick and loses nothing.
    """
    if not _in_repository(root):
        if files and not overwrite:
            raise UsageProblem(
                "There is no git repository that keeps these files as they are; nothing was written",
                fix="Put the folder under git and commit them, or allow the change with --overwrite",
                reasons=tuple(sorted(files)),
            )
        return
    lost = uncommitted(root, files)
    if lost:
        raise UsageProblem(
            "Files with edits that no commit has would be changed; nothing was written",
            fix="Commit the edits or take them back, then run the command again",
            reasons=lost,
        )


def require_as_committed(root: Path, files: Collection[str], folder: str) -> None:
    """Raise `UsageProblem` where `files` or anything in `folder` are not what the checked-out commit has.

    Paths are seen from `root`; what a commit has and is gone counts, and so does a link. Outside a git repository
    nothing is asked.
    """
    if not _in_repository(root):
        return
    there = (*(root / file for file in files), *(root / folder).rglob("*"))
    found = {path.relative_to(root).as_posix(): _bytes(path) for path in there if path.is_file() or path.is_symlink()}
    try:
        known = list_blobs(root, resolve(root, "HEAD"))
    except GitProblem as error:
        raise UsageProblem(
            "git cannot say what the checked-out commit has; nothing was written",
            fix="Run it in a checkout with at least one commit",
        ) from error
    gone = {path for path in known if path in files or path.startswith(f"{folder}/")} - found.keys()
    moved = sorted({*uncommitted(root, found), *gone})
    if moved:
        raise UsageProblem(
            "The files are not those of the checked-out commit, so what was reviewed is not what is here; "
            "nothing was written",
            fix="Commit the edits or take them back, then run the command again",
            reasons=tuple(moved),
        )


def uncommitted(root: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Give the files whose bytes are not those of the checked-out commit, sorted; all of them where git cannot say.

    What git ignores, does not know or has only in its index counts. A file that differs in line ends alone is
    committed: git converts them where it is told to.
    """
    if not files:
        return ()
    try:
        blobs = list_blobs(root, resolve(root, "HEAD"))
        known = [blobs[path] for path in sorted(files) if path in blobs and blobs[path].kind == "blob"]
        committed = dict(zip((blob.path for blob in known), read_blobs(root, known), strict=True))
    except GitProblem:
        return tuple(sorted(files))
    return tuple(path for path in sorted(files) if path not in committed or not _same(files[path], committed[path]))


def _bytes(path: Path) -> bytes:
    """Give what is in a file; for what is no file that can be read something that no commit has."""
    with suppress(NotRegular, OSError):
        return read_bytes(path)
    return b"\0"


def _in_repository(root: Path) -> bool:
    folder = root.resolve()
    return any((above / ".git").exists() for above in (folder, *folder.parents))


def _same(file: bytes, blob: bytes) -> bool:
    return file == blob or file.replace(b"\r\n", b"\n") == blob
