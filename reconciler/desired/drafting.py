"""Draft the files of an adoption in memory, and prove that the loader reads from them exactly what is live."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from reconciler.desired.compile import Compiler
from reconciler.desired.expansion import MOST_BASES, Expansion
from reconciler.desired.faithful import reasons
from reconciler.desired.language import key_of_path, load_desired_from
from reconciler.desired.offers import Bases
from reconciler.desired.proposing import sayable
from reconciler.desired.revise import Revision, revise
from reconciler.desired.role_text import role_text, without_marks
from reconciler.desired.splice import Unwritable
from reconciler.desired.statement import Rule, Statement, Step, Vocabulary
from reconciler.errors import FilesUnsound, InputRejected, Problem, Severity
from reconciler.model.adoption import Draft, Drafts, Effect, Reason, Refusal, Subject
from reconciler.model.permission import PermissionSet
from reconciler.model.role import DesiredRole, RoleContent, RoleKey, RoleKind
from reconciler.model.state import DesiredState


class Drafter:
    """Drafts adoptions; `texts` are the role files there are, by path, and `desired` is what they say."""

    def __init__(self, texts: Mapping[str, bytes], desired: DesiredState) -> None:
        self._texts = texts
        self._desired = desired
        self._catalogue = desired.catalogue
        self._vocabulary = Vocabulary(desired.catalogue)

    def draft(self, subjects: Collection[Subject], *, build_on: bool) -> Drafts:
        """Draft the file of every subject.

        `build_on` writes a new role on top of a similar one. A role whose file the loader refuses among the others
        is left out, with the reasons. Raises `InputRejected` where a file that is not drafted would be refused.
        """
        refusals: dict[RoleKey, Refusal] = {}
        while True:
            chosen = [subject for subject in subjects if subject.key not in refusals]
            drafts, unwritable = self._attempt(chosen, build_on=build_on)
            if unwritable:
                refusals |= {s.key: _by_hand(s) for s in unwritable}
                continue
            texts = {**self._texts, **{draft.subject.path: draft.after for draft in drafts}}
            try:
                state = load_desired_from(texts.items(), self._catalogue, self._desired.tolerated)
            except InputRejected as rejected:
                refusals |= self._blamed(drafts, rejected)
                continue
            self._prove(drafts, state)
            return Drafts(
                drafts=tuple(drafts),
                refusals=tuple(refusals[key] for key in sorted(refusals)),
                followers=self._followers(drafts, state),
            )

    def _attempt(self, subjects: list[Subject], *, build_on: bool) -> tuple[list[Draft], list[Subject]]:
        """Draft every subject as if all of them can be; give those whose file cannot be edited apart."""
        wanted = {subject.key: sayable(subject.live, self._catalogue) for subject in subjects}
        drafts: dict[RoleKey, Draft] = {}
        unwritable = []
        for subject in subjects:
            if subject.declared is not None:
                try:
                    drafts[subject.key] = self._revised(subject, wanted)
                except Unwritable:
                    unwritable.append(subject)
        bases = self._bases(wanted)
        new = [subject for subject in subjects if subject.declared is None]
        for subject in sorted(new, key=lambda s: (s.live.kind is RoleKind.CUSTOM, s.key)):
            drafts[subject.key] = self._new(subject, wanted, bases, build_on=build_on)
        return [drafts[subject.key] for subject in subjects if subject.key in drafts], unwritable

    def _revised(self, subject: Subject, wanted: Mapping[RoleKey, RoleContent]) -> Draft:
        """Draft a file that is there; unchanged where it will mean what is live."""
        before, content = self._texts[subject.path], wanted[subject.key]
        revision = self._revision(subject, wanted)
        role = subject.declared
        equal = role is not None and revision.stated == content.permissions
        if equal and role is not None and (role.content.name, role.content.description) == _said(content):
            text = before.decode("utf-8")
        else:
            text = revise(before.decode("utf-8"), revision, self._vocabulary)
        after = without_marks(text, self._catalogue.keys).encode("utf-8")
        return Draft(subject=subject, before=before, after=after, unknown=self._unknown(subject))

    def _revision(self, subject: Subject, wanted: Mapping[RoleKey, RoleContent]) -> Revision:
        role, content = subject.declared, wanted[subject.key]
        if role is None or role.based_on is None:
            stated = role.content.permissions if role is not None else frozenset()
            return Revision(stated=stated, inherited=None, wanted=content)
        # Bases that are adopted in the same run will say what is live of them.
        after = {key: _exactly(key, other.permissions) for key, other in wanted.items()}
        known = ChainMap({role.key: self._statements[role.key]}, after, dict(self._statements))
        expansion = Expansion(known, self._catalogue)
        return Revision(
            stated=frozenset(expansion.of(role.key)), inherited=frozenset(expansion.of(role.based_on)), wanted=content
        )

    @cached_property
    def _statements(self) -> Mapping[RoleKey, Statement]:
        """What each file says by itself, compiled once and only where a file with a base is adopted."""
        compiler = Compiler(self._catalogue, self._desired.tolerated)
        return {
            role.key: compiler.compile(role.origin.path, role.key, self._texts[role.origin.path])
            for role in self._desired.roles
        }

    def _bases(self, wanted: Mapping[RoleKey, RoleContent]) -> Bases:
        bases = Bases(self._catalogue)
        for role in sorted(self._desired.roles, key=lambda r: (not r.standard, r.key)):
            if self._depth(role.key) < MOST_BASES:
                bases.add(role.key, wanted.get(role.key, role.content).permissions)
        return bases

    def _depth(self, key: RoleKey | None) -> int:
        depth = 0
        bases = self._base_of
        while key is not None:
            key = bases[key]
            depth += 1
        return depth

    @cached_property
    def _base_of(self) -> Mapping[RoleKey, RoleKey | None]:
        return {role.key: role.based_on for role in self._desired.roles}

    def _new(self, subject: Subject, wanted: Mapping[RoleKey, RoleContent], bases: Bases, *, build_on: bool) -> Draft:
        """Draft a file that is not there yet; a role that was written on top of another is no base itself."""
        permissions = wanted[subject.key].permissions
        offer = bases.nearest(permissions) if subject.live.kind is RoleKind.CUSTOM else None
        uses = build_on and offer is not None
        inherited: PermissionSet | None = None
        if uses and offer is not None:
            inherited = (permissions | frozenset(offer.revokes)) - frozenset(offer.grants)
        else:
            bases.add(subject.key, permissions)
        text = role_text(subject, self._catalogue, offer=offer, inherited=inherited)
        return Draft(
            subject=subject,
            before=None,
            after=text.encode("utf-8"),
            unknown=self._unknown(subject),
            offer=offer,
            used=uses,
        )

    def _unknown(self, subject: Subject) -> tuple[str, ...]:
        return tuple(sorted(subject.live.content.permissions - self._catalogue.keys))

    def _blamed(self, drafts: Iterable[Draft], rejected: InputRejected) -> Mapping[RoleKey, Refusal]:
        """Refuse the roles whose new files the loader does not take, or takes another file no more because of.

        Of a file and its bases the nearest that would change is to blame; raises on where none would.
        """
        changed = {draft.subject.key: draft for draft in drafts if draft.effect is not Effect.UNCHANGED}
        against: dict[RoleKey, list[Reason]] = {}
        for problem in rejected.problems:
            key: RoleKey | None = key_of_path(problem.path)
            while key is not None and key not in changed:
                key = self._base_of.get(key)
            if key is not None and problem.severity is Severity.ERROR:
                own = changed[key].subject.path == problem.path
                against.setdefault(key, []).extend(reasons((problem,)) if own else (_breaks(problem),))
        if not against:
            raise rejected
        return {key: _refusal(changed[key].subject, tuple(found)) for key, found in against.items()}

    def _prove(self, drafts: Iterable[Draft], state: DesiredState) -> None:
        contents = {role.key: role.content for role in state.roles}
        for draft in drafts:
            if contents[draft.subject.key] != sayable(draft.subject.live, self._catalogue):
                raise FilesUnsound(
                    f"The file drafted for {draft.subject.path} does not say what is live; nothing was written",
                    fix="Report this with the file and, from the product, the role",
                )

    def _followers(self, drafts: Iterable[Draft], state: DesiredState) -> tuple[DesiredRole, ...]:
        adopted = {draft.subject.key for draft in drafts}
        before = {role.key: role.content for role in self._desired.roles}
        return tuple(r for r in state.roles if r.key not in adopted and before[r.key] != r.content)


def _by_hand(subject: Subject) -> Refusal:
    reason = Reason(
        code="adopt.by-hand",
        message="The file is written in a form that cannot be changed safely, such as keys with a question mark",
        fix="Change the file by hand to what the plan shows, or write its keys plainly",
    )
    return _refusal(subject, (reason,))


def _breaks(problem: Problem) -> Reason:
    return Reason(
        code=problem.code,
        message=f"{problem.path} is based on it and would be refused: {problem.message}",
        fix="Adopt that role too, or change its file first",
    )


def _refusal(subject: Subject, against: tuple[Reason, ...]) -> Refusal:
    path = None if subject.declared is None else subject.path
    return Refusal(live=subject.live, key=subject.key, path=path, reasons=against)


def _said(content: RoleContent) -> tuple[str, str]:
    return content.name, content.description


def _exactly(key: RoleKey, permissions: PermissionSet) -> Statement:
    """Make a statement that means exactly these permissions, for roles to be based on."""
    rules = [Rule("", replaces=False, steps=(Step(tuple(sorted(permissions)), on=True, spot=("", 0, 0)),))]
    return Statement(key=key, path="", rules=tuple(rules))
