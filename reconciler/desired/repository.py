"""A complete repository of roles to start from: which files belong to it, and which of them are there already."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.desired.catalogue import LOCK, load_catalogue
from reconciler.desired.creating import create_file, is_taken, require_places
from reconciler.desired.files import list_role_files, names_role
from reconciler.desired.language import read_desired_from
from reconciler.desired.lint.run import lint, rule_of
from reconciler.desired.lock_text import render_lock
from reconciler.desired.pinning import is_stale
from reconciler.desired.reading import read_regular_file
from reconciler.desired.role_folder import RoleFolder
from reconciler.desired.role_text import SCHEMA, schema_line
from reconciler.desired.schema import render_role_schema
from reconciler.desired.settings import SETTINGS, Settings, load_settings, parse_settings
from reconciler.desired.shipped import EXAMPLES, shipped_text, template
from reconciler.desired.starting import Start
from reconciler.desired.text import shown
from reconciler.desired.words import listed
from reconciler.desired.workflows import WORKFLOW_FILES, workflow_texts
from reconciler.errors import InputRejected, Problem, Severity, UsageProblem
from reconciler.model.adoption import Draft
from reconciler.model.permission import Catalogue

CODE_OWNERS = ".github/CODEOWNERS"
_OTHER_CODE_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS")
"""Where code owners can be kept too; a file in .github/ would silently take their place."""
_IGNORED = ".reconciler/"
_EDITOR_SCHEMAS = ("schemas/settings.schema.json", "schemas/confirmations.schema.json")
_OWN = (SETTINGS, LOCK, SCHEMA, *_EDITOR_SCHEMAS, ".gitignore", CODE_OWNERS, *WORKFLOW_FILES)
"""Everything of a repository but what is in the folder of the role files."""

DEEPEST = 100
"""Levels of folders above which a path is a mistake."""


@dataclass(slots=True)
class Beginning:
    """What is to be made in a folder and what is left; paths are seen from there."""

    root: Path
    settings: Settings
    """Those that are there, or the ones that will be made."""
    start: Start | None = None
    """The kind of tenant that the repository is for, where somebody named one."""
    wanted: dict[str, str] = field(default_factory=dict)
    """The text of each file that is to be made."""
    left: dict[str, str] = field(default_factory=dict)
    """Each path with what there is to know about it, often nothing."""
    notes: list[str] = field(default_factory=list)

    @property
    def roles(self) -> str:
        """The folder of the role files."""
        return self.settings.roles

    @property
    def catalogue(self) -> Catalogue:
        """The lock that is there, or the one that will be made; raises `InputRejected` where it is broken."""
        if self.start is None or self.start.catalogue is None or is_taken(self.root, LOCK):
            return load_catalogue(self.root)
        return self.start.catalogue

    def add(self, path: str, text: str, why: str = "") -> None:
        """Want a file, or leave what is there for the reason `why`."""
        if is_taken(self.root, path):
            self.left[path] = why
        else:
            self.wanted[path] = text

    def make(self) -> tuple[str, ...]:
        """Make every file that is wanted and give their paths.

        Raises `UsageProblem` before the first where one cannot be in its place, and where the disk refuses.
        """
        require_places(self.root, self.wanted)
        for number, (path, text) in enumerate(self.wanted.items()):
            try:
                create_file(self.root, path, text)
            except UsageProblem as error:
                raise UsageProblem(
                    f"{error.detail}; {number:,} of {len(self.wanted):,} files were made before it",
                    fix=f"{error.fix}, then run the command again: it makes what is missing",
                ) from error
        return tuple(self.wanted)


def require_usable(folder: Path) -> None:
    """Raise `UsageProblem` where no repository can be made in `folder`, which need not exist yet."""
    place = str(folder)
    try:
        linked, occupied = folder.is_symlink(), folder.exists() and not folder.is_dir()
        parts = folder.resolve().parts
        above = next(parent for parent in folder.resolve().parents if parent.exists())
    except (OSError, RuntimeError) as error:
        raise UsageProblem(
            "No folder can have this path", fix="Name a shorter path, without circles of links"
        ) from error
    if len(parts) > DEEPEST:
        raise UsageProblem(f"A folder cannot be {len(parts):,} levels deep", fix="Name a shorter path")
    if linked:
        raise UsageProblem(f"{place} is a symbolic link", fix="Name the folder itself")
    if occupied:
        raise UsageProblem(f"{place} is no folder", fix="Name a folder, or one that does not exist yet")
    if not above.is_dir():
        raise UsageProblem(f"{place} cannot be made: a file is on the way", fix="Name another folder")
    if any(part.casefold() == ".git" for part in parts):
        raise UsageProblem(f"{place} is inside .git, which belongs to git alone", fix="Name the folder above it")


def begin(folder: Path, tenant: str | None = None, start: Start | None = None) -> Beginning:
    """Look at a folder that is to become a repository of roles, for the kind of tenant in `start`; makes nothing.

    Raises `UsageProblem` where the folder or the settings in it cannot be used, where the settings have no `tenant`,
    or with all that is in the place of the files and folders of a repository.
    """
    require_usable(folder)
    root = folder.resolve()
    there = root / SETTINGS
    is_there = there.is_file() or there.is_symlink()
    text = shipped_text(SETTINGS) if start is None else start.settings()
    settings = load_settings(there) if is_there else parse_settings(SETTINGS, text.encode())
    require_places(root, [*_OWN, *(f"{settings.roles}/{path}" for path in ("README.md", *EXAMPLES))])
    if tenant is not None and tenant not in settings.tenants:
        raise UsageProblem(
            f"The settings have no tenant {shown(tenant)}; they have {listed(sorted(settings.tenants))}",
            fix="Choose one of them with --tenant, or add yours to the settings first",
        )
    beginning = Beginning(root, settings, start)
    beginning.add(SETTINGS, text)
    if start is not None and not is_there:
        beginning.notes.append(f"{SETTINGS} has an address to replace by your own, and names the variable of the key")
    return beginning


def has_roles(beginning: Beginning) -> bool:
    """Whether there are role files in their folder.

    Raises `InputRejected` where there is none but something that is no role file, which `validate` would refuse.
    """
    if not is_taken(beginning.root, beginning.roles):
        return False
    listing = list_role_files(beginning.root, beginning.roles)
    if listing.problems and not listing.files:
        raise InputRejected(tuple(listing.problems))
    return bool(listing.files)


def add_examples(beginning: Beginning) -> None:
    """Want the roles that come with the program, where the lock that is there has their permissions.

    Their schema line fits the folder they go to.
    """
    examples = {
        f"{beginning.roles}/{name}": shipped_text(f"roles/{name}").replace(
            schema_line(f"roles/{name}"), schema_line(f"{beginning.roles}/{name}")
        )
        for name in EXAMPLES
    }
    if beginning.start is not None and beginning.start.catalogue is not None:
        examples = beginning.start.examples(beginning.roles)
    against = _refused(beginning, examples)
    if against:
        what = f"rules that {SETTINGS} makes errors" if all(p.code.startswith("lint.") for p in against) else LOCK
        beginning.notes.append(f"The examples do not fit {what}; adopt the tenant's roles: reconciler adopt --all")
        return
    for path, text in examples.items():
        beginning.add(path, text)


def require_valid_roles(beginning: Beginning) -> None:
    """Raise `InputRejected` with everything for which `validate` would refuse role files that are wanted.

    A live role cannot be made to follow a rule before its file is there, so each problem says how to begin.
    """
    roles = {p: text for p, text in beginning.wanted.items() if p.startswith(f"{beginning.roles}/") and names_role(p)}
    against = _refused(beginning, roles)
    if against:
        raise InputRejected(tuple(Problem(p.path, 0, 0, p.code, p.message, _first_adopt(p)) for p in against))


def _refused(beginning: Beginning, roles: Mapping[str, str]) -> tuple[Problem, ...]:
    """Give what `validate` would refuse of role files that are the only ones, under the settings."""
    settings = beginning.settings
    documents = [(path, text.encode()) for path, text in roles.items()]
    reading = read_desired_from(documents, beginning.catalogue, settings.tolerated)
    if reading.problems:
        return reading.problems
    return tuple(problem for problem in lint(reading, settings.lint) if problem.severity is Severity.ERROR)


def _first_adopt(problem: Problem) -> str:
    rule = rule_of(problem.code)
    return f"Write `{rule}: warn` below `lint:` in {SETTINGS} until the files are there. Then: {problem.fix}"


def add_the_rest(beginning: Beginning) -> None:
    """Want everything of the repository but settings and roles; raises `InputRejected` for a lock that is broken."""
    root = beginning.root
    lock = beginning.catalogue
    beginning.add(f"{beginning.roles}/README.md", shipped_text("roles/README.md"))
    shipped = beginning.start is None or beginning.start.catalogue is None
    beginning.add(LOCK, shipped_text(LOCK) if shipped else render_lock(lock))
    beginning.add(SCHEMA, render_role_schema(lock), _stale(root))
    for path in _EDITOR_SCHEMAS:
        beginning.add(path, shipped_text(path))
    beginning.add(".gitignore", template("gitignore"), "" if _ignores(root) else f"add the line {_IGNORED} to it")
    below = _below_the_top(root)
    elsewhere = next((path for path in _OTHER_CODE_OWNERS if (root / path).exists()), None)
    if elsewhere is None or is_taken(root, CODE_OWNERS):
        beginning.add(CODE_OWNERS, _code_owners(below, beginning.roles))
    else:
        beginning.left[elsewhere] = f"{CODE_OWNERS} would silently take its place"
    for path, text in workflow_texts(below).items():
        beginning.add(path, text)
    if below:
        beginning.notes.append("GitHub reads .github/ at the top of the git repository only: move it there")


def _below_the_top(root: Path) -> str:
    """Give the way from the top of the git repository to `root`, with a slash at its end; empty at the top."""
    if (root / ".git").exists():
        return ""
    top = next((above for above in root.parents if (above / ".git").exists()), root)
    return "" if top == root else f"{root.relative_to(top).as_posix()}/"


def _code_owners(below: str, roles: str) -> str:
    """Give the example of code owners; its paths are seen from the top of the git repository."""
    text = template("CODEOWNERS").replace("@ROLES@", roles)
    place = below.replace(" ", "\\ ")
    return re.sub(r"^/(?!\.github/)", lambda _: f"/{place}", text, flags=re.MULTILINE)


def _stale(root: Path) -> str:
    """Say what is wrong with a role schema that is there."""
    stale = is_stale(root, load_catalogue(root))
    return f"not the one of {LOCK}; make it again: reconciler catalogue --schema" if stale else ""


def _ignores(root: Path) -> bool:
    """Whether the ignore file that is there has our line."""
    raw = read_regular_file(root, ".gitignore") or b""
    return _IGNORED.rstrip("/").encode() in {line.strip().strip(b"/") for line in raw.splitlines()}


class NewRoles(RoleFolder):
    """The role files of a repository that is still to be made: what is written is wanted."""

    def __init__(self, beginning: Beginning) -> None:
        catalogue, tolerated = load_catalogue(beginning.root), beginning.settings.tolerated
        super().__init__(beginning.root, beginning.roles, catalogue, tolerated=tolerated)
        self._beginning = beginning

    def write(self, drafts: Collection[Draft]) -> None:
        """Want the files, in the order of their paths."""
        for draft in sorted(drafts, key=lambda d: d.subject.path):
            self._beginning.add(draft.subject.path, draft.after.decode("utf-8"))
