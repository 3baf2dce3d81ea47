"""What the rows of the catalogue do to a repository and its tenant before the command runs."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from acceptance.desk import Desk

from reconciler.sandbox.records import Author, UserRecord
from reconciler.sandbox.store import Store
from reconciler.sandbox.tenant import opened_store

SOMEBODY = Author(actor="somebody in a browser", at=dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC))


@contextmanager
def tenant(desk: Desk) -> Iterator[Store]:
    """Open the embedded tenant as somebody in a browser does."""
    with opened_store(desk.folder / ".reconciler") as store:
        yield store


def people(store: Store, role: str) -> tuple[UserRecord, ...]:
    """Give the people who hold a role, by its name, in the order of the desk."""
    found = store.roles.named(role)
    assert found is not None
    return store.users.page(after=0, limit=1000, role_id=found.id).entries


def assign(store: Store, user: UserRecord, *ids: str) -> None:
    """Give somebody more roles."""
    store.users.assign(user.id, frozenset({*user.role_ids, *ids}), SOMEBODY)


def under_git(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    """Put the repository as it is under git, in one commit."""
    for name in ("AUTHOR", "COMMITTER"):
        patch.setenv(f"GIT_{name}_NAME", "Desk")
        patch.setenv(f"GIT_{name}_EMAIL", "desk@desk.example")
    patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=desk.folder, check=True)
    desk.write(".gitignore", ".reconciler/\n")
    desk.commit("roles as they were")


def without(desk: Desk, path: str) -> None:
    """Remove a file of the repository."""
    (desk.folder / path).unlink()
