"""Each mistake that an apply could make is put in on purpose, and the harness finds it by the invariant named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builders import a_role
from faults.bench import Bench
from faults.harness import opened, violations
from faults.invariants import broken
from faults.plans import REPLY, TAG, VIEW, WORLDS
from faults.record import Somebody, World
from faults.seeds import (
    Patch,
    continues_after_an_error,
    counts_the_suspended,
    drops_unknown_permissions,
    follows_redirects,
    forgets_the_journal,
    forgets_the_newer_commit,
    forgets_what_was_reviewed,
    ignores_versions,
    never_counts_again,
    never_reorders,
    retries_blindly,
    skips_read_back,
    trusts_a_short_page,
    trusts_a_yes,
    widens_first,
)

from reconciler.operations import apply as applying
from reconciler.sandbox.injection import SECOND_WRITER
from reconciler.sandbox.records import Author, RoleEdit

BUGS = (
    (widens_first, "narrow-and-widen", "none", "I-6"),
    (never_reorders, "administration-moves", "none", "I-5"),
    (never_counts_again, "administration-moves", "suspended", "I-5"),
    (never_counts_again, "administrators-retire", "suspended", "I-5"),
    (retries_blindly, "narrow-and-widen", "error_after", "I-13"),
    (skips_read_back, "narrow-and-widen", "error_before", "I-14"),
    (trusts_a_yes, "narrow-and-widen", "yes_without_effect", "I-14"),
    (continues_after_an_error, "narrow-and-widen", "412", "I-6"),
    (trusts_a_short_page, "narrow-and-widen", "short_page", "I-4"),
    (ignores_versions, "narrow-and-widen", "second_writer", "I-12"),
    (follows_redirects, "narrow-and-widen", "redirect", "I-16"),
    (drops_unknown_permissions, "narrow-and-widen", "none", "I-3"),
    (forgets_the_newer_commit, "narrow-and-widen", "newer_commit", "I-18"),
    (forgets_what_was_reviewed, "narrow-and-widen", "second_writer_of_alpha", "I-9"),
    (forgets_the_journal, "narrow-and-widen", "crash_after", "I-15"),
)


@pytest.mark.parametrize(
    ("bug", "name", "kind", "number"), BUGS, ids=[f"{bug.__name__}-{name}-{kind}" for bug, name, kind, _ in BUGS]
)
def test_faults_seeded_bug_is_found(bug: Callable[[Patch], None], name: str, kind: str, number: str) -> None:
    """Some request at which the fault strikes shows the bug as a violation of the invariant that forbids it."""
    with pytest.MonkeyPatch.context() as patch:
        bug(patch)
        runs = (violations(WORLDS[name], (kind, nth), reviewed=kind != "short_page") for nth in range(1, 20))

        assert any(text.startswith(f"{number}:") for run in runs for text in run)


SUSPENDED = World(
    roles={"Alpha": frozenset({VIEW, "settings.roles"}), "Beta": frozenset({VIEW, "settings.roles"})},
    people=(Somebody(frozenset({"Alpha"})), Somebody(frozenset({"Beta"}), active=False)),
    files=(a_role("alpha", grants=[VIEW]), a_role("beta", grants=[VIEW, "settings.roles"])),
)


def test_faults_seeded_counting_the_suspended_is_found() -> None:
    """A guard that counts suspended administrators lets the last one go, which I-5 sees; the true one refuses."""
    with opened(SUSPENDED) as bench:
        truth = bench.look(bench.confirmed())
        assert broken(bench.apply(bench.confirmed()), truth) == ()
    with pytest.MonkeyPatch.context() as patch, opened(SUSPENDED) as bench:
        counts_the_suspended(patch)
        run = bench.apply(bench.confirmed())

        assert [text for text in broken(run, truth) if text.startswith("I-5:")]


def test_faults_seeded_apply_from_a_file_is_found() -> None:
    """An apply that carries out a plan made earlier, on a tenant that has moved since, breaks I-4."""
    with pytest.MonkeyPatch.context() as patch, opened(WORLDS["narrow-and-widen"]) as bench:
        request = bench.confirmed()
        saved = bench.look(request)
        _somebody_edits(bench)
        truth = bench.look(request)
        patch.setattr(applying, "_cleared", lambda *_: saved)
        run = bench.apply(request, expect=saved.plan.digest)

        assert [text for text in broken(run, truth) if text.startswith("I-4:")]


def test_faults_seeded_comparing_unexpanded_sets_is_found() -> None:
    """Files whose `notes.*` nobody expands never become what the tenant says, so that the run after breaks I-9."""
    world = World(
        roles={"Alpha": frozenset({VIEW, REPLY})},
        people=(Somebody(frozenset({"Alpha"})),),
        files=(a_role("alpha", grants=[VIEW, TAG, "notes.*"]),),
    )

    assert [text for text in violations(world) if text.startswith("I-9:")]


def _somebody_edits(bench: Bench) -> None:
    (alpha,) = [role for role, (name, _, _) in bench.state().roles.items() if name == "Alpha"]
    edit = RoleEdit(description="Another text")
    bench.store.roles.edit(alpha, edit, Author(actor=SECOND_WRITER, at=bench.clock.now()))
