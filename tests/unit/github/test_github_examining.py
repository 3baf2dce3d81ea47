"""What doctor says of the repository at GitHub: a tick only for what was seen, and never an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from fakes.github import FakeGithub, an_api
from fakes.github_shapes import Shape, error_json
from fakes.wire import reply

from reconciler.github.examining import ENVIRONMENTS, WORKFLOW_KEY, examine_github
from reconciler.model.check import Standing

pytestmark = pytest.mark.sockets

PULL_REQUEST: Shape = {
    "type": "pull_request",
    "parameters": {
        "require_code_owner_review": True,
        "dismiss_stale_reviews_on_push": True,
        "require_last_push_approval": True,
    },
}
CHECKS: Shape = {
    "type": "required_status_checks",
    "parameters": {"required_status_checks": [{"context": "validate"}, {"context": "roles/plan"}]},
}


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Give a GitHub set up as the documents ask for."""
    with FakeGithub() as opened:
        opened.rules = [PULL_REQUEST, CHECKS, {"type": "non_fast_forward"}, {"type": "deletion"}]
        opened.may_administer = True
        for name in ENVIRONMENTS:
            opened.environments[name] = {
                "protection_rules": [{"type": "branch_policy"}, {"type": "required_reviewers"}],
                "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
                "can_admins_bypass": False,
            }
            opened.patterns[name] = [{"name": "main"}]
        yield opened


def examined(github: FakeGithub) -> Mapping[str, list[tuple[Standing, str]]]:
    """Give what was found by subject."""
    found: dict[str, list[tuple[Standing, str]]] = {}
    for check in examine_github(an_api(github), {WORKFLOW_KEY, "DESK_KEY"}):
        found.setdefault(check.subject, []).append((check.standing, check.detail))
    return found


def standings(github: FakeGithub) -> dict[str, set[Standing]]:
    """Give the standings alone."""
    return {subject: {standing for standing, _ in told} for subject, told in examined(github).items()}


def test_a_repository_as_the_documents_ask_has_a_tick_each(github: FakeGithub) -> None:
    """Everything that can be seen is good; what nobody can see from here says so all the same."""
    found = standings(github)

    assert found.pop("others") == {Standing.UNVERIFIED}
    assert set(found) == {
        *("github", "pull requests", "code owners", "stale approval", "last pusher", "force pushes", "deletion"),
        *("required check", "tenant-read", "tenant-write", "default token", "token approval", "keys"),
    }
    assert set().union(*found.values()) == {Standing.GOOD}
    assert examined(github)["tenant-write"][0][1] == "only main may use it, and somebody must approve each use"


def test_a_bare_repository_misses_everything(github: FakeGithub) -> None:
    """Nothing protects it and everything could be read: each is missing, none is unverified."""
    github.rules, github.default_token = (
        [],
        {
            "default_workflow_permissions": "write",
            "can_approve_pull_request_reviews": True,
        },
    )
    github.secrets = ["reconciler_key", "OTHER"]
    for name in ENVIRONMENTS:
        github.environments[name] = {"protection_rules": [], "deployment_branch_policy": None}
        github.environments[name]["can_admins_bypass"] = True

    found = standings(github)
    good = {subject for subject, told in found.items() if Standing.GOOD in told}
    unverified = {subject for subject, told in found.items() if Standing.UNVERIFIED in told}
    assert (good, unverified) == ({"github"}, {"others"})
    assert "RECONCILER_KEY of the repository" in examined(github)["keys"][0][1]


def test_what_the_token_may_not_read_is_never_a_tick(github: FakeGithub) -> None:
    """A workflow's own token sees little; all the rest is told as not verified, nothing as missing."""
    github.may_administer, github.rules = False, None
    github.environments.clear()

    found = standings(github)
    assert found.pop("github") == {Standing.GOOD}
    assert set().union(*found.values()) == {Standing.UNVERIFIED}


def test_what_rulesets_show_counts_although_the_rest_is_hidden(github: FakeGithub) -> None:
    """A sign that was seen is a tick even where other signs could not be read."""
    github.may_administer = False
    github.protection = {}
    github.rules = [PULL_REQUEST]

    found = standings(github)
    assert found["pull requests"] == found["code owners"] == {Standing.GOOD}
    assert found["force pushes"] == found["required check"] == {Standing.UNVERIFIED}


@pytest.mark.parametrize(
    ("patterns", "policy", "standing", "words"),
    [
        ([{"name": "main"}, {"name": "*"}], True, Standing.MISSING, "*, main may use it"),
        (None, True, Standing.UNVERIFIED, "the token may not read it"),
        ([], False, Standing.GOOD, "only protected branches may use it"),
    ],
)
def test_an_environment_is_good_only_for_the_default_branch(
    github: FakeGithub, patterns: list[Shape] | None, policy: bool, standing: Standing, words: str
) -> None:
    """A key that another branch can reach is told; patterns that are hidden are not verified."""
    environment = github.environments["tenant-read"]
    environment["deployment_branch_policy"] = {"protected_branches": not policy, "custom_branch_policies": policy}
    environment["protection_rules"] = []
    github.patterns.pop("tenant-read")
    if patterns is not None:
        github.patterns["tenant-read"] = patterns

    told = examined(github)["tenant-read"][0]
    assert told[0] is standing
    assert told[1].startswith(words)


@pytest.mark.parametrize(
    "line", [r"GET .*/rules/", r"GET .*/environments/tenant-read ", r"GET .*/workflow ", "secrets"]
)
@pytest.mark.parametrize(
    "answer",
    [
        reply(500, error_json(500, "x")),
        reply(200, raw=b'{"a": '),
        reply(200, [1]),
        reply(429, None, Retry_After="9999"),
    ],
    ids=["down", "half", "shape", "limited"],
)
def test_an_answer_that_cannot_be_used_is_told_and_stops_nothing(github: FakeGithub, line: str, answer: bytes) -> None:
    """The other checks are still made."""
    github.at(line, answer, times=99)

    found = standings(github)
    assert Standing.UNVERIFIED in set().union(*(told for subject, told in found.items() if subject != "others"))
    assert found["others"] == {Standing.UNVERIFIED}
    assert found["github"] == found["tenant-write"] == {Standing.GOOD}


def test_a_github_that_does_not_answer_is_one_line(github: FakeGithub) -> None:
    """Nothing else is asked then."""
    github.at("GET ", hang_up=True, times=99)

    assert standings(github) == {"github": {Standing.UNVERIFIED}}
