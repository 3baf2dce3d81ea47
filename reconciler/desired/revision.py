"""Read role files, settings and the lock of a git revision, for what the guards compare with."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from reconciler.core.identity import PINS
from reconciler.desired.catalogue import LOCK, load_catalogue, parse_catalogue
from reconciler.desired.files import names_role
from reconciler.desired.git import GitProblem, list_blobs, read_blobs, resolve
from reconciler.desired.ids import parse_ids
from reconciler.desired.language import load_desired_from
from reconciler.desired.settings import SETTINGS, Settings, parse_settings
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.finding import BaseRevision
from reconciler.model.permission import Catalogue
from reconciler.model.role import RoleContent, RoleKey
from reconciler.model.state import DesiredState


@dataclass(frozen=True, slots=True)
class RevisionFiles:
    """The files of one commit that have a meaning here."""

    commit: str
    settings: bytes | None
    lock: bytes | None
    pins: bytes | None
    roles: tuple[tuple[str, bytes], ...]
    """Path and bytes, sorted by path."""


def commit(root: Path) -> str | None:
    """Give the id of the checked-out commit; None outside a repository, before the first commit, or without git."""
    try:
        return resolve(root, "HEAD")
    except GitProblem:
        return None


def read_revision(root: Path, revision: str, folder: str, settings: str = SETTINGS) -> RevisionFiles:
    """Read the files of `revision`; `folder` is where role files are, unless the settings of then say otherwise.

    Raises `UsageProblem` where git cannot answer, and the problems of the settings of then.
    """
    try:
        sha = resolve(root, revision)
        blobs = list_blobs(root, sha)
        named = [blobs[path] for path in (settings, LOCK, PINS) if path in blobs and blobs[path].regular]
        texts = dict(zip((blob.path for blob in named), read_blobs(root, named), strict=True))
        raw_settings = texts.get(settings)
        if raw_settings is not None:
            folder = parse_settings(f"{revision}:{settings}", raw_settings).roles
        # Links, submodules and left-overs declare nothing: what is checked here is the base, not the change.
        roles = [b for p, b in sorted(blobs.items()) if p.startswith(f"{folder}/") and b.regular and names_role(p)]
        contents = read_blobs(root, roles)
    except GitProblem as error:
        raise UsageProblem(
            f"git cannot read the revision {revision} here",
            fix="Fetch it first, with its history; or name another revision",
        ) from error
    return RevisionFiles(
        sha,
        raw_settings,
        texts.get(LOCK),
        texts.get(PINS),
        tuple((b.path, raw) for b, raw in zip(roles, contents, strict=True)),
    )


def load_base(root: Path, revision: str, folder: str, settings: str = SETTINGS, tenant: str = "") -> BaseRevision:
    """Load what the guards need to know of `revision`, expanded against the lock of then; ids are those of `tenant`.

    A role file of then that is refused by the rules of now counts as not declared, so that a stricter program can
    still plan the change that mends it; the guards ask for more then, not for less.

    Raises `UsageProblem` where git cannot answer, `SettingsRejected` and `InputRejected` where settings, lock or pinned
    ids of then are wrong.
    """
    files = read_revision(root, revision, folder, settings)
    then = parse_settings(settings, files.settings) if files.settings is not None else Settings()
    catalogue = load_catalogue(root) if files.lock is None else parse_catalogue(f"{revision}:{LOCK}", files.lock)
    desired = _usable(files.roles, catalogue, then.tolerated)
    contents = _contents(desired)
    every = {} if files.pins is None else parse_ids(f"{revision}:{PINS}", files.pins)
    pins = {key: role for key, role in every.get(tenant, {}).items() if key in contents}
    return BaseRevision(
        name=revision,
        names=_names(desired),
        unpinned=_names(desired, but=pins),
        pins=MappingProxyType(dict(sorted(pins.items()))),
        contents=contents,
        guards=then.guards,
        catalogue=catalogue,
        pinned=files.lock is not None,
    )


def _usable(roles: tuple[tuple[str, bytes], ...], catalogue: Catalogue, tolerated: frozenset[str]) -> DesiredState:
    """Expand what can be expanded, leaving out files with problems until the rest has none."""
    while roles:
        try:
            return load_desired_from(roles, catalogue, tolerated)
        except InputRejected as rejected:
            faulty = {problem.path for problem in rejected.problems}
            kept = tuple(role for role in roles if role[0] not in faulty)
            roles = kept if len(kept) < len(roles) else ()
    return DesiredState(roles=(), retired=(), catalogue=catalogue)


def _names(desired: DesiredState, but: Container[RoleKey] = ()) -> frozenset[str]:
    """Give every name and earlier name in files other than some."""
    files = [(role.key, (role.content.name, *role.previously)) for role in desired.roles]
    files += [(role.key, (role.name, *role.previously)) for role in desired.retired]
    return frozenset(name for key, names in files if key not in but for name in names)


def _contents(desired: DesiredState) -> Mapping[RoleKey, RoleContent | None]:
    contents: dict[RoleKey, RoleContent | None] = {role.key: role.content for role in desired.roles}
    contents |= dict.fromkeys((role.key for role in desired.retired), None)
    return MappingProxyType(dict(sorted(contents.items())))
