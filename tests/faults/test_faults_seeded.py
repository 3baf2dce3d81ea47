"""Each mistake that an apply could make is put in on purpose, and the harness finds it by the invariant named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from builders import MemoryJournal, a_role
from faults.bench import Bench
from faults.harness import opened, violations
from faults.invariants import broken
from faults.plans import REPLY, TAG, VIEW, WORLDS
from faults.record import UNKNOWN, Somebody, World
from faults.wire import Wire

from reconciler.core import order
from reconciler.core.administrators import Administrators
from reconciler.errors import TenantError, WriteUnclear
from reconciler.model.change import Change
from reconciler.model.person import Person
from reconciler.operations import apply as applying
from reconciler.operations import execute
from reconciler.operations.apply import Applied, Apply
from reconciler.operations.execute import Execution
from reconciler.operations.plan import Request
from reconciler.operations.settle import Seen, Settled, Settlement
from reconciler.ports import Clock, Progress, TenantWriter
from reconciler.sandbox import roles
from reconciler.sandbox.injection import SECOND_WRITER
from reconciler.sandbox.records import Author, RoleEdit
from reconciler.tenants import pages
from reconciler.tenants.exchange import Answer, Exchange
from reconciler.tenants.support import SupportReader

Patch = pytest.MonkeyPatch
Send = Callable[[], None]
Look = Callable[[], Seen]


def widens_first(patch: Patch) -> None:
    """Sort widenings before narrowings."""
    phase = order.phase_of
    swapped = {order.Phase.NARROW: order.Phase.WIDEN, order.Phase.WIDEN: order.Phase.NARROW}

    def wrong(change: Change) -> order.Phase:
        return swapped.get(phase(change), phase(change))

    patch.setattr(order, "phase_of", wrong)


def never_reorders(patch: Patch) -> None:
    """Take any order to leave enough administrators, in the guard too."""
    patch.setattr(Administrators, "suffice", lambda *_: True)
    patch.setattr(applying, "require_consent", lambda *_: None)


def retries_blindly(patch: Patch) -> None:
    """Send a write again without looking what became of it."""

    def wrong(send: Send, look: Look, _clock: Clock) -> Settlement:
        try:
            send()
        except WriteUnclear:
            return _told(send, look)
        return _told(lambda: None, look)

    patch.setattr(execute, "settle", wrong)


def skips_read_back(patch: Patch) -> None:
    """Call every write applied that was not refused."""

    def wrong(send: Send, _look: Look, _clock: Clock) -> Settlement:
        try:
            send()
        except WriteUnclear:
            return Settlement(settled=Settled.APPLIED, sent=1)
        except TenantError as error:
            return Settlement(settled=Settled.REFUSED, sent=1, detail=error.detail)
        return Settlement(settled=Settled.APPLIED, sent=1)

    patch.setattr(execute, "settle", wrong)


def trusts_a_yes(patch: Patch) -> None:
    """Believe a good status without reading back, and look only after a bad one."""
    patch.setattr(execute, "settle", lambda send, _look, _clock: _told(send, lambda: Seen.AFTER))


def continues_after_an_error(patch: Patch) -> None:
    """Go on with the next write after one that was not proved."""

    def wrong(self: Execution, writes: tuple[Any, ...], digest: str) -> None:
        for number, write in enumerate(writes, start=1):
            settlement = self._one(write, number, len(writes), digest)
            self.sent += settlement.sent
            if settlement.settled is Settled.APPLIED:
                self.done[write.role] = self.done.get(write.role, 0) + 1
            else:
                self.ended = (write, settlement)

    patch.setattr(Execution, "_all", wrong)


def trusts_a_short_page(patch: Patch) -> None:
    """Take a listing as complete whatever its total says."""
    patch.setattr(pages, "_doubt", lambda *_, **__: "")


def ignores_versions(patch: Patch) -> None:
    """Change a role whatever version it has, as a client without preconditions does."""
    patch.setattr(roles, "_require_tag", lambda *_: None)


def follows_redirects(patch: Patch) -> None:
    """Go where a redirect leads, with the key."""
    send = Wire.send

    def wrong(self: Wire, method: str, url: str, **options: Any) -> Exchange:  # noqa: ANN401 - those of `send`
        found = send(self, method, url, **options)
        if isinstance(found, Answer) and "location" in found.headers:
            return send(self, method, found.headers["location"], **options)
        return found

    patch.setattr(Wire, "send", wrong)


def drops_unknown_permissions(patch: Patch) -> None:
    """Read roles without the permissions that the lock does not know."""
    read = SupportReader.roles

    def wrong(self: SupportReader) -> Any:  # noqa: ANN401 - what `roles` gives
        return tuple(
            dataclasses.replace(
                role,
                content=dataclasses.replace(role.content, permissions=role.content.permissions - {UNKNOWN}),
            )
            for role in read(self)
        )

    patch.setattr(SupportReader, "roles", wrong)


def counts_the_suspended(patch: Patch) -> None:
    """Count suspended people as administrators."""
    patch.setattr(Person, "counts", property(lambda _: True))


def forgets_the_newer_commit(patch: Patch) -> None:
    """Ask for the newest commit at the start alone, and not right before the first write."""
    true = applying.apply

    def wrong(request: Request, tenant: TenantWriter, how: Apply, clock: Clock, progress: Progress) -> Applied:
        return true(request, tenant, dataclasses.replace(how, before_writing=lambda: None), clock, progress)

    patch.setattr(applying, "apply", wrong)


def forgets_what_was_reviewed(patch: Patch) -> None:
    """Apply whatever the plan is now."""
    patch.setattr(applying, "require_reviewed", lambda *_: None)


def forgets_the_journal(patch: Patch) -> None:
    """Send before the entry is written."""
    patch.setattr(MemoryJournal, "write", lambda *_: None)


def _told(send: Send, look: Look) -> Settlement:
    try:
        send()
        settled = Settled.APPLIED if look() is Seen.AFTER else Settled.UNKNOWN
    except TenantError as error:
        return Settlement(settled=Settled.REFUSED, sent=1, detail=error.detail)
    return Settlement(settled=settled, sent=1)


BUGS = (
    (widens_first, "narrow-and-widen", "none", "I-6"),
    (never_reorders, "administration-moves", "none", "I-5"),
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
    ("bug", "name", "kind", "number"), BUGS, ids=[f"{bug.__name__}-{kind}" for bug, _, kind, _ in BUGS]
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
