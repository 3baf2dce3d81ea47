"""Protection as far as it can be seen; what could not be verified is said, and never taken for yes or no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fakes.github import FakeGithub, an_api
from fakes.github_shapes import error_json, node_id
from fakes.wire import reply

from reconciler.github.problems import GithubAnswerUnusable, GithubRefused, GithubUnreachable
from reconciler.github.protection import BranchRules, EnvironmentRules, Seen, branch_rules, environment_rules

pytestmark = pytest.mark.sockets

RULESETS: list[dict[str, Any]] = [
    {"type": "deletion", "ruleset_source_type": "Repository", "ruleset_source": "desk/roles", "ruleset_id": 1},
    {"type": "non_fast_forward", "ruleset_source_type": "Organization", "ruleset_source": "desk", "ruleset_id": 2},
    {
        "type": "pull_request",
        "ruleset_id": 1,
        "parameters": {
            "dismiss_stale_reviews_on_push": True,
            "require_code_owner_review": True,
            "require_last_push_approval": False,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": False,
        },
    },
    {
        "type": "required_status_checks",
        "ruleset_id": 1,
        "parameters": {
            "required_status_checks": [{"context": "validate", "integration_id": 15368}, {"context": "roles/plan"}],
            "strict_required_status_checks_policy": True,
        },
    },
]
CLASSIC: dict[str, Any] = {
    "url": "https://api.github.com/repos/desk/roles/branches/main/protection",
    "required_status_checks": {"strict": True, "contexts": ["validate"], "checks": []},
    "enforce_admins": {"enabled": True},
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": False,
        "require_code_owner_reviews": True,
        "require_last_push_approval": True,
        "required_approving_review_count": 1,
    },
    "restrictions": None,
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": True},
}


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub with a main branch that nothing protects."""
    with FakeGithub() as opened:
        yield opened


def an_environment(policy: dict[str, bool] | None, *rules: str, bypass: bool | None = False) -> dict[str, Any]:
    """Give an environment."""
    environment: dict[str, Any] = {
        "id": 1,
        "node_id": node_id("Environment", 1),
        "name": "tenant-write",
        "protection_rules": [{"id": at, "node_id": node_id("Gate", at), "type": kind} for at, kind in enumerate(rules)],
        "deployment_branch_policy": policy,
    }
    return environment | ({} if bypass is None else {"can_admins_bypass": bypass})


def test_rulesets_are_enough(github: FakeGithub) -> None:
    """Every reader may see rulesets; what they say is yes, and what they lack is no where nothing classic hides it."""
    github.rules = RULESETS

    assert branch_rules(an_api(github), "main") == BranchRules(
        pull_request=Seen.YES,
        code_owners=Seen.YES,
        dismiss_stale=Seen.YES,
        last_push=Seen.NO,
        no_force_push=Seen.YES,
        no_deletion=Seen.YES,
        required_checks=("roles/plan", "validate"),
        unverified=(),
    )


def test_classic_protection_counts_too(github: FakeGithub) -> None:
    """With the right to read it, both are one answer."""
    github.may_administer, github.protection = True, CLASSIC

    assert branch_rules(an_api(github), "main") == BranchRules(
        pull_request=Seen.YES,
        code_owners=Seen.YES,
        dismiss_stale=Seen.NO,
        last_push=Seen.YES,
        no_force_push=Seen.YES,
        no_deletion=Seen.NO,
        required_checks=("validate",),
        unverified=(),
    )


def test_classic_protection_that_may_not_be_read_could_not_be_verified(github: FakeGithub) -> None:
    """A workflow's token may not read it: what rulesets lack is neither yes nor no."""
    github.protection, github.rules = CLASSIC, RULESETS

    seen = branch_rules(an_api(github), "main")

    assert (seen.pull_request, seen.last_push) == (Seen.YES, Seen.UNVERIFIED)
    assert seen.unverified == ("classic branch protection",)


def test_an_unprotected_branch_is_a_no(github: FakeGithub) -> None:
    """The branch itself tells that nothing protects it, so nothing is left in doubt."""
    seen = branch_rules(an_api(github), "main")

    assert (seen.pull_request, seen.no_force_push, seen.required_checks) == (Seen.NO, Seen.NO, ())
    assert seen.unverified == ()


