"""Pin a catalogue: write the lock and the role schema that goes with it, and tell when the two disagree."""

from __future__ import annotations

from pathlib import Path

from reconciler.desired.catalogue import LOCK, parse_catalogue, render_lock
from reconciler.desired.git import uncommitted
from reconciler.desired.reading import read_regular_file
from reconciler.desired.schema import render_role_schema
from reconciler.desired.writing import replace_file
from reconciler.errors import InputRejected, Problem, TenantAnswerUnusable, UsageProblem
from reconciler.model.permission import Catalogue

ROLE_SCHEMA = "schemas/role.schema.json"
"""Where a repository keeps the schema for the editors of its role files, seen from the settings file."""


def check_role_schema(root: Path, lock: Catalogue) -> None:
    """Raise `InputRejected` when the repository has a role schema and it is not the one that `lock` gives."""
    raw = read_regular_file(root, ROLE_SCHEMA)
    if raw is None or _is_schema_of(raw, lock):
        return
    message = "The schema is not the one of the catalogue lock, so editors offer other words than files may have"
    fix = "Make it again: reconciler catalogue --update"
    raise InputRejected((Problem(ROLE_SCHEMA, 0, 0, "catalogue.schema-stale", message, fix),))


def require_pinnable(root: Path, lock: Catalogue, proposed: Catalogue) -> None:
    """Refuse what must not be written: a catalogue that cannot be read back, or files with uncommitted edits.

    `lock` is what files are checked against now; a schema that was made from it may always be replaced. Raises
    `TenantAnswerUnusable` and `UsageProblem`.
    """
    try:
        readable = parse_catalogue(LOCK, render_lock(proposed).encode()) == proposed
    except InputRejected as rejected:
        first = rejected.problems[0]
        raise TenantAnswerUnusable(
            f"The tenant's permissions cannot be pinned: {first.message}",
            fix="Correct schemas/permissions.yaml by hand, or ask the vendor",
        ) from rejected
    if not readable:
        raise TenantAnswerUnusable("The tenant's permissions have names that cannot be pinned", fix="Ask the vendor")
    edited = uncommitted(root, (LOCK, ROLE_SCHEMA))
    schema = read_regular_file(root, ROLE_SCHEMA)
    if schema is not None and _is_schema_of(schema, lock):
        edited -= {ROLE_SCHEMA}
    if edited:
        names = " and ".join(sorted(edited))
        raise UsageProblem(f"{names} would be overwritten with edits that are not committed", fix="Commit them first")


def pin(root: Path, lock: Catalogue, proposed: Catalogue) -> tuple[str, ...]:
    """Make lock and schema say `proposed`, each in one step, and give the paths that were written.

    The lock is left alone where `proposed` is what it says already. If the second file cannot be written,
    `check_role_schema` tells it, and doing this again mends it.
    """
    written = []
    if proposed != lock:
        _write(root, LOCK, render_lock(proposed))
        written.append(LOCK)
    raw = read_regular_file(root, ROLE_SCHEMA)
    if raw is None or not _is_schema_of(raw, proposed):
        _write(root, ROLE_SCHEMA, render_role_schema(proposed))
        written.append(ROLE_SCHEMA)
    return tuple(written)


def _write(root: Path, relative: str, text: str) -> None:
    path = root / relative
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageProblem(f"The folder of {relative} cannot be made", fix="Make the folder writable") from error
    replace_file(path, text.encode())


def _is_schema_of(raw: bytes, lock: Catalogue) -> bool:
    """Whether a schema is the one of a lock; git may have given it other line ends."""
    return raw.replace(b"\r\n", b"\n") == render_role_schema(lock).encode()
