"""Pin a catalogue: write the lock and the role schema that goes with it, and tell when the two disagree."""

from __future__ import annotations

from pathlib import Path

from reconciler.desired.catalogue import LOCK, parse_catalogue, render_lock
from reconciler.desired.reading import read_regular_file
from reconciler.desired.schema import render_role_schema
from reconciler.desired.uncommitted import require_kept
from reconciler.desired.writing import replace_file
from reconciler.errors import InputRejected, Problem, TenantAnswerUnusable, UsageProblem
from reconciler.model.permission import Catalogue

ROLE_SCHEMA = "schemas/role.schema.json"
"""Where a repository keeps the schema for the editors of its role files, seen from the settings file."""

_BY_HAND = f"Ask the vendor, or edit {LOCK} by hand"


def check_role_schema(root: Path, lock: Catalogue) -> None:
    """Raise `InputRejected` when the repository has a role schema and it is not the one that `lock` gives."""
    raw = read_regular_file(root, ROLE_SCHEMA)
    if raw is None or _is_schema_of(raw, lock):
        return
    message = "The schema is not the one of the catalogue lock, so editors offer other words than files may have"
    fix = "Make it again: reconciler catalogue --update"
    raise InputRejected((Problem(ROLE_SCHEMA, 0, 0, "catalogue.schema-stale", message, fix),))


def pin(root: Path, lock: Catalogue, proposed: Catalogue, *, overwrite: bool = False) -> tuple[str, ...]:
    """Make lock and schema say `proposed`, each in one step, and give the paths that were written.

    What says it already is left alone. If the second file cannot be written, `check_role_schema` tells it, and
    doing this again mends it. Raises, with nothing written, `UsageProblem` where that would overwrite what exists
    nowhere else (see `require_kept`), and `TenantAnswerUnusable` where `proposed` could not be read back.
    """
    schema = read_regular_file(root, ROLE_SCHEMA)
    wanted = {}
    if proposed != lock:
        _require_readable(proposed)
        wanted[LOCK] = render_lock(proposed)
    if schema is None or not _is_schema_of(schema, proposed):
        wanted[ROLE_SCHEMA] = render_role_schema(proposed)
    there = {LOCK: read_regular_file(root, LOCK)}
    # A schema that was made from the lock is no loss, whether a commit has it or not.
    there[ROLE_SCHEMA] = None if schema is None or _is_schema_of(schema, lock) else schema
    kept = {path: raw for path, raw in there.items() if path in wanted and raw is not None}
    require_kept(root, kept, overwrite=overwrite)
    for relative, text in wanted.items():
        _write(root, relative, text)
    return tuple(wanted)


def _require_readable(proposed: Catalogue) -> None:
    """Refuse a catalogue that the lock's own rules would refuse, so that no broken lock is ever written."""
    administers = proposed.role_administration
    if administers not in proposed.keys:
        raise UsageProblem(
            f"The tenant no longer has `{administers}`, by which administrators are known",
            fix=f"Edit {LOCK} by hand: list what took its place and name it in `role_administration`",
        )
    try:
        same = parse_catalogue(LOCK, render_lock(proposed).encode()) == proposed
    except InputRejected as rejected:
        reasons = tuple(problem.message for problem in rejected.problems)
        raise TenantAnswerUnusable("The tenant's permissions cannot be pinned", fix=_BY_HAND, reasons=reasons) from None
    if not same:
        raise TenantAnswerUnusable("The tenant's permissions have keys that cannot be pinned", fix=_BY_HAND)


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