def test_an_account_without_rulesets_could_not_be_verified(github: FakeGithub) -> None:
    """A free private repository answers 403."""
    github.rules = None

    seen = branch_rules(an_api(github), "main")

    assert seen.pull_request is Seen.UNVERIFIED
    assert seen.unverified == ("rulesets",)


def test_a_branch_that_cannot_be_seen_at_all(github: FakeGithub) -> None:
    """404 for everything is no proof of anything; a name with a slash stays one step."""
    github.at(r"GET .*/(rules/)?branches/a%2Fb", reply(404, error_json(404, "Not Found")), times=9)

    seen = branch_rules(an_api(github), "a/b")

    assert {seen.pull_request, seen.code_owners, seen.no_deletion} == {Seen.UNVERIFIED}
    assert seen.unverified == ("classic branch protection", "rulesets")


@pytest.mark.parametrize(
    ("policy", "patterns", "branches"),
    [
        ({"protected_branches": False, "custom_branch_policies": True}, ["release/*", "main"], ("main", "release/*")),
        ({"protected_branches": True, "custom_branch_policies": False}, [], ()),
    ],
)
def test_an_environment_for_some_branches(
    github: FakeGithub, policy: dict[str, bool], patterns: list[str], branches: tuple[str, ...]
) -> None:
    """Which branches may use the key is read, and whether somebody must approve."""
    github.environments["tenant-write"] = an_environment(policy, "branch_policy", "required_reviewers")
    github.patterns["tenant-write"] = [{"id": at, "name": name, "type": "branch"} for at, name in enumerate(patterns)]

    assert environment_rules(an_api(github), "tenant-write") == EnvironmentRules(
        exists=Seen.YES,
        limited=Seen.YES,
        branches=branches,
        reviewers=Seen.YES,
        no_bypass=Seen.YES,
        unverified=(),
    )


def test_an_empty_environment_protects_nothing(github: FakeGithub) -> None:
    """GitHub makes an empty one where a name was misspelt; that is a no and not a yes."""
    github.environments["tenant-write"] = an_environment(None, "wait_timer", bypass=None)

    seen = environment_rules(an_api(github), "tenant-write")

    assert (seen.exists, seen.limited, seen.reviewers, seen.no_bypass) == (
        Seen.YES,
        Seen.NO,
        Seen.NO,
        Seen.UNVERIFIED,
    )


@pytest.mark.parametrize("status", [403, 404])
def test_an_environment_that_cannot_be_seen_could_not_be_verified(github: FakeGithub, status: int) -> None:
    """404 is no proof that there is none."""
    github.at(r"GET ", reply(status, error_json(status, "No")))

    seen = environment_rules(an_api(github), 'x"$(id)/..')

    assert {seen.exists, seen.limited, seen.reviewers, seen.no_bypass} == {Seen.UNVERIFIED}
    assert seen.unverified == ("environment",)


def test_branches_of_an_environment_may_be_hidden(github: FakeGithub) -> None:
    """That it is limited is known, to what is not."""
    github.environments["t"] = an_environment({"protected_branches": False, "custom_branch_policies": True})

    seen = environment_rules(an_api(github), "t")

    assert (seen.limited, seen.branches) == (Seen.YES, ())
    assert seen.unverified == ("branches of the environment",)


def test_trouble_is_not_taken_for_hidden(github: FakeGithub) -> None:
    """A wrong token, an outage and another shape are problems."""
    github.at(r"GET .*/rules/", reply(401, error_json(401, "Bad credentials")))
    with pytest.raises(GithubRefused):
        branch_rules(an_api(github), "main")
    github.at(r"GET .*/environments/", reply(500, error_json(500, "x")), times=9)
    with pytest.raises(GithubUnreachable):
        environment_rules(an_api(github), "t")
    github.at(r"GET .*/rules/", reply(200, [{"kind": "deletion"}]))
    with pytest.raises(GithubAnswerUnusable):
        branch_rules(an_api(github), "main")
