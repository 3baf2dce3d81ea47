"""Adopt live roles: read the tenant, choose, draft a file for each, and write all of them or none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from reconciler.core.match import Matching, match
from reconciler.core.naming import name_key
from reconciler.core.wording import command
from reconciler.errors import InputRejected, Problem, UsageProblem
from reconciler.model.adoption import Adoption, Draft, Drafts, Proposal, Refusal, Subject
from reconciler.model.role import DesiredRole
from reconciler.model.state import DesiredState, Tenant
from reconciler.operations.reading import read_live
from reconciler.ports import Progress, TenantReader


class RoleFiles(Protocol):
    """The role files of a repository."""

    @property
    def desired(self) -> DesiredState:
        """What the files say, nothing where there are none; raises `InputRejected`."""

    def propose(self, matching: Matching) -> Proposal:
        """Give every live role a file, or the reasons why no file can say it."""
        ...

    def draft(self, subjects: Collection[Subject], *, build_on: bool) -> Drafts:
        """Draft the files of these roles, proved to say exactly what is live."""
        ...

    def write(self, drafts: Collection[Draft]) -> None:
        """Write the files that change; raises `UsageProblem` before the first where one must not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to adopt."""

    names: tuple[str, ...] = ()
    """Names or keys of roles; a role that is asked for by name and cannot be adopted stops the others too."""
    everything: bool = False
    build_on: bool = False
    """Write a new role on top of a similar one where there is one."""

    @property
    def looks(self) -> bool:
        """Whether this only asks what could be adopted."""
        return not self.names and not self.everything


def adopt(asked: Asked, files: RoleFiles, tenant: TenantReader, progress: Progress) -> Adoption:
    """Write the files of the roles that are asked for, or say which could be.

    Raises a `TenantError` when the tenant cannot be read completely, `InputRejected` when the files there are
    cannot be loaded or a swap of their names was cut short, and `UsageProblem` for a name that no live role has
    or a file that must not be changed.
    """
    desired = files.desired
    live = read_live(tenant, progress)
    matching = match(desired, live)
    proposal = files.propose(matching)
    subjects, refusals = _chosen(asked, proposal, live.tenant)
    _require_settled(subjects, matching)
    made = files.draft(subjects, build_on=asked.build_on)
    refused = (*refusals, *made.refusals)
    written = not asked.looks and not (asked.names and refused)
    if written:
        files.write(made.drafts)
    return Adoption(
        tenant=live.tenant,
        drafts=made.drafts,
        refusals=tuple(sorted(refused, key=lambda r: (r.live.content.name, r.live.id))),
        followers=made.followers,
        written=written,
    )


def _require_settled(subjects: Collection[Subject], matching: Matching) -> None:
    """Refuse to write down the names of a moment, and one half of a swap: its names would be there twice."""
    files = {s.key: s.declared for s in subjects if s.declared is not None}
    problems = [
        _refused(
            file,
            "a swap of names was cut short, so the name that this role has in the product is of no use",
            "Apply the files, which finishes the swap, and adopt then",
        )
        for key, file in files.items()
        if key in matching.swapping
    ]
    for circle in matching.pending:
        asked = [key for key in circle if key in files]
        if asked and len(asked) < len(circle):
            together = command(f"adopt {' '.join(sorted(circle))}")
            problems += [
                _refused(files[key], "the files exchange its name with other roles", f"Adopt all of them: {together}")
                for key in asked
            ]
    if problems:
        raise InputRejected(tuple(sorted(problems)))


def _refused(file: DesiredRole, message: str, fix: str) -> Problem:
    origin = file.origin
    return Problem(
        path=origin.path, line=origin.line, column=origin.column, code="role.previous-name", message=message, fix=fix
    )


def _chosen(asked: Asked, proposal: Proposal, tenant: Tenant) -> tuple[tuple[Subject, ...], tuple[Refusal, ...]]:
    """Give the roles that are asked for; raises `UsageProblem` naming every word that means none."""
    if not asked.names:
        return proposal.subjects, proposal.refusals
    roles: list[Subject | Refusal] = [*proposal.subjects, *proposal.refusals]
    meant = {word: _meant(word, roles) for word in asked.names}
    strangers = tuple(f'"{word}"' for word in sorted(meant) if meant[word] is None)
    if strangers:
        raise UsageProblem(
            f"{tenant.name} has no role with the name or key {', '.join(strangers)}",
            fix="Run `reconciler adopt` to see the roles it has",
        )
    chosen = list(meant.values())
    return (
        tuple(subject for subject in proposal.subjects if subject in chosen),
        tuple(refusal for refusal in proposal.refusals if refusal in chosen),
    )


def _meant(word: str, roles: list[Subject | Refusal]) -> Subject | Refusal | None:
    """Find the role that a word means: by its name first, then by its key, then by its name whatever the case."""
    by_name = (role for role in roles if role.live.content.name == word)
    by_key = (role for role in roles if role.key == word)
    by_name_in_any_case = (role for role in roles if name_key(role.live.content.name) == name_key(word))
    return next(chain(by_name, by_key, by_name_in_any_case), None)
