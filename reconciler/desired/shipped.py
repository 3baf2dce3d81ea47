"""Find the files that come with the program: in a wheel they are inside the package, in a checkout beside it."""

from __future__ import annotations

from pathlib import Path

import reconciler
from reconciler.errors import UsageProblem

EXAMPLES = (
    "quality-reviewer.yaml",
    "standard/agent.yaml",
    "standard/analytics.yaml",
    "standard/owner.yaml",
    "standard/reader.yaml",
    "standard/team-lead.yaml",
)
"""What of `roles/` comes with the program: the product's own roles, and the one of the help page."""


def shipped_text(path: str) -> str:
    """Read a file of the program's own repository, such as `roles/standard/agent.yaml`.

    Raises `UsageProblem` where the program came without it.
    """
    package = Path(reconciler.__file__).parent
    inside = package / path
    file = inside if inside.is_file() else package.parent / path
    return _read(file, path)


def template(name: str) -> str:
    """Read a text that exists only to be filled in and written somewhere else."""
    return _read(Path(__file__).parent / "templates" / name, name)


def _read(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"The program came without its {name}", fix="Install the program again") from error
