"""The role files of a repository as adoption needs them: read once, proposed, drafted, and written at the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from reconciler.core.match import Matching
from reconciler.desired.creating import require_places
from reconciler.desired.drafting import Drafter
from reconciler.desired.files import list_role_files, read_role_files
from reconciler.desired.language import load_desired_from
from reconciler.desired.proposing import propose
from reconciler.desired.reading import link_on_the_way, read_regular_file
from reconciler.desired.uncommitted import require_kept
from reconciler.desired.writing import replace_file
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.adoption import Draft, Drafts, Effect, Proposal, Subject
from reconciler.model.permission import Catalogue
from reconciler.model.role import RoleId, RoleKey
from reconciler.model.state import DesiredState


class RoleFolder:
    """The files below `folder`, a relative path inside `root`; a folder that is not there yet holds no roles."""

    def __init__(
        self,
        root: Path,
        folder: str,
        catalogue: Catalogue,
        *,
        overwrite: bool = False,
        tolerated: frozenset[str] = frozenset(),
        pinned_ids: Mapping[RoleKey, RoleId] | None = None,
    ) -> None:
        self._root = root
        self._folder = folder
        self._catalogue = catalogue
        self._overwrite = overwrite
        self._tolerated = tolerated
        self._pinned_ids = pinned_ids or MappingProxyType({})

    @cached_property
    def texts(self) -> Mapping[str, bytes]:
        """Every role file by its path from the root; raises `InputRejected` for whatever is no role file."""
        if not (self._root / self._folder).exists() and link_on_the_way(self._root, self._folder) is None:
            return MappingProxyType({})
        listing = list_role_files(self._root, self._folder)
        texts = dict(read_role_files(self._root, listing))
        if listing.problems:
            raise InputRejected(tuple(listing.problems))
        return MappingProxyType(texts)

    @cached_property
    def desired(self) -> DesiredState:
        """What the files say, nothing where there are none; raises `InputRejected`."""
        desired = load_desired_from(self.texts.items(), self._catalogue, self._tolerated)
        return replace(desired, pinned_ids=self._pinned_ids)

    def propose(self, matching: Matching) -> Proposal:
        """Give every live role a file, or the reasons why no file can say it."""
        return propose(matching, self.desired, self._folder)

    def draft(self, subjects: Collection[Subject], *, build_on: bool) -> Drafts:
        """Draft the files of these roles; see `Drafter.draft`."""
        return Drafter(self.texts, self.desired).draft(subjects, build_on=build_on)

    def write(self, drafts: Collection[Draft]) -> None:
        """Write the files that change, each as a whole or not at all.

        Raises `UsageProblem` before the first write, each time with all of them, where some cannot be where they
        must be, were changed meanwhile, or hold what exists nowhere else.
        """
        changed = [draft for draft in drafts if draft.effect is not Effect.UNCHANGED]
        require_places(self._root, (draft.subject.path for draft in changed))
        self._require_as_read(changed)
        there = {draft.subject.path: draft.before for draft in changed if draft.before is not None}
        require_kept(self._root, there, overwrite=self._overwrite)
        for number, draft in enumerate(changed):
            path = self._root / draft.subject.path
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                replace_file(path, draft.after)
            except (UsageProblem, OSError) as error:
                detail = error.detail if isinstance(error, UsageProblem) else f"{path.parent} cannot be made"
                raise UsageProblem(
                    f"{detail}; {number:,} of {len(changed):,} files were written before it",
                    fix="Make the folder writable, then run the command again: it writes what is missing",
                ) from error

    def _require_as_read(self, drafts: Collection[Draft]) -> None:
        moved = [d.subject.path for d in drafts if read_regular_file(self._root, d.subject.path) != d.before]
        if moved:
            raise UsageProblem(
                "Files changed while the tenant was read; nothing was written",
                fix="Run the command again",
                reasons=tuple(sorted(moved)),
            )
