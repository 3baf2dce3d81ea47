"""Mistakes that an apply could make, each put in by one patch; the harness and the machine have to find them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from builders import MemoryJournal
from faults.record import UNKNOWN
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
from reconciler.operations.recount import Recount
from reconciler.operations.settle import Seen, Settled, Settlement
from reconciler.ports import Clock, Progress, TenantWriter
from reconciler.sandbox import roles
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
    """Take any order to leave enough administrators, in the guard and right before the writes too."""
    patch.setattr(Administrators, "suffice", lambda *_: True)
    patch.setattr(applying, "require_consent", lambda *_: None)
    never_counts_again(patch)


def never_counts_again(patch: Patch) -> None:
    """Trust what the plan read about administrators for as long as the run takes."""
    patch.setattr(Recount, "objection", lambda *_: "")


def retries_blindly(patch: Patch) -> None:
    """Send a write again without looking what became of it."""

    def wrong(send: Send, look: Look, *_: object) -> Settlement:
        try:
            send()
        except WriteUnclear:
            return _told(send, look)
        except TenantError as error:
            return Settlement(settled=Settled.REFUSED, sent=1, detail=error.detail)
        return _told(lambda: None, look)

    patch.setattr(execute, "settle", wrong)


def skips_read_back(patch: Patch) -> None:
    """Call every write applied that was not refused."""

    def wrong(send: Send, _look: Look, *_: object) -> Settlement:
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
    patch.setattr(execute, "settle", lambda send, _look, *_: _told(send, lambda: Seen.AFTER))


def continues_after_an_error(patch: Patch) -> None:
    """Go on with the next write after one that was not proved."""

    def wrong(self: Execution, writes: tuple[Any, ...], digest: str) -> None:
        for number, write in enumerate(writes, start=1):
            (settlement,) = self._together((write,), number, len(writes), digest)
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
