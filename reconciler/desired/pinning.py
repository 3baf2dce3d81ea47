"""Pin a catalogue: write the lock and the role schema that goes with it, and tell when the two disagree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reconciler.desired.catalogue import LOCK, parse_catalogue
from reconciler.desired.lock_text import render_lock
from reconciler.desired.reading import read_regular_file
from reconciler.desired.schema import render_role_schema
from reconciler.desired.text import shown
from reconciler.desired.uncommitted import require_kept
from reconciler.desired.writing import replace_file
from reconciler.errors import InputRejected, Problem, Severity, TenantAnswerUnusable, UsageProblem
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel

ROLE_SCHEMA = "schemas/role.schema.json"
"""Where a repository keeps the schema for the editors of its role files, seen from the settings file."""

_AGAIN = "reconciler catalogue --schema"
_NO_LOCK = f"Bring {LOCK} back from git, or pin what the tenant has: reconciler catalogue --update"
_BY_HAND = (
    f"Ask the vendor to mend these; until then take the rest over into {LOCK} by hand, and of these what fits, such as "
    f"a shorter name; then run {_AGAIN}"
)


_OTHER = Category(
    key="other_", name="Other", permissions=(Permission(key="other_.view", name="View", level=PermissionLevel.VIEW),)
)
"""What is sound beside something that may not be."""


def check_role_schema(root: Path, lock: Catalogue) -> None:
    """Raise `InputRejected` where lock and role schema do not go together: one is missing, or they disagree.

    A repository that has neither has nothing that could disagree; `no_lock` tells of it.
    """
    if not has_lock(root):
        if read_regular_file(root, ROLE_SCHEMA) is not None:
            raise InputRejected((_lock_missing(Severity.ERROR),))
    elif read_regular_file(root, ROLE_SCHEMA) is None:
        message = "The role schema of the catalogue lock is missing, so editors and other programs check no role file"
        fix = f"Bring it back from git, or make it from the lock: {_AGAIN}"
        raise InputRejected((Problem(ROLE_SCHEMA, 0, 0, "catalogue.schema-missing", message, fix),))
    elif is_stale(root, lock):
        message = "The schema is not the one of the catalogue lock, so editors offer other words than files may have"
        fix = f"Make it again from the lock: {_AGAIN}"
        raise InputRejected((Problem(ROLE_SCHEMA, 0, 0, "catalogue.schema-stale", message, fix),))


def has_lock(root: Path) -> bool:
    """Whether the repository has a lock of its own; without one, role files mean what the program came with."""
    return read_regular_file(root, LOCK) is not None


def no_lock(root: Path) -> Iterator[Problem]:
    """Warn of a repository that has never pinned anything: neither lock nor role schema."""
    if not has_lock(root) and read_regular_file(root, ROLE_SCHEMA) is None:
        yield _lock_missing(Severity.WARNING)


def _lock_missing(severity: Severity) -> Problem:
    message = (
        "There is no catalogue lock, so `all` and `view` mean what the installed program came with, and its next "
        "version may mean more"
    )
    return Problem(LOCK, 0, 0, "catalogue.lock-missing", message, _NO_LOCK, severity)


def is_stale(root: Path, lock: Catalogue) -> bool:
    """Whether the repository has a role schema that is not the one of `lock`."""
    raw = read_regular_file(root, ROLE_SCHEMA)
    return raw is not None and not _is_schema_of(raw, lock)


def make_role_schema(root: Path, lock: Catalogue) -> tuple[str, ...]:
    """Make the role schema the one of `lock`, whatever stands there, and give the paths that were written.

    The schema is made from the lock alone, so nothing of anybody's is lost. Raises `UsageProblem` where there is no
    lock, or it cannot be written.
    """
    if not has_lock(root):
        raise UsageProblem(f"There is no {LOCK} to make the role schema from", fix=_NO_LOCK)
    schema = read_regular_file(root, ROLE_SCHEMA)
    if schema is not None and _is_schema_of(schema, lock):
        return ()
    _write(root, ROLE_SCHEMA, render_role_schema(lock))
    return (ROLE_SCHEMA,)


def pin(root: Path, lock: Catalogue, proposed: Catalogue, *, overwrite: bool = False) -> tuple[str, ...]:
    """Make lock and schema say `proposed`, each in one step, and give the paths that were written.

    What says it already is left alone. If the second file cannot be written, `check_role_schema` tells it, and
    doing this again mends it. Raises, with nothing written, `UsageProblem` where that would overwrite what exists
    nowhere else (see `require_kept`), and `TenantAnswerUnusable` where `proposed` could not be read back.
    """
    schema = read_regular_file(root, ROLE_SCHEMA)
    wanted = {}
    if proposed != lock or not has_lock(root):
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
    whole = _read_back(proposed)
    if whole is None:
        return
    found = tuple(reason for category in proposed.categories for reason in _unpinnable(category))
    raise TenantAnswerUnusable(
        "Some of what the tenant has cannot be pinned, so nothing was written",
        fix=_BY_HAND,
        reasons=found or whole or ("The lock would say something else than the tenant does",),
    )


def _unpinnable(category: Category) -> Iterator[str]:
    """Say of a category and of each of its permissions, looked at alone, why it cannot be pinned."""
    label = f"the category `{category.key}`, called {shown(category.name)}"
    plain = replace(_OTHER.permissions[0], key=f"{category.key}.view")
    yield from _against(label, category.key, replace(category, permissions=(plain,)))
    for permission in category.permissions:
        alone = replace(permission, requires=(), implies=())
        label = f"`{permission.key}`, called {shown(permission.name)}"
        yield from _against(label, permission.key, replace(category, name="Name", permissions=(alone,)))


def _against(label: str, key: str, category: Category) -> Iterator[str]:
    """Give the reasons against a category of one permission, as far as they are not those of the category's key."""
    if category.family is None and not re.fullmatch(r"[a-z][a-z0-9_.-]*", key):
        yield f"{label}: a key has a-z, 0-9, _ and - only, and starts with a letter"
        return
    sound = category.family is not None or re.fullmatch(r"[a-z][a-z0-9_]*", category.key)
    alone = Catalogue(version=1, categories=(category, _OTHER), role_administration=_OTHER.permissions[0].key)
    found = _read_back(alone) if sound else None
    yield from (f"{label}: {message}" for message in dict.fromkeys(found or ()))


def _read_back(proposed: Catalogue) -> tuple[str, ...] | None:
    """Say why a catalogue would not come back from a lock as it is, or None where it would."""
    try:
        same = parse_catalogue(LOCK, render_lock(proposed).encode()) == proposed
    except UnicodeEncodeError:
        return ("it has half of a character, which cannot be saved",)
    except InputRejected as rejected:
        return tuple(problem.message for problem in rejected.problems)
    return None if same else ()


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
