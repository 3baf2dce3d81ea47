"""Reads what can be seen of a branch's and an environment's protection, and says what could not be verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from reconciler.github.api import GithubApi, strictly
from reconciler.github.problems import GithubRefused
from reconciler.tenants.shape import Part

_T = TypeVar("_T")
_HIDDEN = frozenset({403, 404})
"""GitHub answers 403 or 404 where the token may not look, and where the plan of the account has no such thing."""


class Seen(StrEnum):
    """Whether something protects; what was not seen is never taken for either."""

    UNVERIFIED = "could not verify"
    YES = "yes"
    NO = "no"

    @staticmethod
    def when(*, true: bool) -> Seen:
        """Give what a sign says that was seen."""
        return Seen.YES if true else Seen.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRules:
    """What protects a branch, by rulesets and by classic protection together."""

    pull_request: Seen
    """A change needs a pull request."""
    code_owners: Seen
    """Code owners must approve."""
    dismiss_stale: Seen
    """A new push takes approvals back."""
    last_push: Seen
    """Somebody other than the last pusher must approve."""
    no_force_push: Seen
    no_deletion: Seen
    required_checks: tuple[str, ...]
    """Those that were seen, sorted; more may be hidden where `unverified` says so."""
    unverified: tuple[str, ...]
    """What could not be read, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRules:
    """What protects an environment, and so the keys in it."""

    exists: Seen
    limited: Seen
    """Only certain branches may use it."""
    branches: tuple[str, ...]
    """Name patterns of those branches, sorted; empty for "protected branches", and where nothing limits it."""
    reviewers: Seen
    """Somebody must approve each use."""
    no_bypass: Seen
    """Administrators cannot pass its rules by."""
    unverified: tuple[str, ...]
    """What could not be read, sorted."""


@strictly()
def branch_rules(api: GithubApi, branch: str) -> BranchRules:
    """Read what protects `branch`; 403 and 404 are "could not verify", other failures a `GithubProblem`."""
    rules = unless_hidden(lambda: api.listing("rules", "branches", branch))
    classic = unless_hidden(lambda: api.get("branches", branch, "protection"))
    hidden = {
        "rulesets": rules is None,
        "classic branch protection": classic is None and not _is_unprotected(api, branch),
    }
    shape = _Classic.of(classic)
    found = _Rulesets.of(rules or ())

    def seen(*signs: bool) -> Seen:
        if any(signs):
            return Seen.YES
        return Seen.UNVERIFIED if any(hidden.values()) else Seen.NO

    return BranchRules(
        pull_request=seen("pull_request" in found.kinds, shape.reviews),
        code_owners=seen(found.code_owners, shape.code_owners),
        dismiss_stale=seen(found.dismiss_stale, shape.dismiss_stale),
        last_push=seen(found.last_push, shape.last_push),
        no_force_push=seen("non_fast_forward" in found.kinds, shape.no_force_push),
        no_deletion=seen("deletion" in found.kinds, shape.no_deletion),
        required_checks=tuple(sorted(found.checks | shape.checks)),
        unverified=tuple(sorted(name for name, is_hidden in hidden.items() if is_hidden)),
    )


