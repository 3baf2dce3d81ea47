"""Carry out the writes of a plan one after the other; the first that is not proved stops the run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import assert_never

from reconciler.core.naming import name_key
from reconciler.errors import TenantError
from reconciler.model.change import Change, Retire, action_of, key_of
from reconciler.model.outcome import Outcome, Report, Result
from reconciler.model.person import Person, PersonId
from reconciler.model.role import LiveRole, RoleContent, RoleId, RoleKey
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole, Write
from reconciler.operations.moving import batches, most_at_once, settle_together
from reconciler.operations.plan import Planned
from reconciler.operations.record import entry_after, entry_before
from reconciler.operations.recount import Recount, ids_of
from reconciler.operations.settle import Objection, Seen, Settled, Settlement, settle
from reconciler.ports import Clock, Journal, ManyWriter, Progress, TenantWriter

_RESULTS = {
    Settled.APPLIED: Result.APPLIED,
    Settled.REFUSED: Result.FAILED,
    Settled.CONFLICT: Result.FAILED,
    Settled.MISMATCH: Result.FAILED,
    Settled.NO_EFFECT: Result.FAILED,
    Settled.UNKNOWN: Result.UNKNOWN,
    Settled.UNREAD: Result.FAILED,
}


@dataclass(slots=True, kw_only=True)
class Execution:
    """One run of the writes of a plan."""

    tenant: TenantWriter
    journal: Journal
    clock: Clock
    progress: Progress
    stopped: Callable[[], bool]
    under_way: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered around each write: here alone a `KeyboardInterrupt` is to be raised."""
    counted: str | None = None
    """What `first_objection` said of the first write, where that was asked before the run began."""
    recount: Recount = field(init=False)
    sent: int = 0
    cut_short: bool = False
    """Whether somebody stopped the run."""
    done: dict[RoleKey, int] = field(default_factory=dict)
    """How many writes of each role were proved."""
    ended: tuple[Write, Settlement] | None = None
    """The write that was not proved, which ended the run."""
    ids: dict[RoleKey, RoleId] = field(default_factory=dict)
    """The live role of each key, those created on the way too."""
    there: frozenset[RoleId] = frozenset()
    """Every live role before the first write."""
    moved: dict[PersonId, Person] = field(default_factory=dict)
    """People as they were read back after a move."""
    written: dict[RoleId, LiveRole] = field(default_factory=dict)
    """Roles as they were read back after an update: the next write of one goes by the version it has now."""

    def run(self, planned: Planned) -> Report:
        """Carry out every write until one is not proved or somebody stops it; give one outcome per change."""
        facts = planned.facts
        self.ids = ids_of(facts)
        self.there = frozenset(role.id for role in facts.live.roles)
        self.recount = Recount(tenant=self.tenant, facts=facts)
        try:
            self._all(facts.writes, planned.plan.digest)
        except KeyboardInterrupt:
            # Between two writes: nothing is under way, and nothing follows.
            self.cut_short = True
        return Report(
            digest=planned.plan.digest,
            outcomes=tuple(_outcome(change, facts.writes, self.done, self.ended) for change in facts.changes),
            writes=self.sent,
            proved=sum(self.done.values()),
            interrupted=self.cut_short,
            stale=self.ended is not None and self.ended[1].settled is Settled.CONFLICT,
            unread=self.ended is not None and self.ended[1].settled is Settled.UNREAD,
        )

    def _all(self, writes: tuple[Write, ...], digest: str) -> None:
        """Carry out one write after the other until one is not proved or somebody asks to stop."""
        self.progress.stage("Applying", len(writes))
        number = 1
        for batch in batches(writes, most_at_once(self.tenant)):
            if self.stopped():
                self.cut_short = True
                return
            settlements = self._together(batch, number, len(writes), digest)
            # Each of them tells the requests that were made for all of them.
            self.sent += max(settlement.sent for settlement in settlements)
            for write, settlement in zip(batch, settlements, strict=True):
                if settlement.settled is Settled.APPLIED:
                    self.done[write.role] = self.done.get(write.role, 0) + 1
                    self.progress.advance()
                elif self.ended is None:
                    self.ended = (write, settlement)
            if self.ended is not None:
                return
            number += len(batch)

    def _together(self, batch: tuple[Write, ...], number: int, total: int, digest: str) -> tuple[Settlement, ...]:
        """Journal, check, send, read back, journal; a journal that cannot be written stops the writes."""
        try:
            for place, write in enumerate(batch, start=number):
                self.journal.write(entry_before(write, place, total, digest))
        except OSError as error:
            detail = f"not sent: the journal cannot be written ({error.strerror})"
            return (Settlement(settled=Settled.REFUSED, sent=0, detail=detail),) * len(batch)

        def objection() -> str:
            said, self.counted = self.counted, None
            return said if number == 1 and said is not None else self.recount.objection(batch, number - 1, self.ids)

        try:
            with self.under_way():
                many = self.tenant if len(batch) > 1 and isinstance(self.tenant, ManyWriter) else None
                settlements = (
                    (self._settle(batch[0], objection),) if many is None else self._move_all(many, batch, objection)
                )
        except KeyboardInterrupt:
            # Somebody will not wait for the answer: what became of this is not known, and nothing follows it.
            self.cut_short = True
            detail = "stopped while it was under way"
            settlements = (Settlement(settled=Settled.UNKNOWN, sent=1, detail=detail),) * len(batch)
        return tuple(
            self._recorded(write, place, settlement)
            for place, (write, settlement) in enumerate(zip(batch, settlements, strict=True), start=number)
        )

    def _recorded(self, write: Write, number: int, settlement: Settlement) -> Settlement:
        """Journal what became of a write; where that fails, what was applied stops the run."""
        try:
            self.journal.write(entry_after(write, number, settlement))
        except OSError as error:
            if settlement.settled is Settled.APPLIED:
                detail = f"applied, but the journal cannot be written ({error.strerror}), so the run stops here"
                return Settlement(settled=Settled.UNKNOWN, sent=settlement.sent, detail=detail)
        return settlement

    def _move_all(self, many: ManyWriter, batch: tuple[Write, ...], objection: Objection) -> tuple[Settlement, ...]:
        """Move the holders of one role to another with one request."""
        moves = [write for write in batch if isinstance(write, MoveHolder)]
        people = tuple(self.moved.get(write.person.id, write.person) for write in moves)
        settled = settle_together(many, people, self.ids[moves[0].joins], self.clock, objection)
        self.moved |= {found.id: found for _, found in settled if found is not None}
        return tuple(settlement for settlement, _ in settled)

    def _settle(self, write: Write, objection: Objection) -> Settlement:
        try:
            moved = self._moved_since(write)
        except TenantError as error:
            return Settlement(settled=Settled.UNREAD, sent=0, detail=f"not sent: {error.detail}")
        if moved:
            return Settlement(settled=Settled.CONFLICT, sent=0, detail="not sent: it changed since the plan")
        match write:
            case CreateRole():
                return self._create(write)
            case UpdateRole():
                live = self._as_written(write.live)
                settlement = settle(
                    lambda: self.tenant.update_role(live, write.content),
                    lambda: self._see_role(live, write.content),
                    self.clock,
                    objection,
                )
                return _told_if_gone(settlement, lambda: self.tenant.role(live.id))
            case DeleteRole():
                settlement = settle(
                    lambda: self.tenant.delete_role(write.live),
                    lambda: self._see_role(write.live, None),
                    self.clock,
                    objection,
                )
                return _told_if_gone(settlement, lambda: self.tenant.role(write.live.id))
            case MoveHolder():
                return self._move(write, objection)
            case _:
                assert_never(write)

    def _moved_since(self, write: Write) -> bool:
        """Read again what a write is about where the product has no precondition that would refuse a stale one."""
        match write:
            case UpdateRole(live=live) | DeleteRole(live=live) if not live.version:
                found = self.tenant.role(live.id)
                return found is None or found.content != self._as_written(live).content
            case MoveHolder(person=person) if not person.version:
                holder, known = self.tenant.person(person.id), self.moved.get(person.id, person)
                return holder is None or holder.role_ids != known.role_ids
            case _:
                return False

    def _create(self, write: CreateRole) -> Settlement:
        def send() -> None:
            self.ids[write.role] = self.tenant.create_role(write.content)

        def look() -> Seen:
            live = self._created(write)
            if live is None:
                return Seen.BEFORE
            self.ids[write.role] = live.id
            return Seen.AFTER if live.content == write.content else Seen.OTHER

        return settle(send, look, self.clock)

    def _created(self, write: CreateRole) -> LiveRole | None:
        """Find the role just created: by its id where the tenant gave one, else by its name.

        Where names are not unique, a role that was there before may have the same one.
        """
        role_id = self.ids.get(write.role)
        if role_id is not None:
            return self.tenant.role(role_id)
        wanted = name_key(write.content.name)
        new = (role for role in self.tenant.roles() if role.id not in self.there)
        return next((role for role in new if name_key(role.content.name) == wanted), None)

    def _see_role(self, live: LiveRole, after: RoleContent | None) -> Seen:
        """Compare a role with its state before and the state asked for; None asks for no role."""
        found = self.tenant.role(live.id)
        if found is None:
            return Seen.AFTER if after is None else Seen.OTHER
        if after is not None and found.content == after and found.kind is live.kind:
            self.written[found.id] = found
            return Seen.AFTER
        return Seen.BEFORE if found.content == live.content else Seen.OTHER

    def _as_written(self, live: LiveRole) -> LiveRole:
        """Give a role as it is after the writes of this run."""
        return self.written.get(live.id, live)

    def _move(self, write: MoveHolder, objection: Objection) -> Settlement:
        before = self.moved.get(write.person.id, write.person)
        after = before.role_ids - {write.leaves} | {self.ids[write.joins]}

        def look() -> Seen:
            found = self.tenant.person(before.id)
            if found is None:
                return Seen.OTHER
            if found.role_ids == after:
                self.moved[found.id] = found
                return Seen.AFTER
            return Seen.BEFORE if found.role_ids == before.role_ids else Seen.OTHER

        settlement = settle(lambda: self.tenant.assign_roles(before, after), look, self.clock, objection)
        return _told_if_gone(settlement, lambda: self.tenant.person(before.id))


