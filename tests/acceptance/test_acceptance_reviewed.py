"""From a reviewed plan over a merge to `apply --reviewed --require-tip`: exactly that plan, or no write at all."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from acceptance.desk import Desk, Ran
from acceptance.proposals import AGENT, Made, Proposals
from fakes.git import Repository

from reconciler.cli.commands import apply as apply_module
from reconciler.sandbox.records import Author, RoleEdit
from reconciler.sandbox.tenant import opened_store

pytestmark = [pytest.mark.sockets, pytest.mark.usefixtures("git")]

LEAD = "roles/standard/team-lead.yaml"


@dataclass
class Merging:
    """A pull request that was reviewed, on its way to `main`."""

    proposals: Proposals
    made: Made

    @property
    def head(self) -> str:
        """What was reviewed."""
        head: str = self.made.review["head"]
        return head

    def merge(self, how: Callable[[Repository, str], object]) -> None:
        """Merge it in the trusted checkout and publish `main`."""
        how(self.proposals.trusted, self.head)
        self.proposals.trusted.push("refs/heads/main")

    def apply(self, *arguments: str, review: object = None) -> Ran:
        """Apply what was reviewed as the workflow does; `review` stands for another text of it."""
        file = self.made.folder / "review.json"
        if review is not None:
            file.write_text(json.dumps(review), encoding="utf-8")
        return self.proposals.desk.run("apply", "--yes", "--reviewed", str(file), "--require-tip", "main", *arguments)

    @property
    def writes(self) -> int:
        """How many writes the tenant has seen."""
        return len(self.proposals.desk.writes())


def merge_commit(repository: Repository, head: str) -> None:
    """Merge with a commit of two parents."""
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", head)


def squash(repository: Repository, head: str) -> None:
    """Put everything on `main` as one commit of its own."""
    repository.git("merge", "--quiet", "--squash", head)
    repository.git("commit", "--quiet", "--message", "squashed")


def rebase(repository: Repository, head: str) -> None:
    """Put each commit on `main` again."""
    repository.git("checkout", "--quiet", "--detach", head)
    repository.git("rebase", "--quiet", "main")
    rebased = repository.head
    repository.switch("main")
    repository.git("merge", "--quiet", "--ff-only", rebased)


@pytest.fixture
def proposals(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Proposals:
    """Give a settled tenant, a remote with the files it is as, and an author's clone."""
    desk.settle()
    return Proposals(desk, tmp_path_factory.mktemp("outside"))


def confirmation(finding: Mapping[str, Any]) -> str:
    """Give the file that says yes to a finding."""
    entry = {"people_at_most": 42, "reason": "agreed", "expires": "2099-01-01"}
    return json.dumps([{"id": finding["confirmation"], **entry}])


def ready(proposals: Proposals) -> Merging:
    """Propose two changes in two commits, confirm what asks for it in a third, and review that."""
    proposals.propose({AGENT: proposals.narrowed()})
    text = proposals.read(LEAD)
    first = proposals.plan(proposals.propose({LEAD: text.replace("description: ", "description: New. ")}))
    finding = next(finding for finding in first.plan["findings"] if finding["confirmation"])
    made = proposals.plan(proposals.propose({"confirmations.yaml": confirmation(finding)}))
    assert made.review["verdict"] == "ready"
    return Merging(proposals, made)


@pytest.mark.parametrize("how", [merge_commit, squash, rebase], ids=lambda how: how.__name__)
def test_digest_of_the_review_is_the_one_that_apply_finds(
    proposals: Proposals, how: Callable[[Repository, str], object]
) -> None:
    """However it is merged, onto a branch that has moved since, exactly the reviewed plan is applied."""
    merging = ready(proposals)
    proposals.move_main({"README.md": "moved on\n"})

    merging.merge(how)

    assert proposals.desk.plan()["digest"] == merging.made.review["digest"]
    before = merging.writes
    ran = merging.apply("--format", "json")
    assert ran.code == 0, ran.err
    assert ran.data["plan"]["digest"] == merging.made.review["digest"]
    assert merging.writes == before + 2
    assert proposals.desk.plan()["changes"] == []


def test_second_run_of_the_same_commit_has_nothing_to_do(proposals: Proposals) -> None:
    """A re-run after success ends well, although the plan is another one now."""
    merging = ready(proposals)
    merging.merge(squash)
    assert merging.apply().code == 0
    before = merging.writes

    assert merging.apply().code == 0
    assert merging.writes == before


def test_tenant_that_moved_since_stops_it_with_a_reason_for_each_role(proposals: Proposals) -> None:
    """Somebody edited a role in the product: exit 6, what moved, and no write of ours."""
    merging = ready(proposals)
    merging.merge(squash)
    with opened_store(proposals.desk.folder / ".reconciler") as store:
        role = store.roles.named("Agent")
        assert role is not None
        store.roles.edit(role.id, RoleEdit(description="By hand"), Author(actor="usr_x", at=dt.datetime.now(dt.UTC)))
    before = merging.writes

    ran = merging.apply()

    assert ran.code == 6
    assert "agent: the tenant moved" in ran.err
    assert "team-lead" not in ran.err
    assert merging.writes == before