@strictly()
def environment_rules(api: GithubApi, name: str) -> EnvironmentRules:
    """Read what protects the environment `name`; 403 and 404 are "could not verify", others a `GithubProblem`.

    404 is no proof that there is none, because that is also what a token without the right to look gets.
    """
    found = unless_hidden(lambda: api.get("environments", name))
    if found is None:
        hidden = Seen.UNVERIFIED
        return EnvironmentRules(
            exists=hidden, limited=hidden, branches=(), reviewers=hidden, no_bypass=hidden, unverified=("environment",)
        )
    kinds = {rule.at("type").text() for rule in _items(found, "protection_rules")}
    policy = _inside(found, "deployment_branch_policy")
    custom = policy is not None and _flag(policy, "custom_branch_policies")
    patterns = unless_hidden(lambda: _patterns(api, name)) if custom else ()
    bypass = _inside(found, "can_admins_bypass")
    return EnvironmentRules(
        exists=Seen.YES,
        limited=Seen.when(true=policy is not None),
        branches=patterns or (),
        reviewers=Seen.when(true="required_reviewers" in kinds),
        no_bypass=Seen.UNVERIFIED if bypass is None else Seen.when(true=not bypass.flag()),
        unverified=("branches of the environment",) if patterns is None else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rulesets:
    kinds: frozenset[str]
    code_owners: bool
    dismiss_stale: bool
    last_push: bool
    checks: frozenset[str]

    @staticmethod
    def of(rules: Iterable[Part]) -> _Rulesets:
        by_kind: dict[str, list[Part]] = {}
        for rule in rules:
            parameters = _inside(rule, "parameters")
            by_kind.setdefault(rule.at("type").text(), []).extend([] if parameters is None else [parameters])
        reviews = by_kind.get("pull_request", [])
        checks = [c for p in by_kind.get("required_status_checks", []) for c in _items(p, "required_status_checks")]
        return _Rulesets(
            kinds=frozenset(by_kind),
            code_owners=any(_flag(p, "require_code_owner_review") for p in reviews),
            dismiss_stale=any(_flag(p, "dismiss_stale_reviews_on_push") for p in reviews),
            last_push=any(_flag(p, "require_last_push_approval") for p in reviews),
            checks=frozenset(check.at("context").text() for check in checks),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Classic:
    reviews: bool = False
    code_owners: bool = False
    dismiss_stale: bool = False
    last_push: bool = False
    no_force_push: bool = False
    no_deletion: bool = False
    checks: frozenset[str] = frozenset()

    @staticmethod
    def of(protection: Part | None) -> _Classic:
        if protection is None:
            return _Classic()
        reviews = _inside(protection, "required_pull_request_reviews")
        required = _inside(protection, "required_status_checks")
        return _Classic(
            reviews=reviews is not None,
            code_owners=reviews is not None and _flag(reviews, "require_code_owner_reviews"),
            dismiss_stale=reviews is not None and _flag(reviews, "dismiss_stale_reviews"),
            last_push=reviews is not None and _flag(reviews, "require_last_push_approval"),
            no_force_push=_is_off(protection, "allow_force_pushes"),
            no_deletion=_is_off(protection, "allow_deletions"),
            checks=frozenset() if required is None else frozenset(required.at("contexts").texts()),
        )


def unless_hidden(reading: Callable[[], _T]) -> _T | None:
    """Read something; None where GitHub answers 403 or 404. Raises what else goes wrong."""
    try:
        return reading()
    except GithubRefused as refused:
        if refused.status in _HIDDEN:
            return None
        raise


def _is_unprotected(api: GithubApi, branch: str) -> bool:
    """Say whether the branch itself tells that nothing classic protects it, which any reader may see."""
    found = unless_hidden(lambda: api.get("branches", branch))
    return found is not None and not _flag(found, "protected")


def _patterns(api: GithubApi, name: str) -> tuple[str, ...]:
    reply = api.get("environments", name, "deployment-branch-policies")
    return tuple(sorted(policy.at("name").text() for policy in _items(reply, "branch_policies")))


def _inside(part: Part, key: str) -> Part | None:
    """Give the value under a key that GitHub leaves out or sets to null where it does not apply."""
    return part.maybe(key) if isinstance(part.value, dict) and key in part.value else None


def _items(part: Part, key: str) -> list[Part]:
    found = _inside(part, key)
    return [] if found is None else found.each()


def _flag(part: Part, key: str) -> bool:
    found = _inside(part, key)
    return found is not None and found.flag()


def _is_off(part: Part, key: str) -> bool:
    """Say whether a switch of classic protection is told and off."""
    found = _inside(part, key)
    return found is not None and not found.at("enabled").flag()
