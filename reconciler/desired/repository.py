"""A complete repository of roles to start from: which files belong to it, and which of them are there already."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from reconciler import __version__
from reconciler.desired.catalogue import LOCK, load_catalogue
from reconciler.desired.creating import create_file, is_taken
from reconciler.desired.files import list_role_files
from reconciler.desired.reading import escaped, link_on_the_way, read_regular_file
from reconciler.desired.role_text import SCHEMA, schema_line
from reconciler.desired.schema import render_role_schema
from reconciler.desired.settings import SETTINGS, Settings, load_settings
from reconciler.desired.shipped import EXAMPLES, shipped_text, template
from reconciler.desired.text import shown
from reconciler.desired.words import listed
from reconciler.errors import UsageProblem

CODE_OWNERS = ".github/CODEOWNERS"
_OTHER_CODE_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS")
"""Where code owners can be kept too; a file in .github/ would silently take their place."""
_IGNORED = ".reconciler/"

DEEPEST = 100
"""Levels of folders above which a path is a mistake."""


@dataclass(slots=True)
class Beginning:
    """What was made in a folder and what was left; paths are seen from there."""

    root: Path
    roles: str
    """The folder of the role files."""
    made: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    """Each path with what there is to know about it, often nothing."""
    notes: list[str] = field(default_factory=list)

    def add(self, path: str, text: str, why: str = "") -> None:
        """Make a file, or leave what is there for the reason `why`."""
        if is_taken(self.root, path):
            self.left[path] = why
        else:
            create_file(self.root, path, text)
            self.made.append(path)


def require_usable(folder: Path) -> None:
    """Raise `UsageProblem` where no repository can be made in `folder`, which need not exist yet."""
    place = escaped(str(folder))
    try:
        linked, occupied = folder.is_symlink(), folder.exists() and not folder.is_dir()
        parts = folder.resolve().parts
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
    if any(part.casefold() == ".git" for part in parts):
        raise UsageProblem(f"{place} is inside .git, which belongs to git alone", fix="Name the folder above it")


def begin(folder: Path, tenant: str | None = None) -> Beginning:
    """Make the folder and its settings, unless it has some.

    Raises `UsageProblem`, and has made nothing, where the folder or the settings in it cannot be used, where the
    settings have no `tenant`, or where a link leads out of the folder.
    """
    require_usable(folder)
    there = folder / SETTINGS
    settings = load_settings(there) if there.exists() or there.is_symlink() else Settings()
    if tenant is not None and tenant not in settings.tenants:
        raise UsageProblem(
            f"The settings have no tenant {shown(tenant)}; they have {listed(sorted(settings.tenants))}",
            fix="Choose one of them with --tenant, or add yours to the settings first",
        )
    beginning = Beginning(folder.resolve(), settings.roles)
    for inner in (settings.roles, "schemas", ".github/workflows", "docs"):
        link = link_on_the_way(beginning.root, inner)
        if link is not None:
            raise UsageProblem(f"{escaped(link)} is a symbolic link", fix="Put the folder itself there")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or "it cannot be made"
        raise UsageProblem(f"{escaped(str(folder))}: {reason}", fix="Name another folder") from error
    beginning.add(SETTINGS, shipped_text(SETTINGS))
    return beginning


def has_roles(beginning: Beginning) -> bool:
    """Whether there are role files, or things in their place, in the folder of the role files."""
    if not is_taken(beginning.root, beginning.roles):
        return False
    listing = list_role_files(beginning.root, beginning.roles)
    return bool(listing.files or listing.problems)


def add_examples(beginning: Beginning) -> None:
    """Make the roles that come with the program; their schema line fits the folder they go to."""
    for example in EXAMPLES:
        shipped, path = f"roles/{example}", f"{beginning.roles}/{example}"
        beginning.add(path, shipped_text(shipped).replace(schema_line(shipped), schema_line(path)))


def add_the_rest(beginning: Beginning) -> None:
    """Make everything of the repository but settings and roles."""
    root = beginning.root
    beginning.add(f"{beginning.roles}/README.md", shipped_text("roles/README.md"))
    beginning.add(LOCK, shipped_text(LOCK))
    beginning.add(SCHEMA, render_role_schema(load_catalogue(root)))
    for name in ("settings.schema.json", "confirmations.schema.json"):
        beginning.add(f"schemas/{name}", shipped_text(f"schemas/{name}"))
    beginning.add(".gitignore", template("gitignore"), "" if _ignores(root) else f"add the line {_IGNORED} to it")
    elsewhere = next((path for path in _OTHER_CODE_OWNERS if is_taken(root, path)), None)
    if elsewhere is None or is_taken(root, CODE_OWNERS):
        beginning.add(CODE_OWNERS, template("CODEOWNERS").replace("@ROLES@", beginning.roles))
    else:
        beginning.left[elsewhere] = f"{CODE_OWNERS} would silently take its place"
    beginning.add(".github/workflows/roles.yml", template("roles.yml").replace("@VERSION@", __version__))
    if not (root / ".git").exists() and any((above / ".git").exists() for above in root.parents):
        beginning.notes.append("GitHub reads .github/ at the top of the git repository only: move it there")


def _ignores(root: Path) -> bool:
    """Whether the ignore file that is there has our line."""
    raw = read_regular_file(root, ".gitignore") or b""
    return _IGNORED.rstrip("/").encode() in {line.strip().strip(b"/") for line in raw.splitlines()}
