"""Reads what a repository gives to every workflow: its default token's rights, and the secrets of the repository."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.github.api import GithubApi, strictly
from reconciler.github.protection import Seen, unless_hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRights:
    """What the token of a workflow may do that asks for nothing."""

    only_reads: Seen
    cannot_approve: Seen
    """It can neither open nor approve pull requests."""


@strictly()
def default_branch(api: GithubApi) -> str:
    """Give the name of the default branch, foreign text; raises a `GithubProblem` where it cannot be read."""
    return api.get().at("default_branch").text()


@strictly()
def token_rights(api: GithubApi) -> TokenRights:
    """Read the rights of the default token; 403 and 404 are "could not verify", other failures a `GithubProblem`."""
    found = unless_hidden(lambda: api.get("actions", "permissions", "workflow"))
    if found is None:
        return TokenRights(only_reads=Seen.UNVERIFIED, cannot_approve=Seen.UNVERIFIED)
    return TokenRights(
        only_reads=Seen.when(true=found.at("default_workflow_permissions").text() == "read"),
        cannot_approve=Seen.when(true=not found.at("can_approve_pull_request_reviews").flag()),
    )


@strictly()
def repository_secrets(api: GithubApi) -> frozenset[str] | None:
    """Give the names of the secrets that every workflow of the repository can use; None where they are hidden."""
    found = unless_hidden(lambda: api.listing("actions", "secrets", below="secrets"))
    return None if found is None else frozenset(secret.at("name").text().upper() for secret in found)