def _told_if_gone(settlement: Settlement, find: Callable[[], object]) -> Settlement:
    """Tell the refusal to write what disappeared since the plan as what it is: the state moved."""
    if settlement.settled is not Settled.REFUSED:
        return settlement
    try:
        there = find() is not None
    except TenantError:
        return settlement
    if there:
        return settlement
    return replace(settlement, settled=Settled.CONFLICT, detail=f"it disappeared since the plan: {settlement.detail}")


def _outcome(
    change: Change, writes: tuple[Write, ...], done: dict[RoleKey, int], ended: tuple[Write, Settlement] | None
) -> Outcome:
    """Fold the writes of one change into its outcome."""
    key = key_of(change)
    total = sum(1 for write in writes if write.role == key)
    finished = done.get(key, 0)
    part = f"{finished} of {total} steps were applied" if total > 1 else ""
    if finished == total:
        result, detail = Result.APPLIED, ""
    elif ended is not None and ended[0].role == key:
        result = _RESULTS[ended[1].settled]
        detail = "; ".join(filter(None, [ended[1].detail, part]))
    elif finished:
        result, detail = Result.FAILED, f"the run stopped: {part}"
    else:
        result, detail = Result.NOT_ATTEMPTED, ""
    name = change.role.name if isinstance(change, Retire) else change.role.content.name
    return Outcome(role=key, name=name, action=action_of(change), result=result, detail=detail)
