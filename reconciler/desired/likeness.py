"""Tell live roles whose names cannot be told apart from a name that is taken, with the way out that works."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.match import Matching
from reconciler.desired.names import skeleton
from reconciler.model.adoption import Reason
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole
from reconciler.model.state import DesiredState

File = DesiredRole | RetiredRole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """A name that is taken."""

    text: str
    file: File | None
    """None where it is taken by a live role that no file means yet."""
    earlier: bool = False
    """Whether it stands in `previously`."""
    live: bool = True
    """Whether the role of the file is live by this name."""


class TakenNames:
    """The names of files, their earlier names, and those of live roles that get a file."""

    def __init__(self, matching: Matching, desired: DesiredState) -> None:
        live = {found.role.key: found.live for found in matching.matched}
        live |= {retired.key: role for retired, role in matching.retiring}
        self._seen: dict[str, _Name] = {}
        files: list[File] = [*desired.roles, *desired.retired]
        for file in files:
            lives = skeleton(live[file.key].content.name) if file.key in live else None
            own = file.content.name if isinstance(file, DesiredRole) else file.name
            for text, earlier in ((own, False), *((name, True) for name in file.previously)):
                name = _Name(text=text, file=file, earlier=earlier, live=skeleton(text) == lives)
                self._seen.setdefault(skeleton(text), name)

    def take(self, live: LiveRole) -> None:
        """Take the name of a live role that gets a file."""
        name = live.content.name
        self._seen[skeleton(name)] = _Name(text=name, file=None)

    def against(self, live: LiveRole) -> tuple[Reason, ...]:
        """Give the reason why the name of a live role cannot stand in a file too; nothing where it can."""
        other = self._seen.get(skeleton(live.content.name))
        if other is None:
            return ()
        where = "the live role" if other.file is None else other.file.origin.path
        says = "has" if other.file is None else "says as an earlier name" if other.earlier else "says"
        message = f'The name looks like "{other.text}", which {where} {says}'
        return (Reason(code="role.confusable-name", message=message, fix=_fix(other)),)


def _fix(other: _Name) -> str:
    if other.file is None:
        return "Rename one of the two in the product"
    path = other.file.origin.path
    if other.live:
        return f"Rename this role in the product; the other one is managed by {path}"
    if other.earlier:
        return f"Take it out of `previously` in {path}, or write it there exactly as it is live if it means this role"
    if isinstance(other.file, RetiredRole):
        return f"Delete {path}, whose role is gone, or write the name in it exactly as it is live if it means this role"
    return f"Change the name in {path}: exactly to the live one if the file means this role, to another one if not"