def test_merge_that_was_never_reviewed_is_not_applied(proposals: Proposals) -> None:
    """A direct push: exit 6 and the digest to read; a person who has read it may apply it."""
    merging = ready(proposals)
    merging.merge(squash)
    digest = merging.made.review["digest"]
    none = {**merging.made.review, "digest": None, "changes": None, "verdict": "failed", "base": None}
    before = merging.writes

    ran = merging.apply(review=none)

    assert ran.code == 6
    assert f"--expect {digest}" in ran.err
    assert merging.writes == before
    assert merging.apply("--expect", digest, review=none).code == 0


def test_commit_that_is_not_the_tip_is_superseded_before_anything_is_read(proposals: Proposals) -> None:
    """A re-run of an old apply puts nothing back (T19)."""
    merging = ready(proposals)
    merging.merge(squash)
    proposals.author.git("fetch", "--quiet", "origin")
    proposals.author.start("newer", "origin/main")
    proposals.author.push("refs/heads/main", proposals.author.save({"README.md": "newer\n"}))
    before = merging.writes

    ran = merging.apply()

    assert ran.code == 6
    assert "Superseded" in ran.err
    assert merging.writes == before


def test_tip_that_moves_while_the_plan_is_made_supersedes_it(
    proposals: Proposals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked again right before the first write."""
    merging = ready(proposals)
    merging.merge(squash)
    announce, before = apply_module._announce, merging.writes
    journals = len(proposals.journals)

    def meanwhile(*arguments: object, **options: object) -> object:
        proposals.author.push("refs/heads/main", proposals.author.save({"README.md": "newer\n"}))
        return announce(*arguments, **options)

    monkeypatch.setattr(apply_module, "_announce", meanwhile)

    ran = merging.apply()

    assert ran.code == 6
    assert "Superseded" in ran.err
    assert "1 to update" in ran.out or "2 to update" in ran.out
    assert merging.writes == before
    assert len(proposals.journals) == journals


def test_tip_that_cannot_be_asked_is_no_yes(proposals: Proposals) -> None:
    """Where the remote does not answer, nothing is written."""
    merging = ready(proposals)
    merging.merge(squash)
    proposals.remote.folder.rename(proposals.outside / "gone.git")
    before = merging.writes

    ran = merging.apply()

    assert ran.code == 64
    assert "nothing was written" in ran.err
    assert merging.writes == before


def test_guard_that_was_weakened_in_the_merged_change_still_stops_it(proposals: Proposals) -> None:
    """The base is what the review was compared with, or the commit before; no claim in the review makes it less."""
    settings = proposals.read("reconciler.yaml").replace("narrowing: {people: 10}", "narrowing: {people: 1000}")
    made = proposals.plan(proposals.propose({AGENT: proposals.narrowed(), "reconciler.yaml": settings}))
    merging = Merging(proposals, made)
    merging.merge(squash)
    assert [f for f in proposals.desk.plan()["findings"] if f["confirmation"]] == []
    before = merging.writes

    for base in (made.review["base"], None, proposals.trusted.head, made.review["head"], "1" * 40):
        assert merging.apply(review={**made.review, "base": base}).code == 5, base

    assert merging.writes == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-3],
        lambda text: text.replace('"format":1', '"format":2'),
        lambda text: text.replace('"digest"', '"Digest"'),
        lambda text: text.replace('"title"', '"title":"x","title"'),
    ],
)
def test_review_that_is_none_stops_everything(proposals: Proposals, spoil: Callable[[str], str]) -> None:
    """A file that was cut or edited is a mistake and never "nothing was reviewed"."""
    merging = ready(proposals)
    merging.merge(squash)
    file = merging.made.folder / "review.json"
    file.write_text(spoil(file.read_text()))
    before = merging.writes

    ran = merging.apply()

    assert (ran.code, "error[stale.review]" in ran.err) == (6, True)
    assert merging.writes == before


def test_review_that_is_missing_or_a_link_stops_everything(proposals: Proposals) -> None:
    """What was asked for has to be there."""
    merging = ready(proposals)
    merging.merge(squash)
    file = merging.made.folder / "review.json"
    file.rename(file.with_name("elsewhere.json"))
    before = merging.writes

    assert merging.apply().code == 64
    file.symlink_to("elsewhere.json")
    assert merging.apply().code == 6
    file.unlink()
    file.touch()
    assert merging.apply().code == 64
    assert merging.writes == before


def test_shallow_checkout_is_told_what_it_lacks(proposals: Proposals, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the commits before, nobody can say what a commit changed, so nothing is written."""
    merging = ready(proposals)
    merging.merge(squash)
    shallow = proposals.remote.clone(proposals.outside / "shallow", "--depth=1")
    monkeypatch.chdir(shallow.folder)

    ran = merging.apply()

    assert ran.code == 64
    assert "fetch-depth: 0" in ran.err


def test_base_that_was_named_counts_more_than_that_of_the_review(proposals: Proposals) -> None:
    """Whoever names a base is asked no further."""
    merging = ready(proposals)
    merging.merge(squash)

    assert merging.apply("--base", "HEAD~1", review={**merging.made.review, "base": "1" * 40}).code == 0
