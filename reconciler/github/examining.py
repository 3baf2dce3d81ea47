"""Examines what the way from a pull request to the tenant relies on at GitHub, and says what could not be seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from reconciler.core.wording import listing
from reconciler.errors import GithubProblem
from reconciler.github.api import GithubApi, note_of
from reconciler.github.check import CHECK
from reconciler.github.protection import (
    BranchRules,
    EnvironmentRules,
    Seen,
    branch_rules,
    environment_rules,
)
from reconciler.github.rights import TokenRights, default_branch, repository_secrets, token_rights
from reconciler.model.check import Check, Standing

ENVIRONMENTS = ("tenant-read", "tenant-write")
"""Where the workflows have their keys."""
WORKFLOW_KEY = "RECONCILER_KEY"
"""The name that the workflows give to the secret with a key, in each of these environments."""
REQUIRED_CHECKS = ("validate", CHECK)
"""What should be green before anything is merged."""

_STANDINGS = {Seen.YES: Standing.GOOD, Seen.NO: Standing.MISSING, Seen.UNVERIFIED: Standing.UNVERIFIED}
_UNSEEN = "the token may not read it, or the plan of the account has no such thing"


@dataclass(frozen=True, slots=True)
class _Wish:
    """A subject, and what is said where it is so and where it is not."""

    subject: str
    good: str
    bad: str

    def about(self, seen: Seen) -> Check:
        detail = {Seen.YES: self.good, Seen.NO: self.bad, Seen.UNVERIFIED: _UNSEEN}[seen]
        return Check(subject=self.subject, standing=_STANDINGS[seen], detail=detail)


def examine_github(api: GithubApi, keys: Collection[str]) -> tuple[Check, ...]:
    """Look at the default branch, the environments, the default token and the secrets, in that order.

    `keys` are the names of secrets that may be in environments alone. Raises nothing: what could not be read is a
    check that is not verified.
    """
    try:
        branch = default_branch(api)
    except GithubProblem as problem:
        return (_unverified("github", note_of(problem)),)
    looks: tuple[tuple[str, Callable[[], Iterable[Check]]], ...] = (
        ("branch", lambda: _branch(branch_rules(api, branch))),
        *((name, partial(_environment, api, name, branch)) for name in ENVIRONMENTS),
        ("default token", lambda: _token(token_rights(api))),
        ("keys", lambda: [_keys(repository_secrets(api), keys)]),
    )
    checks = [Check(subject="github", standing=Standing.GOOD, detail=f"the default branch is {branch}")]
    for subject, look in looks:
        checks += _tried(subject, look)
    unseen = "secrets of the organisation, installed apps and who may pass rules by cannot be seen here"
    return (*checks, _unverified("others", unseen))


def _tried(subject: str, look: Callable[[], Iterable[Check]]) -> list[Check]:
    try:
        return list(look())
    except GithubProblem as problem:
        return [_unverified(subject, note_of(problem))]


def _branch(rules: BranchRules) -> Iterator[Check]:
    wishes = (
        (rules.pull_request, _Wish("pull requests", "every change needs one", "a push needs none, and is applied")),
        (rules.code_owners, _Wish("code owners", "they must approve", "nobody in particular must approve")),
        (rules.dismiss_stale, _Wish("stale approval", "a push takes it back", "an approval survives later pushes")),
        (rules.last_push, _Wish("last pusher", "somebody else must approve", "whoever pushed last may approve")),
        (rules.no_force_push, _Wish("force pushes", "refused", "allowed, so history may change unseen")),
        (rules.no_deletion, _Wish("deletion", "refused", "the branch may be deleted")),
    )
    for seen, wish in wishes:
        yield wish.about(seen)
    for name in REQUIRED_CHECKS:
        hidden = Seen.UNVERIFIED if rules.unverified else Seen.NO
        wish = _Wish("required check", f"{name} is required", f"{name} is not required")
        yield wish.about(Seen.YES if name in rules.required_checks else hidden)


def _environment(api: GithubApi, name: str, branch: str) -> Iterator[Check]:
    rules = environment_rules(api, name)
    if rules.exists is not Seen.YES:
        yield _unverified(name, f"{_UNSEEN}, or there is no such environment")
        return
    yield _Wish(name, _only(rules, branch), _anywhere(rules)).about(_limited(rules, branch))
    bypass = _Wish(name, "administrators cannot pass its rules by", "administrators may pass its rules by")
    yield bypass.about(rules.no_bypass)


def _limited(rules: EnvironmentRules, branch: str) -> Seen:
    """Say whether nothing but the default branch, or what is protected, gets at its keys."""
    if rules.unverified:
        return Seen.UNVERIFIED
    return Seen.when(true=rules.limited is Seen.YES and set(rules.branches) <= {branch})


def _only(rules: EnvironmentRules, branch: str) -> str:
    where = f"only {branch} may use it" if rules.branches else "only protected branches may use it"
    return f"{where}, and somebody must approve each use" if rules.reviewers is Seen.YES else where


def _anywhere(rules: EnvironmentRules) -> str:
    return f"{listing(rules.branches)} may use it" if rules.branches else "every branch may use it"


def _token(rights: TokenRights) -> Iterator[Check]:
    reads = _Wish("default token", "a workflow that asks for nothing may only read", "it may write by default")
    yield reads.about(rights.only_reads)
    quiet = _Wish("token approval", "workflows cannot approve", "workflows may approve pull requests")
    yield quiet.about(rights.cannot_approve)


def _keys(secrets: frozenset[str] | None, keys: Collection[str]) -> Check:
    if secrets is None:
        return _unverified("keys", _UNSEEN)
    exposed = sorted(key for key in keys if key.upper() in secrets)
    bad = f"{listing(exposed)} of the repository can be used by the workflow of any branch"
    return _Wish("keys", "the repository itself has none of them", bad).about(Seen.when(true=not exposed))


def _unverified(subject: str, detail: str) -> Check:
    return Check(subject=subject, standing=Standing.UNVERIFIED, detail=detail)
