"""Role files in memory: everything that adoption does with a repository, without a disk."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.core.match import Matching
from reconciler.desired.drafting import Drafter
from reconciler.desired.language import load_desired_from
from reconciler.desired.proposing import propose
from reconciler.model.adoption import Draft, Drafts, Proposal, Subject
from reconciler.model.permission import Catalogue
from reconciler.model.state import DesiredState


class MemoryFiles:
    """Implements `RoleFiles`; `texts` can be looked at afterwards, and `written` counts the files that changed."""

    def __init__(self, catalogue: Catalogue, texts: Mapping[str, bytes] | None = None) -> None:
        self.texts = dict(texts or {})
        self.written: list[str] = []
        self._catalogue = catalogue

    @property
    def desired(self) -> DesiredState:
        """What the files say."""
        return load_desired_from(self.texts.items(), self._catalogue)

    def propose(self, matching: Matching) -> Proposal:
        """Give every live role a file, or the reasons why no file can say it."""
        return propose(matching, self.desired, "roles")

    def draft(self, subjects: Collection[Subject], *, build_on: bool) -> Drafts:
        """Draft the files of these roles."""
        return Drafter(self.texts, self.desired).draft(subjects, build_on=build_on)

    def write(self, drafts: Collection[Draft]) -> None:
        """Keep the files that change."""
        for draft in drafts:
            if draft.before != draft.after:
                self.texts[draft.subject.path] = draft.after
                self.written.append(draft.subject.path)
