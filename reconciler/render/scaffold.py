"""What `new` and `init` made, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.model.role import DesiredRole
from reconciler.render.styled import Line, Tone, line, span


def new_text(role: DesiredRole) -> Iterator[Line]:
    """Give the lines on a role file that was made."""
    number = len(role.content.permissions)
    can = "1 permission" if number == 1 else f"{number:,} permissions" if number else "no permission yet"
    base = f", based on {role.based_on}" if role.based_on is not None else ""
    yield line(f"Made {role.origin.path}: ", span(role.content.name, Tone.STRONG), f", {can}{base}")
    yield line(span("Next:  ", Tone.STRONG), "write its description and permissions, then: reconciler validate")


def new_document(role: DesiredRole) -> Mapping[str, object]:
    """Give the role that was made as data."""
    return {
        "file": role.origin.path,
        "role": role.key,
        "name": role.content.name,
        "based_on": role.based_on,
        "owner": role.owner,
        "permissions": sorted(role.content.permissions),
    }


def init_text(
    folder: str, made: Sequence[str], left: Mapping[str, str], notes: Sequence[str], steps: Sequence[str]
) -> Iterator[Line]:
    """Give the lines on a repository that was made; `left` has a reason for each path."""
    if made:
        yield line(span(f"Made in {folder}", Tone.GOOD))
    else:
        yield line(span(f"Nothing to make in {folder}", Tone.GOOD))
    for path in made:
        yield line(f"  {path}")
    if left:
        yield line(span("Left as it was", Tone.CARE))
    width = max(map(len, left), default=0)
    for path, why in left.items():
        yield line(f"  {path.ljust(width)}  {why}" if why else f"  {path}")
    for note in notes:
        yield line(span("Note: ", Tone.FAINT), note)
    for number, step in enumerate(steps):
        yield line(span("Then:  " if number else "Next:  ", Tone.STRONG), step)


def init_document(
    folder: str, made: Sequence[str], left: Mapping[str, str], notes: Sequence[str]
) -> Mapping[str, object]:
    """Give the repository that was made as data."""
    return {
        "folder": folder,
        "made": list(made),
        "left": [{"path": path, "why": why} for path, why in left.items()],
        "notes": list(notes),
    }
